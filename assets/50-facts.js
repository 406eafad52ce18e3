/* Words and numbers: the strip of facts, the verdict strip, the notes and the explanation. */
(function (lab) {
  "use strict";

  const element = (id) => document.getElementById(id);

  function setText(id, text) {
    const target = element(id);
    if (target && target.textContent !== text) target.textContent = text;
  }

  /** A number with so many significant digits, without an exponent where a person can do without. */
  function format(number, digits = 5) {
    if (!Number.isFinite(number)) return "overflow";
    if (number === 0) return "0";
    const size = Math.abs(number);
    if (size >= 1e6 || size < 1e-5) {
      const [mantissa, exponent] = number.toExponential(2).split("e");
      return `${mantissa.replace("-", "−")} × 10${superscript(Number(exponent))}`;
    }
    const decimals = Math.max(digits - 1 - Math.floor(Math.log10(size)), 0);
    return number.toFixed(Math.min(decimals, 7)).replace("-", "−");
  }

  const superscript = (exponent) =>
    String(exponent).replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]));

  /** Printed thresholds round down: 0.0888, not 0.0889, where 0.0889 would already be too much. */
  function formatDown(number, digits = 3) {
    const power = 10 ** (digits - 1 - Math.floor(Math.log10(number)));
    return format(Math.floor(number * power) / power, digits);
  }

  /** Learning rates as they were chosen: 0.05, 1, 0.000125. */
  const plain = (number) => number.toFixed(10).replace(/\.?0+$/, "");

  function showFacts(sweep, run, moment) {
    const { hidden } = lab.state;
    const verdict = hidden.has("verdict") ? "" : sweep.verdicts[run];
    const loss = moment.overflowed ? NaN : moment.loss;
    const facts = element("facts");
    const data = {
      learningRate: sweep.learning_rates[run],
      epoch: moment.epoch,
      trainLoss: loss,
      criticalLearningRate: hidden.has("mark") ? "" : sweep.edge ?? "",
      verdict,
      divergedAt: hidden.has("verdict") ? "" : sweep.diverged_at[run],
      sweep: sweep.sweep_id,
    };
    const params = {
      weight: moment.first, bias: moment.second,
      gradientWeight: moment.firstSlope, gradientBias: moment.secondSlope,
    };
    for (const [name, value] of Object.entries(params)) {
      if (!sweep.plane.is_exact) delete facts.dataset[name];
      else data[name] = moment.overflowed ? NaN : value;
    }
    for (const [name, value] of Object.entries(data)) facts.dataset[name] = String(value);
    setText("fact-learning-rate", plain(sweep.learning_rates[run]));
    setText("fact-epoch", String(moment.epoch));
    setText("fact-train-loss", moment.overflowed ? "overflow" : format(loss));
    setText("fact-verdict", verdict || "?");
    facts.querySelector("#fact-verdict").dataset.verdict = verdict;
  }

  /** What does not change from epoch to epoch: the strip, the mark, the names. */
  let verdicts = [];
  const followWidth = () => new ResizeObserver(() => nameStrip(verdicts)).observe(element("strip"));

  function showSweep(sweep) {
    const { hidden } = lab.state;
    const isStripHidden = hidden.has("strip");
    verdicts = isStripHidden ? [] : sweep.verdicts;
    document.querySelectorAll("#strip .cell").forEach((cell, run) => {
      cell.dataset.verdict = isStripHidden ? "" : sweep.verdicts[run];
      cell.title = plain(sweep.learning_rates[run]) + (isStripHidden ? "" : `: ${sweep.verdicts[run]}`);
    });
    nameStrip(verdicts);
    const place = sweep.edge === null ? NaN : sweep.place(sweep.edge);
    element("edge").hidden = hidden.has("mark") || !(sweep.edge >= sweep.learning_rates[0] && sweep.edge <= 1);
    element("edge").style.setProperty("--place", place / (lab.STOPS - 1));
    element("edge").classList.toggle("left", place > 26);
    const shown = sweep.edge === null ? "none" : formatDown(sweep.edge);
    setText("edge-short", `2/sharpness ${shown}`);
    setText("edge-long", sweep.is_linear ? `critical: 2/sharpness = ${shown}` : `2/sharpness at the start, ${shown}: steps may overshoot from here`);
    setText("fact-edge", hidden.has("mark") ? "?" : shown);
    setText("fact-edge-label", sweep.is_linear ? "critical rate, 2/sharpness" : "2/sharpness at the start");
    setText("nudge", hidden.has("hints") ? "" : sweep.is_linear ? "Drag me. Past the mark, training breaks." : "Drag me. Past the mark, steps may overshoot.");
    element("facts").title = "Sharpness is the steepest curvature of the loss here.";
  }

  /** Each group of cells carries its verdict's name, the larger groups first, where there is room. */
  function nameStrip(verdicts) {
    const groups = [];
    for (let run = 0; run < verdicts.length && run < lab.STOPS; run++) {
      const last = groups[groups.length - 1];
      if (last && last.verdict === verdicts[run]) last.end = run + 1;
      else groups.push({ verdict: verdicts[run], start: run, end: run + 1 });
    }
    const names = element("strip-names");
    names.replaceChildren();
    const width = names.clientWidth;
    const taken = [];
    for (const group of groups.sort((a, b) => (b.end - b.start) - (a.end - a.start))) {
      const name = names.appendChild(Object.assign(document.createElement("span"), { textContent: group.verdict }));
      const middle = ((group.start + group.end) / 2 / lab.STOPS) * width;
      const left = Math.min(Math.max(middle - name.offsetWidth / 2, 0), width - name.offsetWidth);
      const right = left + name.offsetWidth;
      if (taken.some(([a, b]) => left < b + 6 && right > a - 6)) { name.remove(); continue; }
      taken.push([left, right]);
      name.style.left = `${left}px`;
    }
  }

  function showNotes(sweep, run, moment, isSliced, detail) {
    const off = `now ${format(moment.offPlane, 2)} off the plane`;
    const share = Math.round(100 * sweep.explained[run]);
    const { first, second } = moment;
    setText("descent-path-note", sweep.plane.is_exact
      ? `weight ${format(first, 4)} · bias ${format(second, 4)}`
      : `shows ${share} % of the path’s squared length; ${off}`);
    setText("loss-surface-note", sweep.plane.is_exact ? "weight × bias: exact" : "directions of all parameters, not single weights");
    setText("cross-sections-note", sweep.plane.is_exact ? "exact" : isSliced ? "exact, through the point itself" : "on the plane");
    setText("curves-note", moment.overflowed ? `overflow; drawn: epoch ${moment.shownEpoch}` : `train loss ${format(moment.loss)}`);
    setText("fit-note", sweep.predictors > 1 ? "predicted against observed" : "dotted: least squares");
    showExplanation(sweep, run, moment, detail);
  }

  function showExplanation(sweep, run, moment, detail) {
    const lines = lab.state.hidden.has("hints") ? [] : [outcome(sweep, run), reason(sweep, run), comparison(sweep)];
    const now = sweep.is_linear || !lines.length ? null : sharpnessNow(detail, moment);
    if (now) lines.splice(2, 0, now);
    const html = lines.filter(Boolean);
    const target = element("explanation");
    const text = html.join("\n");
    if (target.dataset.text === text) return;
    target.dataset.text = text;
    target.replaceChildren(...html.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  }

  function ending(sweep, run) {
    const reference = `${sweep.is_linear ? "least squares has" : "the lowest here is"} ${format(sweep.reference_loss, 4)}`;
    return `after ${sweep.end} epochs its train loss is ${format(sweep.last_loss[run], 4)}; ${reference}`;
  }

  /** The verdict as a sentence about the whole run. */
  function outcome(sweep, run) {
    const rate = plain(sweep.learning_rates[run]);
    const since = sweep.diverged_at[run];
    switch (sweep.verdicts[run]) {
      case "overflow": return `At ${rate} training diverges: the loss stays above its start since epoch ${since}, and at epoch ${sweep.overflow_at[run]} it is too large for a 32-bit number (overflow).`;
      case "diverged": return `At ${rate} training diverges: the loss stays above its start since epoch ${since}.`;
      case "stuck": return `At ${rate} the network ends stuck: every hidden unit is off for every example, so no gradient reaches its weights any more.`;
      case "oscillating": return `At ${rate} its first steps go zigzag, still descending: ${ending(sweep, run)}.`;
      case "too slow": return `At ${rate} it is too slow: ${ending(sweep, run)}.`;
      default: return `At ${rate} training converges: ${ending(sweep, run)}.`;
    }
  }

  /** Only for the linear model is the sharpness the reason. */
  function reason(sweep, run) {
    if (!sweep.is_linear) return null;
    const rate = sweep.learning_rates[run];
    const sharpness = format(sweep.start_sharpness, 4);
    if (!(rate > sweep.edge)) {
      return `Sharpness, the steepest curvature of the loss here, is ${sharpness}. Above 2/sharpness = ${formatDown(sweep.edge)} every step lands higher up the other side.`;
    }
    const product = rate * sweep.start_sharpness;
    // As many digits as it takes to see that it is more than 2.
    const digits = [3, 4, 5, 6, 7].find((count) => Number(product.toPrecision(count)) > 2) ?? 8;
    return `Why: ${plain(rate)} × sharpness ${sharpness} = ${format(product, digits)} is more than 2, so each step lands higher up the other side. Sharpness is the steepest curvature of the loss here.`;
  }

  function sharpnessNow(detail, moment) {
    if (!detail || !detail.sharpness.length) return null;
    let nearest = 0;
    detail.sharpness_epochs.forEach((epoch, k) => {
      if (Math.abs(epoch - moment.epoch) < Math.abs(detail.sharpness_epochs[nearest] - moment.epoch)) nearest = k;
    });
    const value = detail.sharpness[nearest];
    if (!(value > 0)) return null;
    return `Sharpness, the steepest curvature of the loss here, is ${format(value, 3)} at epoch ${detail.sharpness_epochs[nearest]}: 2/sharpness is ${formatDown(2 / value)} there.`;
  }

  function comparison(sweep) {
    const largest = sweep.arrived.slice(0, lab.STOPS).lastIndexOf(true);
    const works = largest < 0 ? "" : `The largest rate here that works is ${plain(sweep.learning_rates[largest])}. `;
    return `${works}All ${sweep.learning_rates.length} rates share one start, the same data and the full batch, so one epoch is one step.`;
  }

  function showMessage(text) {
    const message = element("message");
    message.hidden = !text;
    message.textContent = text || "";
  }

  Object.assign(lab, { element, setText, format, plain, showFacts, showSweep, showNotes, showMessage, followWidth });
})(window.descentLab);

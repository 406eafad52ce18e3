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
      criticalLearningRate: hidden.has("mark") ? "" : sweep.stability_edge ?? "",
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
    const [formula, isCritical] = [sweep.stability_edge_formula, edgeIsCritical(sweep)];
    const place = sweep.stability_edge === null ? NaN : sweep.place(sweep.stability_edge);
    element("edge").hidden = hidden.has("mark") || !(sweep.stability_edge >= sweep.learning_rates[0] && sweep.stability_edge <= 1);
    element("edge").style.setProperty("--place", place / (lab.STOPS - 1));
    element("edge").classList.toggle("left", place > 26);
    const shown = sweep.stability_edge === null ? "–" : formatDown(sweep.stability_edge);
    setText("edge-short", `${formula} ${shown}`);
    setText("edge-long", isCritical ? `critical: ${formula} = ${shown}` : `${formula} at the start, ${shown}: steps may overshoot from here`);
    setText("fact-edge", hidden.has("mark") ? "?" : shown);
    setText("fact-edge-label", edgeLabel(sweep, isCritical));
    setText("nudge", hidden.has("hints") ? "" : element("edge").hidden ? "Drag me." : isCritical ? "Drag me. Past the mark, training breaks." : "Drag me. Past the mark, steps may overshoot.");
    element("facts").title = "Sharpness is the steepest curvature of the loss here.";
  }

  /** Only the linear model has one curvature for the whole way, and only equal steps a fixed limit. */
  const edgeIsCritical = ({ is_linear: isLinear, settings, steps_per_epoch: steps, stability_edge: edge }) =>
    isLinear && settings.schedule === "constant" && steps === 1 && edge !== null;

  /** The longer formulas stand at the mark itself. */
  function edgeLabel({ settings, stability_edge_numerator: numerator }, isCritical) {
    if (!numerator) return "adaptive: no fixed edge";
    if (settings.optimizer === "sgd") return isCritical ? "critical rate, 2/sharpness" : "2/sharpness at the start";
    return isCritical ? "critical learning rate" : "edge at the start";
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
      : `shows ${share} % of the squared distance from the start; ${off}`);
    setText("loss-surface-note", surfaceNote(sweep));
    setText("cross-sections-note", sweep.plane.is_exact ? "exact" : isSliced ? "exact, through the point itself" : "on the plane");
    const held = moment.track.validation;
    const both = held && `train ${format(moment.loss, 3)} · validation ${format(held[moment.index], 3)} (dashed)`;
    setText("curves-note", moment.overflowed ? `overflow; drawn: epoch ${moment.shownEpoch}` : both || `train loss ${format(moment.loss)}`);
    setText("fit-note", fitNote(sweep, moment));
    showExplanation(sweep, run, moment, detail);
  }

  function fitNote(sweep, moment) {
    if (sweep.data_info && !moment.overflowed) return ownFit(sweep, moment);
    if (sweep.predictors > 1) return "predicted against observed";
    if (lab.state.hidden.has("optimum")) return sweep.validation_loss ? "rings: validation" : "";
    return sweep.validation_loss ? "dotted: least squares; rings: validation" : "dotted: least squares";
  }

  const subsetOf = ({ rows, example_count: examples }) => (rows > examples ? `Trained on ${examples} of ${rows} rows, drawn once with a fixed seed.` : null);
  const shorter = (name) => (name.length > 14 ? `${name.slice(0, 13)}…` : name);

  /** The model of a person's own data in their own units, and its root mean squared error. */
  function ownFit(sweep, { first, second, loss }) {
    const { data_info: own, scaling: { input: [middle, width], target: [mean, scale] } } = sweep;
    const error = `typical error ${format(Math.sqrt(loss) * scale, 3)}`;
    if (!sweep.plane.is_exact) return `${sweep.predictors > 1 ? "predicted against observed" : shorter(own.target)}; ${error}`;
    const slope = (first * scale) / width;
    const start = mean + scale * second - slope * middle;
    const sign = slope < 0 ? "−" : "+";
    return `${shorter(own.target)} = ${format(start, 3)} ${sign} ${format(Math.abs(slope), 3)} × ${shorter(sweep.predictor_names[0])}; ${error}`;
  }

  function surfaceNote({ plane, data_info: own }) {
    if (plane.is_exact) return own?.is_standardized ? "weight × bias of the standardised data: exact" : "weight × bias: exact";
    if (plane.kind === "parameters") return `the others as at epoch ${plane.frozen_at}`;
    return "directions of all parameters, not single weights";
  }

  function showExplanation(sweep, run, moment, detail) {
    const isTooSteep = lacksScale(sweep) && !lab.state.hidden.has("hints");
    element("standardize").hidden = !isTooSteep;
    const lines = lab.state.hidden.has("hints") ? [] : [outcome(sweep, run), isTooSteep ? scaleAsReason(sweep, run) : reason(sweep, run), comparison(sweep)];
    const now = sweep.is_linear || !lines.length ? null : sharpnessNow(sweep, detail, moment);
    if (now) lines.splice(2, 0, now);
    if (sweep.data_info && !moment.overflowed && lines.length) lines.push(`At epoch ${moment.epoch}: ${ownFit(sweep, moment)}.`, subsetOf(sweep.data_info));
    const html = lines.filter(Boolean);
    const target = element("explanation");
    const text = html.join("\n");
    if (target.dataset.text === text) return;
    target.dataset.text = text;
    target.replaceChildren(...html.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  }

  function ending(sweep, run) {
    const isLowest = sweep.reference_name === "the lowest here";
    const reference = `${sweep.reference_name} ${isLowest ? "is" : "has"} ${format(sweep.reference_loss, 4)}`;
    return `after ${sweep.end} epochs its train loss is ${format(sweep.last_loss[run], 4)}; ${reference}`;
  }

  /** The verdict as a sentence about the whole run. */
  function outcome(sweep, run) {
    const rate = plain(sweep.learning_rates[run]);
    const since = sweep.diverged_at[run];
    switch (sweep.verdicts[run]) {
      case "overflow": return `At ${rate} training diverges: the loss stays above its start since epoch ${since}, and at epoch ${sweep.overflow_at[run]} it is too large for a 32-bit number (overflow).`;
      case "diverged": return `At ${rate} training diverges: the loss stays above its start since epoch ${since}.`;
      case "stuck": return `At ${rate} the network ends stuck: every unit of ${sweep.settings.hidden_layers > 1 ? "a hidden layer" : "its hidden layer"} is off for every example, so no gradient passes any more.`;
      case "oscillating": return `At ${rate} its first steps go zigzag, still descending: ${ending(sweep, run)}.`;
      case "too slow": return `At ${rate} it is too slow: ${ending(sweep, run)}.`;
      default: return `At ${rate} training converges: ${ending(sweep, run)}.`;
    }
  }

  /** A person's own numbers, as they are, on which no rate of the slider works. Where all end stuck,
      the best of them has arrived at what no network at all would do as well. */
  const lacksScale = ({ data_info: own, arrived, verdicts }) =>
    Boolean(own) && !own.is_standardized && !arrived.slice(0, lab.STOPS).some((has, run) => has && verdicts[run] !== "stuck");

  function scaleAsReason(sweep, run) {
    const help = "Standardised, every column has mean 0 and standard deviation 1, and the loss curves gently.";
    const rate = sweep.learning_rates[run];
    if (!(sweep.stability_edge < sweep.learning_rates[0]) || !edgeIsCritical(sweep)) return `No rate of the slider works on these numbers as they are. ${help}`;
    const product = format(rate * (sweep.start_sharpness + sweep.settings.weight_decay), 3);
    return `Why: ${plain(rate)} × sharpness ${format(sweep.start_sharpness, 3)} = ${product}, and it may be at most ${format(sweep.stability_edge_numerator, 3).replace(/\.0+$/, "")}. So it is at every rate of the slider: the size of these numbers makes the loss steep. The largest rate that would work is ${sweep.stability_edge_formula} = ${formatDown(sweep.stability_edge)}, far below the slider. ${help}`;
  }

  /** Only for the linear model is the sharpness the reason. */
  function reason(sweep, run) {
    if (!edgeIsCritical(sweep)) return null;
    const rate = sweep.learning_rates[run];
    const { weight_decay: decay } = sweep.settings;
    const sharpness = format(sweep.start_sharpness, 4);
    if (!(rate > sweep.stability_edge)) {
      return `Sharpness, the steepest curvature of the loss here, is ${sharpness}. Above ${sweep.stability_edge_formula} = ${formatDown(sweep.stability_edge)} every step lands higher up the other side.`;
    }
    const limit = sweep.stability_edge_numerator;
    const product = rate * (sweep.start_sharpness + decay);
    // As many digits as it takes to see that it is more than the limit.
    const digits = [3, 4, 5, 6, 7].find((count) => Number(product.toPrecision(count)) > limit) ?? 8;
    const curvature = decay ? `(sharpness ${sharpness} + decay ${plain(decay)})` : `sharpness ${sharpness}`;
    return `Why: ${plain(rate)} × ${curvature} = ${format(product, digits)} is more than ${format(limit, 4).replace(/\.0+$/, "")}, so each step lands higher up the other side. Sharpness is the steepest curvature of the loss here.`;
  }

  function sharpnessNow(sweep, detail, moment) {
    if (!detail || !detail.sharpness.length) return null;
    let nearest = 0;
    detail.sharpness_epochs.forEach((epoch, k) => {
      if (Math.abs(epoch - moment.epoch) < Math.abs(detail.sharpness_epochs[nearest] - moment.epoch)) nearest = k;
    });
    const value = detail.sharpness[nearest];
    if (!(value > 0)) return null;
    const edge = sweep.stability_edge_numerator ? `: ${sweep.stability_edge_formula} is ${formatDown(sweep.stability_edge_numerator / (value + sweep.settings.weight_decay))} there` : "";
    return `Sharpness, the steepest curvature of the loss here, is ${format(value, 3)} at epoch ${detail.sharpness_epochs[nearest]}${edge}.`;
  }

  function comparison(sweep) {
    const largest = sweep.arrived.slice(0, lab.STOPS).lastIndexOf(true);
    const works = largest < 0 ? "" : `The largest rate here that works is ${plain(sweep.learning_rates[largest])}. `;
    const steps = sweep.steps_per_epoch;
    const batches = steps > 1 ? `data and batch order; one epoch is ${steps} steps` : "the same data and the full batch, so one epoch is one step";
    return `${works}All ${sweep.learning_rates.length} rates share one start, ${batches}.`;
  }

  function showMessage(text) {
    const message = element("message");
    message.hidden = !text;
    message.textContent = text || "";
  }

  Object.assign(lab, { ownFit, formatDown, element, setText, format, plain, showFacts, showSweep, showNotes, showMessage, followWidth });
})(window.descentLab);

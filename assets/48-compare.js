/* Pinned runs: each keeps its own numbers, and is drawn in every view with the run on show. What may
   be compared shares start, data and batch order; the rest of the settings may differ. */
(function (lab) {
  "use strict";

  const MOST = 4;
  // What decides where a run starts, what it is fitted to, and in which order it sees it.
  const SHARED = ["dataset", "data_token", "noise", "validation_fraction", "seed", "hidden_units", "hidden_layers", "activation", "initialization", "initial_scale"];
  const wordsOf = (name) => ({ validation_fraction: "validation split", data_token: "data" }[name] || lab.wordsOf(name));
  const LOOKS = [
    { color: "pin-1", dash: [9, 4], marker: "square" },
    { color: "pin-2", dash: [3, 3], marker: "triangle" },
    { color: "pin-3", dash: [12, 4, 2, 4], marker: "diamond" },
    { color: "pin-4", dash: [6, 6], marker: "cross" },
  ];
  // More points than this of a pinned path show nothing more.
  const MOST_POINTS = 240;

  let pins = [];
  let wantedLoss = null;

  /* ---- pinning ---- */

  const same = (a, b) => Object.keys(a).every((name) => a[name] === b[name]);

  /** Which shared setting differs from the sweep on show, or null where a pin can be compared. */
  function mismatch(pin, { settings }) {
    const counts = settings.hidden_units ? SHARED : SHARED.filter((name) => !["activation", "hidden_layers"].includes(name));
    return counts.find((name) => pin.settings[name] !== settings[name]) || null;
  }

  function pinCurrent() {
    const { state } = lab;
    if (!state.detail || pins.length >= MOST || pins.some((pin) => same(pin.settings, lab.settingsNow()))) return;
    const look = LOOKS.find((one) => !pins.some((pin) => pin.look === one));
    const { sweep, run, track } = state;
    pins.push({
      look, track, settings: lab.settingsNow(), end: sweep.end,
      verdict: sweep.verdicts[run], lastLoss: sweep.last_loss[run],
      thinned: thin(track.length),
    });
    placePins(sweep);
    lab.touch();
  }

  function unpin(pin) {
    pins = pins.filter((one) => one !== pin);
    lab.touch();
  }

  /** Which of a run's epochs are drawn: all of the first, then fewer, the last included. */
  function thin(length) {
    if (length <= MOST_POINTS) return Array.from({ length }, (_, k) => k);
    const ratio = length ** (1 / MOST_POINTS);
    const kept = new Set([0, length - 1]);
    for (let k = 0; k < MOST_POINTS; k++) kept.add(Math.min(Math.max(k, Math.round(ratio ** k)), length - 1));
    return [...kept].sort((a, b) => a - b);
  }

  /** Where each pin's path lies on the plane of a sweep. */
  function placePins(sweep) {
    for (const pin of pins) {
      pin.mismatch = mismatch(pin, sweep);
      pin.coordinates = pin.mismatch ? null : sweep.project(pin.track.params);
    }
  }

  const shownPins = () => pins.filter((pin) => !pin.mismatch && !lab.state.hidden.has("ahead"));

  /** A pin's place in its track at the epoch of the playhead; after an overflow the last finite one. */
  const indexAt = ({ track, end }, epoch) => Math.min(track.indexOf(Math.min(epoch, end)), track.length - 1);

  /** Which of a pin's points lead to the epoch of the playhead. */
  function drawnTo(pin, epoch) {
    const index = indexAt(pin, epoch);
    return pin.thinned.filter((k) => k < index).concat(index);
  }

  /* ---- drawing in the views ---- */

  function marker(context, [x, y], { color, marker: shape }) {
    const size = 5.5;
    const shapes = {
      square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
      triangle: [[0, -1.2], [1.15, 0.9], [-1.15, 0.9]],
      diamond: [[0, -1.4], [1.2, 0], [0, 1.4], [-1.2, 0]],
      cross: [[-0.45, -1.2], [0.45, -1.2], [0.45, -0.45], [1.2, -0.45], [1.2, 0.45], [0.45, 0.45], [0.45, 1.2], [-0.45, 1.2], [-0.45, 0.45], [-1.2, 0.45], [-1.2, -0.45], [-0.45, -0.45]],
    };
    context.beginPath();
    shapes[shape].forEach(([across, up]) => context.lineTo(x + size * across, y + size * up));
    context.closePath();
    context.fillStyle = lab.colors[color];
    context.strokeStyle = "#ffffff";
    context.lineWidth = 2;
    context.stroke();
    context.fill();
  }

  const isIn = (axes, [x, y]) => x >= axes.left && x <= axes.right && y >= axes.top && y <= axes.bottom;

  /** A line through pixels with a halo, left out where it leaps from beyond the picture to beyond it. */
  function pinLine(context, points, inside, { color, dash }, halo = "#ffffff") {
    const kept = [];
    for (let k = 1; k < points.length; k++) {
      if (inside(points[k - 1]) || inside(points[k])) kept.push(points[k - 1], points[k], null);
    }
    lab.stroke(context, kept, { color: halo, width: 4.5, alpha: 0.75 });
    // One stroke for the whole, so that the dashes run on.
    const whole = kept.length === 3 * (points.length - 1) ? points : kept;
    lab.stroke(context, whole, { color: lab.colors[color], width: 2.2, dash });
  }

  function drawPinPaths(context, axes, moment) {
    axes.inside(context, () => {
      for (const pin of shownPins()) {
        const points = drawnTo(pin, moment.epoch)
          .map((k) => [lab.tame(axes.x(pin.coordinates[2 * k])), lab.tame(axes.y(pin.coordinates[2 * k + 1]))]);
        pinLine(context, points, (point) => isIn(axes, point), pin.look);
        marker(context, points.at(-1), pin.look);
      }
    });
  }

  function drawPinsOnSurface(context, axes, moment, segment, box) {
    for (const pin of shownPins()) {
      const places = drawnTo(pin, moment.epoch)
        .map((k) => [pin.coordinates[2 * k], pin.coordinates[2 * k + 1], pin.track.loss[k]]);
      const line = places.slice(1).flatMap((to, k) => segment(places[k], to));
      lab.stroke(context, line, { color: "#ffffff", width: 4.5, alpha: 0.75 });
      lab.stroke(context, line, { color: lab.colors[pin.look.color], width: 2.2, dash: pin.look.dash });
      const last = places.at(-1);
      const isInBox = last[0] >= box.first[0] && last[0] <= box.first[1] && last[1] >= box.second[0] && last[1] <= box.second[1] && last[2] <= box.height;
      if (isInBox) marker(context, axes.point(...last), pin.look);
    }
  }

  function drawPinFits(context, axes, sweep, moment) {
    for (const pin of shownPins()) {
      const index = indexAt(pin, moment.epoch);
      const line = fitOf(pin, sweep, index, axes);
      if (sweep.predictors > 1) line.forEach((point) => isIn(axes, point) && lab.dot(context, point, 3, lab.colors[pin.look.color], lab.colors.background, 1));
      else pinLine(context, line, () => true, pin.look, lab.colors.background);
    }
  }

  function fitOf(pin, sweep, index, axes) {
    if (!sweep.plane.is_exact) {
      const { places } = sweep.fit;
      return places.map((place, k) => [axes.x(sweep.placeIn(place)), lab.tame(axes.y(sweep.targetIn(pin.track.fit[index * places.length + k])))]);
    }
    const [weight, bias] = pin.track.paramsAt(index);
    return [axes.left, axes.right].map((pixel) => [pixel, lab.tame(axes.y(sweep.targetIn(weight * sweep.inputFrom(axes.toX(pixel)) + bias)))]);
  }

  function drawPinCurves(context, axes, moment) {
    for (const pin of shownPins()) {
      const points = drawnTo(pin, moment.epoch)
        .map((k) => [axes.x(Math.log10(1 + pin.track.epochs[k])), lab.tame(axes.y(Math.log10(pin.track.loss[k])))]);
      pinLine(context, points, (point) => isIn(axes, point), pin.look, lab.colors.background);
      if (isIn(axes, points.at(-1))) marker(context, points.at(-1), pin.look);
    }
  }

  /* ---- the table ---- */

  /** What a run is called: its rate, and what else differs among the compared ones. */
  function nameOf(settings, all) {
    const differs = Object.keys(settings).filter((name) => name !== "learning_rate" && !SHARED.includes(name) && all.some((other) => other[name] !== settings[name]));
    const words = differs.filter((name) => name !== "optimizer").map((name) => `${wordsOf(name)} ${labelOf(name, settings[name])}`);
    return [`${labelOf("optimizer", settings.optimizer)}\u00a0${lab.plain(settings.learning_rate)}`, ...words].join(", ");
  }

  /** A value as its menu calls it; a number as it is. */
  function labelOf(field, value) {
    const options = lab.element(field.replaceAll("_", "-")).options;
    return [...(options || [])].find((option) => option.value === value)?.textContent || String(value);
  }

  /** The first epoch at which a run's train loss is at or below a value; null where it never is. */
  function reaches({ track }, wanted) {
    const index = track.loss.findIndex((loss, k) => k < track.length && loss <= wanted);
    if (index < 0) return null;
    return { epoch: track.epochs[index], isLate: index > 0 && track.epochs[index] - track.epochs[index - 1] > 1 };
  }

  function compare(sweep, moment) {
    const target = lab.slot("compare");
    const button = lab.element("pin");
    const now = { settings: lab.settingsNow(), track: lab.state.track, verdict: sweep.verdicts[lab.state.run], lastLoss: sweep.last_loss[lab.state.run], end: sweep.end, isNow: true };
    const isPinned = pins.some((pin) => same(pin.settings, now.settings));
    button.disabled = !lab.state.detail || isPinned || pins.length >= MOST;
    lab.setText("pin", pins.length >= MOST ? "Four runs are pinned: remove one to pin another" : isPinned ? "The run on show is pinned" : "Pin the run on show");
    const runs = [...pins.filter((pin) => !pin.mismatch), ...(isPinned ? [] : [now])];
    const others = pins.filter((pin) => pin.mismatch);
    const wanted = wantedLoss ?? usualLoss(runs);
    const key = [...pins.map(({ look }) => look.color), isPinned, lab.state.detail ? 1 : 0].join();
    if (target.dataset.key !== key) layCompare(target, key, wanted);
    const input = target.querySelector("input");
    if (wantedLoss === null && document.activeElement !== input) input.value = lab.format(wanted, 2);
    const names = [...runs, ...others].map((run) => nameOf(run.settings, [...runs, ...others].map(({ settings }) => settings)));
    const rows = runs.map((run, k) => ({ run, cells: [names[k], words(reaches(run, wanted)), lossWords(run, moment.epoch), lossWords(run, run.end), lab.state.hidden.has("verdict") ? "?" : run.verdict] }));
    rows.push(...others.map((run, k) => ({ run, cells: [names[runs.length + k], "", "", "", `not comparable now: other ${wordsOf(run.mismatch)}`] })));
    fillRows(target.querySelector("tbody"), rows);
    lab.slot("compare-reading").textContent = difference(runs, names, wanted);
    target.shown = { runs, names };
  }

  /** Between two kept epochs nobody knows when it was. */
  const words = (reached) => (reached === null ? "never" : `${reached.isLate ? "≤ " : ""}${reached.epoch}`);

  function lossWords(run, epoch) {
    if (lab.state.hidden.has("ahead")) return "?";
    const { track } = run;
    const at = Math.min(epoch, run.end);
    if (track.overflowAt >= 0 && at >= track.overflowAt) return "overflow";
    return lab.format(track.loss[Math.min(track.indexOf(at), track.length - 1)], 4);
  }

  /** Twice the lowest end, in two digits: a loss that says something of most runs. */
  function usualLoss(runs) {
    const ends = runs.map(({ lastLoss }) => lastLoss).filter((loss) => loss !== null && loss > 0);
    return ends.length ? Number((2 * Math.min(...ends)).toPrecision(2)) : 0.1;
  }

  function layCompare(target, key, wanted) {
    target.dataset.key = key;
    const input = lab.make("input", { className: "form-control", type: "text", inputMode: "decimal", value: lab.format(wanted, 2), id: "compare-loss" });
    input.setAttribute("aria-label", "train loss to reach");
    input.addEventListener("change", () => {
      const typed = lab.numberIn(input.value);
      const isGood = typeof typed === "number" && typed > 0;
      input.classList.toggle("is-invalid", !isGood);
      wantedLoss = isGood ? typed : wantedLoss;
      lab.touch();
    });
    const heads = ["run", "", "loss now", "at the end", "outcome", ""].map((text) => lab.make("th", { textContent: text }));
    heads[1].append("epochs to ", input);
    heads.at(-1).append(lab.make("span", { className: "visually-hidden", textContent: "remove" }));
    target.replaceChildren(lab.make("table", { className: "compare" }, [lab.make("thead", {}, [lab.make("tr", {}, heads)]), lab.make("tbody")]));
  }

  function fillRows(body, rows) {
    while (body.children.length > rows.length) body.lastChild.remove();
    rows.forEach(({ run, cells }, k) => {
      const row = body.children[k] || body.appendChild(emptyRow());
      row.pin = run;
      row.classList.toggle("now", Boolean(run.isNow));
      row.style.setProperty("--mark", run.isNow ? "var(--path)" : `var(--${run.look.color})`);
      row.dataset.marker = run.isNow ? "round" : run.look.marker;
      cells.forEach((text, column) => {
        const cell = row.children[column];
        if (cell.textContent !== text) cell.textContent = text;
      });
      row.lastChild.firstChild.hidden = Boolean(run.isNow);
    });
  }

  function emptyRow() {
    const row = lab.make("tr", {}, Array.from({ length: 5 }, () => lab.make("td")));
    const remove = lab.make("button", { className: "step-button remove", title: "remove", ariaLabel: "× remove", textContent: "×" });
    remove.addEventListener("click", () => unpin(row.pin));
    row.append(lab.make("td", {}, [remove]));
    return row;
  }

  /** One sentence: the first to get there against the last. */
  function difference(runs, names, wanted) {
    if (lab.state.hidden.size) return "";
    if (runs.length < 2) return "Pin this run, then change the learning rate, the optimizer or anything else that leaves the start as it is.";
    const reached = runs.map((run, k) => ({ name: names[k], epoch: reaches(run, wanted)?.epoch ?? null, run })).sort((a, b) => (a.epoch ?? Infinity) - (b.epoch ?? Infinity));
    const [first, last] = [reached[0], reached.at(-1)];
    const loss = lab.format(wanted, 2);
    if (first.epoch === null) return `None of them reaches a train loss of ${loss}.`;
    if (last.epoch === null) return `${first.name} reaches a train loss of ${loss} at epoch ${first.epoch}; ${last.name} never does (${last.run.verdict}).`;
    if (first.epoch === last.epoch) return `${runs.length > 2 ? "All" : "Both"} reach a train loss of ${loss} at epoch ${first.epoch}.`;
    const times = first.epoch > 0 ? `, ${lab.format(last.epoch / first.epoch, 2)} times as late` : "";
    return `${first.name} reaches a train loss of ${loss} at epoch ${first.epoch}; ${last.name} does at ${last.epoch}${times}.`;
  }

  document.addEventListener("click", (event) => event.target.closest("#pin") && pinCurrent());

  lab.ALWAYS.compare = compare;
  Object.assign(lab, { pinCurrent, placePins, drawPinPaths, drawPinsOnSurface, drawPinFits, drawPinCurves, lossWords, pinCount: () => pins.length });
})(window.descentLab);

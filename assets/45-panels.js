/* The side panels: each writes the current epoch's numbers into the slots that components/panels
   laid out. A panel draws only while it is open. */
(function (lab) {
  "use strict";

  const ROWS = 10;
  // A deep network has thousands of parameters: the tables show the first of them.
  const MOST_ROWS = 500;
  const SHAPE_SAMPLES = 25;
  const SVG = "http://www.w3.org/2000/svg";
  const TYPESET_EVERY = 150;

  const chosen = { rates: [1, 0.1, 0.01], unit: null };
  const number = (value, digits = 4) => lab.format(value, digits);
  const side = () => lab.element("side-body");
  const slot = (name) => side().querySelector(`[data-slot="${name}"]`);

  /* ---- writing ---- */

  function make(tag, properties = {}, children = []) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function makeSvg(tag, attributes = {}) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  /** A table whose cells change in place: a row's text is written only where it differs. */
  function table(target, head, rows) {
    const key = `${head.join()}/${rows.length}`;
    if (target.dataset.key !== key) {
      target.dataset.key = key;
      const line = (cells, tag) => make("tr", {}, cells.map((cell) => make(tag, { textContent: cell })));
      const body = rows.map((cells) => line(cells, "td"));
      target.replaceChildren(make("table", {}, [make("thead", {}, [line(head, "th")]), make("tbody", {}, body)]));
      return;
    }
    target.querySelectorAll("tbody tr").forEach((line, k) => {
      rows[k].forEach((text, column) => {
        const cell = line.children[column];
        if (cell.textContent !== String(text)) cell.textContent = text;
      });
    });
  }

  /** Formulas as MathJax, which Dash brings; typesetting costs, so it waits for the hand to rest. */
  const formulas = new Map();
  let typesetAt = 0;

  function maths(name, lines) {
    const target = slot(name);
    const tex = lines.join(" \\\\ ");
    if (target && target.dataset.tex !== tex) formulas.set(target, `\\begin{aligned}${tex}\\end{aligned}`);
    if (target) target.dataset.tex = tex;
  }

  function typeset() {
    if (!formulas.size || !window.MathJax?.tex2svg || performance.now() - typesetAt < TYPESET_EVERY) return formulas.size > 0;
    for (const [target, tex] of formulas) {
      target.replaceChildren(window.MathJax.tex2svg(tex, { display: true }));
    }
    formulas.clear();
    typesetAt = performance.now();
    return false;
  }

  const texNumber = (value, digits = 4) => number(value, digits).replace("−", "-").replace(/ × 10(.+)/, (_, power) => `\\cdot 10^{${plainPower(power)}}`);
  const plainPower = (power) => [...power].map((digit) => (digit === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit))).join("");
  const inBrackets = (value, digits) => (value < 0 ? `(${texNumber(value, digits)})` : texNumber(value, digits));

  /** The first terms of a sum with their signs, and dots for the rest. */
  function sum(terms, most = 3) {
    const shown = terms.slice(0, most).map((term, k) => (k ? signed(term) : texNumber(term, 3)));
    return shown.join(" ") + (terms.length > most ? " + \\dots" : "");
  }

  const signed = (value) => (value < 0 ? `- ${texNumber(-value, 3)}` : `+ ${texNumber(value, 3)}`);

  /* ---- one step, in numbers ---- */

  function oneStep(sweep, moment, params) {
    const { track, index } = moment;
    const batch = track.batchAt(index) || Array.from(sweep.targets, (_, i) => i);
    const gradients = track.batches ? lab.gradient(sweep, params, batch) : track.gradientsAt(index);
    const [direction, rate] = [track.directionAt(index), selectedRate(sweep) * track.factorAt(index)];
    const predictions = Array.from(batch, (i) => lab.predict(sweep, params, lab.example(sweep, i)));
    const squares = predictions.map((prediction, k) => (sweep.targets[batch[k]] - prediction) ** 2);
    const names = sweep.predictors === 1 ? ["x"] : [];
    slot("batch").textContent = batchWords(sweep, moment, batch);
    table(slot("examples"), ["i", ...names, "observed", "predicted", "error²"], predictions.slice(0, ROWS).map((prediction, k) => [
      batch[k] + 1, ...(names.length ? [number(sweep.inputs[batch[k]])] : []), number(sweep.targets[batch[k]]), number(prediction), number(squares[k]),
    ]));
    maths("predict", [`\\hat y_{${batch[0] + 1}} &= ${predictTex(sweep, params, batch[0])}`, `&= ${texNumber(predictions[0])}`]);
    const mean = squares.reduce((a, b) => a + b, 0) / batch.length;
    maths("loss", [`${track.batches ? "L_{\\text{batch}}" : "L"} &= \\tfrac{1}{${batch.length}}\\,(${sum(squares)})`, `&= ${texNumber(mean, 5)}`]);
    maths("gradient", gradientTex(sweep, predictions, gradients, batch));
    slot("update-rule").textContent = ruleOf(sweep, track.factorAt(index));
    const symbols = sweep.plane.is_exact ? ["w", "b"] : ["\\theta_1", "\\theta_2"];
    maths("update", symbols.flatMap((symbol, k) => [
      `${symbol} &\\leftarrow ${texNumber(params[k])} ${stepTex(sweep, rate, direction[k])}`,
      `&= ${texNumber(params[k] + rate * direction[k])}`,
    ]));
    lab.setText("make-step", sweep.steps_per_epoch > 1 ? `5 · Make this epoch’s ${sweep.steps_per_epoch} steps` : "5 · Make this step");
    const after = sweep.parameter_names.slice(0, MOST_ROWS).map((name, k) => [name, number(params[k]), number(gradients[k]), number(params[k] + rate * direction[k])]);
    table(slot("updates"), ["parameter", "now", "gradient", track.batches ? "after its first step" : "after the step"], after);
  }

  const selectedRate = (sweep) => sweep.learning_rates[lab.state.run];

  /** Plain descent takes the gradient itself; any other optimizer a direction that it makes of it. */
  const stepTex = (sweep, rate, direction) => (sweep.is_plain
    ? `- ${lab.plain(rate)} \\cdot ${inBrackets(-direction)}`
    : `+ ${texNumber(rate)} \\cdot ${inBrackets(direction)}`);

  function batchWords(sweep, { epoch }, batch) {
    if (sweep.steps_per_epoch === 1) return "";
    const names = Array.from(batch.slice(0, ROWS), (i) => i + 1).join(", ");
    return `Epoch ${epoch} has ${sweep.steps_per_epoch} steps. This is its first: a batch of ${batch.length} of ${sweep.example_count} examples, numbers ${names}${batch.length > ROWS ? ", …" : ""}. Below, L is the loss of this batch; the train loss is that of all.`;
  }

  /** How the optimizer makes its direction u of the gradient g, in words of the options' table. */
  function ruleOf({ settings, is_plain: isPlain, update_rule: rule }, factor) {
    if (isPlain) return "";
    const momentum = ["momentum", "nesterov"].includes(settings.optimizer) ? ` β = ${settings.momentum}.` : "";
    const decay = settings.weight_decay && settings.optimizer !== "adamw" ? ` Before, weight decay adds ${settings.weight_decay} × θ to g.` : "";
    const schedule = factor === 1 ? "" : ` The schedule makes ${number(factor, 3)} of α by now.`;
    return `Here θ ← θ + α u with ${rule}.${momentum}${decay}${schedule}`;
  }

  function predictTex(sweep, params, i) {
    const inputs = lab.example(sweep, i);
    const bias = params[params.length - 1];
    if (sweep.settings.hidden_units) return sum([bias, ...lab.contributions(sweep, params, inputs)]);
    const products = Array.from(inputs.slice(0, 2), (input, k) => `${inBrackets(params[k])} \\cdot ${inBrackets(input)}`);
    const rest = inputs.length > 2 ? " + \\dots" : "";
    return `${products.join(" + ")}${rest} + ${inBrackets(bias)}`;
  }

  function gradientTex(sweep, predictions, gradients, batch) {
    if (!sweep.plane.is_exact) {
      const length = Math.hypot(...gradients);
      return [`\\lVert \\nabla L \\rVert &= ${texNumber(length)} \\quad \\text{over ${gradients.length} parameters}`];
    }
    const errors = predictions.map((prediction, k) => prediction - sweep.targets[batch[k]]);
    const products = errors.map((error, k) => error * sweep.inputs[batch[k]]);
    const scale = `\\tfrac{2}{${predictions.length}}`;
    return [
      `\\tfrac{\\partial L}{\\partial w} &= ${scale}\\,(${sum(products)})`, `&= ${texNumber(gradients[0])}`,
      `\\tfrac{\\partial L}{\\partial b} &= ${scale}\\,(${sum(errors)})`, `&= ${texNumber(gradients[1])}`,
    ];
  }

  /* ---- what would each learning rate do ---- */

  function rateTable(sweep, moment, params) {
    const [direction, factor] = [moment.track.directionAt(moment.index), moment.track.factorAt(moment.index)];
    const target = slot("rates");
    if (!target.firstChild) layRates(target);
    const isLine = sweep.plane.is_exact;
    target.querySelector("thead").replaceChildren(make("tr", {}, ["learning rate", ...(isLine ? ["weight", "bias"] : []), "train loss", "step", "outcome"].map((text) => make("th", { textContent: text }))));
    target.querySelectorAll("tbody tr").forEach((row, k) => {
      const rate = chosen.rates[k];
      const after = lab.moved(params, direction, rate * factor);
      const loss = lab.trainLoss(sweep, after);
      const run = sweep.learning_rates.indexOf(rate);
      const whole = lab.state.hidden.has("verdict") ? "?" : run < 0 ? "–" : sweep.verdicts[run];
      const way = loss > moment.loss ? "up" : loss < moment.loss ? "down" : "stays";
      const step = [...(isLine ? Array.from(after, (param) => number(param, 5)) : []), number(loss, 5), way];
      const texts = [...(isCurtained() ? step.map(() => "?") : step), whole];
      while (row.children.length > 1) row.lastChild.remove();
      row.append(...texts.map((text) => make("td", { textContent: text })));
    });
  }

  /** What comes next lies behind the curtain, and so does each of these steps. */
  const isCurtained = () => lab.state.hidden.has("ahead");

  function layRates(target) {
    const rows = chosen.rates.map((rate, k) => {
      const input = make("input", { className: "form-control", type: "number", step: "any", min: "0.000001", max: "10", value: lab.plain(rate) });
      input.setAttribute("aria-label", `learning rate ${k + 1}`);
      input.addEventListener("input", () => {
        const typed = Number(input.value);
        input.classList.toggle("is-invalid", !(typed >= 1e-6 && typed <= 10));
        if (typed >= 1e-6 && typed <= 10) { chosen.rates[k] = typed; lab.touch(); }
      });
      return make("tr", {}, [make("td", {}, [input])]);
    });
    target.replaceChildren(make("table", { className: "rates" }, [make("thead"), make("tbody", {}, rows)]));
  }

  /** The steps that the table compares, as ends in the plane; only while it is open. */
  function rateArrows(sweep, moment) {
    const direction = moment.track.directionAt(moment.index);
    if (!isOpen("rate-table") || isCurtained() || !direction) return [];
    const factor = moment.track.factorAt(moment.index);
    const params = moment.track.paramsAt(moment.index);
    return chosen.rates.map((rate) => {
      const [first, second] = sweep.project(lab.moved(params, direction, rate * factor));
      return { rate, first, second };
    });
  }

  /* ---- the network ---- */

  const WIDTH = 340;
  const ONE_COLUMN = 16;
  // With the gap between two of them 24 pixels and more.
  const SMALLEST_TARGET = 20;
  // More edges than this are drawn for the chosen unit only.
  const MOST_EDGES = 150;

  /** Where everything stands: inputs left, a column for each hidden layer (four for one wide layer),
      output right. */
  function networkLayout(sweep) {
    const { hidden_units: count, hidden_layers: depth } = sweep.settings;
    const isWide = count > ONE_COLUMN;
    const columns = depth === 1 && isWide ? 4 : 1;
    const rows = Math.ceil(count / columns) || 1;
    const inputs = [...sweep.predictor_names, "1"];
    const tile = depth === 1 && !isWide ? { width: 72, height: Math.max(22, Math.min(34, 380 / rows)) } : { width: 46, height: isWide && depth > 1 ? 9 : 22 };
    const height = Math.max(rows * (tile.height + 4), inputs.length * 30, 120) + 40;
    const [left, right] = depth > 1 ? [54, WIDTH - 62 - tile.width] : [columns === 1 ? (WIDTH - tile.width) / 2 : 62, 0];
    const place = (many, k) => ((k + 0.5) * height) / many;
    const top = 20 + (height - 40 - rows * (tile.height + 4)) / 2;
    const layer = (k) => Array.from({ length: count }, (_, unit) => ({
      x: left + (depth > 1 ? (k * (right - left)) / (depth - 1) : (unit % columns) * (tile.width + 6)),
      y: top + Math.floor(unit / columns) * (tile.height + 4),
    }));
    return {
      columns, tile, height,
      inputs: inputs.map((name, k) => ({ name, x: 20, y: place(inputs.length, k) })),
      units: count ? Array.from({ length: depth }, (_, k) => layer(k)).flat() : [],
      output: { x: WIDTH - 22, y: height / 2 },
      // Beside the last layer, where a deep network leaves no room under it.
      bias: { x: WIDTH - (depth > 1 ? 20 : 60), y: height - 18 },
    };
  }

  /** Each edge with the parameter it stands for; `unit` is the unit that it belongs to. Biases of
      further layers have no edge: the reading names them. */
  function networkEdges(sweep, layout) {
    const { hidden_units: units, hidden_layers: depth } = sweep.settings;
    const { predictors } = sweep;
    const edges = [];
    const edge = (from, to, param, unit) => edges.push({ from, to, param, unit });
    if (!units) {
      layout.inputs.forEach((input, k) => edge(input, layout.output, k, null));
      return edges;
    }
    const middle = (unit) => layout.units[unit].y + layout.tile.height / 2;
    const into = (unit) => ({ x: layout.units[unit].x, y: middle(unit) });
    const from = (unit) => ({ x: layout.units[unit].x + layout.tile.width, y: middle(unit) });
    for (let unit = 0; unit < units; unit++) {
      layout.inputs.forEach((input, k) => edge(input, into(unit), k < predictors ? unit * predictors + k : units * predictors + unit, unit));
    }
    let place = units * (predictors + 1);
    for (let k = 1; k < depth; k++) {
      for (let unit = 0; unit < units; unit++) {
        for (let below = 0; below < units; below++) edge(from((k - 1) * units + below), into(k * units + unit), place++, k * units + unit);
      }
      place += units;
    }
    for (let unit = 0; unit < units; unit++) edge(from((depth - 1) * units + unit), layout.output, place + unit, (depth - 1) * units + unit);
    edge(layout.bias, layout.output, place + units, null);
    return edges;
  }

  function layNetwork(target, sweep) {
    const layout = networkLayout(sweep);
    const drawing = makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${layout.height}`, role: "group", "aria-label": "the network" });
    const edges = networkEdges(sweep, layout).map((edge) => {
      const line = drawing.appendChild(makeSvg("line", { x1: edge.from.x, y1: edge.from.y, x2: edge.to.x, y2: edge.to.y }));
      return { ...edge, line };
    });
    for (const { name, x, y } of layout.inputs) node(drawing, x, y, name);
    if (layout.units.length) node(drawing, layout.bias.x, layout.bias.y, "1");
    node(drawing, layout.output.x, layout.output.y, "ŷ");
    const shapes = layout.units.map((place, unit) => unitTile(drawing, layout, place, unit));
    target.replaceChildren(drawing);
    return { edges, shapes, layout };
  }

  function node(drawing, x, y, name) {
    drawing.append(makeSvg("circle", { cx: x, cy: y, r: 14, class: "node" }));
    const text = drawing.appendChild(makeSvg("text", { x, y: y + 4, "text-anchor": "middle" }));
    text.textContent = name;
  }

  function unitTile(drawing, { tile }, { x, y }, unit) {
    // Units too small for a finger are for a mouse alone: the panel of parameters has their numbers.
    const button = tile.height < SMALLEST_TARGET ? {} : { tabindex: 0, role: "button", "aria-label": `hidden unit ${unit + 1}` };
    const group = drawing.appendChild(makeSvg("g", { class: "unit", ...button, transform: `translate(${x} ${y})` }));
    group.append(makeSvg("rect", { width: tile.width, height: tile.height, rx: 5 }));
    const shape = group.appendChild(makeSvg("polyline", {}));
    const read = () => { chosen.unit = unit; lab.touch(); };
    for (const event of ["pointerenter", "focus", "click"]) group.addEventListener(event, read);
    return { group, shape };
  }

  let drawn = null;

  function network(sweep, moment, params, gradients) {
    const target = slot("network");
    const { hidden_units: units, hidden_layers: depth, dataset } = sweep.settings;
    const key = `${dataset}/${units}/${depth}`;
    if (target.dataset.key !== key || !target.firstChild) {
      target.dataset.key = key;
      drawn = layNetwork(target, sweep);
      chosen.unit = null;
    }
    const largest = params.reduce((most, param) => Math.max(most, Math.abs(param)), 1e-9);
    const isCrowded = drawn.edges.length > MOST_EDGES || drawn.layout.columns > 1;
    for (const { line, param, unit } of drawn.edges) {
      const isHidden = isCrowded && unit !== null && unit !== chosen.unit;
      line.setAttribute("stroke-width", (0.4 + 4.6 * Math.abs(params[param]) / largest).toFixed(2));
      line.setAttribute("class", `edge-line${params[param] < 0 ? " negative" : ""}${unit === chosen.unit && unit !== null ? " chosen" : ""}`);
      line.style.display = isHidden ? "none" : "";
    }
    drawShapes(sweep, params);
    slot("network-reading").textContent = reading(sweep, params, gradients);
  }

  /** What each unit of the last layer adds to the fit, and what the others pass on, over the range
      of the (first) predictor; each layer at one scale. */
  function drawShapes(sweep, params) {
    const { tile } = drawn.layout;
    if (!drawn.shapes.length) return;
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < sweep.inputs.length; i += sweep.predictors) {
      low = Math.min(low, sweep.inputs[i]);
      high = Math.max(high, sweep.inputs[i]);
    }
    const inputs = new Float32Array(sweep.predictors);
    const samples = Array.from({ length: SHAPE_SAMPLES }, (_, k) => {
      inputs[0] = low + (k / (SHAPE_SAMPLES - 1)) * (high - low);
      return [...lab.forward(sweep, params, inputs).slice(0, -2), lab.contributions(sweep, params, inputs)];
    });
    const { hidden_units: units } = sweep.settings;
    drawn.shapes.forEach(({ shape, group }, unit) => {
      const layer = Math.floor(unit / units);
      const largest = samples.reduce((most, layers) => layers[layer].reduce((a, b) => Math.max(a, Math.abs(b)), most), 1e-9);
      const points = samples.map((layers, k) => `${(3 + (k / (SHAPE_SAMPLES - 1)) * (tile.width - 6)).toFixed(1)},${((tile.height / 2) * (1 - 0.85 * (layers[layer][unit % units] / largest))).toFixed(1)}`);
      shape.setAttribute("points", points.join(" "));
      group.classList.toggle("chosen", unit === chosen.unit);
    });
  }

  function reading(sweep, params, gradients) {
    const names = sweep.parameter_names;
    const say = (k) => `${names[k]} = ${number(params[k])} (gradient ${number(gradients[k])})`;
    if (!sweep.settings.hidden_units) return names.map((_, k) => say(k)).join(" · ");
    if (chosen.unit === null) return `${params.length} parameters. Output bias ${say(params.length - 1)}.`;
    const mine = drawn.edges.filter(({ unit }) => unit === chosen.unit).map(({ param }) => say(param));
    return `Unit ${chosen.unit + 1}: ${mine.slice(0, ROWS).join(" · ")}${mine.length > ROWS ? " · …" : ""}`;
  }

  /* ---- activation functions ---- */

  function activations(sweep) {
    for (const name of Object.keys(lab.ACTIVATIONS)) {
      const target = slot(`curve-${name}`);
      if (!target.firstChild) target.append(activationCurve(lab.ACTIVATIONS[name]));
      const isUsed = sweep.settings.hidden_units > 0 && sweep.settings.activation === name;
      target.parentElement.classList.toggle("chosen", isUsed);
    }
  }

  function activationCurve({ value, slope }) {
    const [width, height, reach, low, high] = [132, 84, 3, -1.4, 2.2];
    const drawing = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    const x = (z) => ((z + reach) / (2 * reach)) * width;
    const y = (v) => height - ((v - low) / (high - low)) * height;
    drawing.append(makeSvg("path", { d: `M0 ${y(0)}H${width}M${x(0)} 0V${height}`, class: "axis" }));
    const trace = (f) => Array.from({ length: 121 }, (_, k) => -reach + (k * reach) / 60).map((z) => `${x(z).toFixed(1)},${y(f(z)).toFixed(1)}`).join(" ");
    drawing.append(makeSvg("polyline", { points: trace(slope), class: "slope" }), makeSvg("polyline", { points: trace(value), class: "value" }));
    return drawing;
  }

  /* ---- parameters ---- */

  function parameters(sweep, moment, params, gradients) {
    const layers = lab.layers(sweep);
    const widths = lab.widthsOf(sweep);
    const total = layers.reduce((sum, [, count]) => sum + count, 0);
    table(slot("layers"), [`${widths.join("-")} network`, "parameters"], [...layers, ["together", total]]);
    const squares = sweep.least_squares;
    table(slot("values"), ["parameter", "value", "gradient", ...(squares ? ["least squares"] : [])],
      sweep.parameter_names.slice(0, MOST_ROWS).map((name, k) => [name, number(params[k]), number(gradients[k]), ...(squares ? [number(squares[k])] : [])]));
    table(slot("losses"), ["epoch", "train loss"], lossRows(sweep, moment));
  }

  /** Every 50 epochs where the run has that epoch; what lies ahead stays behind a curtain. */
  function lossRows(sweep, { track, epoch }) {
    const rows = [];
    for (let at = 0; at <= sweep.end; at += 50) {
      const isAhead = lab.state.hidden.has("ahead") && at > epoch;
      const overflowed = track.overflowAt >= 0 && at >= track.overflowAt;
      const index = track.indexOf(at);
      if (!overflowed && track.epochs[index] !== at) continue;
      rows.push([at, isAhead ? "?" : overflowed ? "overflow" : number(track.loss[index], 5)]);
    }
    return rows;
  }

  /* ---- a tensor and its gradient ---- */

  function tensor(sweep, moment) {
    const x = Number(lab.element("tensor-x").value);
    const [w, b] = sweep.plane.is_exact ? [moment.first, moment.second] : [0.5, 1];
    maths("tensor", [
      `y &= w x + b = ${inBrackets(w)} \\cdot ${inBrackets(x)} + ${inBrackets(b)} = ${texNumber(w * x + b)}`,
      `\\tfrac{\\partial y}{\\partial w} &= x = ${texNumber(x)}`,
      "\\tfrac{\\partial y}{\\partial b} &= 1",
    ]);
  }

  /* ---- all of them ---- */

  // Each gets the sweep and the moment; those that need params, or what only an inspection brings,
  // wait for it.
  const NEEDS_DETAIL = {};
  const NEEDS_PARAMS = { "one-step": oneStep, "rate-table": rateTable, network, parameters };
  const ALWAYS = { activations, tensor };

  const isOpen = (name) => Boolean(side()?.querySelector(`[data-panel="${name}"]`));

  // What would tell the answer to a question that is still open, and the curtain that it is behind.
  const BEHIND = {
    "rate-axis": ["ahead"], "loss-by-rate": ["strip"], compare: ["ahead"],
    sharpness: ["ahead", "verdict", "mark"], map: ["strip", "ahead", "verdict"],
  };
  const isBehind = (panel) => (BEHIND[panel] || []).some((word) => lab.state.hidden.has(word));
  const CURTAIN = "Behind the curtain, until the question is answered.";

  function drawPanels(sweep, moment) {
    const { track, index } = moment;
    const params = track.paramsAt(index);
    const isReady = params && track.directionAt(index);
    for (const open of side().querySelectorAll("[data-panel]")) {
      const { panel } = open.dataset;
      const waits = (panel in NEEDS_PARAMS && !isReady) || (panel in NEEDS_DETAIL && !lab.state.detail);
      const isHidden = isBehind(panel);
      open.classList.toggle("waiting", waits || isHidden);
      open.classList.toggle("curtained", isHidden);
      open.dataset.waiting = isHidden ? CURTAIN : waits ? lab.WAITING : "";
      if (isHidden) continue;
      if (panel in ALWAYS) ALWAYS[panel](sweep, moment);
      else if (!waits) (NEEDS_PARAMS[panel] || NEEDS_DETAIL[panel])(sweep, moment, params, track.gradientsAt(index));
    }
  }

  lab.WAITING = "The numbers of this run come as soon as you pause.";
  Object.assign(lab, { drawPanels, typeset, rateArrows, slot, make, makeSvg, isBehind, NEEDS_PARAMS, NEEDS_DETAIL, ALWAYS });
})(window.descentLab);

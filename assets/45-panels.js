/* The side panels: each writes the current epoch's numbers into the slots that components/panels.py
   laid out. A panel draws only while it is open. */
(function (lab) {
  "use strict";

  const ROWS = 10;
  const WAITING = "The numbers of this run come as soon as you pause.";
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
      target.setAttribute("aria-label", tex);
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

  function oneStep(sweep, moment, params, gradients) {
    const { targets } = sweep;
    const rate = sweep.learning_rates[lab.state.run];
    const predictions = Array.from(targets, (_, i) => lab.predict(sweep, params, lab.example(sweep, i)));
    const squares = predictions.map((prediction, i) => (targets[i] - prediction) ** 2);
    const count = Math.min(ROWS, targets.length);
    const names = sweep.predictors === 1 ? ["x"] : [];
    table(slot("examples"), ["i", ...names, "observed", "predicted", "error²"], Array.from({ length: count }, (_, i) => [
      i + 1, ...(names.length ? [number(sweep.inputs[i])] : []), number(targets[i]), number(predictions[i]), number(squares[i]),
    ]));
    maths("predict", [`\\hat y_1 &= ${predictTex(sweep, params)}`, `&= ${texNumber(predictions[0])}`]);
    const mean = squares.reduce((a, b) => a + b, 0) / targets.length;
    maths("loss", [`L &= \\tfrac{1}{${targets.length}}\\,(${sum(squares)})`, `&= ${texNumber(mean, 5)}`]);
    maths("gradient", gradientTex(sweep, predictions, gradients));
    const symbols = sweep.plane.is_exact ? ["w", "b"] : ["\\theta_1", "\\theta_2"];
    maths("update", symbols.flatMap((symbol, k) => [
      `${symbol} &\\leftarrow ${texNumber(params[k])} - ${lab.plain(rate)} \\cdot ${inBrackets(gradients[k])}`,
      `&= ${texNumber(params[k] - rate * gradients[k])}`,
    ]));
    const after = lab.paramNames(sweep).map((name, k) => [name, number(params[k]), number(gradients[k]), number(params[k] - rate * gradients[k])]);
    table(slot("updates"), ["parameter", "now", "gradient", "after the step"], after);
  }

  function predictTex(sweep, params) {
    const inputs = lab.example(sweep, 0);
    const { hidden_units: units } = sweep.settings;
    const bias = params[params.length - 1];
    if (units) {
      const terms = Array.from({ length: units }, (_, unit) => lab.contribution(sweep, params, unit, inputs));
      return sum([bias, ...terms]);
    }
    const products = Array.from(inputs.slice(0, 2), (input, k) => `${inBrackets(params[k])} \\cdot ${inBrackets(input)}`);
    const rest = inputs.length > 2 ? " + \\dots" : "";
    return `${products.join(" + ")}${rest} + ${inBrackets(bias)}`;
  }

  function gradientTex(sweep, predictions, gradients) {
    if (!sweep.plane.is_exact) {
      const length = Math.hypot(...gradients);
      return [`\\lVert \\nabla L \\rVert &= ${texNumber(length)} \\quad \\text{over ${gradients.length} parameters}`];
    }
    const products = predictions.map((prediction, i) => (prediction - sweep.targets[i]) * sweep.inputs[i]);
    const errors = predictions.map((prediction, i) => prediction - sweep.targets[i]);
    const scale = `\\tfrac{2}{${predictions.length}}`;
    return [
      `\\tfrac{\\partial L}{\\partial w} &= ${scale}\\,(${sum(products)})`, `&= ${texNumber(gradients[0])}`,
      `\\tfrac{\\partial L}{\\partial b} &= ${scale}\\,(${sum(errors)})`, `&= ${texNumber(gradients[1])}`,
    ];
  }

  /* ---- what would each learning rate do ---- */

  function rateTable(sweep, moment, params, gradients) {
    const target = slot("rates");
    if (!target.firstChild) layRates(target);
    const isLine = sweep.plane.is_exact;
    target.querySelector("thead").replaceChildren(make("tr", {}, ["learning rate", ...(isLine ? ["weight", "bias"] : []), "train loss", "step", "outcome"].map((text) => make("th", { textContent: text }))));
    target.querySelectorAll("tbody tr").forEach((row, k) => {
      const rate = chosen.rates[k];
      const after = Array.from(params, (param, p) => param - rate * gradients[p]);
      const loss = lab.trainLoss(sweep, after);
      const run = sweep.learning_rates.indexOf(rate);
      const whole = lab.state.hidden.has("verdict") ? "?" : run < 0 ? "–" : sweep.verdicts[run];
      const way = loss > moment.loss ? "up" : loss < moment.loss ? "down" : "stays";
      const step = [...(isLine ? after.map((param) => number(param, 5)) : []), number(loss, 5), way];
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
  function rateArrows(moment) {
    if (!isOpen("rate-table") || isCurtained()) return [];
    return chosen.rates.map((rate) => ({
      rate, first: moment.first - rate * moment.firstSlope, second: moment.second - rate * moment.secondSlope,
    }));
  }

  /* ---- the network ---- */

  const WIDTH = 340;
  const ONE_COLUMN = 16;

  /** Where everything stands: inputs left, units in one column or in four, output right. */
  function networkLayout(sweep) {
    const units = sweep.settings.hidden_units;
    const columns = units > ONE_COLUMN ? 4 : 1;
    const rows = Math.ceil(units / columns) || 1;
    const inputs = [...sweep.predictor_names, "1"];
    const tile = columns === 1 ? { width: 72, height: Math.max(22, Math.min(34, 380 / rows)) } : { width: 46, height: 22 };
    const height = Math.max(rows * (tile.height + 4), inputs.length * 30, 120) + 40;
    const left = columns === 1 ? (WIDTH - tile.width) / 2 : 62;
    const place = (count, k) => ((k + 0.5) * height) / count;
    return {
      columns, tile, height,
      inputs: inputs.map((name, k) => ({ name, x: 20, y: place(inputs.length, k) })),
      units: Array.from({ length: units }, (_, unit) => ({
        x: left + (unit % columns) * (tile.width + 6),
        y: 20 + Math.floor(unit / columns) * (tile.height + 4) + (height - 40 - rows * (tile.height + 4)) / 2,
      })),
      output: { x: WIDTH - 22, y: height / 2 },
      bias: { x: WIDTH - 60, y: height - 18 },
    };
  }

  /** Each edge with the parameter it stands for; `unit` is the unit that it belongs to. */
  function networkEdges(sweep, layout) {
    const { hidden_units: units } = sweep.settings;
    const { predictors } = sweep;
    const edges = [];
    const edge = (from, to, param, unit) => edges.push({ from, to, param, unit });
    if (!units) {
      layout.inputs.forEach((input, k) => edge(input, layout.output, k, null));
      return edges;
    }
    layout.units.forEach((place, unit) => {
      const middle = place.y + layout.tile.height / 2;
      layout.inputs.forEach((input, k) => edge(input, { x: place.x, y: middle }, k < predictors ? unit * predictors + k : units * predictors + unit, unit));
      edge({ x: place.x + layout.tile.width, y: middle }, layout.output, units * (predictors + 1) + unit, unit);
    });
    edge(layout.bias, layout.output, units * (predictors + 2), null);
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
    const group = drawing.appendChild(makeSvg("g", { class: "unit", tabindex: 0, role: "button", "aria-label": `hidden unit ${unit + 1}`, transform: `translate(${x} ${y})` }));
    group.append(makeSvg("rect", { width: tile.width, height: tile.height, rx: 5 }));
    const shape = group.appendChild(makeSvg("polyline", {}));
    const read = () => { chosen.unit = unit; lab.touch(); };
    for (const event of ["pointerenter", "focus", "click"]) group.addEventListener(event, read);
    return { group, shape };
  }

  let drawn = null;

  function network(sweep, moment, params, gradients) {
    const target = slot("network");
    const { hidden_units: units, dataset } = sweep.settings;
    const key = `${dataset}/${units}`;
    if (target.dataset.key !== key || !target.firstChild) {
      target.dataset.key = key;
      drawn = layNetwork(target, sweep);
      chosen.unit = null;
    }
    const largest = Math.max(...params.map(Math.abs), 1e-9);
    for (const { line, param, unit } of drawn.edges) {
      const isHidden = drawn.layout.columns > 1 && unit !== null && unit !== chosen.unit;
      line.setAttribute("stroke-width", (0.4 + 4.6 * Math.abs(params[param]) / largest).toFixed(2));
      line.setAttribute("class", `edge-line${params[param] < 0 ? " negative" : ""}${unit === chosen.unit && unit !== null ? " chosen" : ""}`);
      line.style.display = isHidden ? "none" : "";
    }
    drawShapes(sweep, params);
    slot("network-reading").textContent = reading(sweep, params, gradients);
  }

  /** What each unit adds to the fit over the range of the (first) predictor, all at one scale. */
  function drawShapes(sweep, params) {
    const { tile } = drawn.layout;
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < sweep.inputs.length; i += sweep.predictors) {
      low = Math.min(low, sweep.inputs[i]);
      high = Math.max(high, sweep.inputs[i]);
    }
    const inputs = new Float32Array(sweep.predictors);
    const curves = drawn.shapes.map((_, unit) => Array.from({ length: SHAPE_SAMPLES }, (_, k) => {
      inputs[0] = low + (k / (SHAPE_SAMPLES - 1)) * (high - low);
      return lab.contribution(sweep, params, unit, inputs);
    }));
    const largest = Math.max(...curves.flat().map(Math.abs), 1e-9);
    curves.forEach((curve, unit) => {
      const points = curve.map((value, k) => `${(3 + (k / (SHAPE_SAMPLES - 1)) * (tile.width - 6)).toFixed(1)},${((tile.height / 2) * (1 - 0.85 * (value / largest))).toFixed(1)}`);
      drawn.shapes[unit].shape.setAttribute("points", points.join(" "));
      drawn.shapes[unit].group.classList.toggle("chosen", unit === chosen.unit);
    });
  }

  function reading(sweep, params, gradients) {
    const names = lab.paramNames(sweep);
    const say = (k) => `${names[k]} = ${number(params[k])} (gradient ${number(gradients[k])})`;
    if (!sweep.settings.hidden_units) return names.map((_, k) => say(k)).join(" · ");
    if (chosen.unit === null) return `${params.length} parameters. Output bias ${say(params.length - 1)}.`;
    const mine = drawn.edges.filter(({ unit }) => unit === chosen.unit).map(({ param }) => say(param));
    return `Unit ${chosen.unit + 1}: ${mine.join(" · ")}`;
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
    const widths = [sweep.predictors, ...(sweep.settings.hidden_units ? [sweep.settings.hidden_units] : []), 1];
    const total = layers.reduce((sum, [, count]) => sum + count, 0);
    table(slot("layers"), [`${widths.join("-")} network`, "parameters"], [...layers, ["together", total]]);
    const squares = sweep.least_squares;
    table(slot("values"), ["parameter", "value", "gradient", ...(squares ? ["least squares"] : [])],
      lab.paramNames(sweep).map((name, k) => [name, number(params[k]), number(gradients[k]), ...(squares ? [number(squares[k])] : [])]));
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

  const NEEDS_PARAMS = { "one-step": oneStep, "rate-table": rateTable, network, parameters };
  const ALWAYS = { activations, tensor };

  const isOpen = (name) => Boolean(side()?.querySelector(`[data-panel="${name}"]`));

  function drawPanels(sweep, moment) {
    const params = moment.track.paramsAt(moment.index);
    const gradients = moment.track.gradientsAt(moment.index);
    for (const open of side().querySelectorAll("[data-panel]")) {
      const { panel } = open.dataset;
      const waits = panel in NEEDS_PARAMS && !params;
      open.classList.toggle("waiting", waits);
      open.dataset.waiting = waits ? WAITING : "";
      if (panel in ALWAYS) ALWAYS[panel](sweep, moment);
      else if (!waits) NEEDS_PARAMS[panel](sweep, moment, params, gradients);
    }
  }

  Object.assign(lab, { drawPanels, typeset, rateArrows });
})(window.descentLab);

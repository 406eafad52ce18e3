/* The network: its edges by weight, and what each unit adds to the fit. */
import { makeSvg, slot } from "#lab/lib/dom.mjs";
import { number } from "#lab/lib/format.mjs";
import { probability } from "#lab/model/classes.mjs";
import { contributions, forward, placesAlong, predict } from "#lab/model/network.mjs";
import { CORNER, WIDTH, networkEdges, networkLayout } from "#lab/panels/network-layout.mjs";
import { drawMaps, newMaps } from "#lab/panels/network-maps.mjs";
import { inputOf, layNumbers, showNumbers } from "#lab/panels/network-numbers.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { hand } from "#lab/state/hand.mjs";
import { chosen, invalidate, state } from "#lab/state/store.mjs";
import { rangesOf } from "#lab/views/heat-map.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {import("#lab/panels/network-layout.mjs").Place} Place
 * @typedef {import("#lab/panels/network-layout.mjs").Tile} Tile
 * @typedef {import("#lab/panels/network-layout.mjs").Edge} Edge
 * @typedef {import("#lab/panels/network-layout.mjs").Layout} Layout
 * @typedef {{group: SVGElement, shape: SVGElement}} Shape
 * @typedef {import("#lab/panels/network-numbers.mjs").Numbered} Numbered
 * @typedef {object} Drawing
 * @property {(Edge & {line: SVGElement})[]} edges
 * @property {Shape[]} shapes
 * @property {Layout} layout
 * @property {Numbered} numbers
 * @property {SVGElement} output the text at the output
 * @property {import("#lab/panels/network-maps.mjs").Maps | null} maps
 */

const SHAPE_SAMPLES = 25;

// With the gap between two of them 24 pixels and more.
const SMALLEST_TARGET = 20;

// More edges than this are drawn for the chosen unit only.
const MOST_EDGES = 150;

/** @returns {Drawing} */
const drawing = () => drawn.network;

/**
 * @param {HTMLElement} target
 * @param {Sweep} sweep
 * @returns {Drawing}
 */
function layNetwork(target, sweep) {
  const layout = networkLayout(sweep);
  const svg = makeSvg("svg", {
    viewBox: `0 0 ${WIDTH} ${layout.height}`,
    role: "group",
    "aria-label": "the network",
  });
  const edges = networkEdges(sweep, layout).map((edge) => {
    const { from, to } = edge;
    const line = makeSvg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y });
    return { ...edge, line: svg.appendChild(line) };
  });
  for (const input of layout.inputs) node(svg, input, input.name);
  if (layout.units.length) node(svg, layout.bias, "1");
  node(svg, layout.output, sweep.isProbability ? "p" : "ŷ");
  const shapes = layout.units.map((place, unit) => unitTile(svg, layout.tile, place, unit));
  const output = svg.appendChild(
    makeSvg("text", { x: WIDTH - 4, y: layout.output.y + 34, "text-anchor": "end" }),
  );
  const numbers = layNumbers(svg, sweep, layout);
  const maps = newMaps(sweep, layout);
  target.replaceChildren(...(maps ? [maps.context.canvas] : []), svg);
  target.classList.toggle("has-maps", maps !== null);
  return { edges, shapes, layout, numbers, output, maps };
}

/**
 * A circle with its name.
 * @param {SVGElement} svg
 * @param {Place} place
 * @param {string} name
 */
function node(svg, { x, y }, name) {
  svg.append(makeSvg("circle", { cx: x, cy: y, r: 14, class: "node" }));
  const text = svg.appendChild(makeSvg("text", { x, y: y + 4, "text-anchor": "middle" }));
  text.textContent = name;
}

/**
 * @param {SVGElement} svg
 * @param {Tile} tile
 * @param {Place} place
 * @param {number} unit
 * @returns {Shape}
 */
function unitTile(svg, { width, height }, { x, y }, unit) {
  const group = svg.appendChild(makeSvg("g", { class: "unit", transform: `translate(${x} ${y})` }));
  // Units too small for a finger are for a mouse alone: the panel of parameters has their numbers.
  if (height >= SMALLEST_TARGET) {
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `hidden unit ${unit + 1}`);
  }
  group.append(makeSvg("rect", { width, height, rx: CORNER }));
  const shape = group.appendChild(makeSvg("polyline"));
  const read = () => {
    chosen.unit = unit;
    invalidate();
  };
  for (const event of ["pointerenter", "focus", "click"]) group.addEventListener(event, read);
  return { group, shape };
}

/**
 * @param {Sweep} sweep
 * @param {import("#types").Snapshot} moment
 * @param {Float32Array} params
 * @param {Numbers} gradients
 */
export function network(sweep, moment, params, gradients) {
  const target = slot("network");
  const { hidden_units: units, hidden_layers: depth } = sweep.settings;
  const ranges = sweep.fitKind === "plane" ? rangesOf(sweep).flat() : [];
  const { isProbability } = sweep;
  const key = [...sweep.predictor_names, units, depth, ...ranges, isProbability].join("/");
  if (target.dataset.key !== key || !target.firstChild) {
    target.dataset.key = key;
    drawn.network = layNetwork(target, sweep);
    chosen.unit = null;
  }
  drawEdges(params);
  drawShapes(sweep, params);
  showNumbers(drawing().numbers, sweep, params, numberedEdges(sweep));
  drawing().output.textContent = sweep.predictors === 1 ? number(outputOf(sweep, params)) : "";
  slot("network-reading").textContent = reading(sweep, moment, params, gradients);
  const back = document.getElementById("back-to-run");
  if (back) back.hidden = !hand.params;
}

// A unit with more edges than this shows none of their numbers.
const MOST_NUMBERS = 14;

/** The edges whose numbers are on show: all of a model without units, else the chosen unit's.
 * @param {Sweep} sweep */
function numberedEdges({ settings }) {
  const { edges } = drawing();
  const shown = settings.hidden_units
    ? edges.filter(({ unit }) => unit === null || unit === chosen.unit)
    : edges;
  return shown.length > MOST_NUMBERS ? [] : shown;
}

/** Each edge as wide as its parameter is large. @param {Float32Array} params */
function drawEdges(params) {
  const { edges, layout } = drawing();
  const largest = params.reduce((most, param) => Math.max(most, Math.abs(param)), 1e-9);
  const isCrowded = edges.length > MOST_EDGES || layout.columns > 1;
  for (const { line, param, unit } of edges) {
    const value = params[param];
    const isChosen = unit !== null && unit === chosen.unit;
    const isHidden = isCrowded && unit !== null && !isChosen;
    line.setAttribute("stroke-width", (0.4 + (4.6 * Math.abs(value)) / largest).toFixed(2));
    line.setAttribute(
      "class",
      `edge-line${value < 0 ? " negative" : ""}${isChosen ? " chosen" : ""}`,
    );
    line.style.display = isHidden ? "none" : "";
  }
}

/**
 * What each unit of the last layer adds to the fit, and what the others pass on, over the range
 * of the (first) predictor; each layer at one scale.
 * @param {Sweep} sweep
 * @param {Numbers} params
 */
function drawShapes(sweep, params) {
  const { shapes, layout, maps } = drawing();
  if (!shapes.length) return;
  shapes.forEach(({ group }, unit) => group.classList.toggle("chosen", unit === chosen.unit));
  if (maps) {
    drawMaps(maps, layout, sweep, params);
    return;
  }
  const range = rangeOf(sweep);
  const places = placesAlong(sweep, params, range, SHAPE_SAMPLES);
  const samples = places.map((place) => passedAt(sweep, params, place));
  const { hidden_units: units } = sweep.settings;
  shapes.forEach(({ shape }, unit) => {
    const values = samples.map((passed) => passed[Math.floor(unit / units)]);
    const largest = values.reduce(
      (most, layer) => layer.reduce((a, b) => Math.max(a, Math.abs(b)), most),
      1e-9,
    );
    const shares = values.map((layer) => layer[unit % units] / largest);
    shape.setAttribute("points", pointsIn(layout.tile, range, places, shares));
  });
}

/** Of the first predictor. @param {Sweep} sweep @returns {[number, number]} */
function rangeOf(sweep) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < sweep.inputs.length; i += sweep.predictors) {
    low = Math.min(low, sweep.inputs[i]);
    high = Math.max(high, sweep.inputs[i]);
  }
  return [low, high];
}

/**
 * What each layer passes on at a place along the first predictor; the others at 0.
 * @param {Sweep} sweep
 * @param {Numbers} params
 * @param {number} place
 */
function passedAt(sweep, params, place) {
  const inputs = new Float64Array(sweep.predictors);
  inputs[0] = place;
  return [...forward(sweep, params, inputs).slice(0, -2), contributions(sweep, params, inputs)];
}

/**
 * A line of values from -1 to 1 in a unit's tile.
 * @param {Tile} tile
 * @param {[number, number]} range
 * @param {number[]} places
 * @param {number[]} shares
 */
function pointsIn({ width, height }, [low, high], places, shares) {
  const points = shares.map((share, k) => {
    const x = 3 + ((places[k] - low) / (high - low || 1)) * (width - 6);
    return `${x.toFixed(1)},${((height / 2) * (1 - 0.85 * share)).toFixed(1)}`;
  });
  return points.join(" ");
}

/**
 * What the network computes of its input, or what the chosen unit is; and how well a model that was
 * set by hand does.
 * @param {Sweep} sweep
 * @param {import("#types").Snapshot} moment
 * @param {Numbers} params
 * @param {Numbers} gradients
 */
function reading(sweep, { loss, epoch }, params, gradients) {
  const said = sweep.settings.hidden_units
    ? ofUnit(sweep, params, gradients)
    : ofLine(sweep, params);
  if (!hand.params) return said;
  const run = sweep.track(state.run);
  const trained = run.loss[run.indexOf(epoch)];
  return `${said} Set by hand: train loss ${number(loss)}. The run has ${number(trained)} here.`;
}

/** @param {Sweep} sweep @param {Numbers} params */
function ofLine(sweep, params) {
  if (sweep.predictors > 1) return `${params.length} parameters, one for each edge.`;
  const x = inputOf(sweep);
  const [w, b] = [params[0], params[1]].map((one) => number(one));
  const sum = `w · x + b · 1 = ${w} · ${number(x)} + ${b} = ${number(predict(sweep, params, [x]))}`;
  const derivatives = `for w is x = ${number(x)}, that for b is 1.`;
  if (!sweep.isProbability) return `ŷ = ${sum}. The derivative ${derivatives}`;
  const p = number(outputOf(sweep, params));
  return `z = ${sum}, and p = 1 / (1 + e⁻ᶻ) = ${p}. The derivative of z ${derivatives}`;
}

/** What the last node says of the input that is sent through. @param {Sweep} sweep
 * @param {Numbers} params */
function outputOf(sweep, params) {
  const output = predict(sweep, params, [inputOf(sweep)]);
  return sweep.isProbability ? probability(output) : output;
}

/** @param {Sweep} sweep @param {Numbers} params @param {Numbers} gradients */
function ofUnit({ parameter_names: names }, params, gradients) {
  if (chosen.unit === null) return `${params.length} parameters. Point at a unit for its own.`;
  const mine = drawing()
    .edges.filter(({ unit }) => unit === chosen.unit)
    .map(({ param: k }) => `${names[k]} = ${number(params[k])} (gradient ${number(gradients[k])})`);
  const more = mine.length > MOST_NUMBERS ? " · …" : "";
  return `Unit ${chosen.unit + 1}: ${mine.slice(0, MOST_NUMBERS).join(" · ")}${more}.`;
}

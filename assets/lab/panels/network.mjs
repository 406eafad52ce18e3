/* The network: its edges by weight, and what each unit adds to the fit. */
import { makeSvg, slot } from "#lab/lib/dom.mjs";
import { number } from "#lab/lib/format.mjs";
import { contributions, forward, placesAlong } from "#lab/model/network.mjs";
import { WIDTH, networkEdges, networkLayout } from "#lab/panels/network-layout.mjs";
import { ROWS } from "#lab/panels/one-step.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { chosen, invalidate } from "#lab/state/store.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {import("#lab/panels/network-layout.mjs").Place} Place
 * @typedef {import("#lab/panels/network-layout.mjs").Tile} Tile
 * @typedef {import("#lab/panels/network-layout.mjs").Edge} Edge
 * @typedef {import("#lab/panels/network-layout.mjs").Layout} Layout
 * @typedef {{group: SVGElement, shape: SVGElement}} Shape
 * @typedef {{edges: (Edge & {line: SVGElement})[], shapes: Shape[], layout: Layout}} Drawing
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
  node(svg, layout.output, "ŷ");
  const shapes = layout.units.map((place, unit) => unitTile(svg, layout.tile, place, unit));
  target.replaceChildren(svg);
  return { edges, shapes, layout };
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
  group.append(makeSvg("rect", { width, height, rx: 5 }));
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
  const key = [...sweep.predictor_names, units, depth].join("/");
  if (target.dataset.key !== key || !target.firstChild) {
    target.dataset.key = key;
    drawn.network = layNetwork(target, sweep);
    chosen.unit = null;
  }
  drawEdges(params);
  drawShapes(sweep, params);
  slot("network-reading").textContent = reading(sweep, params, gradients);
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
  const { shapes, layout } = drawing();
  if (!shapes.length) return;
  const range = rangeOf(sweep);
  const places = placesAlong(sweep, params, range, SHAPE_SAMPLES);
  const samples = places.map((place) => passedAt(sweep, params, place));
  const { hidden_units: units } = sweep.settings;
  shapes.forEach(({ shape, group }, unit) => {
    const values = samples.map((passed) => passed[Math.floor(unit / units)]);
    const largest = values.reduce(
      (most, layer) => layer.reduce((a, b) => Math.max(a, Math.abs(b)), most),
      1e-9,
    );
    const shares = values.map((layer) => layer[unit % units] / largest);
    shape.setAttribute("points", pointsIn(layout.tile, range, places, shares));
    group.classList.toggle("chosen", unit === chosen.unit);
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
 * The numbers of the chosen unit; those of all where there is none to choose.
 * @param {Sweep} sweep
 * @param {Numbers} params
 * @param {Numbers} gradients
 */
function reading({ parameter_names: names, settings }, params, gradients) {
  const say = (/** @type {number} */ k) =>
    `${names[k]} = ${number(params[k])} (gradient ${number(gradients[k])})`;
  if (!settings.hidden_units) return names.map((_, k) => say(k)).join(" · ");
  if (chosen.unit === null)
    return `${params.length} parameters. Output bias ${say(params.length - 1)}.`;
  const mine = drawing()
    .edges.filter(({ unit }) => unit === chosen.unit)
    .map(({ param }) => say(param));
  return `Unit ${chosen.unit + 1}: ${mine.slice(0, ROWS).join(" · ")}${mine.length > ROWS ? " · …" : ""}`;
}

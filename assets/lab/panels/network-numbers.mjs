/* The numbers on the network's edges, and the input that is sent through it: each can be dragged,
   or moved by the arrow keys. */
import { makeSvg } from "#lab/lib/dom.mjs";
import { number } from "#lab/lib/format.mjs";
import { draggedTo, keyedTo } from "#lab/model/by-hand.mjs";
import { placeOfInput, placeOfNumber } from "#lab/panels/network-layout.mjs";
import { emit } from "#lab/state/events.mjs";
import { hand } from "#lab/state/hand.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {import("#lab/panels/network-layout.mjs").Place} Place
 * @typedef {import("#lab/panels/network-layout.mjs").Edge} Edge
 * @typedef {import("#lab/panels/network-layout.mjs").Layout} Layout
 * @typedef {object} Tag a number that can be moved
 * @property {SVGElement} group
 * @property {SVGElement} text
 * @property {number} value
 * @property {(value: number, isHeld: boolean) => void} set
 * @property {number} pace how many times as fast as a parameter a drag changes it
 * @typedef {object} Numbered
 * @property {SVGElement} svg
 * @property {Layout} layout
 * @property {Map<number, Tag>} tags of edges, by parameter, made when first shown
 * @property {Tag | null} input
 */

const [WIDTH, HEIGHT] = [64, 24];
const PAGE = 10;
// An input goes through the range of the data, which is wide.
const INPUT_PACE = 4;

/** What goes into a model of one predictor. @param {Sweep} sweep */
export const inputOf = (sweep) => (Number.isNaN(hand.input) ? sweep.inputs[0] : hand.input);

/**
 * @param {SVGElement} svg
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @returns {Numbered}
 */
export function layNumbers(svg, sweep, layout) {
  hand.input = NaN;
  const setInput = (/** @type {number} */ value) => {
    hand.input = value;
    invalidate();
  };
  const isOne = sweep.predictors === 1;
  const input = isOne ? tag(svg, "input x", placeOfInput(layout), setInput, INPUT_PACE) : null;
  return { svg, layout, tags: new Map(), input };
}

/**
 * @param {Numbered} numbers
 * @param {Sweep} sweep
 * @param {Float32Array} params
 * @param {Edge[]} edges those whose numbers are on show
 */
export function showNumbers({ svg, layout, tags, input }, sweep, params, edges) {
  const shown = new Set(edges.map(({ param }) => param));
  for (const [param, { group }] of tags) group.style.display = shown.has(param) ? "" : "none";
  for (const edge of edges) {
    const { param } = edge;
    const name = sweep.parameter_names[param];
    const place = placeOfNumber(layout, edge);
    const set = (/** @type {number} */ value, /** @type {boolean} */ isHeld) =>
      setParam(param, value, isHeld);
    if (!tags.has(param)) tags.set(param, tag(svg, name, place, set));
    const one = /** @type {Tag} */ (tags.get(param));
    one.group.classList.toggle("fixed", isFixed(sweep, param));
    write(one, params[param]);
  }
  if (input) write(input, inputOf(sweep), "x = ");
}

/** Where the jumps of threshold units are, the sweep's fits are drawn: they stay.
 * @param {Sweep} sweep @param {number} param */
const isFixed = ({ settings: { activation, hidden_units: units }, predictors }, param) =>
  units > 0 && activation === "threshold" && param < units * (predictors + 1);

/** @param {number} param @param {number} value @param {boolean} isHeld */
function setParam(param, value, isHeld) {
  const { sweep, track, wanted } = state;
  const now = track.paramsAt(track.indexOf(track.nearest(wanted)));
  if (!now || isFixed(sweep, param)) return;
  const params = Float32Array.from(now);
  params[param] = value;
  emit("hand", params, isHeld);
}

/** @param {Tag} one @param {number} value */
function write(one, value, before = "") {
  const said = before + number(value, 3);
  one.value = value;
  if (one.text.textContent === said) return;
  one.text.textContent = said;
  one.group.setAttribute("aria-valuenow", String(value));
  one.group.setAttribute("aria-valuetext", number(value, 4));
}

/**
 * @param {SVGElement} svg
 * @param {string} name
 * @param {Place} place its middle
 * @param {Tag["set"]} set
 * @returns {Tag}
 */
function tag(svg, name, { x, y }, set, pace = 1) {
  const group = makeSvg("g", {
    class: "number",
    transform: `translate(${(x - WIDTH / 2).toFixed(1)} ${(y - HEIGHT / 2).toFixed(1)})`,
    tabindex: 0,
    role: "slider",
    "aria-label": name,
    "aria-valuenow": 0,
  });
  group.append(makeSvg("rect", { width: WIDTH, height: HEIGHT, rx: 6 }));
  const text = makeSvg("text", { x: WIDTH / 2, y: HEIGHT / 2 + 4, "text-anchor": "middle" });
  group.append(text);
  const one = { group, text, value: 0, set, pace };
  follow(one);
  svg.append(group);
  return one;
}

/** @param {Tag} one */
function follow(one) {
  const { group } = one;
  group.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || hand.held) return;
    const [pointer, from, value] = [event.pointerId, event.clientX, one.value];
    hand.held = { pointer, from, value, hasMoved: false };
    group.setPointerCapture(event.pointerId);
  });
  const moveTo = (/** @type {PointerEvent} */ event, /** @type {boolean} */ isHeld) => {
    const { held } = hand;
    if (held?.pointer !== event.pointerId) return;
    if (!isHeld) hand.held = null;
    held.hasMoved ||= event.clientX !== held.from;
    // A click changes nothing.
    if (!held.hasMoved) return;
    one.set(draggedTo(held.value, one.pace * (event.clientX - held.from)), isHeld);
  };
  group.addEventListener("pointermove", (event) => moveTo(event, true));
  group.addEventListener("pointerup", (event) => moveTo(event, false));
  group.addEventListener("lostpointercapture", () => {
    if (hand.held) emit("hand", null, false);
    hand.held = null;
  });
  group.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    // The next press may come before the next frame.
    one.value = keyedTo(one.value, way);
    one.set(one.value, false);
  });
}

/** @type {Record<string, number>} */
const WAYS = {
  ...{ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  ...{ PageUp: PAGE, PageDown: -PAGE },
};

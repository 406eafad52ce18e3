/* The values under a pointer or a finger, and by the arrow keys at a view that has the focus. */
import { make } from "#lab/lib/dom.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { VIEWS, isView } from "#lab/page/views.mjs";
import { on } from "#lab/state/events.mjs";
import { reading } from "#lab/state/reading.mjs";
import { overlays, state } from "#lab/state/store.mjs";
import { figureOf } from "#lab/views/flat.mjs";
import { readRates, readingAt } from "#lab/views/readings.mjs";

/**
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Readout} Readout
 */

// How near a point has to be, in pixels.
const REACH = { mouse: 14, touch: 22 };
const GAP = 12;
// To the window's edge.
const EDGE = 4;

/** @param {string} name of a view or the rates' curve */
function readingsOf(name) {
  const overlay = overlays[name];
  if (!overlay?.ready) return null;
  const read = isView(name) ? VIEWS[figureOf(name)].readings : readRates;
  return read(overlay, state.sweep, snapshotOf(state.track, state.wanted));
}

/* ---- the box ---- */

/** @param {string} name @param {Readout | null} found @param {boolean} isSpoken */
function show(name, found, isSpoken = false) {
  const { box, mark } = reading;
  if (!box || !mark) return;
  box.hidden = mark.hidden = !found;
  reading.name = found ? name : "";
  // What a curtain may hide by then is not left in the page.
  if (!found) return box.replaceChildren();
  box.setAttribute("aria-live", isSpoken ? "polite" : "off");
  box.replaceChildren(...found.lines.map((line) => make("div", { textContent: line })));
  const host = overlays[name].host.getBoundingClientRect();
  const [x, y] = [host.left + found.at[0], host.top + found.at[1]];
  place(mark, x, y);
  const { offsetWidth: width, offsetHeight: height } = box;
  const isRight = x + GAP + width > window.innerWidth - EDGE;
  const top = Math.min(y + GAP, window.innerHeight - height - EDGE);
  place(box, isRight ? Math.max(x - GAP - width, EDGE) : x + GAP, top);
}

/** @param {HTMLElement} part @param {number} x @param {number} y */
const place = (part, x, y) => (part.style.transform = `translate(${x}px, ${y}px)`);

export const hideReading = () => show("", null);

/* ---- pointers ---- */

/** The view under a pointer; the handles of the fit lie over their view. @param {Element} target */
const hostAt = (target) =>
  target.closest("[data-reads]") ??
  target.closest(".card-view:has(.line-handle)")?.querySelector("[data-reads]");

/** @param {PointerEvent} event */
function follow({ target, clientX, clientY, pointerType, buttons }) {
  const host = target instanceof Element ? hostAt(target) : null;
  const isDragged = buttons > 0 && pointerType !== "touch";
  if (!host || isDragged || state.playing) return hideReading();
  reading.index = -1;
  const box = host.getBoundingClientRect();
  reading.at = [clientX - box.left, clientY - box.top];
  if (reading.at[1] < 0) return hideReading();
  reading.reach = pointerType === "touch" ? REACH.touch : REACH.mouse;
  return readAgain(host.id);
}

/** @param {string} name */
function readAgain(name) {
  const readings = readingsOf(name);
  show(name, readings && readingAt(readings, reading.at, reading.reach));
}

/* ---- keys ---- */

/** @type {Record<string, (index: number, count: number, columns: number) => number>} */
const KEYS = {
  ArrowRight: (index) => index + 1,
  ArrowUp: (index, _, columns) => index + columns,
  ArrowLeft: (index) => index - 1,
  ArrowDown: (index, _, columns) => index - columns,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** What the arrow keys reach. @param {string} name */
function keyedOf(name) {
  const readings = readingsOf(name);
  return readings?.keyed ?? { columns: 1, points: readings?.points ?? [] };
}

/** @param {KeyboardEvent} event */
function step(event) {
  const host = /** @type {HTMLElement} */ (event.currentTarget);
  // Who pressed into the picture has the keys of the timeline.
  if (!(event.key in KEYS) || reading.isByHand) return undefined;
  event.preventDefault();
  event.stopPropagation();
  const { points, columns } = keyedOf(host.id);
  const isNew = reading.name !== host.id || reading.index < 0;
  // Over a plane the way begins in its middle.
  const first = columns > 1 ? points.length >> 1 : 0;
  const next = isNew ? first : KEYS[event.key](reading.index, points.length, columns);
  // Beyond the last row or the first there is nothing; else the way ends at an end.
  if (columns === 1) reading.index = Math.min(Math.max(next, 0), points.length - 1);
  else if (next in points) reading.index = next;
  return show(host.id, points[reading.index] ?? null, true);
}

/** Esc puts the values away first of all. @param {KeyboardEvent} event */
function putAway(event) {
  if (event.key === "Tab") reading.isByHand = false;
  if (event.key !== "Escape" || !reading.name) return;
  event.stopPropagation();
  hideReading();
}

/* ---- start ---- */

/** Something has changed: what the pointer is at is read again. */
function refresh() {
  const { name, index } = reading;
  if (!name) return;
  if (state.playing || state.held) hideReading();
  else if (index < 0) readAgain(name);
  else show(name, keyedOf(name).points[index] ?? null);
}

export function bindReadings() {
  reading.box = document.body.appendChild(make("div", { className: "reading", hidden: true }));
  reading.mark = document.body.appendChild(
    make("div", { className: "reading-mark", hidden: true }),
  );
  for (const name of Object.keys(overlays)) {
    const { host } = overlays[name];
    Object.assign(host.dataset, { reads: "" });
    host.tabIndex = 0;
    host.addEventListener("keydown", step);
    host.addEventListener("blur", hideReading);
  }
  document.addEventListener("pointermove", follow, { passive: true });
  document.addEventListener("pointerup", follow, { passive: true });
  document.addEventListener("scroll", hideReading, { passive: true, capture: true });
  // A finger that is lifted leaves, too, and its values stay.
  document.documentElement.addEventListener(
    "pointerleave",
    ({ pointerType }) => pointerType === "mouse" && hideReading(),
  );
  document.addEventListener("pointerdown", () => (reading.isByHand = true), true);
  document.addEventListener("keydown", putAway, true);
  on("frame", refresh);
}

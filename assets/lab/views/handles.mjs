/* Two handles on the line in Fit, to put it elsewhere. They are elements above the canvas, so that
   keyboards and screen readers have them too. */
import { all, element } from "#lab/lib/dom.mjs";
import { format } from "#lab/lib/format.mjs";
import { clamp, insidePart } from "#lab/lib/geometry.mjs";
import { lineThrough } from "#lab/model/start-point.mjs";
import { startState } from "#lab/state/start.mjs";
import { overlays, state } from "#lab/state/store.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/state/start.mjs").Ends} Ends
 *
 * @typedef {object} Hand what becomes of a line that is moved; a line is [weight, bias]
 * @property {(line: [number, number]) => void} show while it is held
 * @property {(line: [number, number]) => void} put once it is let go
 * @property {() => void} cancel
 */

// Where the handles are, on the part of the line that is in the picture; and the least room, in
// pixels, that this part has to have: else they are at its border.
const PLACES = [0.2, 0.8];
const ROOM = 60;
// So many pixels from a line a mouse still takes hold of it.
const REACH = 8;
// What a drag can tell apart, and what an arrow key moves, as shares of the picture's height.
const [FINEST, KEY, PAGE] = [1 / 500, 1 / 100, 1 / 10];

const fitAxes = () => flatAxes(overlays.fit);

/** The target at a height of the picture, as trained on. @param {Axes} axes @param {Sweep} sweep
 * @param {number} pixel */
function targetAt(axes, { scaling: { target } }, pixel) {
  const [zero, one] = [axes.y(0), axes.y(1)];
  return ((pixel - zero) / (one - zero) - target[0]) / target[1];
}

/** @param {Axes} axes @param {Sweep} sweep */
const heightOf = (axes, sweep) =>
  Math.abs(targetAt(axes, sweep, axes.top) - targetAt(axes, sweep, axes.bottom));

/** @param {Axes} axes @param {Sweep} sweep @param {[number, number]} line @param {number} input */
const pixelOf = (axes, sweep, [weight, bias], input) =>
  clamp(axes.y(sweep.targetIn(weight * input + bias)));

/** Where along the picture the handles are, as inputs.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {[number, number]} line */
function inputsFor(axes, sweep, line) {
  const [from, to] = [axes.left, axes.right].map(
    (x) =>
      /** @type {[number, number]} */ ([
        x,
        pixelOf(axes, sweep, line, sweep.inputFrom(axes.toX(x))),
      ]),
  );
  const part = insidePart(axes, from, to);
  const isRoomy = part && part[1][0] - part[0][0] >= ROOM;
  const [left, right] = isRoomy ? [part[0][0], part[1][0]] : [axes.left, axes.right];
  return PLACES.map((share) => sweep.inputFrom(axes.toX(left + share * (right - left))));
}

/**
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {[number, number]} line
 * @returns {Ends}
 */
function endsOf(axes, sweep, line) {
  const inputs = startState.drag?.inputs ?? inputsFor(axes, sweep, line);
  const targets = inputs.map((input) => line[0] * input + line[1]);
  const points = inputs.map((input) => {
    const y = pixelOf(axes, sweep, line, input);
    return /** @type {[number, number]} */ ([
      axes.x(sweep.inputIn(input)),
      Math.min(Math.max(y, axes.top), axes.bottom),
    ]);
  });
  return { inputs, targets, points, line };
}

/**
 * The handles follow the line on show; a run that plays cannot be held.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {boolean} canSet
 */
export function showHandles(sweep, moment, canSet) {
  const layer = element("fit-handles");
  const isOff = !canSet || !sweep.isLine || state.playing || !overlays.fit.isDrawn;
  if (layer.hidden !== isOff) layer.hidden = isOff;
  startState.ends = isOff ? null : endsOf(fitAxes(), sweep, [moment.first, moment.second]);
  if (startState.ends) place(layer, sweep, startState.ends);
}

/** @param {HTMLElement} layer @param {Sweep} sweep @param {Ends} ends */
function place(layer, sweep, { inputs, targets, points, line }) {
  const { height } = overlays.fit.plot._fullLayout;
  all(".line-handle", layer).forEach((handle, k) => {
    const [x, y] = points[k];
    const transform = `translate(${x.toFixed(1)}px, ${(y - height).toFixed(1)}px)`;
    if (handle.style.transform === transform) return;
    handle.style.transform = transform;
    const at = format(sweep.targetIn(targets[k]), 3);
    const input = format(sweep.inputIn(inputs[k]), 3);
    handle.setAttribute("aria-valuenow", String(sweep.targetIn(targets[k])));
    handle.setAttribute(
      "aria-valuetext",
      `${at} at ${input}; weight ${format(line[0], 3)}, bias ${format(line[1], 3)}`,
    );
  });
}

/* ---- moving ---- */

/**
 * The line once both handles' targets have moved; a handle beyond the picture is taken from its
 * border, and one that is far beyond from not so far.
 * @param {boolean[]} moves
 * @param {number[]} targets
 * @param {number} by
 */
function movedLine(moves, targets, by) {
  const ends = /** @type {Ends} */ (startState.ends);
  const step = heightOf(fitAxes(), state.sweep) * FINEST;
  const to = targets.map((target, k) => (moves[k] ? target + by : target));
  return lineThrough(ends.inputs, to, step);
}

/** Where a move begins. @param {boolean[]} moves */
function targetsFor(moves) {
  const { targets, points } = /** @type {Ends} */ (startState.ends);
  const axes = fitAxes();
  const height = heightOf(axes, state.sweep);
  return targets.map((target, k) => {
    const border = targetAt(axes, state.sweep, points[k][1]);
    const room = moves[k] ? 0 : height;
    return Math.min(Math.max(target, border - room), border + room);
  });
}

/** @param {PointerEvent} event */
const heightUnder = ({ clientY }) =>
  targetAt(fitAxes(), state.sweep, clientY - overlays.fit.host.getBoundingClientRect().top);

/** Which handles a pointer moves: one, both with the line between them, or none.
 * @param {PointerEvent} event */
function movesOf(event) {
  const handles = [...all(".line-handle", element("fit-handles"))];
  const moves = handles.map((handle) => handle === event.target);
  if (moves.includes(true) || event.pointerType === "touch") return moves;
  const box = overlays.fit.host.getBoundingClientRect();
  const axes = fitAxes();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const { line } = /** @type {Ends} */ (startState.ends);
  const at = pixelOf(axes, state.sweep, line, state.sweep.inputFrom(axes.toX(x)));
  const isNear = Math.abs(at - y) <= REACH;
  return moves.map(() => isNear && x >= axes.left && x <= axes.right);
}

/** @param {PointerEvent} event @param {HTMLElement} card */
function take(event, card) {
  if (event.button !== 0 || !startState.ends || startState.drag) return;
  const moves = movesOf(event);
  if (!moves.includes(true)) return;
  event.preventDefault();
  event.stopPropagation();
  card.setPointerCapture(event.pointerId);
  if (event.target instanceof HTMLElement) event.target.focus({ preventScroll: true });
  startState.drag = {
    pointer: event.pointerId,
    from: heightUnder(event),
    inputs: startState.ends.inputs,
    targets: targetsFor(moves),
    moves,
  };
}

/** A mouse on the line itself sees that it can be moved.
 * @param {PointerEvent} event
 * @param {HTMLElement} card */
function showReach(event, card) {
  const isNear = startState.ends !== null && movesOf(event).includes(true);
  if (card.classList.contains("on-line") !== isNear) card.classList.toggle("on-line", isNear);
}

/** The line under the pointer that holds it, or null. @param {PointerEvent} event */
function draggedLine(event) {
  const { drag, ends } = startState;
  if (!drag || !ends || event.pointerId !== drag.pointer) return null;
  return movedLine(drag.moves, drag.targets, heightUnder(event) - drag.from);
}

/** @param {Hand} hand */
export function bindHandles({ show, put, cancel }) {
  const card = element("fit-card");
  card.addEventListener("pointerdown", (event) => take(event, card), true);
  card.addEventListener("pointermove", (event) => {
    const line = draggedLine(event);
    if (line) show(line);
    else if (!event.buttons) showReach(event, card);
  });
  card.addEventListener("pointerup", (event) => {
    const line = draggedLine(event);
    startState.drag = null;
    if (line) put(line);
  });
  const drop = () => {
    if (startState.drag) cancel();
    startState.drag = null;
  };
  card.addEventListener("lostpointercapture", drop);
  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && startState.drag) return stop(event, drop);
    const line = keyedLine(event);
    return line && stop(event, () => put(line));
  });
}

/** The key has done its work. @param {KeyboardEvent} event @param {() => void} act */
function stop(event, act) {
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** Steps of the keys that move a handle, in shares of the picture's height.
 * @type {Record<string, number>} */
const STEPS = {
  ...{ ArrowUp: KEY, ArrowRight: KEY, ArrowDown: -KEY, ArrowLeft: -KEY },
  ...{ PageUp: PAGE, PageDown: -PAGE },
};

/** @param {KeyboardEvent} event */
function keyedLine({ key, target, ctrlKey, metaKey, altKey }) {
  const isHandle = target instanceof Element && target.matches(".line-handle");
  const share = STEPS[key];
  if (!isHandle || !share || ctrlKey || metaKey || altKey || !startState.ends) return null;
  const moves = [...all(".line-handle")].map((handle) => handle === target);
  const by = share * heightOf(fitAxes(), state.sweep);
  return movedLine(moves, targetsFor(moves), by);
}

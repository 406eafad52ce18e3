/* Start by hand: the line in Fit is dragged, a point of the descent path is clicked, or its two
   numbers are typed. Until the server has trained from there, a line is shown where it was put. */
import { all, element, input, leaveOnEnter, setText, showMessage } from "#lab/lib/dom.mjs";
import { numberIn, plain, questionOf } from "#lab/lib/format.mjs";
import { SLACK } from "#lab/lib/touch.mjs";
import {
  planeOf,
  roundedTo,
  startOf,
  startText,
  trackAt,
  withinLimits,
} from "#lab/model/start-point.mjs";
import { showRefusal } from "#lab/page/refusals.mjs";
import { choosePlane } from "#lab/page/plane.mjs";
import { goTo, pause, preview } from "#lab/page/playback.mjs";
import { isTraining } from "#lab/page/training.mjs";
import { backend } from "#lab/state/backend.mjs";
import { emit, on } from "#lab/state/events.mjs";
import { hand } from "#lab/state/hand.mjs";
import { startState } from "#lab/state/start.mjs";
import { overlays, state } from "#lab/state/store.mjs";
import { bindHandles, showHandles } from "#lab/views/handles.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";

/** @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep */

// A click says so much of the picture's width.
const FINEST = 1 / 500;
const NO_PLANE =
  "No start can be set on this plane: a start is a point of the seed's own sweep. Choose another plane first.";

/* ---- setting ---- */

/** Trains from a point, and shows epoch 0. @param {number} first @param {number} second */
export function startAt(first, second) {
  const plane = planeOf(state.sweep);
  if (plane === null) return showMessage(NO_PLANE);
  const start = startText({ plane, first, second });
  if (plane) choosePlane({ kind: "anchored" });
  else preview(trackAt(state.sweep, first, second));
  pause();
  goTo(0);
  return ask(start);
}

/** @param {string} start */
function ask(start) {
  startState.wanted = start;
  emit("choose", { start });
}

/** The seed's own start again, on the plane that was on show. */
function goBack() {
  const { start } = state.sweep.settings;
  const kind = startOf(start)?.plane;
  if (kind && !state.sweep.planeChoice) choosePlane({ kind });
  goTo(0);
  ask("");
}

/** The line stays where it was put until that is trained, or refused. */
function settle() {
  if (!startState.drag && !hand.params && !isTraining()) preview(null);
}

/* ---- the descent path ---- */

/** @param {PointerEvent} event */
function press(event) {
  const { pointerId: pointer, clientX: x, clientY: y } = event;
  startState.pressed = event.button === 0 ? { pointer, x, y } : null;
}

/** A click or a tap, no drag and no swipe. @param {PointerEvent} event */
function release(event) {
  const { pressed } = startState;
  startState.pressed = null;
  if (!pressed || pressed.pointer !== event.pointerId) return;
  const way = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
  const point = pointUnder(event);
  if (way < SLACK && point) startAt(...point);
}

/** The point of the plane under a pointer, or null beside the picture.
 * @param {PointerEvent} event
 * @returns {[number, number] | null} */
function pointUnder({ clientX, clientY }) {
  const overlay = overlays["descent-path"];
  if (!overlay.ready) return null;
  const axes = flatAxes(overlay);
  const box = overlay.host.getBoundingClientRect();
  const [x, y] = [clientX - box.left, clientY - box.top];
  if (x < axes.left || x > axes.right || y < axes.top || y > axes.bottom) return null;
  const [zero, one] = [axes.y(0), axes.y(1)];
  const step = Math.abs(axes.toX(axes.right) - axes.toX(axes.left)) * FINEST;
  const point = [roundedTo(axes.toX(x), step), roundedTo((y - zero) / (one - zero), step)];
  return withinLimits(point, state.sweep.plane.is_exact);
}

/* ---- the two numbers ---- */

const FIELDS = ["start-first", "start-second"];

function typed() {
  const texts = FIELDS.map((id) => input(id).value);
  if (texts.every((text) => !text.trim())) return state.sweep.settings.start ? goBack() : undefined;
  // The second is still to come.
  if (texts.some((text) => !text.trim())) return undefined;
  const question = texts.map((text) => questionOf(text)).find(Boolean);
  if (question) return showRefusal("start", question);
  const [first, second] = texts.map(numberIn);
  if (typeof first === "number" && typeof second === "number") return startAt(first, second);
  // What is no number is the server's to refuse.
  return ask([...[planeOf(state.sweep)].filter(Boolean), ...texts].join());
}

/** The fields and the ways back say what is on show. @param {Sweep} sweep */
function showStart({ settings, plane }) {
  const point = startOf(settings.start);
  FIELDS.forEach((id, k) => {
    const field = input(id);
    const name = plane.names[k];
    field.value = point ? plain([point.first, point.second][k]) : "";
    field.setAttribute("aria-label", `start: ${name}`);
    field.title = name;
    field.placeholder = plane.is_exact ? name : ["a", "b"][k];
  });
  setText("start-note", point ? "set by hand" : "from the seed");
  document.body.classList.toggle("can-start", backend.canTrain && planeOf(state.sweep) !== null);
  showWaysBack();
}

/** In the rail, and in the one of both views that is on show; the path, where both are. */
function showWaysBack() {
  const isSet = backend.canTrain && state.sweep.settings.start !== "";
  const isPathHidden = !overlays["descent-path"].host.clientWidth;
  for (const back of all(".start-back"))
    back.hidden = !isSet || (back.id === "start-back-fit" && !isPathHidden);
}

/* ---- start ---- */

export function bindStart() {
  on("controls", () => {
    showStart(state.sweep);
    settle();
  });
  on("idle", () => {
    settle();
    showWaysBack();
  });
  on("sweep", ({ settings }) => {
    if (settings.start === startState.wanted && !startState.drag) preview(null);
  });
  on("frame", (now) => showHandles(state.sweep, now, backend.canTrain));
  if (!backend.canTrain) return;
  bindHandles({
    show: (line) => preview(trackAt(state.sweep, ...line)),
    put: (line) => startAt(...line),
    cancel: () => preview(null),
  });
  const path = element("descent-path");
  path.addEventListener("pointerdown", press, true);
  // Plotly lays a cover over the page as soon as it is pressed.
  document.addEventListener("pointerup", release, true);
  path.addEventListener("pointercancel", () => (startState.pressed = null), true);
  for (const id of FIELDS) {
    input(id).addEventListener("change", typed);
    leaveOnEnter(input(id));
  }
  for (const back of all(".start-back")) back.addEventListener("click", goBack);
}

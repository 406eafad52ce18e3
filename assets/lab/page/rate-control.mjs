/* The learning rate: its slider, its exact number and the strip. Dragging selects another run of
   the sweep on show; only a typed rate is trained. */
import {
  all,
  element,
  input,
  leaveOnEnter,
  setText,
  showMessage,
  showNumber,
} from "#lab/lib/dom.mjs";
import { numberIn, plain, questionOf } from "#lab/lib/format.mjs";
import { onPick } from "#lab/lib/touch.mjs";
import { verdictName } from "#lab/model/verdicts.mjs";
import { coverRun } from "#lab/page/curtain.mjs";
import { selectRun } from "#lab/page/playback.mjs";
import { showRefusal } from "#lab/page/refusals.mjs";
import { keepRate, request } from "#lab/page/training.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { STOPS, overlays, selectedRate, state } from "#lab/state/store.mjs";
import { size } from "#lab/views/canvas.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";

// The width of a figure in these numbers, as a share of the type's size, and the gap between two.
const [FIGURE, TICK_GAP] = [0.72, 4];

export function showRate() {
  const rate = selectedRate();
  const slider = input("learning-rate");
  const isTyped = state.run >= STOPS;
  slider.step = isTyped ? "any" : "1";
  slider.value = String(isTyped ? state.sweep.place(rate) : state.run);
  const outcome = isHidden("verdict", state.run)
    ? ""
    : `, ${verdictName(state.sweep.verdicts[state.run])}`;
  slider.setAttribute("aria-valuetext", `${plain(rate)}${outcome}`);
  showNumber(input("learning-rate-value"), plain(rate));
  showTick(rate);
  document
    .querySelectorAll("#strip .cell")
    .forEach((cell, run) => cell.classList.toggle("now", run === state.run));
}

/** On which side of the slider a typed rate lies: -1, 1, or 0 for on it. @param {number} rate */
function sideOf(rate) {
  const { learning_rates: stops } = state.sweep;
  return Number(rate > stops[STOPS - 1]) - Number(rate < stops[0]);
}

/** The rate below the thumb; beyond the slider an arrow beside its last tick.
 * @param {number} rate */
function showTick(rate) {
  const side = sideOf(rate);
  const tick = element("fact-learning-rate");
  setText("fact-learning-rate", ["←", plain(rate), "→"][side + 1]);
  tick.style.setProperty("--place", String(state.sweep.place(rate) / (STOPS - 1)));
  tick.classList.toggle("below", side < 0);
  tick.classList.toggle("above", side > 0);
}

/** Called at each frame: the rate takes the place of the ticks that it would touch. */
export function makeRoomForTick() {
  const rate = selectedRate();
  const isBeyond = sideOf(rate) !== 0;
  const axes = overlays["rate-curve"].axes?.[""];
  // In a low window the curve is folded away.
  const isDrawn = axes && axes.right > axes.left;
  const across = (isDrawn ? axes.right - axes.left : element("strip").clientWidth) / (STOPS - 1);
  for (const tick of all(".rate-ticks .tick")) {
    const letters = `${plain(rate)}${tick.textContent}`.length;
    const gap = Math.abs(Number(tick.dataset.stop) - state.sweep.place(rate)) * across;
    tick.hidden = !isBeyond && gap < (letters * FIGURE * size()) / 2 + TICK_GAP;
  }
}

/** @param {number} run */
function select(run) {
  const isNew = run !== state.run;
  selectRun(run);
  if (isNew) coverRun();
  keepRate();
  showRate();
}

/** @param {number} stop */
const selectStop = (stop) => select(Math.min(Math.max(Math.round(stop), 0), STOPS - 1));

/** The stop nearest to a rate, by its logarithm: for a click on an axis of learning rates.
 * @param {number} rate */
export const selectRate = (rate) => selectStop(state.sweep.place(rate));

/** One stop on; from a typed rate to the next stop in that way, if there is one.
 * @param {number} way */
export function stepRate(way) {
  const stops = state.sweep.learning_rates.slice(0, STOPS);
  const now = selectedRate();
  const next =
    way > 0 ? stops.findIndex((rate) => rate > now) : stops.findLastIndex((rate) => rate < now);
  if (next >= 0) selectStop(next);
}

/** A typed rate: a stop is selected at once, any other trains as one more run.
 * @param {string} text */
function typeRate(text) {
  const question = questionOf(text);
  if (question) return showRefusal("learning_rate", question) || showMessage(question);
  const rate = numberIn(text);
  const run = typeof rate === "number" ? state.sweep.runOf(rate) : -1;
  // The server refuses what is not a number.
  if (run < 0) return request(/** @type {any} */ ({ learning_rate: rate }));
  return select(run);
}

export function bindRate() {
  const slider = input("learning-rate");
  slider.setAttribute("aria-labelledby", "learning-rate-label");
  // Between two stops stands only a typed rate; a hand on the slider brings it back to the stops.
  slider.addEventListener("pointerdown", () => (slider.step = "1"));
  slider.addEventListener("keydown", (event) => {
    /** @type {Record<string, number>} */
    const ways = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    if (!(event.key in ways)) return;
    event.preventDefault();
    stepRate(ways[event.key]);
  });
  slider.addEventListener("input", () => selectStop(Number(slider.value)));
  const typed = input("learning-rate-value");
  typed.addEventListener("change", () => typeRate(typed.value));
  typed.setAttribute("aria-label", "learning rate, exact value");
  leaveOnEnter(typed);
  element("slower").addEventListener("click", () => stepRate(-1));
  element("faster").addEventListener("click", () => stepRate(1));
  bindStrip();
  bindCurve();
}

/** A click or a drag on the curve of all rates. */
function bindCurve() {
  const host = element("rate-curve");
  onPick(host, (event) => {
    const { left } = host.getBoundingClientRect();
    selectStop(flatAxes(overlays["rate-curve"]).toX(event.clientX - left));
  });
}

/** A finger or a mouse on the strip, which has a cell for each stop. */
function bindStrip() {
  const strip = element("strip");
  const pick = (/** @type {PointerEvent} */ event) => {
    const { left, width } = strip.getBoundingClientRect();
    selectStop(Math.floor((STOPS * (event.clientX - left)) / width));
  };
  // A busy page makes no click of a short touch.
  onPick(strip, pick);
}

/* The timeline: play, step, speed, loop, and the playhead, also on the curves. */
import { all, button, element, input, make, select } from "#lab/lib/dom.mjs";
import { scale } from "#lab/lib/scale.mjs";
import { epochTicks } from "#lab/lib/ticks.mjs";
import { onPick } from "#lab/lib/touch.mjs";
import { goTo, pause, play, stepBy } from "#lab/page/playback.mjs";
import { overlays, state } from "#lab/state/store.mjs";
import { overflowShown } from "#lab/views/overflow-mark.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";

export function bindTimeline() {
  const playhead = input("playhead");
  const parts = Number(playhead.max);
  playhead.addEventListener("input", () => {
    pause();
    goTo(scale.toEpoch(Number(playhead.value) / parts, state.sweep.end));
  });
  /** @type {Record<string, number>} */
  const ways = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
  playhead.addEventListener("keydown", (event) => {
    if (!(event.key in ways)) return;
    event.preventDefault();
    stepBy(ways[event.key]);
  });
  element("play").addEventListener("click", () => (state.playing ? pause() : play()));
  element("epoch-back").addEventListener("click", () => stepBy(-1));
  element("epoch-on").addEventListener("click", () => stepBy(1));
  const speed = select("speed");
  speed.addEventListener("change", () => (state.speed = Number(speed.value)));
  speed.setAttribute("aria-label", "speed");
  playhead.setAttribute("aria-label", "epoch");
  element("panel").setAttribute("aria-label", "more views");
  element("chapter").setAttribute("aria-label", "chapter");
  element("loop").addEventListener("click", () => {
    state.loop = !state.loop;
    element("loop").setAttribute("aria-pressed", String(state.loop));
  });
  element("taller").addEventListener("click", () =>
    showTaller(element("taller").getAttribute("aria-pressed") !== "true"),
  );
  bindCurves();
}

/** Room for weight and bias below the loss. @param {boolean} isTall */
export function showTaller(isTall) {
  all(".lab")[0].classList.toggle("tall-curves", isTall);
  element("taller").setAttribute("aria-pressed", String(isTall));
}

/** A click or a drag on the curves moves the playhead. */
function bindCurves() {
  const curves = element("curves");
  const move = (/** @type {PointerEvent} */ event) => {
    const axes = flatAxes(overlays.curves);
    const x = event.clientX - curves.getBoundingClientRect().left;
    pause();
    goTo(10 ** axes.toX(x) - 1);
  };
  onPick(curves, move);
}

/** Called at each frame: the playhead, its words and the play button.
 * @param {import("#types").State} now
 * @param {import("#types").Snapshot} moment */
export function showTimeline({ playing, held, share, sweep, run }, moment) {
  const playhead = input("playhead");
  const shown = playing || held ? share : scale.toShare(moment.epoch, sweep.end);
  playhead.value = String(Math.round(shown * Number(playhead.max)));
  playhead.style.setProperty("--share", String(shown));
  playhead.setAttribute(
    "aria-valuetext",
    `epoch ${moment.epoch} of ${sweep.end}${moment.overflowed ? ", overflow" : ""}`,
  );
  showPlay(playing);
  showTicks(sweep.end, overflowShown(moment, run));
}

/** @param {boolean} playing */
function showPlay(playing) {
  const toggle = button("play");
  if (toggle.dataset.playing === String(playing)) return;
  toggle.dataset.playing = String(playing);
  const [icon, word] = toggle.children;
  icon.className = `icon icon-${playing ? "pause" : "play"}-fill`;
  word.textContent = playing ? "Pause" : "Play";
  toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
}

/**
 * The epochs on the slider's scale, and a cross on the slider where the run overflows.
 * @param {number} end
 * @param {number} overflowAt -1 for none
 */
function showTicks(end, overflowAt) {
  const ticks = element("ticks");
  const key = `${end} ${overflowAt}`;
  if (ticks.dataset.key === key) return;
  ticks.dataset.key = key;
  const cross = tickAt(overflowAt, end, { textContent: "✕", className: "overflow-tick" });
  ticks.replaceChildren(
    ...epochTicks(end).map((epoch) => tickAt(epoch, end, { textContent: String(epoch) })),
    ...(overflowAt < 0 ? [] : [cross]),
  );
}

/** @param {number} epoch @param {number} end @param {Record<string, string>} properties */
function tickAt(epoch, end, properties) {
  const tick = make("span", properties);
  tick.style.setProperty("--share", String(scale.toShare(epoch, end)));
  return tick;
}

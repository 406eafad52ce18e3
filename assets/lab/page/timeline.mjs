/* The timeline: play, step, speed, loop, and the playhead, also on the curves. */
import { button, element, input, make, select, setText } from "#lab/lib/dom.mjs";
import { scale } from "#lab/lib/scale.mjs";
import { epochTicks } from "#lab/lib/ticks.mjs";
import { onPick } from "#lab/lib/touch.mjs";
import { goTo, pause, play, stepBy } from "#lab/page/playback.mjs";
import { overlays, state } from "#lab/state/store.mjs";
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
  bindCurves();
}

/** A click or a drag on the curves moves the playhead. */
function bindCurves() {
  const curves = element("curves");
  const move = (/** @type {PointerEvent} */ event) => {
    const axes = flatAxes(overlays.curves);
    const share = axes.toX(event.clientX - curves.getBoundingClientRect().left);
    pause();
    goTo(10 ** share - 1);
  };
  onPick(curves, move);
}

/** Called at each frame: the playhead, its words and the play button.
 * @param {import("#types").State} now
 * @param {import("#types").Snapshot} moment */
export function showTimeline({ playing, held, share, sweep }, moment) {
  const playhead = input("playhead");
  const shown = playing || held ? share : scale.toShare(moment.epoch, sweep.end);
  playhead.value = String(Math.round(shown * Number(playhead.max)));
  playhead.style.setProperty("--share", String(shown));
  playhead.setAttribute("aria-valuetext", `epoch ${moment.epoch} of ${sweep.end}`);
  setText("epoch-shown", `${moment.epoch} / ${sweep.end}`);
  showPlay(playing);
  showTicks(sweep.end);
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

/** @param {number} end */
function showTicks(end) {
  const ticks = element("ticks");
  if (ticks.dataset.end === String(end)) return;
  ticks.dataset.end = String(end);
  ticks.replaceChildren(
    ...epochTicks(end).map((epoch) => {
      const tick = make("span", { textContent: String(epoch) });
      tick.style.setProperty("--share", String(scale.toShare(epoch, end)));
      return tick;
    }),
  );
}

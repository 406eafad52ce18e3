/* The first visit to the bare address: a ghost takes the first step once, while the playhead stays
   at 0, and the knob of the learning rate pulses. Whoever acts has seen enough of it. */
import { element, make } from "#lab/lib/dom.mjs";
import { nextStep } from "#lab/model/next-step.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { overlays, state } from "#lab/state/store.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";

const SEEN = "seen";
const REDUCED = window.matchMedia("(prefers-reduced-motion: reduce)");
const BEGINS_AFTER = 800;
const STEP = { duration: 1800, easing: "ease-in-out" };

/** True once in a browser; where nothing can be kept, never. */
function isFirst() {
  try {
    const isNew = localStorage.getItem(SEEN) === null;
    localStorage.setItem(SEEN, "yes");
    return isNew;
  } catch {
    return false;
  }
}

/** Where the first step begins and lands, in pixels of the path's picture; null if it is not known.
 * @returns {[number, number][] | null} */
function wayOfStep() {
  const moment = snapshotOf(state.track, 0);
  const step = nextStep(state.sweep, state.run, moment);
  const axes = flatAxes(overlays["descent-path"]);
  if (!step || state.wanted > 0) return null;
  return [
    [axes.x(moment.first), axes.y(moment.second)],
    [axes.x(step.first), axes.y(step.second)],
  ];
}

function takeStep() {
  const way = wayOfStep();
  if (!way) return;
  const ghost = element("descent-path").appendChild(make("div", { id: "ghost" }));
  const [from, to] = way.map(([x, y]) => `translate(${x}px, ${y}px)`);
  const frames = [
    { transform: from, opacity: 0 },
    { transform: from, opacity: 0.8, offset: 0.15 },
    { transform: to, opacity: 0.8, offset: 0.6 },
    { transform: to, opacity: 0 },
  ];
  const { classList } = element("learning-rate");
  const end = () => {
    ghost.remove();
    classList.remove("pulses");
  };
  ghost.animate(frames, STEP).finished.then(() => {
    ghost.remove();
    classList.add("pulses");
  }, end);
  for (const act of ["pointerdown", "keydown"])
    document.addEventListener(act, end, { once: true, capture: true });
}

/** Called while the address is still the one that was asked for.
 * @param {Promise<unknown>} drawn when the pictures are */
export function greet(drawn) {
  const isBare = !location.search && !location.hash;
  if (!isBare || !isFirst() || REDUCED.matches) return;
  drawn.then(() => setTimeout(takeStep, BEGINS_AFTER));
}

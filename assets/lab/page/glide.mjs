/* The first steps glide, so that each is seen to be a step; what is read out are whole epochs. */
import { between } from "#lab/model/glide.mjs";
import { clock, state } from "#lab/state/store.mjs";

/** @typedef {import("#types").Snapshot} Snapshot */

const MILLISECONDS = 150;
// Later steps are too short, and come too fast.
const LAST_EPOCH = 10;
const REDUCED = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Whether a way between two epochs is a step that glides. @param {Snapshot} from
 * @param {Snapshot} to */
const isStep = (from, to) =>
  Math.abs(to.epoch - from.epoch) === 1 &&
  Math.max(to.epoch, from.epoch) <= LAST_EPOCH &&
  !(to.overflowed || from.overflowed || state.held || REDUCED.matches);

/** What the pictures show now of a run that is at an epoch. @param {Snapshot} moment */
export function glided(moment) {
  const { glide } = clock;
  const now = performance.now();
  const { to } = glide;
  const isElsewhere = to?.track !== moment.track || to.epoch !== moment.epoch;
  if (isElsewhere) {
    const begins = to?.track === moment.track && isStep(to, moment);
    const from = begins ? shown(now) : null;
    Object.assign(glide, { from, began: now });
  }
  glide.to = moment;
  return shown(now) ?? moment;
}

/** @param {number} now */
function shown(now) {
  const { glide } = clock;
  const share = (now - glide.began) / MILLISECONDS;
  if (share >= 1) glide.from = null;
  if (!glide.from || !glide.to) return glide.to;
  const { isLine } = state.sweep;
  return between(glide.from, glide.to, share * share * (3 - 2 * share), isLine);
}

export const isGliding = () => clock.glide.from !== null;

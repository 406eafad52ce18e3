/* What a chapter's task asks for: reached or not, from what is on show. app/lessons/task.py says
   what a check may name. */

/**
 * @typedef {import("#types").Check} Check
 * @typedef {import("#types").Settings} Settings
 * @typedef {object} Standing what is on show
 * @property {Settings} settings
 * @property {number} epoch
 * @property {string} verdict
 * @property {number} loss NaN after an overflow
 * @property {number | null} weight of a line; null for any other model
 * @property {number | null} bias
 * @property {number} input what is sent through the network of one predictor
 * @property {{epochs: ArrayLike<number>, loss: ArrayLike<number>, length: number}} track
 */

// What was typed as 0.1 may arrive as 0.1 in another precision.
const ROUNDING = 1e-9;

/** @param {unknown} value @param {[number, number]} span */
const isWithin = (value, [low, high]) => {
  const room = ROUNDING * Math.max(Math.abs(low), Math.abs(high));
  return typeof value === "number" && value >= low - room && value <= high + room;
};

/**
 * The first epoch, of those up to a last one, at which the loss is below a mark; -1 for none.
 * @param {Standing["track"]} track
 * @param {number} below
 * @param {number} within
 */
export function firstBelow({ epochs, loss, length }, below, within) {
  for (let k = 0; k < length && epochs[k] <= within; k++) if (loss[k] < below) return epochs[k];
  return -1;
}

/** @param {Check} check @param {Standing} now */
function isLow({ train_loss_below: below, within_epochs: within }, now) {
  if (below === undefined) return true;
  if (within === undefined) return now.loss < below;
  const first = firstBelow(now.track, below, within);
  return first >= 0 && first <= now.epoch;
}

/**
 * Whether all that a check names is on show.
 * @param {Check} check
 * @param {Standing} now
 */
export function isReached(check, now) {
  const { train_loss_below: _, within_epochs: __, ...named } = check;
  const shown = { ...now.settings, ...now };
  const areOnShow = Object.entries(named).every(([name, wanted]) => {
    const found = Object(shown)[name];
    return Array.isArray(wanted) ? isWithin(found, wanted) : found === wanted;
  });
  return areOnShow && isLow(check, now);
}

/** What a person may have tried: it differs once anything was changed. @param {Standing} now */
export const triedOf = ({ settings, epoch, weight, bias, input }) =>
  JSON.stringify([settings, epoch, weight, bias, input]);

/* The loss of the slider's rates at one epoch and at the end. */
import { isEndHidden, isHidden } from "#lab/state/curtain.mjs";
import { STOPS, state } from "#lab/state/store.mjs";

// What a network's runs are measured by.
export const LOWEST = "the lowest here";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {(number | null | undefined)[]} Losses null after an overflow, undefined where hidden
 * @typedef {object} RateLosses
 * @property {number[]} rates
 * @property {Losses} now the losses at the playhead
 * @property {Losses} ends
 * @property {(number | undefined)[] | null} accuracies of these ends; null without classes
 * @property {number} epoch of the sweep's frame nearest to the playhead
 * @property {number} asked the epoch of the playhead
 * @property {number} best the run with the star; -1 for none, or behind a curtain
 */

/**
 * What a curtain does not hide. The losses after the start tell how the runs end; the one on show
 * is in the other pictures too.
 * @param {Sweep} sweep
 * @param {number} asked the epoch
 * @returns {RateLosses}
 */
export function rateLosses(sweep, asked) {
  const rates = sweep.learning_rates.slice(0, STOPS);
  const frame = frameAt(sweep, asked);
  const ends = rates.map((_, run) => (isEndHidden(run) ? undefined : sweep.last_loss[run]));
  const isOpen = (/** @type {number} */ run) =>
    frame === 0 || run === state.run || !isHidden("strip", run);
  const lossAt = (/** @type {number} */ run) => sweep.train_loss[run * sweep.epochs.length + frame];
  return {
    rates,
    now: rates.map((_, run) => (isOpen(run) ? lossAt(run) : undefined)),
    ends,
    accuracies: sweep.accuracy && rates.map((_, run) => accuracyOf(sweep, run)),
    epoch: sweep.epochs[frame],
    asked,
    best: isEndHidden() ? -1 : bestOf(sweep),
  };
}

/** NaN after an overflow, undefined where hidden. @param {Sweep} sweep @param {number} run */
const accuracyOf = (sweep, run) =>
  isEndHidden(run) ? undefined : (sweep.lastAccuracy(run) ?? undefined);

/** The sweep's frame nearest to an epoch. @param {Sweep} sweep @param {number} epoch */
function frameAt({ epochs }, epoch) {
  let frame = epochs.findIndex((kept) => kept >= epoch);
  if (frame < 0) frame = epochs.length - 1;
  return frame > 0 && epoch - epochs[frame - 1] < epochs[frame] - epoch ? frame - 1 : frame;
}

/**
 * The slider's run that ends best, of those that got down if any did; -1 for none. With weight
 * decay a run that stops early may have a lower loss than the one that training leads to.
 * @param {Sweep} sweep
 */
export function bestOf(sweep) {
  const { last_loss, arrived, reference_loss: reference } = sweep;
  const isDecayed = sweep.settings.weight_decay > 0 && sweep.reference_name !== LOWEST;
  const hasArrived = arrived.slice(0, STOPS).includes(true);
  const scores = last_loss.slice(0, STOPS).map((loss, run) => {
    if (loss === null || (hasArrived && !arrived[run])) return Infinity;
    return isDecayed ? Math.abs(loss - reference) : loss;
  });
  const least = Math.min(...scores);
  return Number.isFinite(least) ? scores.indexOf(least) : -1;
}

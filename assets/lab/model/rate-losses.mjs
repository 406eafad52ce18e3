/* The loss of the slider's rates at one epoch and at the end. */
import { STOPS, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {(number | null)[]} Losses null after an overflow
 * @typedef {object} RateLosses
 * @property {number[]} rates
 * @property {number[]} now the losses at the playhead
 * @property {Losses} ends
 * @property {number} epoch of the sweep's frame nearest to the playhead
 * @property {number} asked the epoch of the playhead
 * @property {number} best the run with the lowest end; -1 for none, or behind a curtain
 */

/** How the runs end shows in their verdicts too. */
export const areEndsHidden = () => state.hidden.has("ahead") || state.hidden.has("strip");

/** @param {Sweep} sweep @param {number} asked the epoch @returns {RateLosses} */
export function rateLosses(sweep, asked) {
  const rates = sweep.learning_rates.slice(0, STOPS);
  const frame = frameAt(sweep, asked);
  const ends = sweep.last_loss.slice(0, STOPS);
  return {
    rates,
    now: rates.map((_, run) => sweep.train_loss[run * sweep.epochs.length + frame]),
    ends,
    epoch: sweep.epochs[frame],
    asked,
    best: areEndsHidden() ? -1 : bestRun(ends),
  };
}

/** The sweep's frame nearest to an epoch. @param {Sweep} sweep @param {number} epoch */
function frameAt({ epochs }, epoch) {
  let frame = epochs.findIndex((kept) => kept >= epoch);
  if (frame < 0) frame = epochs.length - 1;
  return frame > 0 && epoch - epochs[frame - 1] < epochs[frame] - epoch ? frame - 1 : frame;
}

/** The first run with the lowest end; -1 for none. @param {Losses} ends */
const bestRun = (ends) => ends.indexOf(Math.min(...ends.filter((loss) => loss !== null)));

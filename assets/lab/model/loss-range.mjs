/* How far the axes of losses reach. */

import { isEndHidden } from "#lab/state/curtain.mjs";

/** The highest loss drawn beside others, as a multiple of the loss at the start. */
export const RISE = 20;
/** The lowest one, where a run fits its data to the last digit. */
const FLOOR = 1e-7;
/** How far down the axis reaches where the lowest loss is hidden, as a share of the start's. */
const HIDDEN_FLOOR = 1e-3;
// Room below the lowest loss, as a share of the axis.
const ROOM = 0.06;

/** @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep */

/**
 * log10 of the losses between which the slider's runs are drawn: down to the lowest of those that
 * never rise above their start, and up to where the others leave the picture. Behind a curtain it
 * tells nothing of the hidden runs.
 * @param {Sweep} sweep
 * @param {number} runs how many of its runs count
 * @returns {[number, number]}
 */
export function lossRange({ train_loss: losses, validation_loss: held, epochs }, runs) {
  const start = losses[0];
  const frames = epochs.length;
  let lowest = isEndHidden() ? start * HIDDEN_FLOOR : start;
  for (let run = 0; run < runs; run++) {
    if (isEndHidden(run)) continue;
    const part = losses.subarray(run * frames, (run + 1) * frames);
    if (!part.every((loss) => loss <= start)) continue;
    lowest = Math.min(lowest, ...part);
    if (held) lowest = Math.min(lowest, ...held.subarray(run * frames, (run + 1) * frames));
  }
  const high = Math.log10(RISE * start);
  const low = Math.log10(Math.max(lowest, FLOOR * start));
  return [low - ROOM * (high - low), high];
}

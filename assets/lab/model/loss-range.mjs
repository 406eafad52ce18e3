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
 * The lowest loss, of training or validation, of each run that never rises above its start; else
 * infinity.
 * @param {Pick<Sweep, "train_loss" | "validation_loss" | "epochs">} sweep
 */
export function calmLowest({ train_loss: losses, validation_loss: held, epochs }) {
  const frames = epochs.length;
  return Array.from({ length: losses.length / frames }, (_, run) => {
    const [from, to] = [run * frames, (run + 1) * frames];
    const part = losses.subarray(from, to);
    if (!part.every((loss) => loss <= losses[0])) return Infinity;
    return Math.min(...part, ...(held?.subarray(from, to) ?? []));
  });
}

/**
 * log10 of the losses between which the slider's runs are drawn: down to the lowest of those that
 * never rise above their start, and up to where the others leave the picture. Behind a curtain it
 * tells nothing of the hidden runs.
 * @param {Sweep} sweep
 * @param {number} runs how many of its runs count
 * @returns {[number, number]}
 */
export function lossRange({ train_loss: [start], calm_lowest: lows }, runs) {
  const shown = lows.slice(0, runs).filter((_, run) => !isEndHidden(run));
  const lowest = Math.min(isEndHidden() ? start * HIDDEN_FLOOR : start, ...shown);
  const high = Math.log10(RISE * start);
  const low = Math.log10(Math.max(lowest, FLOOR * start));
  return [low - ROOM * (high - low), high];
}

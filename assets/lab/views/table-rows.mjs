/* Which rows a table has, and how its numbers are written. */
import { format } from "#lab/lib/format.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { state } from "#lab/state/store.mjs";

/**
 * What a table holds.
 * @typedef {{head: string[], rows: string[][], note: string}} TableData
 */

// So many rows can still be read; of more, those at the steps of the timeline's scale are shown.
const MOST_EPOCHS = 60;

// The end of a row's name that is about the epoch on show.
export const NOW = ", now";

/** @param {number | null | undefined} value */
export const say = (value, digits = 5) =>
  value === null || value === undefined ? "–" : format(value, digits);

/** The indices of so many things. @param {number} length */
export const count = (length) => Array.from({ length }, (_, k) => k);

/**
 * Evenly spread indices of so many things, the ends included.
 * @param {number} length
 * @param {number} most
 */
export const spread = (length, most) =>
  length <= most
    ? count(length)
    : count(most).map((k) => Math.round((k * (length - 1)) / (most - 1)));

/**
 * Which kept epochs a table lists: close together at the start, as the timeline's scale is; the
 * one on show and the last always. Behind a curtain none that lies ahead.
 * @param {import("#lab/model/track.mjs").Track} track
 * @param {number} now the index of the epoch on show
 */
export function listed({ epochs, length }, now) {
  const end = isHidden("ahead", state.run) ? now : length - 1;
  if (end < MOST_EPOCHS) return count(end + 1);
  const place = (/** @type {number} */ k) => Math.log1p(epochs[k]);
  const kept = new Set([end, Math.min(now, end)]);
  const step = place(end) / (MOST_EPOCHS - 2);
  for (let k = 0, next = 0; k <= end; k++) {
    if (place(k) < next) continue;
    kept.add(k);
    next = place(k) + step;
  }
  return [...kept].sort((a, b) => a - b);
}

/**
 * The note below a table that does not list all epochs.
 * @param {number[]} shown
 * @param {number} all
 */
export const ofEpochs = (shown, all) =>
  shown.length < all && !isHidden("ahead", state.run)
    ? `${shown.length} of ${all} epochs, close together at the start.`
    : "";

/** @param {number} epoch @param {number} now */
export const epochName = (epoch, now) => (epoch === now ? `${epoch}${NOW}` : String(epoch));

/* What sentences and tables of views share: numbers, places and epochs in words. */
import { format } from "#lab/lib/format.mjs";

/** @typedef {import("#types").Snapshot} Snapshot */

/** @param {number} value */
export const say = (value, digits = 4) => format(value, digits);

/** @param {string} name @param {number} value */
const coordinate = (name, value) =>
  name.includes(" ") ? `${say(value)} along “${name}”` : `${name} ${say(value)}`;

/**
 * A point of the plane in words.
 * @param {{names: string[]}} plane
 * @param {number} first
 * @param {number} second
 */
export const here = ({ names }, first, second) =>
  `${coordinate(names[0], first)} and ${coordinate(names[1], second)}`;

/**
 * The epoch, and where numbers have overflowed which one is still shown.
 * @param {Snapshot} moment
 */
export const when = ({ epoch, overflowed, shownEpoch }) =>
  overflowed ? `epoch ${epoch}, an overflow (shown is epoch ${shownEpoch})` : `epoch ${epoch}`;

/* A model other than a line whose parameters a person set in the network: shown instead of the run,
   until that or the playhead moves on. */

/**
 * @typedef {object} Place what was on show then
 * @property {import("#lab/model/sweep.mjs").Sweep} sweep
 * @property {number} run
 * @property {number} wanted
 * @property {import("#types").Detail | null} detail
 *
 * @typedef {object} Held a number that is being dragged
 * @property {number} pointer
 * @property {number} from where the pointer came down
 * @property {number} value what the number was then
 * @property {boolean} hasMoved
 */

export const hand = {
  /** @type {Float32Array | null} */
  params: null,
  /** @type {Place | null} */
  place: null,
  /** @type {Held | null} */
  held: null,
  // The input that is sent through the network; NaN for that of the first example.
  input: NaN,
};

/* What is read of the views: see page/reading.mjs. */

/**
 * @typedef {object} ReadingState
 * @property {string} name of the view whose values are shown, or nothing
 * @property {number} index of the point that the keys have reached; -1 where a pointer reads
 * @property {import("#types").Point} at the pointer in the view
 * @property {number} reach how near to it a point has to be
 * @property {boolean} isByHand whether the focus is where a pointer was pressed, not where Tab led
 * @property {HTMLElement | null} box
 * @property {HTMLElement | null} mark
 */

/** @type {ReadingState} */
export const reading = {
  name: "",
  index: -1,
  at: [0, 0],
  reach: 0,
  isByHand: false,
  box: null,
  mark: null,
};

/* The start that is being set by hand. */

/**
 * @typedef {object} Ends the line on show at the two handles
 * @property {number[]} inputs as trained on, as are the targets
 * @property {number[]} targets
 * @property {[number, number][]} points in pixels, within the picture
 * @property {[number, number]} line weight and bias
 *
 * @typedef {object} Drag
 * @property {number} pointer
 * @property {number} from where it began, as a target
 * @property {number[]} inputs of both handles, which stay
 * @property {number[]} targets of both when it began
 * @property {boolean[]} moves which of them go along
 */

export const startState = {
  /** Where the handles are; null where there is no line to hold.
   * @type {Ends | null} */
  ends: null,
  /** @type {Drag | null} */
  drag: null,
  // Where a pointer came down on the descent path, and the text of the start that is awaited.
  pressed: /** @type {{pointer: number, x: number, y: number} | null} */ (null),
  wanted: /** @type {string | null} */ (null),
};

/* The map of learning rates against a second setting. */

/** @typedef {{row: number, run: number}} Cell */

export const mapping = {
  map: /** @type {import("#types").RateMap | null} */ (null),
  // Why the map stopped, if it did.
  trouble: "",
  // The cell under the pointer.
  hovered: /** @type {Cell | null} */ (null),
};

/* Which plane is chosen. */

/** @typedef {import("#types").PlaneChoice} PlaneChoice */

export const planeState = {
  choice: /** @type {PlaneChoice} */ ({ kind: "anchored" }),
  // Whether it was chosen for settings that are still to come, as from a link.
  isAhead: false,
  // The plane of the last request that failed: it is not asked for again by itself.
  refused: /** @type {PlaneChoice | null} */ (null),
};

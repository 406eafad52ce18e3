/* What is chosen, and the training that is out. */

/** @typedef {{rate: number, plane: import("#types").PlaneChoice | null}} Sent */

export const training = {
  // All that the person has chosen, typed numbers that are still being trained included.
  chosen: /** @type {import("#types").Settings} */ (/** @type {unknown} */ ({})),
  // What was on show when the request that is out was sent: {rate, plane}.
  sent: /** @type {Sent} */ ({ rate: NaN, plane: null }),
  // The control that the person changed last, or null after a link.
  changed: /** @type {keyof import("#types").Settings | null} */ (null),
  spinner: 0,
  // What is to be said of a link, also once its sweep has come; and whether one is being followed.
  notes: /** @type {string[]} */ ([]),
  isFollowing: false,
  // Whether what is on show has its entry in the browser's history, as after Back: then the address
  // only follows. A person's new choice takes it away.
  hasEntry: true,
};

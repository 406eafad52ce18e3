/* Between two neighbouring epochs, for the eye alone: numbers are those of epochs. */

/** @typedef {import("#types").Snapshot} Snapshot */

/**
 * A run on its way from one epoch to another. Along a straight step in a bowl its slopes change
 * evenly, and the loss with their mean; elsewhere the loss is taken to change evenly.
 * @param {Snapshot} from
 * @param {Snapshot} to
 * @param {number} share of the way
 * @param {boolean} isBowl whether the loss on the plane is one, and the run never leaves the plane
 * @returns {Snapshot}
 */
export function between(from, to, share, isBowl) {
  const mix = (/** @type {number} */ one, /** @type {number} */ other) =>
    one + share * (other - one);
  const [across, up] = [to.first - from.first, to.second - from.second];
  const bend =
    across * (to.firstSlope - from.firstSlope) + up * (to.secondSlope - from.secondSlope);
  return {
    ...to,
    index: Math.min(from.index, to.index),
    first: mix(from.first, to.first),
    second: mix(from.second, to.second),
    firstSlope: mix(from.firstSlope, to.firstSlope),
    secondSlope: mix(from.secondSlope, to.secondSlope),
    loss: mix(from.loss, to.loss) - (isBowl ? (share * (1 - share) * bend) / 2 : 0),
    offPlane: mix(from.offPlane, to.offPlane),
    glide: { from: from.index, to: to.index, share },
  };
}

/** The loss that words in a picture say: on the way from one epoch to another, the one it leads to.
 * @param {Snapshot} moment */
export const lossSaid = ({ track, glide, loss }) => (glide ? track.loss[glide.to] : loss);

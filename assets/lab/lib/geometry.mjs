/* Pixels and boxes. */

/** Pixels that a canvas can still take: a diverging run's go to 1e38. @param {number} pixel */
export const clamp = (pixel) => Math.min(Math.max(pixel, -1e5), 1e5);

/**
 * The part of a 3D segment inside the box, or null. Liang and Barsky, one axis after the other.
 * @typedef {[number, number, number]} Point3
 * @param {Point3} from
 * @param {Point3} to
 * @param {Point3} low
 * @param {Point3} high
 * @returns {[Point3, Point3] | null}
 */
export function clipSegment(from, to, low, high) {
  let [enter, leave] = [0, 1];
  for (let axis = 0; axis < 3; axis++) {
    const way = to[axis] - from[axis];
    const [a, b] = [(low[axis] - from[axis]) / way, (high[axis] - from[axis]) / way];
    if (way === 0) {
      if (from[axis] < low[axis] || from[axis] > high[axis]) return null;
      continue;
    }
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  if (!(enter <= leave)) return null;
  const at = (/** @type {number} */ share) =>
    /** @type {Point3} */ (from.map((value, axis) => value + share * (to[axis] - value)));
  return [at(enter), at(leave)];
}

/** @param {number} low @param {number} high */
export const geometricMean = (low, high) => Math.sqrt(low * high);

/**
 * The way from a picture to a point that is not in it: to a side, above it, or both.
 * @param {{left: number, right: number, top: number}} area in pixels
 * @param {[number, number]} point
 */
export function arrowTo({ left, right, top }, [x, y]) {
  const isAbove = y < top;
  if (x < left) return isAbove ? "↖" : "←";
  if (x > right) return isAbove ? "↗" : "→";
  return "↑";
}

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

/**
 * @typedef {[number, number]} Point
 * @typedef {{left: number, right: number, top: number, bottom: number}} Area
 */

/**
 * The part of a way inside a picture, or null.
 * @param {Area} area
 * @param {Point} from
 * @param {Point} to
 */
export const insidePart = ({ left, right, top, bottom }, from, to) =>
  clipSegment([...from, 0], [...to, 0], [left + 2, top + 2, -1], [right - 2, bottom - 2, 1]);

/**
 * A far point drawn nearer in the same direction: a diverging run's pixels go to 1e38.
 * @param {Point} from
 * @param {Point} to
 * @returns {Point}
 */
export function shortened([fromX, fromY], [toX, toY]) {
  const share = Math.min(1, 1e4 / Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1));
  return [fromX + share * (toX - fromX), fromY + share * (toY - fromY)];
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

/**
 * How far beyond a picture a point lies, in widths and in heights of the picture; 0 inside.
 * @param {Area} area
 * @param {Point} point
 */
export const farBeyond = ({ left, right, top, bottom }, [x, y]) => ({
  widths: Math.max(left - x, x - right, 0) / (right - left),
  heights: Math.max(top - y, y - bottom, 0) / (bottom - top),
});

// How steeply a surface is looked at, in degrees.
const [LOWEST, HIGHEST] = [5, 85];

/**
 * The place of an eye, as far from its centre, at the nearest elevation that is allowed; null where
 * it may stay.
 * @param {Record<string, number>} eye
 * @param {Record<string, number>} center
 */
export function clampElevation(eye, center) {
  const [x, y, z] = ["x", "y", "z"].map((axis) => eye[axis] - center[axis]);
  const across = Math.hypot(x, y);
  const elevation = (Math.atan2(z, across) * 180) / Math.PI;
  const allowed = Math.min(Math.max(elevation, LOWEST), HIGHEST);
  if (Math.abs(allowed - elevation) < 1e-6) return null;
  const far = Math.hypot(across, z);
  const angle = (allowed * Math.PI) / 180;
  // Straight above or below, every way is the same.
  const [east, north] = across > 0 ? [x / across, y / across] : [0, -1];
  return {
    x: center.x + far * Math.cos(angle) * east,
    y: center.y + far * Math.cos(angle) * north,
    z: center.z + far * Math.sin(angle),
  };
}

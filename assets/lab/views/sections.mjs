/* The loss along both directions through the current point, and its slope there. */
import { format } from "#lab/lib/format.mjs";
import { arrowTo, clamp } from "#lab/lib/geometry.mjs";
import { colors } from "#lab/state/theme.mjs";
import { dot, font, isInside, label, size, stroke } from "#lab/views/canvas.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Slice} Slice
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {(place: number, k: number) => number} Curve the loss at the k-th place
 * @typedef {object} Side one of the two directions
 * @property {string} suffix of Plotly's names for its axes
 * @property {number} at the current point
 * @property {number} slope
 * @property {number[]} range
 * @property {string} color
 * @property {number[]} dash
 * @property {Curve} onPlane the loss of the grid
 * @typedef {object} Section
 * @property {Side} side
 * @property {number} count of the places at which it is drawn
 * @property {Curve | null} curve null where nothing is known
 */

export const SECTION_SAMPLES = 61;

/** @type {import("#types").Draw} */
export function drawSections(overlay, sweep, moment, { slices }) {
  const context = overlay.begin();
  const exact = slices?.at(moment.shownEpoch) ?? null;
  const width = exact || sweep.bowl ? 3 : 1.25;
  for (const section of sections(sweep, moment, exact)) {
    const { side } = section;
    const axes = flatAxes(overlay, side.suffix);
    axes.inside(context, () => {
      stroke(context, pixelsOf(section, axes), { color: side.color, width, dash: side.dash });
    });
    drawTangent(context, axes, side, moment.loss);
  }
}

/** @param {Section} section @param {Axes} axes @returns {Point[]} */
function pixelsOf({ side, count, curve }, axes) {
  if (!curve) return [];
  const [low, high] = side.range;
  return Array.from({ length: count }, (_, k) => {
    const place = low + (k / (count - 1)) * (high - low);
    return [axes.x(place), clamp(axes.y(curve(place, k)))];
  });
}

/**
 * Both sections through the current point: how each is drawn, its curve, and at how many places.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Slice | null | undefined} exact
 * @returns {Section[]}
 */
export function sections(sweep, moment, exact) {
  const sides = sidesOf(sweep, moment);
  const isOnGrid = sides.every(({ at, range }) => at >= range[0] && at <= range[1]);
  return sides.map((side, which) => ({
    side,
    count: exact ? exact.samples : SECTION_SAMPLES,
    curve:
      parabola(sweep, side, moment.loss, which) ??
      sliceCurve(exact, which) ??
      // Outside of the grid nothing is known of a network's plane, so nothing is drawn.
      (isOnGrid ? side.onPlane : null),
  }));
}

/** @param {Sweep} sweep @param {Snapshot} moment @returns {Side[]} */
const sidesOf = ({ box, grid }, { first, second, firstSlope, secondSlope }) => [
  {
    suffix: "",
    at: first,
    slope: firstSlope,
    range: box.first,
    color: colors.first,
    dash: [],
    onPlane: (place) => grid.at(place, second),
  },
  {
    suffix: "2",
    at: second,
    slope: secondSlope,
    range: box.second,
    color: colors.second,
    dash: [7, 5],
    onPlane: (place) => grid.at(first, place),
  },
];

/**
 * The parabola that a linear model's loss is; null of a network.
 * @param {Sweep} sweep
 * @param {Side} side
 * @param {number} loss
 * @param {number} which
 * @returns {Curve | null}
 */
function parabola({ bowl }, { at, slope }, loss, which) {
  if (!bowl) return null;
  const curvature = bowl.hessian[which][which];
  return (place) => loss + slope * (place - at) + 0.5 * curvature * (place - at) ** 2;
}

/**
 * @param {Slice | null | undefined} exact
 * @param {number} which
 * @returns {Curve | null}
 */
function sliceCurve(exact, which) {
  if (!exact) return null;
  const losses = which ? exact[1] : exact[0];
  return (_, k) => losses[k];
}

/**
 * The slope at the current point, and its value beside it: the gradient along this direction.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Side} side
 * @param {number} loss
 */
function drawTangent(context, axes, { at, slope }, loss) {
  /** @type {Point} */
  const point = [clamp(axes.x(at)), clamp(axes.y(loss))];
  const rise = axes.y(slope) - axes.y(0);
  const isNarrow = axes.right - axes.left < 12.5 * size();
  const text = `${isNarrow ? "" : "gradient "}${format(slope, 4)}`;
  if (isInside(axes, point)) {
    drawSlope(context, axes, point, [axes.x(1) - axes.x(0), rise]);
    placeLabel(context, axes, point, text, rise > 0 ? 1 : -1);
    return;
  }
  const middle = (axes.left + axes.right) / 2;
  const where = `${arrowTo(axes, point)} ${isNarrow ? "" : "train loss "}${format(loss, 4)}`;
  label(context, where, middle, axes.top + 14, { color: colors.text, align: "center" });
  label(context, text, middle, axes.top + 20 + size(), { color: colors.gradient, align: "center" });
}

/**
 * The tangent, always of the same length.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Point} at
 * @param {Point} way its direction in pixels
 */
function drawSlope(context, axes, [x, y], [run, rise]) {
  const length = Math.hypot(run, rise);
  if (!Number.isFinite(length)) return;
  const [dx, dy] = [(42 * run) / length, (42 * rise) / length];
  axes.inside(context, () => {
    stroke(
      context,
      [
        [x - dx, y - dy],
        [x + dx, y + dy],
      ],
      { color: colors.gradient, width: 4.5 },
    );
  });
  dot(context, [x, y], 5.5, colors.path);
}

/**
 * Beside the point, on the side where the curve is not, and always inside the axes.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Point} at
 * @param {string} text
 * @param {number} side right, 1, or left, -1
 */
function placeLabel(context, axes, [x, y], text, side) {
  context.font = font();
  const width = context.measureText(text).width;
  const left = Math.min(
    Math.max(x + 14 * side - (side < 0 ? width : 0), axes.left + 6),
    axes.right - width - 6,
  );
  const top = Math.min(Math.max(y - 22, axes.top + 12), axes.bottom - 34);
  label(context, text, left, top, { color: colors.gradient });
}

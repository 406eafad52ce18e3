/* The loss along both directions through the current point, and its slope there. */
import { format } from "#lab/lib/format.mjs";
import { arrowTo, clamp, insidePart, shortened } from "#lab/lib/geometry.mjs";
import { lossSaid } from "#lab/model/glide.mjs";
import { nextStep } from "#lab/model/next-step.mjs";
import { zoomAt } from "#lab/model/zoom.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { colors } from "#lab/state/theme.mjs";
import { dot, isInside, placeLabel, size, stroke } from "#lab/views/canvas.mjs";
import { Room, beside, onTop } from "#lab/views/labels.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { SHORTEST, stepArrow } from "#lab/views/step.mjs";
import { drawFrame, frameLook, sectionsFigure, zoomOut } from "#lab/views/zoom.mjs";

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
 * @property {number} said the slope that is read out: an epoch's
 * @property {number[]} range
 * @property {string} color
 * @property {number[]} dash
 * @property {Curve} onPlane the loss of the grid
 * @typedef {object} Section
 * @property {Side} side
 * @property {number} count of the places at which it is drawn
 * @property {Curve | null} curve null where nothing is known
 * @typedef {{at: number, loss: number | null}} Landing of the next step
 */

export const SECTION_SAMPLES = 61;
// Half of the tangent's length in pixels.
const TANGENT = 42;
/** @type {import("#lab/views/labels.mjs").Side[]} */
const NEAR_CURVE = ["right", "above right", "below right", "left", "below left"];

/** @type {import("#types").Draw} */
export function drawSections(overlay, sweep, moment, { slices, run }) {
  const zoom = zoomAt(sweep, moment.track, moment.index);
  zoomOut(overlay, sweep, [zoom.plane, zoom.loss], sectionsFigure);
  const context = overlay.begin();
  const exact = slices?.at(moment.shownEpoch) ?? null;
  const width = exact || sweep.bowl ? 3 : 1.25;
  const step = isHidden("ahead", run) ? null : nextStep(sweep, run, moment);
  const landings = step ? [step.first, step.second] : [];
  sections(sweep, moment, exact).forEach((section, which) => {
    const { side } = section;
    const axes = flatAxes(overlay, side.suffix);
    if (overlay.zoomed)
      drawFrame(context, axes, { first: side.range, second: [0, sweep.box.height] }, frameLook());
    // Beyond the grid a network's curve is not known.
    const range = sweep.bowl ? [axes.left, axes.right].map(axes.toX) : side.range;
    const pixels = pixelsOf(section, axes, range);
    axes.inside(context, () => {
      stroke(context, pixels, { color: side.color, width, dash: side.dash });
    });
    const room = new Room(axes);
    room.avoidLine(pixels);
    const landing = step && { at: landings[which], loss: step.loss };
    const isNeeded = !overlay.zoomed;
    drawTangent(context, axes, room, {
      side,
      loss: moment.loss,
      told: lossSaid(moment),
      landing,
      isNeeded,
    });
  });
}

/** @param {Section} section @param {Axes} axes @param {number[]} range @returns {Point[]} */
export function pixelsOf({ count, curve }, axes, [low, high]) {
  if (!curve) return [];
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
const sidesOf = ({ box, grid }, { first, second, firstSlope, secondSlope, track, index }) => [
  {
    suffix: "",
    at: first,
    slope: firstSlope,
    said: track.firstSlope(index),
    range: box.first,
    color: colors.first,
    dash: [],
    onPlane: (place) => grid.at(place, second),
  },
  {
    suffix: "2",
    at: second,
    slope: secondSlope,
    said: track.secondSlope(index),
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
 * The slope at the current point, its value beside it (the gradient along this direction), and the
 * next step.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Room} room
 * @param {{side: Side, loss: number, told: number, landing: Landing | null,
 *   isNeeded: boolean}} shown
 */
function drawTangent(context, axes, room, { side, loss, told, landing, isNeeded }) {
  const { at, slope, said } = side;
  /** @type {Point} */
  const point = [clamp(axes.x(at)), clamp(axes.y(loss))];
  const isNarrow = axes.right - axes.left < 12.5 * size();
  const value = format(said, 4);
  const texts = isNarrow ? [value] : [`gradient ${value}`, value];
  if (isInside(axes, point)) {
    drawSlope(context, axes, room, point, [axes.x(1) - axes.x(0), axes.y(slope) - axes.y(0)]);
    if (landing) drawLanding(context, axes, room, { side, loss, landing, point });
    sayGradient(context, room, texts, point, isNeeded);
    return;
  }
  const where = `${arrowTo(axes, point)} ${isNarrow ? "" : "train loss "}${format(told, 4)}`;
  placeLabel(context, room, where, onTop(axes), { color: colors.text });
  placeLabel(context, room, texts[0], onTop(axes), { color: colors.gradient });
}

/**
 * @param {Context} context
 * @param {Room} room
 * @param {string[]} texts the first of them for which there is room
 * @param {Point} point
 * @param {boolean} isNeeded whether the last of them is written in any case
 */
const sayGradient = (context, room, texts, point, isNeeded) =>
  texts.some((text, k) =>
    placeLabel(context, room, text, (box) => beside(point, box, NEAR_CURVE, 14), {
      color: colors.gradient,
      isNeeded: isNeeded && k === texts.length - 1,
    }),
  );

/**
 * The tangent, always of the same length, and the point on it.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Room} room
 * @param {Point} at
 * @param {Point} way its direction in pixels
 */
function drawSlope(context, axes, room, [x, y], [run, rise]) {
  const length = Math.hypot(run, rise);
  if (!Number.isFinite(length)) return;
  const [dx, dy] = [(TANGENT * run) / length, (TANGENT * rise) / length];
  /** @type {Point[]} */
  const line = [
    [x - dx, y - dy],
    [x + dx, y + dy],
  ];
  axes.inside(context, () => stroke(context, line, { color: colors.gradient, width: 2 }));
  dot(context, [x, y], 5.5, colors.path);
  for (const gap of [-3, 0, 3]) room.avoidLine(line.map(([a, b]) => [a, b + gap]));
  room.avoidDot([x, y], 7);
}

/**
 * The next step: along the tangent, which is what the gradient promises, to where it lands; from
 * there a dotted line to the loss that is found there, which is where the point will be.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Room} room
 * @param {{side: Side, loss: number, landing: Landing, point: Point}} shown
 */
function drawLanding(context, axes, room, { side: { at, slope }, loss, landing, point }) {
  /** @type {Point} */
  const promised = [axes.x(landing.at), axes.y(loss + slope * (landing.at - at))];
  const part = insidePart(axes, point, shortened(point, promised));
  if (!part || Math.hypot(promised[0] - point[0], promised[1] - point[1]) < SHORTEST) return;
  const tip = /** @type {Point} */ (part[1].slice(0, 2));
  if (landing.loss !== null) drawFound(context, axes, room, promised, landing.loss);
  stepArrow(context, point, tip);
  room.avoidLine([point, tip]);
}

/**
 * @param {Context} context
 * @param {Axes} axes
 * @param {Room} room
 * @param {Point} promised
 * @param {number} loss
 */
function drawFound(context, axes, room, promised, loss) {
  /** @type {Point} */
  const found = [promised[0], clamp(axes.y(loss))];
  if (found[0] < axes.left || found[0] > axes.right) return;
  /** @type {Point[]} */
  const line = [[promised[0], clamp(promised[1])], found];
  axes.inside(context, () =>
    stroke(context, line, { color: colors.gradient, width: 1.5, dash: [1, 4] }),
  );
  room.avoidLine(line);
  if (!isInside(axes, found)) return;
  dot(context, found, 4.5, colors.background, colors.path, 2.5);
  room.avoidDot(found, 6);
}

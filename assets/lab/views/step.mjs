/* The step that the selected rate takes next, as an arrow on the plane. */
import { format, plain } from "#lab/lib/format.mjs";
import { clamp, farBeyond, insidePart, shortened } from "#lab/lib/geometry.mjs";
import { colors } from "#lab/state/theme.mjs";
import { ON_CONTOUR, arrow, dot, grown, isInside, placeLabel, stroke } from "#lab/views/canvas.mjs";
import { beside } from "#lab/views/labels.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").NextStep} NextStep
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/views/labels.mjs").Room} Room
 * @typedef {{step: NextStep, sweep: Sweep, moment: Snapshot, run: number}} Shown
 */

// In pixels: an arrow shorter than this is a ring.
export const SHORTEST = 6;
const RING = 11;
const GAP = 15;
// Where a text goes beside a point of the path.
/** @type {import("#lab/views/labels.mjs").Side[]} */
export const NEAR_PATH = [
  "below",
  "above",
  "below right",
  "below left",
  "above right",
  "above left",
];
// A longer arrow begins under the point's own dot, of this radius.
const LONG = 20;
const DOT = 6;
// The strokes of a break: how far behind the tip, how wide, and a colour unless the arrow's.
/** @type {[number, number, string][]} */
const BREAK = [
  [24.5, 5, "#ffffff"],
  [22, 1.75, ""],
  [27, 1.75, ""],
];
// The names of a plane's directions that are short enough for a picture, in characters.
const SHORT_NAME = 12;

/**
 * @param {Context} context
 * @param {Room} room
 * @param {Axes} axes
 * @param {Point} from
 * @param {Shown} shown
 */
export function drawStep(context, room, axes, from, shown) {
  const { first, second, length } = shown.step;
  /** @type {Point} */
  const to = [clamp(axes.x(first)), clamp(axes.y(second))];
  if (Math.hypot(to[0] - from[0], to[1] - from[1]) < SHORTEST)
    return drawRing(context, room, from, length);
  const part = insidePart(axes, from, shortened(from, to));
  if (!part) return undefined;
  const tip = /** @type {Point} */ (part[1].slice(0, 2));
  const isBeyond = !isInside(axes, to);
  stepArrow(context, from, tip, isBeyond);
  room.avoidLine([from, tip]);
  room.avoidDot(from, 7);
  const far = farBeyond(axes, [axes.x(first), axes.y(second)]);
  const words = isBeyond ? landingWords(shown, far) : stepWords(shown);
  /** @type {Point} */
  const middle = [(from[0] + tip[0]) / 2, (from[1] + tip[1]) / 2];
  return sayStep(context, room, words, isBeyond ? tip : middle);
}

/**
 * @param {Context} context
 * @param {Point} from
 * @param {Point} tip
 * @param {boolean} goesOn whether the step ends beyond the picture: then its line is broken
 */
export function stepArrow(context, from, tip, goesOn) {
  const length = Math.hypot(tip[0] - from[0], tip[1] - from[1]);
  arrow(context, from, tip, colors.gradient);
  if (goesOn && length > 2 * LONG) drawBreak(context, from, tip, length);
  if (length > LONG) dot(context, from, DOT, colors.path);
}

/**
 * Two strokes across an arrow, as a cut axis has them.
 * @param {Context} context
 * @param {Point} from
 * @param {Point} tip
 * @param {number} length
 */
function drawBreak(context, [fromX, fromY], [x, y], length) {
  const [across, up] = [(x - fromX) / length, (y - fromY) / length];
  for (const [back, width, color] of BREAK) {
    const ends = [1, -1].map((side) => {
      const [along, aside] = [grown(back + 2 * side), grown(6 * side)];
      return /** @type {Point} */ ([
        x - along * across - aside * up,
        y - along * up + aside * across,
      ]);
    });
    stroke(context, ends, { color: color || colors.gradient, width });
  }
}

/**
 * A step too short for an arrow.
 * @param {Context} context
 * @param {Room} room
 * @param {Point} at
 * @param {number | null} length
 */
function drawRing(context, room, at, length) {
  for (const [color, width] of /** @type {[string, number][]} */ ([
    ["#ffffff", 4.5],
    [colors.gradient, 2],
  ])) {
    context.beginPath();
    context.arc(at[0], at[1], grown(RING), 0, 2 * Math.PI);
    Object.assign(context, { strokeStyle: color, lineWidth: grown(width) });
    context.stroke();
  }
  room.avoidDot(at, RING);
  const words =
    length === null ? "next step: too short to see" : `next step: ${format(length, 3)} long`;
  sayStep(context, room, words, at);
}

/** @param {Context} context @param {Room} room @param {string} words @param {Point} at */
const sayStep = (context, room, words, at) =>
  placeLabel(context, room, words, (box) => beside(at, box, NEAR_PATH, GAP), ON_CONTOUR);

/** @param {Shown} shown */
function stepWords({ sweep, moment, run }) {
  if (sweep.steps_per_epoch > 1) return "next step (one batch)";
  const isScheduled = moment.track.factorAt(moment.index) !== 1;
  return isScheduled ? "next step" : `next step at ${plain(sweep.learning_rates[run])}`;
}

/**
 * @param {Shown} shown
 * @param {{widths: number, heights: number}} far
 */
function landingWords({ step: { first, second }, sweep: { plane } }, far) {
  const isShort = plane.names.every((name) => name.length <= SHORT_NAME);
  const [one, other] = plane.names.map((name) => (isShort ? `${name} ` : ""));
  const place = `${one}${format(first, 3)}, ${other}${format(second, 3)}`;
  const [sides, most] = Object.entries(far).sort(([, a], [, b]) => b - a)[0];
  return `next step lands at\n${place}${most < 1 ? "" : `,\n${format(most, 2)} picture ${sides} past the edge`}`;
}

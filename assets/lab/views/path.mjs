/* What moves on the contour: the path, and where it leaves the picture. */
import { inTwoLines, plain } from "#lab/lib/format.mjs";
import { clamp, insidePart, shortened } from "#lab/lib/geometry.mjs";
import { nextStep } from "#lab/model/next-step.mjs";
import { zoomAt } from "#lab/model/zoom.mjs";
import { isHidden, isStarHidden } from "#lab/state/curtain.mjs";
import { colors } from "#lab/state/theme.mjs";
import {
  FAINT,
  ON_CONTOUR,
  arrowHead,
  dot,
  drawMarks,
  drawPath,
  isInside,
  placeLabel,
  stroke,
} from "#lab/views/canvas.mjs";
import { Room, SIDES, beside, onTop } from "#lab/views/labels.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { drawPinPaths } from "#lab/views/pins.mjs";
import { rateArrows } from "#lab/views/rate-arrows.mjs";
import { NEAR_PATH, drawStep } from "#lab/views/step.mjs";
import { drawFrame, nameFrame, pathFigure, zoomOut } from "#lab/views/zoom.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

// Of the star, in characters of a line.
const LONG_NAME = 16;

// Arrows whose tips are nearer to each other end in one place, in pixels.
const SAME = 12;

const FRAME = { color: "#ffffff", halo: "rgba(0,0,0,0.5)" };

/** @type {import("#types").Draw} */
export function drawContour(overlay, sweep, moment, { run }) {
  const { plane: power } = zoomAt(sweep, moment.track, moment.index);
  zoomOut(overlay, sweep, [power], pathFigure);
  const context = overlay.begin();
  const axes = flatAxes(overlay);
  const points = pointsOf(axes, moment);
  const endsHere = isHidden("ahead", run);
  const frame = overlay.zoomed && drawFrame(context, axes, sweep.box, FRAME);
  drawWay(context, axes, points, moment, endsHere);
  const now = nowOf(axes, moment);
  if (moment.glide) drawGlide(context, axes, points[moment.index], now);
  const room = new Room(axes).avoidLine(endsHere ? points.slice(0, moment.index + 1) : points);
  drawPinPaths(context, axes, moment);
  const arrows = drawRateArrows(context, room, axes, now, rateArrows(sweep, moment));
  const isUnknown = overlay.zoomed && !sweep.bowl;
  sayOnTop(context, room, isUnknown ? "loss known in the frame alone" : sweep.hiddenMotion(run));
  if (frame) room.avoidBox(frame);
  else if (!isStarHidden(sweep)) nameOptimum(context, room, axes, sweep);
  for (const { tip, name } of namedTogether(arrows))
    placeLabel(context, room, name, (box) => beside(tip, box, NEAR_PATH, 10), ON_CONTOUR);
  // Among the arrows of the table the selected rate's would be one more.
  const isAlone = !endsHere && !arrows.length;
  drawPoint(context, room, axes, points, { sweep, moment, run, isAlone });
  if (frame) nameFrame(context, room, frame, ON_CONTOUR);
  else nameStart(context, room, axes, points[0], moment);
}

/**
 * The current point, and the step from there if it stands alone.
 * @param {Context} context
 * @param {Room} room
 * @param {Axes} axes
 * @param {Point[]} points
 * @param {{sweep: Sweep, moment: Snapshot, run: number, isAlone: boolean}} shown
 */
function drawPoint(context, room, axes, points, { sweep, moment, run, isAlone }) {
  const now = nowOf(axes, moment);
  if (!isInside(axes, now)) {
    if (!moment.glide) drawLeaving(context, room, axes, points, moment);
    return;
  }
  dot(context, now, 6.5, colors.path);
  const step = isAlone ? nextStep(sweep, run, moment) : null;
  if (step) drawStep(context, room, axes, now, { step, sweep, moment, run });
}

/** @param {Axes} axes @param {Snapshot} moment @returns {Point} */
const nowOf = (axes, { first, second }) => [clamp(axes.x(first)), clamp(axes.y(second))];

/**
 * The part of a step that the point has done.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Point} from
 * @param {Point} to
 */
const drawGlide = (context, axes, from, to) =>
  axes.inside(context, () => {
    stroke(context, [from, to], { color: "#ffffff", width: 5 });
    stroke(context, [from, to], { color: colors.path, width: 2.5 });
  });

/** @param {Axes} axes @param {Snapshot} moment @returns {Point[]} */
const pointsOf = (axes, { track }) =>
  Array.from({ length: track.length }, (_, k) => [
    clamp(axes.x(track.first(k))),
    clamp(axes.y(track.second(k))),
  ]);

/** @param {Context} context @param {Room} room @param {string} words */
function sayOnTop(context, room, words) {
  if (words) placeLabel(context, room, words, onTop(room.area), ON_CONTOUR);
}

/**
 * The start, once the point has left it.
 * @param {Context} context
 * @param {Room} room
 * @param {Axes} axes
 * @param {Point} at
 * @param {Snapshot} moment
 */
function nameStart(context, room, axes, at, { index }) {
  if (index === 0 || !isInside(axes, at)) return;
  room.avoidDot(at, 7);
  placeLabel(context, room, "start", (box) => beside(at, box, NEAR_PATH), ON_CONTOUR);
}

/**
 * The star, which Plotly draws, is named beside it.
 * @param {Context} context
 * @param {Room} room
 * @param {Axes} axes
 * @param {Sweep} sweep
 */
function nameOptimum(context, room, axes, { optimum }) {
  const [first, second] = optimum.coordinates;
  /** @type {Point} */
  const at = [axes.x(first), axes.y(second)];
  room.avoidDot(at, 10);
  if (!isInside(axes, at)) return;
  const isLong = optimum.name.length > LONG_NAME;
  const name = isLong ? inTwoLines(optimum.name) : optimum.name;
  // Where the picture is narrower than that, the star speaks for itself.
  const look = { ...ON_CONTOUR, isNeeded: false };
  placeLabel(context, room, name, (box) => beside(at, box, SIDES, 12), look);
}

/**
 * The run's path with a mark at each epoch, and faint what lies ahead.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Point[]} points
 * @param {Snapshot} moment
 * @param {boolean} endsHere whether what lies ahead is hidden
 */
function drawWay(context, axes, points, { track, index }, endsHere) {
  const { epochs } = track;
  axes.inside(context, () => {
    if (!endsHere)
      drawPath(context, axes, { points, epochs, from: index, to: points.length - 1 }, FAINT);
    drawPath(context, axes, { points, epochs, from: 0, to: index }, 1);
    drawMarks(context, points.slice(0, index + 1));
    dot(context, points[0], 4.5, "#ffffff", colors.path, 2.5);
  });
}

/**
 * Possible steps; gives the tip of each that is drawn, and its name.
 * @param {Context} context
 * @param {Room} room
 * @param {Axes} axes
 * @param {Point} from
 * @param {{rate: number, first: number, second: number}[]} steps
 */
const drawRateArrows = (context, room, axes, from, steps) =>
  steps.flatMap(({ rate, first, second }) => {
    const end = /** @type {Point} */ ([clamp(axes.x(first)), clamp(axes.y(second))]);
    const tip = drawRateArrow(context, room, axes, [from, end]);
    return tip ? [{ tip, name: plain(rate) }] : [];
  });

/**
 * Arrows that end in one place, as at the edge, have one label.
 * @param {{tip: Point, name: string}[]} arrows
 */
const namedTogether = (arrows) =>
  arrows.reduce((groups, { tip, name }) => {
    const near = groups.find((one) => Math.hypot(one.tip[0] - tip[0], one.tip[1] - tip[1]) < SAME);
    if (near) near.name += ` and ${name}`;
    else groups.push({ tip, name });
    return groups;
  }, /** @type {{tip: Point, name: string}[]} */ ([]));

/**
 * One possible step. Gives its tip or, beyond the picture, where it leaves; null of one too short.
 * @param {Context} context
 * @param {Room} room
 * @param {Axes} axes
 * @param {Point[]} ends
 * @returns {Point | null}
 */
function drawRateArrow(context, room, axes, [from, to]) {
  const inside = insidePart(axes, from, to);
  if (!inside || Math.hypot(to[0] - from[0], to[1] - from[1]) < 3) return null;
  const [x, y] = inside[1];
  stroke(context, [from, [x, y]], { color: "#ffffff", width: 4 });
  stroke(context, [from, [x, y]], { color: "#111111", width: 2 });
  arrowHead(context, [x, y], [x + to[0] - from[0], y + to[1] - from[1]], "#111111");
  room.avoidSegment(from, [x, y]);
  room.avoidDot([x, y], 8);
  return [x, y];
}

/**
 * An arrow where the path leaves the picture on its way to the current point.
 * @param {Context} context
 * @param {Room} room
 * @param {Axes} axes
 * @param {Point[]} points
 * @param {Snapshot} moment
 */
function drawLeaving(context, room, axes, points, { track, index, shownEpoch }) {
  /** @type {Point} */
  const middle = [(axes.left + axes.right) / 2, (axes.top + axes.bottom) / 2];
  const before = points[Math.max(index - 1, 0)];
  const from = isInside(axes, before) ? before : middle;
  const to = shortened(middle, [axes.x(track.first(index)), axes.y(track.second(index))]);
  const out = insidePart(axes, from, to);
  if (!out) return;
  const [x, y] = out[1];
  arrowHead(context, [x, y], [x + to[0] - from[0], y + to[1] - from[1]], colors.path);
  room.avoidDot([x, y], 10);
  const words = `epoch ${shownEpoch} is off the chart`;
  placeLabel(context, room, words, (box) => beside([x, y], box, SIDES, 16), ON_CONTOUR);
}

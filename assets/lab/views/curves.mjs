/* The training curves over the timeline's own axis, and the playhead on them. */
import { tickTexts } from "#lab/lib/format.mjs";
import { clamp } from "#lab/lib/geometry.mjs";
import { THUMB } from "#lab/lib/scale.mjs";
import { evenTicks, logTicks } from "#lab/lib/ticks.mjs";
import { lossRange } from "#lab/model/loss-range.mjs";
import { curveTop } from "#lab/model/zoom.mjs";
import { isHidden, isStarHidden } from "#lab/state/curtain.mjs";
import { layout } from "#lab/state/layout.mjs";
import { STOPS } from "#lab/state/store.mjs";
import { colors, measures } from "#lab/state/theme.mjs";
import {
  FAINT,
  dot,
  isInside,
  isNear,
  label,
  placeLabel,
  size,
  stroke,
} from "#lab/views/canvas.mjs";
import { drawOverflow, overflowShown } from "#lab/views/overflow-mark.mjs";
import { Room, beside } from "#lab/views/labels.mjs";
import { axesIn } from "#lab/views/overlay.mjs";
import { drawPinCurves } from "#lab/views/pins.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 * @typedef {object} Curve
 * @property {Axes} axes
 * @property {(k: number) => number} value at the index of a kept epoch, as its axis has it
 * @property {string} color
 * @property {number[]} dash
 */

// At which shares of a curve its name may stand.
const NAMED = [0, 0.01, 0.1, 0.4];

/** @type {import("#types").Draw} */
export function drawCurves(overlay, sweep, moment, { run }) {
  const context = overlay.begin();
  const [top, bottom] = axesOf(overlay, sweep, moment);
  overlay.axes = bottom ? { "": top, 2: bottom } : { "": top };
  drawLogAxis(context, top);
  if (bottom) drawNumberAxis(context, bottom, rangeOfBoth(sweep));
  nameLoss(context, top, sweep);
  if (!isStarHidden(sweep)) drawTargets(context, sweep, top, bottom);
  drawGoal(context, top);
  // Under the dots, which stand on it.
  const x = top.x(Math.log10(1 + moment.epoch));
  const cursor = { color: colors.text, width: 1.5, dash: [5, 4] };
  stroke(context, vertical(x, top.top, (bottom ?? top).bottom), cursor);
  const coordinates = bottom ? coordinateCurves(bottom, moment) : [];
  const endsHere = isHidden("ahead", run);
  for (const curve of lossCurves(top, moment)) drawCurve(context, curve, moment, endsHere);
  const lines = coordinates.map((curve) => drawCurve(context, curve, moment, endsHere));
  top.inside(context, () => drawPinCurves(context, top, moment));
  const overflowAt = overflowShown(moment, run);
  if (overflowAt >= 0) drawOverflow(context, top, overflowAt);
  if (bottom) nameCurves(context, bottom, coordinates, lines, sweep.plane.names);
}

/** @param {number} x @param {number} top @param {number} bottom @returns {Point[]} */
const vertical = (x, top, bottom) => [
  [x, top],
  [x, bottom],
];

/* ---- axes ---- */

/**
 * The loss, logarithmic; below it weight and bias where there is room for them.
 * @param {Overlay} overlay
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {[Axes, Axes | null]}
 */
function axesOf({ host: { clientWidth: width, clientHeight: height } }, sweep, moment) {
  const across = { left: measures.axis + THUMB / 2, right: width - THUMB / 2 };
  const [top, bottom] = [size() / 2, height - size() / 2];
  /** @type {[number, number]} */
  const epochs = [0, Math.log10(1 + sweep.end)];
  const [low, high] = lossRange(sweep, STOPS);
  /** @type {[number, number]} */
  const losses = [low, curveTop(moment.track, moment.index, high)];
  if (!sweep.plane.is_exact || height < measures.tall)
    return [axesIn({ ...across, top, bottom }, [epochs, losses]), null];
  const middle = top + 0.52 * (bottom - top);
  return [
    axesIn({ ...across, top, bottom: middle - size() }, [epochs, losses]),
    axesIn({ ...across, top: middle + size(), bottom }, [epochs, rangeOfBoth(sweep)]),
  ];
}

// Height that leaves room for the name of the loss, in sizes of text.
const NAMED_FROM = 9;

/**
 * What the axis counts, where that has a unit of its own: in the corner that a loss which falls
 * leaves free, and under the curves.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {Sweep} sweep
 */
function nameLoss(context, { left, top, bottom }, { loss: { title, unit } }) {
  if (!unit || bottom - top < NAMED_FROM * size()) return;
  label(context, `${title}, ${unit}`, left + size(), bottom - 1.6 * size(), {
    color: colors.muted,
    weight: 400,
  });
}

/** Weight and bias share an axis. @param {Sweep} sweep @returns {[number, number]} */
function rangeOfBoth({ box: { first, second } }) {
  return [Math.min(first[0], second[0]), Math.max(first[1], second[1])];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 */
export function drawLogAxis(context, axes) {
  const [low, high] = [axes.toY(axes.bottom), axes.toY(axes.top)];
  const ticks = logTicks([10 ** low, 10 ** high]);
  drawTicks(context, axes, ticks.map(Math.log10), tickTexts(ticks));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {[number, number]} range
 */
function drawNumberAxis(context, axes, range) {
  const ticks = evenTicks(range);
  drawTicks(context, axes, ticks, tickTexts(ticks));
}

/**
 * Lines and their numbers, as many as there is height for.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {number[]} ticks
 * @param {string[]} names
 */
function drawTicks(context, axes, ticks, names) {
  let free = Infinity;
  for (const [k, tick] of ticks.entries()) {
    const y = axes.y(tick);
    if (y > free) continue;
    free = y - 1.5 * size();
    const ends = /** @type {Point[]} */ ([
      [axes.left - 4, y],
      [axes.right, y],
    ]);
    stroke(context, ends, { color: colors.grid, width: 1 });
    const look = /** @type {const} */ ({ color: colors.muted, align: "right", weight: 400 });
    label(context, names[k], axes.left - 8, y, look);
  }
}

/**
 * Where training should arrive, dotted.
 * @param {CanvasRenderingContext2D} context
 * @param {Sweep} sweep
 * @param {Axes} top
 * @param {Axes | null} bottom
 */
function drawTargets(context, { plane, optimum }, top, bottom) {
  if (!plane.is_exact) return;
  const lowest = top.toY(top.bottom);
  const loss = Math.max(Math.log10(optimum.train_loss), lowest);
  const targets = [{ axes: top, value: loss, color: colors.optimum }];
  const [first, second] = optimum.coordinates;
  if (bottom)
    targets.push(
      { axes: bottom, value: first, color: colors.first },
      { axes: bottom, value: second, color: colors.second },
    );
  for (const { axes, value, color } of targets) {
    const y = axes.y(value);
    const ends = /** @type {Point[]} */ ([
      [axes.left, y],
      [axes.right, y],
    ]);
    stroke(context, ends, { color, width: 1.5, dash: [1.5, 4] });
  }
}

/**
 * What a chapter's task asks for: a loss below a line, up to an epoch.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 */
function drawGoal(context, axes) {
  const asked = layout.chapter?.task?.checks.find((check) => check.within_epochs);
  if (!asked?.train_loss_below || !asked.within_epochs) return;
  const right = axes.x(Math.log10(1 + asked.within_epochs));
  const y = axes.y(Math.log10(asked.train_loss_below));
  context.save();
  context.globalAlpha = 0.2;
  context.fillStyle = colors.optimum;
  context.fillRect(axes.left, y, right - axes.left, axes.bottom - y);
  context.restore();
  const line = /** @type {Point[]} */ ([
    [axes.left, y],
    [right, y],
    [right, axes.bottom],
  ]);
  stroke(context, line, { color: colors.optimum, width: 1.5 });
  const look = /** @type {const} */ ({ color: colors.optimum, align: "right" });
  label(context, "goal", right - 6, (y + axes.bottom) / 2, look);
}

/* ---- curves ---- */

/** @param {Axes} axes @param {Snapshot} moment @returns {Curve[]} */
function lossCurves(axes, { track: { loss, validation } }) {
  const base = { axes, color: colors.path };
  const train = { ...base, value: (/** @type {number} */ k) => Math.log10(loss[k]), dash: [] };
  if (!validation) return [train];
  return [train, { ...base, value: (k) => Math.log10(validation[k]), dash: [3, 5] }];
}

/** @param {Axes} axes @param {Snapshot} moment @returns {Curve[]} */
const coordinateCurves = (axes, { track }) => [
  { axes, value: (k) => track.first(k), color: colors.first, dash: [] },
  { axes, value: (k) => track.second(k), color: colors.second, dash: [7, 5] },
];

/**
 * A curve with a dot at the playhead, and faint beyond it. Gives its points.
 * @param {CanvasRenderingContext2D} context
 * @param {Curve} curve
 * @param {Snapshot} moment
 * @param {boolean} endsHere whether what lies ahead is hidden
 */
function drawCurve(context, { axes, value, color, dash }, { track, index }, endsHere) {
  const points = Array.from(
    { length: track.length },
    (_, k) =>
      /** @type {Point} */ ([axes.x(Math.log10(1 + track.epochs[k])), clamp(axes.y(value(k)))]),
  );
  axes.inside(context, () => {
    if (!endsHere) {
      const ahead = onPicture(axes, points, index, points.length - 1);
      stroke(context, ahead, { color, width: 2.2, dash, alpha: FAINT });
    }
    stroke(context, onPicture(axes, points, 0, index), { color, width: 2.5, dash });
  });
  if (isInside(axes, points[index])) dot(context, points[index], 4, color, colors.background, 1.5);
  return points;
}

/**
 * Part of a curve, with breaks where it leaps from beyond the picture to beyond it.
 * @param {Axes} axes
 * @param {Point[]} points
 * @param {number} from
 * @param {number} to
 */
function onPicture(axes, points, from, to) {
  /** @type {import("#types").Line} */
  const line = [];
  let last = from;
  for (let k = from + 1; k <= to; k++) {
    if (k < to && isNear(points[k], points[last])) continue;
    const ends = [points[last], points[k]];
    last = k;
    if (ends.some((end) => isInside(axes, end)))
      line.push(...(line[line.length - 1] === ends[0] ? [ends[1]] : [null, ...ends]));
  }
  return line;
}

/**
 * The two curves carry their names, where neither of them lies; no legend to look up.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {Curve[]} curves
 * @param {Point[][]} lines
 * @param {string[]} names
 */
function nameCurves(context, axes, curves, lines, names) {
  const room = lines.reduce((all, line) => all.avoidLine(line), new Room(axes));
  lines.forEach((line, which) => {
    const points = NAMED.map((share) => line[Math.floor(share * (line.length - 1))]);
    placeLabel(
      context,
      room,
      names[which],
      (box) => points.flatMap((at) => beside(at, box, ["above right", "below right"], 3)),
      { color: curves[which].color },
    );
  });
}

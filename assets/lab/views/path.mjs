/* What moves on the contour: the path, and where it leaves the picture. */
import { plain } from "#lab/lib/format.mjs";
import { clamp, clipSegment } from "#lab/lib/geometry.mjs";
import { colors } from "#lab/state/theme.mjs";
import {
  FAINT,
  arrowHead,
  dot,
  drawMarks,
  drawPath,
  isInside,
  label,
  stroke,
} from "#lab/views/canvas.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { drawPinPaths } from "#lab/views/pins.mjs";
import { rateArrows } from "#lab/views/rate-arrows.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 */

// Words on the contour are white on a dark halo, in either theme.
const ON_CONTOUR = { color: "#ffffff", halo: "rgba(0,0,0,0.65)" };

/** @type {import("#types").Draw} */
export function drawContour(overlay, sweep, moment, { hidden, run }) {
  const context = overlay.begin();
  const axes = flatAxes(overlay);
  const { track, index } = moment;
  /** @type {Point[]} */
  const points = Array.from({ length: track.length }, (_, k) => [
    clamp(axes.x(track.first(k))),
    clamp(axes.y(track.second(k))),
  ]);
  drawWay(context, axes, points, moment, hidden.has("ahead"));
  drawPinPaths(context, axes, moment);
  for (const { rate, first, second } of rateArrows(sweep, moment)) {
    const end = /** @type {Point} */ ([clamp(axes.x(first)), clamp(axes.y(second))]);
    drawRateArrow(context, axes, points[index], end, plain(rate));
  }
  const now = points[index];
  if (isInside(axes, now)) dot(context, now, 6.5, colors.path);
  else drawLeaving(context, axes, points, moment);
  const middle = (axes.left + axes.right) / 2;
  label(context, sweep.hiddenMotion(run), middle, axes.top + 14, {
    ...ON_CONTOUR,
    align: "center",
  });
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
    const [x, y] = points[0];
    dot(context, [x, y], 4.5, "#ffffff", colors.path, 2.5);
    label(context, "start", x, y + 15, { ...ON_CONTOUR, align: "center" });
  });
}

/**
 * The part of a way inside the picture, or null.
 * @param {Axes} axes
 * @param {Point} from
 * @param {Point} to
 */
const insidePart = (axes, from, to) =>
  clipSegment(
    [...from, 0],
    [...to, 0],
    [axes.left + 2, axes.top + 2, -1],
    [axes.right - 2, axes.bottom - 2, 1],
  );

/**
 * One possible step, named by its learning rate at its end or, beyond the picture, at the border.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Point} from
 * @param {Point} to
 * @param {string} name
 */
function drawRateArrow(context, axes, from, to, name) {
  const inside = insidePart(axes, from, to);
  if (!inside || Math.hypot(to[0] - from[0], to[1] - from[1]) < 3) return;
  const [x, y] = inside[1];
  stroke(context, [from, [x, y]], { color: "#ffffff", width: 4 });
  stroke(context, [from, [x, y]], { color: "#111111", width: 2 });
  arrowHead(context, [x, y], [x + to[0] - from[0], y + to[1] - from[1]], "#111111");
  const isRight = x > (axes.left + axes.right) / 2;
  const align = isRight ? "right" : "left";
  label(context, name, isRight ? x - 8 : x + 8, y - 16, { ...ON_CONTOUR, align });
}

/**
 * A far point drawn nearer in the same direction: a diverging run's pixels go to 1e38.
 * @param {Point} from
 * @param {Point} to
 * @returns {Point}
 */
function shortened([fromX, fromY], [toX, toY]) {
  const share = Math.min(1, 1e4 / Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1));
  return [fromX + share * (toX - fromX), fromY + share * (toY - fromY)];
}

/**
 * An arrow where the path leaves the picture on its way to the current point.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Point[]} points
 * @param {Snapshot} moment
 */
function drawLeaving(context, axes, points, { track, index, shownEpoch }) {
  /** @type {Point} */
  const middle = [(axes.left + axes.right) / 2, (axes.top + axes.bottom) / 2];
  const before = points[Math.max(index - 1, 0)];
  const from = isInside(axes, before) ? before : middle;
  const to = shortened(middle, [axes.x(track.first(index)), axes.y(track.second(index))]);
  const out = insidePart(axes, from, to);
  if (!out) return;
  const [x, y] = out[1];
  arrowHead(context, [x, y], [x + to[0] - from[0], y + to[1] - from[1]], colors.path);
  const isRight = x > middle[0];
  label(
    context,
    `epoch ${shownEpoch} is outside this picture`,
    isRight ? axes.right - 20 : axes.left + 20,
    Math.min(Math.max(y, axes.top + 24), axes.bottom - 24),
    { ...ON_CONTOUR, align: isRight ? "right" : "left" },
  );
}

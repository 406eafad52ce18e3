/* The current fit. */
import { colors } from "#lab/state/theme.mjs";
import { dot, isInside, label, size, stroke } from "#lab/views/canvas.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { drawPinFits, fitPixels } from "#lab/views/pins.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 */

/** @type {import("#types").Draw} */
export function drawFit(overlay, sweep, moment) {
  const context = overlay.begin();
  const axes = flatAxes(overlay);
  const { track, index, first, second } = moment;
  const line = fitPixels(axes, sweep, { line: [first, second], fit: track.fit, index });
  axes.inside(context, () => {
    drawPinFits(context, axes, sweep, moment);
    if (sweep.predictors > 1) drawPredictions(context, line);
    else drawLine(context, line);
  });
  const out = line.filter((point) => !isInside(axes, point)).length;
  if (sweep.predictors > 1 && out) sayOnTop(context, axes, `${out} beyond the picture`);
  if (sweep.predictors === 1 && !isVisible(axes, line)) sayHidden(context, axes);
}

/** @param {CanvasRenderingContext2D} context @param {Point[]} points */
function drawPredictions(context, points) {
  for (const point of points) dot(context, point, 4, colors.path, colors.background, 1);
}

/** @param {CanvasRenderingContext2D} context @param {Point[]} line */
function drawLine(context, line) {
  stroke(context, line, { color: colors.background, width: 6, alpha: 0.8 });
  stroke(context, line, { color: colors.path, width: 3.2 });
}

/** @param {CanvasRenderingContext2D} context @param {Axes} axes */
function sayHidden(context, axes) {
  const isNarrow = axes.right - axes.left < 13.5 * size();
  sayOnTop(context, axes, isNarrow ? "fit: off picture" : "the fit is off the picture");
}

/** @param {CanvasRenderingContext2D} context @param {Axes} axes @param {string} text */
function sayOnTop(context, axes, text) {
  const middle = (axes.left + axes.right) / 2;
  label(context, text, middle, axes.top + 16, { color: colors.text, align: "center" });
}

/** @param {Axes} axes @param {Point[]} line */
const isVisible = (axes, line) =>
  line.some((point) => isInside(axes, point)) || crosses(axes, line);

/** Whether a step of the line leads across the whole picture. @param {Axes} axes
 * @param {Point[]} line */
const crosses = (axes, line) =>
  line.some((point, k) => k > 0 && (line[k - 1][1] - axes.top) * (point[1] - axes.bottom) < 0);

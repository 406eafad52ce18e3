/* How far each example is from the model: a line, and on demand its square, whose mean area is the
   mean squared error. */
import { clamp } from "#lab/lib/geometry.mjs";
import { colors } from "#lab/state/theme.mjs";
import { grown, stroke } from "#lab/views/canvas.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Point} Point
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {{x: number, from: number, to: number}} Residual from the example's pixel to the model's
 */

// From so many examples on, lines are thinner; more than the most are not drawn.
const [MANY, MOST] = [60, 400];

/** How many of the examples have a line. @param {number} count */
export const drawnOf = (count) => Math.min(count, MOST);

/**
 * Of each example that is drawn.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {Point[]} fit in pixels: the line or the curve, or with several predictors the examples
 * @returns {Residual[]}
 */
export function residuals(axes, sweep, fit) {
  // On the diagonal a prediction is what was observed.
  if (sweep.predictors > 1)
    return fit.map(([x, to]) => ({ x, from: axes.y(axes.toX(x)), to: clamp(to) }));
  const { targets, inputs } = sweep;
  const count = drawnOf(targets.length);
  return Array.from({ length: count }, (_, k) => {
    const i = Math.floor((k * targets.length) / count);
    const x = axes.x(sweep.inputIn(inputs[i]));
    return { x, from: axes.y(sweep.targetIn(targets[i])), to: heightAt(fit, x) };
  });
}

/** The height of a curve at a pixel across. @param {Point[]} curve from left to right
 * @param {number} x */
export function heightAt(curve, x) {
  let [low, high] = [0, curve.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curve[middle][0] <= x) low = middle;
    else high = middle;
  }
  const [[left, from], [right, to]] = [curve[low], curve[high]];
  return from + ((x - left) / (right - left || 1)) * (to - from);
}

/** @param {Context} context @param {Residual[]} lines @returns {Line} what was drawn */
export function drawResiduals(context, lines) {
  const line = lines.flatMap(({ x, from, to }) => /** @type {Line} */ ([[x, from], [x, to], null]));
  stroke(context, line, { color: colors.data, width: lines.length > MANY ? 1 : 1.5, alpha: 0.8 });
  return line;
}

/**
 * Squares as wide as they are high, on the side where the picture has room.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Residual[]} lines
 */
export function drawSquares(context, { left, right }, lines) {
  context.save();
  Object.assign(context, { fillStyle: colors.data, strokeStyle: colors.data, lineWidth: grown(1) });
  for (const { x, from, to } of lines) {
    const side = Math.abs(to - from);
    const width = x + side > right && x - left > right - x ? -side : side;
    context.globalAlpha = lines.length > MANY ? 0.05 : 0.1;
    context.fillRect(x, Math.min(from, to), width, side);
    context.globalAlpha = lines.length > MANY ? 0.3 : 0.8;
    context.strokeRect(x, Math.min(from, to), width, side);
  }
  context.restore();
}

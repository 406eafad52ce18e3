/* Where a run overflows, on the curve of its loss. */
import { isHidden } from "#lab/state/curtain.mjs";
import { colors } from "#lab/state/theme.mjs";
import { font, label, size, stroke, widthOf } from "#lab/views/canvas.mjs";

/**
 * The epoch of the overflow, -1 for none; what lies ahead may be hidden.
 * @param {import("#types").Snapshot} moment
 * @param {number} run
 */
export const overflowShown = ({ track: { overflowAt }, epoch }, run) =>
  isHidden("ahead", run) && epoch < overflowAt ? -1 : overflowAt;

/**
 * A line, and its epoch beside it: after it there is no curve, so there is room.
 * @param {CanvasRenderingContext2D} context
 * @param {import("#types").Axes} axes of the loss over log10(1 + epoch)
 * @param {number} epoch
 */
export function drawOverflow(context, axes, epoch) {
  const x = axes.x(Math.log10(1 + epoch));
  const color = colors.diverged;
  const ends = /** @type {import("#types").Point[]} */ ([
    [x, axes.top],
    [x, axes.bottom],
  ]);
  stroke(context, ends, { color, width: 2 });
  context.font = font();
  const texts = [`overflow, epoch ${epoch}`, `overflow ${epoch}`];
  const text = texts.find((one) => x + 8 + widthOf(context, one) <= axes.right);
  const [across, align] = text ? [8, "left"] : [-8, "right"];
  label(context, text ?? texts[1], x + across, axes.top + size() / 2, {
    color,
    align: /** @type {CanvasTextAlign} */ (align),
  });
}

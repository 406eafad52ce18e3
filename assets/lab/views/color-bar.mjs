/* What the colours of a chart mean, as a bar at its right. */
import { colors } from "#lab/state/theme.mjs";
import { size, widthOf } from "#lab/views/canvas.mjs";

/**
 * @typedef {import("#types").Area & {context: CanvasRenderingContext2D}} Beside a picture
 * @typedef {object} Bar
 * @property {string} title
 * @property {(part: number) => string} colorAt of a part of the bar, from its foot at 0
 * @property {{part: number, text: string}[]} ticks
 * @property {{text: string, color: string, alpha: number}} [rest] what has no place on it, below
 */

const GAP = 12;
const WIDTH = 12;

/** How much room a bar takes at the right of a chart.
 * @param {CanvasRenderingContext2D} context
 * @param {Bar} bar */
export function barMargin(context, { ticks, rest }) {
  context.font = `${size()}px system-ui, sans-serif`;
  const names = [...ticks.map(({ text }) => text), rest?.text ?? ""];
  const widest = Math.max(...names.map((name) => widthOf(context, name)));
  return GAP + WIDTH + 5 + widest + 6 + 1.3 * size();
}

/** @param {Beside} axes @param {number} margin @param {Bar} bar */
export function drawBar({ context, top, bottom, right }, margin, { title, colorAt, ticks, rest }) {
  const [left, foot] = [right + GAP, bottom - (rest ? 2 * size() : 0)];
  for (let y = top; y < foot; y++) {
    context.fillStyle = colorAt((foot - y) / (foot - top));
    context.fillRect(left, y, WIDTH, Math.min(1.5, foot - y));
  }
  const names = ticks.map(({ part, text }) => ({ text, y: foot - part * (foot - top) }));
  if (rest) {
    context.globalAlpha = rest.alpha;
    context.fillStyle = rest.color;
    context.fillRect(left, bottom - WIDTH, WIDTH, WIDTH);
    context.globalAlpha = 1;
    names.push({ text: rest.text, y: bottom - WIDTH / 2 });
  }
  writeNames(context, left + WIDTH + 5, names);
  writeTitle(context, right + margin - 0.85 * size(), (top + foot) / 2, title);
}

/**
 * One above the other; what would touch the last one is left out.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {{text: string, y: number}[]} names
 */
function writeNames(context, x, names) {
  context.font = `${size()}px system-ui, sans-serif`;
  context.fillStyle = colors.text;
  context.textAlign = "left";
  context.textBaseline = "middle";
  let taken = Infinity;
  for (const { text, y } of [...names].sort((one, other) => other.y - one.y)) {
    if (y > taken - size() - 2) continue;
    context.fillText(text, x, y);
    taken = y;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} title
 */
function writeTitle(context, x, y, title) {
  context.save();
  context.fillStyle = colors.text;
  context.textAlign = "center";
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  context.fillText(title, 0, 0);
  context.restore();
}

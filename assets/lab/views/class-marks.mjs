/* Examples on a picture: of two classes by colour and shape, those on the wrong side in a ring. */
import { colors } from "#lab/state/theme.mjs";
import { grown } from "#lab/views/canvas.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Point} Point
 */

const [RADIUS, SMALLEST] = [3.6, 2.4];
// At most this share of the side of the square that each of the examples has of the picture: many
// are to leave some of it to be seen.
const SHARE = 0.22;
// From a mark to the ring around it.
const RING = 2.4;

/**
 * @param {import("#types").Area} area of the picture
 * @param {number} count
 */
export function markRadius({ left, right, top, bottom }, count) {
  const room = SHARE * Math.sqrt(((right - left) * (bottom - top)) / count);
  return Math.max(Math.min(grown(RADIUS), room), SMALLEST);
}

/**
 * Squares for class 0, circles for class 1.
 * @param {Context} context
 * @param {Point[]} points
 * @param {number} radius
 * @param {(i: number) => number} classOf
 */
export function drawClasses(context, points, radius, classOf) {
  const looks = [0, 1].map((which) => colors[`class-${which}`]);
  Object.assign(context, { lineWidth: grown(1), strokeStyle: colors.background });
  points.forEach((point, i) => {
    const which = classOf(i);
    context.fillStyle = looks[which];
    context.beginPath();
    addMark(context, point, radius, which);
    context.fill();
    context.stroke();
  });
}

/**
 * A ring around each example on the wrong side; the examples are drawn over it, so that their
 * classes are seen where many are wrong.
 * @param {Context} context
 * @param {Point[]} points
 * @param {number} radius of the examples
 * @param {(i: number) => boolean} isWrong
 */
export function ringWrong(context, points, radius, isWrong) {
  const around = radius + grown(RING);
  context.beginPath();
  points.forEach((point, i) => isWrong(i) && addMark(context, point, around, 1));
  ring(context, { color: colors.text, halo: colors.background, width: 3.5 });
}

/** @param {Context} path @param {Point} point @param {number} radius @param {number} which */
function addMark(path, [x, y], radius, which) {
  const half = 0.9 * radius;
  if (which === 0) path.rect(x - half, y - half, 2 * half, 2 * half);
  else {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

/** The path in a colour, with a halo so wide. @param {Context} context
 * @param {{color: string, halo: string, width: number}} look */
function ring(context, { color, halo, width }) {
  Object.assign(context, { strokeStyle: halo, lineWidth: grown(width) });
  context.stroke();
  Object.assign(context, { strokeStyle: color, lineWidth: grown(1.75) });
  context.stroke();
}

/**
 * Examples with a number as a target, each in its colour.
 * @param {Context} context
 * @param {Point[]} points
 * @param {number} radius
 * @param {(i: number) => string} colorOf
 */
export function drawValues(context, points, radius, colorOf) {
  Object.assign(context, { strokeStyle: colors.text, lineWidth: grown(1.25) });
  points.forEach((point, i) => {
    context.beginPath();
    addMark(context, point, radius + grown(1), 1);
    context.fillStyle = colorOf(i);
    context.fill();
    context.stroke();
  });
}

/**
 * Examples that are held back: their outlines alone.
 * @param {Context} context
 * @param {Point[]} points
 * @param {number} radius
 * @param {(i: number) => {which: number, color: string, halo: string}} look
 */
export function drawHeldBack(context, points, radius, look) {
  points.forEach((point, i) => {
    const { which, color, halo } = look(i);
    context.beginPath();
    addMark(context, point, radius, which);
    ring(context, { color, halo, width: 4 });
  });
}

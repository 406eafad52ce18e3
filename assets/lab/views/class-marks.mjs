/* Examples on a picture: of two classes by colour and shape, those on the wrong side in a ring. */
import { colors } from "#lab/state/theme.mjs";
import { grown } from "#lab/views/canvas.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Point} Point
 */

const RADIUS = 3.6;
// From so many examples on, they are drawn smaller.
const [MANY, SMALLER] = [300, 0.8];
const RING = 6.5;

/** @param {number} count */
const radiusOf = (count) => grown(RADIUS) * (count > MANY ? SMALLER : 1);

/**
 * Squares for class 0, circles for class 1.
 * @param {Context} context
 * @param {Point[]} points
 * @param {(i: number) => number} classOf
 */
export function drawClasses(context, points, classOf) {
  const radius = radiusOf(points.length);
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
 * A ring around each example on the wrong side.
 * @param {Context} context
 * @param {Point[]} points
 * @param {(i: number) => boolean} isWrong
 */
export function ringWrong(context, points, isWrong) {
  context.beginPath();
  points.forEach((point, i) => isWrong(i) && addMark(context, point, grown(RING), 1));
  ring(context, { color: colors.text, halo: colors.background, width: 4 });
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
 * @param {(i: number) => string} colorOf
 */
export function drawValues(context, points, colorOf) {
  const radius = radiusOf(points.length) + grown(1);
  Object.assign(context, { strokeStyle: colors.text, lineWidth: grown(1.25) });
  points.forEach((point, i) => {
    context.beginPath();
    addMark(context, point, radius, 1);
    context.fillStyle = colorOf(i);
    context.fill();
    context.stroke();
  });
}

/**
 * Examples that are held back: their outlines alone.
 * @param {Context} context
 * @param {Point[]} points
 * @param {(i: number) => {which: number, color: string, halo: string}} look
 */
export function drawHeldBack(context, points, look) {
  points.forEach((point, i) => {
    const { which, color, halo } = look(i);
    context.beginPath();
    addMark(context, point, radiusOf(points.length), which);
    ring(context, { color, halo, width: 4 });
  });
}

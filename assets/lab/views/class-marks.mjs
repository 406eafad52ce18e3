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
 * Squares for class 0, circles for class 1: each class is one path.
 * @param {Context} context
 * @param {Point[]} points
 * @param {(i: number) => number} classOf
 * @param {(i: number) => boolean} isWrong
 */
export function drawClasses(context, points, classOf, isWrong) {
  const radius = radiusOf(points.length);
  context.lineWidth = grown(1);
  for (const which of [0, 1]) {
    const path = new Path2D();
    points.forEach((point, i) => classOf(i) === which && addMark(path, point, radius, which));
    Object.assign(context, { fillStyle: colors[`class-${which}`], strokeStyle: colors.background });
    context.fill(path);
    context.stroke(path);
  }
  const rings = new Path2D();
  points.forEach((point, i) => isWrong(i) && addMark(rings, point, grown(RING), 1));
  ring(context, rings);
}

/** @param {Path2D} path @param {Point} point @param {number} radius @param {number} which */
function addMark(path, [x, y], radius, which) {
  const half = 0.9 * radius;
  if (which === 0) path.rect(x - half, y - half, 2 * half, 2 * half);
  else {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

/** @param {Context} context @param {Path2D} path */
function ring(context, path) {
  for (const [color, width] of /** @type {[string, number][]} */ ([
    [colors.background, 4],
    [colors.text, 1.75],
  ])) {
    Object.assign(context, { strokeStyle: color, lineWidth: grown(width) });
    context.stroke(path);
  }
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
    const path = new Path2D();
    addMark(path, point, radius, 1);
    context.fillStyle = colorOf(i);
    context.fill(path);
    context.stroke(path);
  });
}

/**
 * Examples that are held back: their outlines alone.
 * @param {Context} context
 * @param {Point[]} points
 * @param {(i: number) => {which: number, color: string}} look
 */
export function drawHeldBack(context, points, look) {
  points.forEach((point, i) => {
    const { which, color } = look(i);
    const path = new Path2D();
    addMark(path, point, radiusOf(points.length), which);
    for (const [stroke, width] of /** @type {[string, number][]} */ ([
      [colors.background, 3.5],
      [color, 1.75],
    ])) {
      Object.assign(context, { strokeStyle: stroke, lineWidth: grown(width) });
      context.stroke(path);
    }
  });
}

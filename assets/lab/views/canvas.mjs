/* Lines, dots, labels and paths on a canvas, each with a halo. */
import { inTwoLines } from "#lab/lib/format.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Area} Area
 */

export const FAINT = 0.35;

// Words on the contour are white on a dark halo, in either theme.
export const ON_CONTOUR = { color: "#ffffff", halo: "rgba(0,0,0,0.65)" };

// While presenting, all text on the pictures is larger.
export const size = () => state.textSize || 12;
/** A length that grows with the text: what is drawn must be seen from as far as what is written.
 * @param {number} pixels */
export const grown = (pixels) => (pixels * size()) / 12;
export const font = (weight = 600) => `${weight} ${size()}px system-ui, sans-serif`;

// The smallest distance in pixels between two marks on a path.
const MARK_GAP = 7;

// Texts whose widths are kept: measuring one costs more than placing it.
const MOST_WIDTHS = 2000;

// Points of a path closer than this to the last one drawn add nothing to see.
const POINT_GAP = 0.75;

/**
 * Fits a canvas to a size in CSS pixels and clears it; drawing is in CSS pixels.
 * @param {Context} context
 * @param {{clientWidth: number, clientHeight: number}} element the one that has this size
 */
export function clear(context, { clientWidth, clientHeight }) {
  const ratio = window.devicePixelRatio || 1;
  const { canvas } = context;
  const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
}

/**
 * Draws clipped to a rectangle.
 * @param {Context} context
 * @param {Area} area
 * @param {() => void} draw
 */
export function clipTo(context, { left, right, top, bottom }, draw) {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  draw();
  context.restore();
}

/**
 * @param {Context} context
 * @param {Line} points
 * @param {{color: string, width: number, dash?: number[], alpha?: number}} look
 */
export function stroke(context, points, { color, width, dash = [], alpha = 1 }) {
  context.save();
  context.globalAlpha *= alpha;
  context.strokeStyle = color;
  context.lineWidth = grown(width);
  context.lineJoin = context.lineCap = "round";
  context.setLineDash(dash.map(grown));
  context.beginPath();
  let pen = false;
  for (const point of points) {
    if (point) pen ? context.lineTo(point[0], point[1]) : context.moveTo(point[0], point[1]);
    pen = Boolean(point);
  }
  context.stroke();
  context.restore();
}

/**
 * @param {Context} context
 * @param {Point} at
 * @param {number} radius
 * @param {string} color
 * @param {string} halo
 * @param {number} width of the halo
 */
export function dot(context, [x, y], radius, color, halo = "#ffffff", width = 2) {
  context.beginPath();
  context.arc(x, y, grown(radius), 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.lineWidth = grown(width);
  context.strokeStyle = halo;
  context.stroke();
}

/**
 * @param {Context} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {{color: string, align?: CanvasTextAlign, halo?: string, weight?: number}} look
 */
export function label(context, text, x, y, look) {
  const { color, align = "left", halo = colors.background, weight } = look;
  context.font = font(weight);
  context.textAlign = align;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = grown(4);
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/**
 * The width of a text in the context's font.
 * @param {Context} context
 * @param {string} text
 */
export function widthOf(context, text) {
  const key = `${context.font} ${text}`;
  const { widths } = drawn;
  const kept = widths.get(key);
  if (kept !== undefined) return kept;
  if (widths.size > MOST_WIDTHS) widths.clear();
  const { width } = context.measureText(text);
  widths.set(key, width);
  return width;
}

/**
 * A label where there is room for it, in more lines if it is wider than the picture; none where all
 * places are taken and `isNeeded` is false. Gives whether there was room.
 * @param {Context} context
 * @param {import("#lab/views/labels.mjs").Room} room
 * @param {string} text of one line or more
 * @param {(size: import("#lab/views/labels.mjs").Size) => Point[]} places for its middle, the most
 *   wanted first
 * @param {{color: string, halo?: string, isNeeded?: boolean}} look
 */
export function placeLabel(context, room, text, places, { isNeeded = true, ...look }) {
  context.font = font();
  const { left, right } = room.area;
  const broken = (/** @type {string} */ line) =>
    widthOf(context, line) > right - left ? inTwoLines(line).split("\n") : line;
  const lines = text.split("\n").flatMap(broken);
  const [width, height] = [Math.max(...lines.map((line) => widthOf(context, line))), 1.25 * size()];
  const box = { width: width + 4, height: height * lines.length };
  if (!isNeeded && box.width > right - left) return false;
  const { at, isFree } = room.place(box, places(box), isNeeded);
  if (!isFree && !isNeeded) return false;
  const top = at[1] - (height * (lines.length - 1)) / 2;
  lines.forEach((line, k) =>
    label(context, line, at[0], top + k * height, { ...look, align: "center" }),
  );
  return isFree;
}

/** @param {Point} a @param {Point} b */
export const isNear = (a, b) =>
  Math.abs(a[0] - b[0]) < POINT_GAP && Math.abs(a[1] - b[1]) < POINT_GAP;

/**
 * A path of pixel points with a halo; where epochs are left out between two points it is dotted.
 * @param {Context} context
 * @param {Area} area the picture's
 * @param {{points: Point[], epochs: ArrayLike<number>, from: number, to: number}} path the points
 *   from one index to another, both included
 * @param {number} alpha
 */
export function drawPath(context, area, path, alpha) {
  const { whole, gaps } = partsOf(path, area);
  context.save();
  context.globalAlpha = alpha;
  stroke(context, whole, { color: "#ffffff", width: 5 });
  stroke(context, gaps, { color: "#ffffff", width: 4, dash: [1, 6] });
  stroke(context, whole, { color: colors.path, width: 2.5 });
  stroke(context, gaps, { color: colors.path, width: 2.5, dash: [1, 6] });
  context.restore();
}

/**
 * The segments between neighbouring epochs, and those across epochs that are left out.
 * @param {Parameters<typeof drawPath>[2]} path
 * @param {Area} area
 */
function partsOf({ points, epochs, from, to }, area) {
  /** @type {{whole: Line, gaps: Line}} */
  const parts = { whole: [], gaps: [] };
  let last = from;
  for (let index = from + 1; index <= to; index++) {
    if (index < to && isNear(points[index], points[last])) continue;
    const ends = [points[last], points[index]];
    const target = epochs[index] - epochs[index - 1] > 1 ? parts.gaps : parts.whole;
    last = index;
    // A diverging run leaps across the picture from beyond it to beyond it: that is no path on it.
    if (ends.some((end) => isInside(area, end))) target.push(...ends, null);
  }
  return parts;
}

/** @param {Context} context @param {Point[]} points */
export function drawMarks(context, points) {
  let last = [-1e9, -1e9];
  for (const point of points) {
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < grown(MARK_GAP)) continue;
    dot(context, point, 2.5, colors.path, "#ffffff", 1);
    last = point;
  }
}

/**
 * @param {Context} context
 * @param {Point} tip
 * @param {Point} toward a point in the direction of the arrow
 * @param {string} color
 */
export function arrowHead(context, [x, y], [towardX, towardY], color) {
  const angle = Math.atan2(towardY - y, towardX - x);
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.scale(grown(1), grown(1));
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(-14, -8);
  context.lineTo(-14, 8);
  context.closePath();
  context.fillStyle = color;
  context.strokeStyle = "#ffffff";
  context.lineWidth = 2;
  context.stroke();
  context.fill();
  context.restore();
}

/**
 * An arrow with a halo; a short one has a small head.
 * @param {Context} context
 * @param {Point} from
 * @param {Point} to
 * @param {string} color
 */
export function arrow(context, [x, y], [toX, toY], color) {
  const length = Math.hypot(toX - x, toY - y);
  const head = Math.min(grown(13), 0.6 * length);
  context.save();
  context.translate(x, y);
  context.rotate(Math.atan2(toY - y, toX - x));
  context.beginPath();
  const half = Math.min(grown(1.75), head / 4);
  for (const [across, up] of [
    [0, half],
    [length - head, half],
    [length - head, 0.55 * head],
    [length, 0],
  ])
    context.lineTo(across, up);
  for (const [across, up] of [
    [length - head, -0.55 * head],
    [length - head, -half],
    [0, -half],
  ])
    context.lineTo(across, up);
  context.closePath();
  context.lineJoin = "round";
  Object.assign(context, { strokeStyle: "#ffffff", lineWidth: grown(3), fillStyle: color });
  context.stroke();
  context.fill();
  context.restore();
}

/**
 * @param {Context} context
 * @param {Point} at
 * @param {boolean} isFull
 */
export function star(context, [x, y], isFull) {
  context.save();
  context.translate(x, y);
  context.scale(grown(1), grown(1));
  context.beginPath();
  for (let k = 0; k < 10; k++) {
    const radius = k % 2 ? 3.6 : 8.5;
    context.lineTo(radius * Math.sin((k * Math.PI) / 5), -radius * Math.cos((k * Math.PI) / 5));
  }
  context.closePath();
  context.strokeStyle = "#ffffff";
  context.lineWidth = isFull ? 2 : 4;
  context.stroke();
  context.fillStyle = context.strokeStyle = colors.optimum;
  context.lineWidth = 2;
  isFull ? context.fill() : context.stroke();
  context.restore();
}

/** Whether a point lies in the rectangle. @param {Area} area @param {Point} point */
export const isInside = ({ left, right, top, bottom }, [x, y]) =>
  x >= left && x <= right && y >= top && y <= bottom;

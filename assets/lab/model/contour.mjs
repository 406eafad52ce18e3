/* What lies under the path. A linear model's loss is a bowl, so its contours are ellipses, drawn
   from their formula: a grid, however fine, breaks a narrow valley into islands. Any other loss is
   known on a grid, and drawn finer than that. */
import { floatsOf } from "#lab/lib/arrays.mjs";
import { colorAt } from "#lab/lib/scale.mjs";

/**
 * @typedef {import("#types").Box} Box
 * @typedef {import("#types").BowlPayload} Bowl
 * @typedef {import("#types").Point} Point
 * @typedef {Record<string, any>} Trace Plotly's
 */

// Corners of an ellipse: between two of them it bends by less than 1/20,000 of its width.
const CORNERS = 360;
// Numbers for each of the grid's, along either axis, and of how many of the grid's they are made.
const FINER = 6;
const ORDER = 6;
const ORDINALS = Array.from({ length: ORDER }, (_, k) => k);
// Where the loss falls by orders of magnitude from one number of the grid to the next, a cubic goes
// below zero: it is cut off at this share of the lowest corner of its cell.
const LOWEST = 0.25;
// Beyond the picture, as a share of it, so that no border shows.
const MARGIN = 0.02;

/**
 * The contour's traces, the lowest on top.
 * @param {Trace} contour Plotly's, without heights
 * @param {any} heights log10 of the loss on the grid, in Plotly's form; a bowl needs none
 * @param {{box: Box, bowl: Bowl | null}} landscape
 * @returns {Trace[]}
 */
export const contourTraces = (contour, heights, { box, bowl }) =>
  bowl ? bands(contour, bowl, box) : [finer(contour, floatsOf(heights), box)];

/* ---- a bowl ---- */

/**
 * An area for each level. Plotly's own contour is left with nothing but its colour bar.
 * @param {Trace} contour
 * @param {Bowl} bowl
 * @param {Box} box
 */
function bands(contour, bowl, box) {
  const { start, end, size } = contour.contours;
  const count = Math.round((end - start) / size) || 0;
  const area = (/** @type {Point[]} */ corners, /** @type {number} */ k) => ({
    type: "scatter",
    mode: "lines",
    x: corners.map(([first]) => first),
    y: corners.map(([, second]) => second),
    fill: "toself",
    fillcolor: colorAt(contour.colorscale, k / (count + 1)),
    line: contour.line,
    hoverinfo: "skip",
  });
  const areas = [area(cornersOf(widened(box)), count + 1)];
  for (let k = count; k >= 0; k--) {
    const line = contourLine(bowl, 10 ** (start + k * size), box);
    if (line.length) areas.push(area([...line, line[0]], k));
  }
  const level = [start, start];
  return [{ ...contour, x: box.first, y: box.second, z: [level, level] }, ...areas];
}

/** @param {Box} box @returns {Box} */
function widened(box) {
  const [first, second] = [box.first, box.second].map(([low, high]) => {
    const margin = MARGIN * (high - low);
    return [low - margin, high + margin];
  });
  return { ...box, first, second };
}

/** @param {Box} box @returns {Point[]} */
const cornersOf = ({ first: [left, right], second: [bottom, top] }) => [
  [left, bottom],
  [right, bottom],
  [right, top],
  [left, top],
];

/**
 * Where a bowl has this loss, as the corners of an area, cut off just beyond the picture. Empty
 * where the loss is nowhere so low, or not in the picture.
 * @param {Bowl} bowl
 * @param {number} loss
 * @param {Box} box
 */
export function contourLine({ hessian, minimum, loss: lowest }, loss, box) {
  const { first, second } = widened(box);
  const [[a, b], [, c]] = hessian;
  const [middle, spread] = [(a + c) / 2, Math.hypot((a - c) / 2, b)];
  const steepest = middle + spread;
  if (!(loss > lowest) || !(steepest > 0)) return [];
  const flattest = Math.max((a * c - b * b) / steepest, 0);
  // A valley without an end is as long as numbers allow.
  const farthest = 1e6 * Math.max(...[...first, ...second, ...minimum].map(Math.abs));
  const [short, long] = [steepest, flattest].map((curvature) =>
    Math.min(Math.sqrt((2 * (loss - lowest)) / curvature), farthest),
  );
  const angle = Math.atan2(b, (a - c) / 2) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const ellipse = Array.from({ length: CORNERS }, (_, k) => {
    const turn = (2 * Math.PI * k) / CORNERS;
    const [across, along] = [short * Math.cos(turn), long * Math.sin(turn)];
    /** @type {Point} */
    const corner = [
      minimum[0] + across * cos - along * sin,
      minimum[1] + across * sin + along * cos,
    ];
    return corner;
  });
  return [...sidesOf(first, 0), ...sidesOf(second, 1)].reduce(cutOff, ellipse);
}

/**
 * The two sides of a box across an axis: how far inside a point is.
 * @param {number[]} range
 * @param {0 | 1} axis
 * @returns {((point: Point) => number)[]}
 */
const sidesOf = ([low, high], axis) => [
  (point) => point[axis] - low,
  (point) => high - point[axis],
];

/**
 * The part of an area on one side of a line (Sutherland and Hodgman).
 * @param {Point[]} corners
 * @param {(point: Point) => number} inside
 * @returns {Point[]}
 */
function cutOff(corners, inside) {
  return corners.flatMap((to, k) => {
    const from = corners.at(k - 1) ?? to;
    const [before, after] = [inside(from), inside(to)];
    const share = before / (before - after);
    /** @type {Point} */
    const cut = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
    return [...(before < 0 !== after < 0 ? [cut] : []), ...(after < 0 ? [] : [to])];
  });
}

/* ---- any other loss ---- */

/**
 * The contour at more places. The loss itself is interpolated, not its logarithm, which bends at
 * the floor of a valley far more than a polynomial follows.
 * @param {Trace} contour
 * @param {Float32Array} heights
 * @param {Box} box
 */
function finer(contour, heights, box) {
  const losses = Float64Array.from(heights, (height) => 10 ** height);
  const size = Math.round(Math.sqrt(losses.length));
  const fine = FINER * (size - 1) + 1;
  const [across, up] = [box.first, box.second].map(([low, high]) =>
    Float32Array.from({ length: fine }, (_, k) => low + (k / (fine - 1)) * (high - low)),
  );
  // Along the rows, then along the columns: each time the array is turned over.
  const loss = alongRows(alongRows(losses, size), size);
  const z = new Float32Array(fine * fine);
  for (let row = 0; row < fine; row++) {
    for (let column = 0; column < fine; column++) {
      const at = row * fine + column;
      const least = LOWEST * lowestCorner(losses, size, row / FINER, column / FINER);
      z[at] = Math.log10(Math.max(loss[at], least));
    }
  }
  return {
    ...contour,
    x: across,
    y: up,
    z: { dtype: "f4", shape: `${fine}, ${fine}`, bdata: z.buffer },
  };
}

/**
 * FINER numbers for each step of a row, by the polynomial through the ORDER numbers around it. Rows
 * become columns.
 * @param {Float64Array} values (row, column)
 * @param {number} size of a row
 */
function alongRows(values, size) {
  const rows = values.length / size;
  const fine = FINER * (size - 1) + 1;
  const turned = new Float64Array(fine * rows);
  for (let place = 0; place < fine; place++) {
    const from = Math.min(Math.max(Math.floor(place / FINER) - ORDER / 2 + 1, 0), size - ORDER);
    const shares = lagrange(place / FINER - from);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let k = 0; k < ORDER; k++) sum += shares[k] * values[row * size + from + k];
      turned[place * rows + row] = sum;
    }
  }
  return turned;
}

/** The shares at a place of the values at 0, 1, ... ORDER - 1. @param {number} place */
const lagrange = (place) =>
  ORDINALS.map((k) =>
    ORDINALS.reduce((share, j) => (j === k ? share : (share * (place - j)) / (k - j)), 1),
  );

/**
 * @param {Float64Array} values
 * @param {number} size
 * @param {number} row
 * @param {number} column
 */
function lowestCorner(values, size, row, column) {
  const [south, west] = [row, column].map((place) => Math.min(Math.floor(place), size - 2));
  const at = south * size + west;
  return Math.min(values[at], values[at + 1], values[at + size], values[at + size + 1]);
}

/* A new sweep's surface, painted at once, until Plotly draws it: see sketch.mjs. */
import { floatsOf } from "#lab/lib/arrays.mjs";
import { colors } from "#lab/state/theme.mjs";
import { stroke } from "#lab/views/canvas.mjs";
import { shadeOf, shades } from "#lab/views/color-scale.mjs";
import { sceneAxes } from "#lab/views/overlay.mjs";

/**
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Point3} Point3
 * @typedef {import("#types").SceneAxes} SceneAxes
 * @typedef {Record<string, any>} Surface Plotly's trace
 * @typedef {{corners: Point[], depth: number, color: string}} Quad
 */

// Every second line of the grid is enough while it moves.
const COARSE = 2;

/**
 * The surface as quadrilaterals, the farthest first; without numbers at its axes.
 * @param {CanvasRenderingContext2D} context
 * @param {import("#lab/views/overlay.mjs").Overlay} overlay
 * @param {Surface} surface
 * @param {Record<string, any>} scene
 */
export function paintScene(context, overlay, surface, scene) {
  const axes = sceneAxes(overlay);
  paintFloor(context, axes, scene);
  const quads = quadsOf(surface, axes, scene.zaxis.range[1]);
  quads.sort((a, b) => b.depth - a.depth);
  context.lineWidth = 1;
  for (const quad of quads) fill(context, quad);
}

/**
 * The quadrilaterals below the top of the box.
 * @param {Surface} surface
 * @param {SceneAxes} axes
 * @param {number} top
 * @returns {Quad[]}
 */
function quadsOf(surface, axes, top) {
  const [xs, ys, heights, tints] = ["x", "y", "z", "surfacecolor"].map((name) =>
    floatsOf(surface[name]),
  );
  const tones = shades(surface.colorscale);
  const place = (/** @type {number} */ row, /** @type {number} */ column) =>
    /** @type {Point3} */ ([xs[column], ys[row], heights[row * xs.length + column]]);
  const quads = [];
  for (let row = 0; row + COARSE < ys.length; row += COARSE) {
    for (let column = 0; column + COARSE < xs.length; column += COARSE) {
      const [down, right] = [row + COARSE, column + COARSE];
      const middle = [row + COARSE / 2, column + COARSE / 2];
      const at = middle[0] * xs.length + middle[1];
      const places = [
        place(row, column),
        place(row, right),
        place(down, right),
        place(down, column),
      ];
      const shown = below(top, places);
      if (!shown.length) continue;
      const tone = 4 * shadeOf(tints[at], surface.cmin, surface.cmax);
      quads.push({
        corners: shown.map((one) => axes.point(...one)),
        depth: axes.depth(...place(middle[0], middle[1])),
        color: `rgb(${tones.slice(tone, tone + 3).join()})`,
      });
    }
  }
  return quads;
}

/**
 * The part of a polygon that is not above the top of the box.
 * @param {number} top
 * @param {Point3[]} corners
 * @returns {Point3[]}
 */
function below(top, corners) {
  return corners.flatMap((to, k) => {
    const from = corners.at(k - 1) ?? to;
    const share = (top - from[2]) / (to[2] - from[2]);
    /** @type {Point3} */
    const cut = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]), top];
    const isCut = from[2] > top !== to[2] > top;
    return [...(isCut ? [cut] : []), ...(to[2] > top ? [] : [to])];
  });
}

/** @param {CanvasRenderingContext2D} context @param {Quad} quad */
function fill(context, { corners, color }) {
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(x, y);
  context.closePath();
  context.fillStyle = context.strokeStyle = color;
  context.fill();
  // Without it neighbours leave a seam.
  context.stroke();
}

/**
 * The outline of the floor of the box.
 * @param {CanvasRenderingContext2D} context
 * @param {SceneAxes} axes
 * @param {Record<string, any>} scene
 */
function paintFloor(context, { point }, { xaxis, yaxis, zaxis }) {
  const [[left, right], [front, back], [floor]] = [xaxis.range, yaxis.range, zaxis.range];
  const corners = [
    point(left, front, floor),
    point(right, front, floor),
    point(right, back, floor),
    point(left, back, floor),
  ];
  stroke(context, [...corners, corners[0]], { color: colors.line, width: 1 });
}

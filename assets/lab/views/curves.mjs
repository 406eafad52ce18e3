/* The curves over training, and the playhead on them. */
import { clamp } from "#lab/lib/geometry.mjs";
import { colors } from "#lab/state/theme.mjs";
import { FAINT, dot, isInside, isNear, label, stroke } from "#lab/views/canvas.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { drawPinCurves } from "#lab/views/pins.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {object} Curve
 * @property {Axes} axes
 * @property {(k: number) => number} value at the index of a kept epoch, as its axis has it
 * @property {string} color
 * @property {number[]} dash
 */

/** @type {import("#types").Draw} */
export function drawCurves(overlay, { plane }, moment, { hidden }) {
  const context = overlay.begin();
  const top = flatAxes(overlay);
  const bottom = plane.is_exact ? flatAxes(overlay, "2") : null;
  const coordinates = bottom ? coordinateCurves(bottom, moment) : [];
  for (const curve of [...lossCurves(top, moment), ...coordinates])
    drawCurve(context, curve, moment, hidden.has("ahead"));
  top.inside(context, () => drawPinCurves(context, top, moment));
  const x = top.x(Math.log10(1 + moment.epoch));
  stroke(
    context,
    [
      [x, top.top],
      [x, (bottom ?? top).bottom],
    ],
    { color: colors.text, width: 1.5, dash: [5, 4] },
  );
  if (coordinates.length) nameCurves(context, coordinates, plane.names);
}

/** @param {Axes} axes @param {Snapshot} moment @returns {Curve[]} */
function lossCurves(axes, { track: { loss, validation } }) {
  const base = { axes, color: colors.path };
  const train = { ...base, value: (/** @type {number} */ k) => Math.log10(loss[k]), dash: [] };
  if (!validation) return [train];
  return [train, { ...base, value: (k) => Math.log10(validation[k]), dash: [3, 5] }];
}

/** @param {Axes} axes @param {Snapshot} moment @returns {Curve[]} */
const coordinateCurves = (axes, { track }) => [
  { axes, value: (k) => track.first(k), color: colors.first, dash: [] },
  { axes, value: (k) => track.second(k), color: colors.second, dash: [7, 5] },
];

/**
 * A curve with a dot at the playhead, and faint beyond it.
 * @param {CanvasRenderingContext2D} context
 * @param {Curve} curve
 * @param {Snapshot} moment
 * @param {boolean} endsHere whether what lies ahead is hidden
 */
function drawCurve(context, { axes, value, color, dash }, { track, index }, endsHere) {
  const points = Array.from(
    { length: track.length },
    (_, k) =>
      /** @type {Point} */ ([axes.x(Math.log10(1 + track.epochs[k])), clamp(axes.y(value(k)))]),
  );
  axes.inside(context, () => {
    if (!endsHere) {
      const ahead = onPicture(axes, points, index, points.length - 1);
      stroke(context, ahead, { color, width: 2.2, dash, alpha: FAINT });
    }
    stroke(context, onPicture(axes, points, 0, index), { color, width: 2.5, dash });
  });
  if (isInside(axes, points[index])) dot(context, points[index], 4, color, colors.background, 1.5);
}

/**
 * Part of a curve, with breaks where it leaps from beyond the picture to beyond it.
 * @param {Axes} axes
 * @param {Point[]} points
 * @param {number} from
 * @param {number} to
 */
function onPicture(axes, points, from, to) {
  /** @type {import("#types").Line} */
  const line = [];
  let last = from;
  for (let k = from + 1; k <= to; k++) {
    if (k < to && isNear(points[k], points[last])) continue;
    const ends = [points[last], points[k]];
    last = k;
    if (ends.some((end) => isInside(axes, end)))
      line.push(...(line[line.length - 1] === ends[0] ? [ends[1]] : [null, ...ends]));
  }
  return line;
}

/**
 * The two curves carry their names at their start, where they are apart; no legend to look up.
 * @param {CanvasRenderingContext2D} context
 * @param {Curve[]} curves
 * @param {string[]} names
 */
function nameCurves(context, curves, names) {
  curves.forEach(({ axes, value, color }, which) => {
    const other = curves[1 - which].value(0);
    const y = axes.y(value(0)) + (value(0) > other ? -11 : 11);
    const inside = Math.min(Math.max(y, axes.top + 8), axes.bottom - 8);
    label(context, names[which], axes.left + 12, inside, { color });
  });
}

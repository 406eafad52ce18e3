/* The pictures of a run that is far out: axes with powers of ten, and in a dashed frame the picture
   as it is at the start. Plotly is not called while something moves, so they are painted on the
   canvas above its figure, which they cover. */
import { powerText, tickText, tickTexts } from "#lab/lib/format.mjs";
import { contourTraces } from "#lab/model/contour.mjs";
import { REACH } from "#lab/model/zoom.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { colors } from "#lab/state/theme.mjs";
import { placeLabel, size, stroke } from "#lab/views/canvas.mjs";
import { beside } from "#lab/views/labels.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { paintFlat, pictureOf, rangesOf } from "#lab/views/sketch.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Figure} Figure
 * @typedef {import("#types").Point} Point
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {object} Zoomed
 * @property {string} key of what is painted
 * @property {Record<string, [number, number]>} ranges by Plotly's name of the axis
 * @property {(context: Context) => void} paint
 */

// Contours and numbers of the colour bar.
const LEVELS = 12;
const BAR_TICKS = 5;
// How many powers of ten below the highest loss have colours: at each zoom the bowl looks the same.
const DECADES = 5;
// Grey, on which the words of a contour can be read.
const UNKNOWN = "#7b818c";
// A larger number is a power at the ends of an axis: −1000 would be cut in a small picture.
const LARGEST = 100;
// A frame is not drawn smaller than this, in pixels.
const SMALLEST = 10;

/**
 * Puts a zoomed picture in the place of a view's own, or takes it away.
 * @param {Overlay} overlay
 * @param {Sweep} sweep
 * @param {(number | null)[]} powers all null for the picture as it is
 * @param {(sweep: Sweep, powers: (number | null)[]) => Figure} figureOf
 */
export function zoomOut(overlay, sweep, powers, figureOf) {
  if (powers.every((power) => power === null)) {
    overlay.zoomed = null;
    return;
  }
  const { left, right, top, bottom } = flatAxes(overlay);
  const look = [colors.background, size(), window.devicePixelRatio, isHidden("optimum")];
  const key = [sweep.sweep_id, ...powers, left, right, top, bottom, ...look].join();
  if (overlay.zoomed?.key === key) return;
  const { data, layout } = figureOf(sweep, powers);
  overlay.zoomed = { key, ranges: rangesOf(layout), paint: () => {} };
  overlay.zoomed.paint = pictureOf(overlay, (context) => paintFlat(context, overlay, data, layout));
}

/* ---- the views' figures ---- */

/** An axis to a power of ten and its negative. @param {number} power @returns {[number, number]} */
const bothWays = (power) => [-REACH * 10 ** power, REACH * 10 ** power];

/**
 * A layout with some of its axes up to powers of ten, which they name.
 * @param {Record<string, any>} layout
 * @param {Record<string, {power: number | null, range: (power: number) => [number, number]}>} axes
 */
function withPowers(layout, axes) {
  const changed = Object.entries(axes).flatMap(([name, { power, range }]) =>
    power === null ? [] : [[name, { ...layout[name], range: range(power), ...ticksTo(power) }]],
  );
  return { ...layout, ...Object.fromEntries(changed) };
}

/** Of a power that may lie between two whole ones, the lower one. @param {number} power */
function ticksTo(power) {
  const ten = Number(`1e${Math.floor(power)}`);
  const name = (ten > LARGEST && powerText(ten)) || tickText(ten);
  return { tickvals: [-ten, -ten / 2, 0, ten / 2, ten], ticktext: [`−${name}`, "", "0", "", name] };
}

/** @param {Sweep} sweep @param {(number | null)[]} powers @returns {Figure} */
export function pathFigure({ views, box, bowl }, [power]) {
  const { data, layout } = views["descent-path"];
  const axis = { power, range: bothWays };
  const wide = withPowers(layout, { xaxis: axis, yaxis: axis });
  const ranges = { ...box, first: wide.xaxis.range, second: wide.yaxis.range };
  const traces = bowl
    ? contourTraces(spread(data[0], bowl, ranges), null, { box: ranges, bowl })
    : [unknown(ranges), data[0]];
  return { data: traces, layout: wide };
}

/** Where a network's loss was not computed. @param {import("#types").Box} box */
const unknown = ({ first: [west, east], second: [south, north] }) => ({
  mode: "lines",
  x: [west, east, east, west],
  y: [south, south, north, north],
  fillcolor: UNKNOWN,
  line: { color: UNKNOWN, width: 1 },
});

/**
 * The colours up to the highest corner of a wider box.
 * @param {Record<string, any>} contour
 * @param {import("#types").BowlPayload} bowl
 * @param {import("#types").Box} box
 */
function spread(contour, { hessian, minimum, loss }, { first, second }) {
  const [[a, b], [, c]] = hessian;
  const corners = first.flatMap((x) => second.map((y) => [x - minimum[0], y - minimum[1]]));
  const highest = Math.max(...corners.map(([x, y]) => a * x * x + 2 * b * x * y + c * y * y));
  const end = Math.log10(loss + highest / 2);
  const start = Math.max(contour.contours.start, end - DECADES);
  const step = Math.ceil((end - start) / BAR_TICKS);
  const tickvals = Array.from({ length: BAR_TICKS + 1 }, (_, k) => Math.ceil(start) + k * step);
  const ticktext = tickTexts(tickvals.map((at) => Number(`1e${at}`)));
  return {
    ...contour,
    zmin: start,
    zmax: end,
    contours: { start, end, size: (end - start) / LEVELS },
    colorbar: { ...contour.colorbar, tickvals, ticktext },
  };
}

/** @param {Sweep} sweep @param {(number | null)[]} powers @returns {Figure} */
export function sectionsFigure({ views }, [plane, loss]) {
  const across = { power: plane, range: bothWays };
  /** @type {{power: number | null, range: (power: number) => [number, number]}} */
  const up = { power: loss, range: (power) => [0, REACH * 10 ** power] };
  const axes = { xaxis: across, xaxis2: across, yaxis: up, yaxis2: up };
  const layout = withPowers(views["cross-sections"].layout, axes);
  // Side by side, the numbers at both ends would overlap.
  if (plane !== null)
    for (const axis of [layout.xaxis, layout.xaxis2])
      axis.ticktext = ["", ...axis.ticktext.slice(1)];
  return { data: [], layout };
}

/** @param {Sweep} sweep @param {(number | null)[]} powers @returns {Figure} */
export function fitFigure({ views }, [power]) {
  const { data, layout } = views.fit;
  return { data, layout: withPowers(layout, { yaxis: { power, range: bothWays } }) };
}

/* ---- the frame ---- */

/** A frame's colours beside a contour. */
export const frameLook = () => ({ color: colors.text, halo: colors.background });

/**
 * The picture at the start, dashed, where a zoomed one has it.
 * @param {Context} context
 * @param {Axes} axes
 * @param {{first: number[], second: number[]}} box
 * @param {{color: string, halo: string}} look
 * @returns {import("#types").Area}
 */
export function drawFrame(context, axes, { first, second }, { color, halo }) {
  const [left, right] = atLeast(first.map(axes.x));
  const [top, bottom] = atLeast(second.map(axes.y).reverse());
  /** @type {Point[]} */
  const line = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
    [left, top],
  ];
  axes.inside(context, () => {
    stroke(context, line, { color: halo, width: 4 });
    stroke(context, line, { color, width: 1.75, dash: [5, 4] });
  });
  return { left, right, top, bottom };
}

/** Two pixels at least SMALLEST apart. @param {number[]} pixels ascending */
function atLeast([low, high]) {
  const middle = (low + high) / 2;
  const half = Math.max(high - low, SMALLEST) / 2;
  return [middle - half, middle + half];
}

/**
 * @param {Context} context
 * @param {import("#lab/views/labels.mjs").Room} room
 * @param {import("#types").Area} frame
 * @param {{color: string, halo: string}} look
 */
export function nameFrame(context, room, { left, right, top, bottom }, look) {
  /** @type {Point} */
  const below = [(left + right) / 2, bottom];
  /** @type {Point} */
  const above = [below[0], top];
  placeLabel(
    context,
    room,
    "the picture at the start",
    (box) => [...beside(below, box, ["below"]), ...beside(above, box, ["above"])],
    { ...look, isNeeded: false },
  );
}

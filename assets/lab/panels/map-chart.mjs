/* The map as a picture: a cell for each run, coloured by its loss or by when it diverged. */
import { element, select } from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { geometricMean } from "#lab/lib/geometry.mjs";
import { bestRun, isTrained } from "#lab/model/map-rows.mjs";
import { chartIn, verticalLine } from "#lab/panels/chart.mjs";
import { barMargin, drawBar } from "#lab/views/color-bar.mjs";
import { bindChart, settingsOf, showButtons } from "#lab/panels/map.mjs";
import { barOf, paintOf, scaleOf } from "#lab/panels/map-scale.mjs";
import { mapWords } from "#lab/panels/map-words.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { labelOf, same } from "#lab/state/fields.mjs";
import { mapping } from "#lab/state/map.mjs";
import { STOPS, state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { clipTo, dot, stroke } from "#lab/views/canvas.mjs";

/**
 * @typedef {import("#types").RateMap} RateMap
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/panels/chart.mjs").Chart} Chart
 * @typedef {import("#lab/panels/chart.mjs").ChartAxes} ChartAxes
 * @typedef {object} Cells what is drawn, and where
 * @property {RateMap} map
 * @property {string} color
 * @property {import("#lab/panels/map-scale.mjs").Scale | null} scale
 * @property {number[]} rates
 * @property {number[]} edges of the cells of a row, in pixels
 */

/** @param {Sweep} sweep */
export function drawMap(sweep) {
  const chart = chartIn("map", bindChart, 240);
  showButtons();
  const { map } = mapping;
  if (!map) {
    chart.say("Nothing yet: choose a second setting and start.");
    return;
  }
  const color = select("map-color").value;
  drawCells(chart, sweep, map, color);
  const [done, count] = [map.rows.length, map.values.length];
  const progress = /** @type {HTMLProgressElement} */ (element("map-progress"));
  progress.value = done / count;
  progress.hidden = done === count;
  chart.say(
    mapWords(map, color),
    { done, count, field: map.field, running: map.running },
    { map, color },
  );
}

/** @param {Chart} chart @param {Sweep} sweep @param {RateMap} map @param {string} color */
function drawCells(chart, sweep, map, color) {
  const rates = sweep.learning_rates.slice(0, STOPS);
  const scale = scaleOf(map.rows, color);
  const bar = scale && barOf(scale, color);
  const margin = bar ? barMargin(chart.context, bar) : undefined;
  const axes = chart.begin(axesOf(map), margin);
  if (bar && margin) drawBar(axes, margin, bar);
  const cells = { map, color, scale, rates, edges: edgesOf(chart, axes, rates) };
  chart.inside(() => paintRows(chart, axes, cells));
  outlineCurrent(axes, sweep, cells);
}

/** @param {RateMap} map @returns {Parameters<Chart["begin"]>[0]} */
function axesOf({ field, values }) {
  const every = Math.ceil(values.length / 10);
  return {
    x: { range: [10 ** -4.05, 10 ** 0.05], log: true, title: "learning rate" },
    y: {
      range: [-0.5, values.length - 0.5],
      title: labelOf(field),
      ticks: Array.from(values.keys()).filter((row) => row % every === 0),
      words: (row) => plain(values[row]),
    },
  };
}

/** @param {Chart} chart @param {ChartAxes} axes @param {number[]} rates */
function edgesOf(chart, axes, rates) {
  const inner = rates.slice(1).map((rate, run) => axes.x(geometricMean(rates[run], rate)));
  return [axes.left, ...[...inner, axes.right].map((pixel) => chart.snap(pixel))];
}

/** @param {Chart} chart @param {ChartAxes} axes @param {Cells} cells */
function paintRows(chart, axes, { map, color, scale, edges }) {
  map.rows.forEach((row, at) => {
    const [top, bottom] = [chart.snap(axes.y(at + 0.5)), chart.snap(axes.y(at - 0.5))];
    const place = { ...axes, top, bottom };
    if (!isTrained(row)) return hatch(place);
    paintCells(
      place,
      edges,
      row.verdicts.map((_, run) => paintOf(row, run, color, scale)),
    );
    ringBest(place, edges, bestRun(row));
    if (row.stability_edge && !isHidden("mark")) drawEdge(place, axes.x(row.stability_edge));
  });
}

/** A refused row. @param {ChartAxes} place */
function hatch({ context, left, right, top, bottom }) {
  clipTo(context, { left, right, top, bottom }, () => {
    const height = bottom - top;
    for (let x = left - height; x < right; x += 8)
      stroke(
        context,
        [
          [x, bottom],
          [x + height, top],
        ],
        { color: colors.muted, width: 1, alpha: 0.5 },
      );
  });
}

/** 2/sharpness, visible on bright cells too. @param {ChartAxes} place @param {number} x */
function drawEdge(place, x) {
  verticalLine(place, x, { color: "#000000", width: 4, alpha: 0.3 });
  verticalLine(place, x, { color: "#ffffff", width: 2 });
}

/** @param {ChartAxes} place of a row @param {number[]} edges @param {number} run or -1 */
function ringBest({ context, top, bottom }, edges, run) {
  if (run < 0) return;
  const radius = Math.min(bottom - top, edges[run + 1] - edges[run], 11) / 2 - 1.5;
  const middle = /** @type {import("#types").Point} */ ([
    (edges[run] + edges[run + 1]) / 2,
    (top + bottom) / 2,
  ]);
  dot(context, middle, Math.max(radius, 1.5), "transparent", "#000000", 3);
  dot(context, middle, Math.max(radius, 1.5), "transparent", "#ffffff", 1.5);
}

/**
 * @param {ChartAxes} place of a row
 * @param {number[]} edges of the cells, in pixels
 * @param {import("#lab/panels/map-scale.mjs").Paint[]} paints
 */
function paintCells({ context, top, bottom }, edges, paints) {
  paints.forEach(({ fill, alpha }, run) => {
    context.fillStyle = fill;
    context.globalAlpha = alpha;
    context.fillRect(edges[run], top, edges[run + 1] - edges[run], bottom - top);
  });
  context.globalAlpha = 1;
}

/** The run on show, where the map has it. @param {ChartAxes} axes @param {Sweep} sweep
 * @param {Cells} cells */
function outlineCurrent({ context, y }, sweep, { map, edges, rates }) {
  const settings = { ...sweep.settings, learning_rate: map.settings.learning_rate };
  const row = map.values.findIndex((_, at) => same(settingsOf(map, at), settings));
  if (row < 0 || state.run >= rates.length) return;
  const [left, right] = [edges[state.run], edges[state.run + 1]];
  context.strokeStyle = colors.path;
  context.lineWidth = 2.5;
  context.strokeRect(left, y(row + 0.5), right - left, y(0) - y(1));
}

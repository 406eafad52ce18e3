/* The map as a picture: a cell for each run, coloured by its loss or by when it diverged. */
import { element, select } from "#lab/lib/dom.mjs";
import { format, plain } from "#lab/lib/format.mjs";
import { geometricMean } from "#lab/lib/geometry.mjs";
import { colorAt } from "#lab/lib/scale.mjs";
import { hasDiverged, verdictName } from "#lab/model/verdicts.mjs";
import { chartIn, verticalLine } from "#lab/panels/chart.mjs";
import { bindChart, settingsOf, showButtons } from "#lab/panels/map.mjs";
import { config } from "#lab/state/config.mjs";
import { labelOf, same } from "#lab/state/fields.mjs";
import { mapping } from "#lab/state/map.mjs";
import { STOPS, state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";

/**
 * @typedef {import("#types").MapRow} MapRow
 * @typedef {import("#types").RateMap} RateMap
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/panels/chart.mjs").Chart} Chart
 * @typedef {import("#lab/panels/chart.mjs").ChartAxes} ChartAxes
 * @typedef {[number, number]} Scale the logarithms of the lowest and the highest value
 */

/** 0 is the lowest loss, dark; 1 the highest, bright, as on the surface.
 * @param {number} part */
const surfaceColor = (part) => colorAt(config.scale, part);

/** Whether a row was not refused. @param {RateMap["rows"][number]} row @returns {row is MapRow} */
const isTrained = (row) => !row.error;

/**
 * What of a row is coloured: the losses of the runs that did not diverge, or the epochs of the
 * others.
 * @param {MapRow} row
 * @param {string} color
 */
function coloured(row, color) {
  if (color !== "last_loss")
    return row.diverged_at.filter((epoch) => epoch >= 0).map((epoch) => epoch + 1);
  return row.last_loss
    .filter((_, run) => !hasDiverged(row.verdicts[run]))
    .filter((loss) => loss !== null)
    .filter((loss) => loss > 0);
}

/**
 * The range of what is coloured; null where nothing is.
 * @param {RateMap["rows"]} rows
 * @param {string} color
 * @returns {Scale | null}
 */
function scaleOf(rows, color) {
  const values = rows.filter(isTrained).flatMap((row) => coloured(row, color));
  return values.length ? [Math.log(Math.min(...values)), Math.log(Math.max(...values))] : null;
}

/**
 * The colour of a run; null for one without: its loss if it diverged, its epoch if it never did.
 * @param {MapRow} row
 * @param {number} run
 * @param {string} color
 * @param {Scale | null} scale
 */
function cellColor(row, run, color, scale) {
  if (!scale) return null;
  const [low, high] = scale;
  const part = (/** @type {number} */ value) => (Math.log(value) - low) / (high - low || 1);
  if (color === "last_loss") {
    const loss = row.last_loss[run];
    const isEnd = loss !== null && !hasDiverged(row.verdicts[run]);
    return isEnd ? surfaceColor(part(Math.max(loss, 1e-30))) : null;
  }
  return row.diverged_at[run] < 0 ? null : surfaceColor(1 - part(row.diverged_at[run] + 1));
}

/* ---- the picture ---- */

/** @param {Sweep} sweep */
export function drawMap(sweep) {
  const chart = chartIn("map", bindChart, 320);
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
  const count = map.values.length;
  const axes = chart.begin({
    x: { range: [10 ** -4.05, 10 ** 0.05], log: true, title: "learning rate" },
    y: {
      range: [-0.5, count - 0.5],
      title: labelOf(map.field),
      ticks: rowTicks(count),
      words: (row) => plain(map.values[row]),
    },
  });
  chart.inside(() => paintRows(chart, axes, map, color, rates));
  outlineCurrent(axes, sweep, map, rates);
}

/** @param {number} count */
const rowTicks = (count) => {
  const every = Math.ceil(count / 10);
  return Array.from({ length: count }, (_, row) => row).filter((row) => row % every === 0);
};

/**
 * @param {Chart} chart
 * @param {ChartAxes} axes
 * @param {RateMap} map
 * @param {string} color
 * @param {number[]} rates
 */
function paintRows(chart, axes, { rows }, color, rates) {
  const scale = scaleOf(rows, color);
  const inner = rates.slice(1).map((rate, run) => axes.x(geometricMean(rates[run], rate)));
  const edges = [axes.left, ...[...inner, axes.right].map((pixel) => chart.snap(pixel))];
  rows.forEach((row, at) => {
    const [top, bottom] = [chart.snap(axes.y(at + 0.5)), chart.snap(axes.y(at - 0.5))];
    const place = { ...axes, top, bottom };
    if (!isTrained(row)) return sayRefused(place);
    const paints = rates.map((_, run) => paintOf(cellColor(row, run, color, scale), color));
    paintCells(place, edges, paints);
    if (row.stability_edge && !state.hidden.has("mark"))
      verticalLine(place, axes.x(row.stability_edge), { color: "#ffffff", width: 2 });
  });
}

/** @param {ChartAxes} place of a row */
function sayRefused({ context, left, right, top, bottom }) {
  context.fillStyle = colors.muted;
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  context.fillText("refused", (left + right) / 2, (top + bottom) / 2);
}

/** @param {string | null} fill @param {string} color what is coloured */
function paintOf(fill, color) {
  if (fill) return { fill, alpha: 1 };
  return { fill: colors.diverged, alpha: color === "last_loss" ? 0.85 : 0.12 };
}

/**
 * @param {ChartAxes} place of a row
 * @param {number[]} edges of the cells, in pixels
 * @param {{fill: string, alpha: number}[]} paints
 */
function paintCells({ context, top, bottom }, edges, paints) {
  paints.forEach(({ fill, alpha }, run) => {
    context.fillStyle = fill;
    context.globalAlpha = alpha;
    context.fillRect(edges[run], top, edges[run + 1] - edges[run], bottom - top);
  });
  context.globalAlpha = 1;
}

/**
 * The run on show, where the map has it.
 * @param {ChartAxes} axes
 * @param {Sweep} sweep
 * @param {RateMap} map
 * @param {number[]} rates
 */
function outlineCurrent({ context, x, y }, sweep, map, rates) {
  const settings = { ...sweep.settings, learning_rate: map.settings.learning_rate };
  const row = map.values.findIndex((_, at) => same(settingsOf(map, at), settings));
  if (row < 0 || state.run >= rates.length) return;
  const rate = Math.log10(rates[state.run]);
  const [left, right] = [x(10 ** (rate - 0.05)), x(10 ** (rate + 0.05))];
  context.strokeStyle = colors.path;
  context.lineWidth = 2.5;
  context.strokeRect(left, y(row + 0.5), right - left, y(0) - y(1));
}

/* ---- in words ---- */

/** @param {RateMap} map @param {string} color */
function mapWords(map, color) {
  const { rows, values } = map;
  const isMarked = rows.some((row) => row.stability_edge) && !state.hidden.has("mark");
  return [
    mapping.hovered ? cellWords(map, mapping.hovered) : "",
    mapping.trouble,
    rows.length < values.length ? `${rows.length} of ${values.length} rows.` : "",
    takenForGranted(map),
    scaleWords(map, color),
    isMarked ? "White: 2/sharpness at the start, or what momentum and decay make of it." : "",
    rows.find((row) => row.error)?.error,
  ]
    .filter(Boolean)
    .join(" ");
}

/** @param {RateMap} map @param {string} color */
function scaleWords({ rows }, color) {
  const scale = scaleOf(rows, color);
  if (!rows.length) return "";
  if (!scale) return color === "last_loss" ? "Every run diverges." : "No run has diverged.";
  const [low, high] = scale.map(Math.exp);
  return color === "last_loss"
    ? `Dark is a low train loss at the end (${format(low, 2)}), bright a high one (${format(high, 2)}); red diverges.`
    : `Dark diverged late (epoch ${Math.round(high) - 1}), bright early (${Math.round(low) - 1}); pale never did.`;
}

/** Where the second setting made the map take something else than was on show.
 * @param {RateMap} map */
function takenForGranted({ changed }) {
  const { optimizer, dataset } = changed || {};
  if (optimizer) return "Optimizer here: momentum, as the one on show has none.";
  return dataset
    ? "Data here: the noisy parabola in full batches, as those on show have no noise to set."
    : "";
}

/** @param {RateMap} map @param {{row: number, run: number}} cell */
function cellWords({ rows, field, values }, { row, run }) {
  const trained = rows[row];
  if (!trained || !isTrained(trained)) return "";
  const loss = trained.last_loss[run];
  const end = loss === null ? "overflow" : `train loss ${format(loss, 4)}`;
  return `${labelOf(field)} ${plain(values[row])}, learning rate ${plain(state.sweep.learning_rates[run])}: ${verdictName(trained.verdicts[run])}, ${end}.`;
}

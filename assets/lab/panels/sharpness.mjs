/* The sharpness that a run meets over training, against what its learning rate can stand. */
import { format } from "#lab/lib/format.mjs";
import { epochTicks } from "#lab/lib/ticks.mjs";
import { hasDiverged, stuckReason } from "#lab/model/verdicts.mjs";
import { chartIn, trace, verticalLine } from "#lab/panels/chart.mjs";
import { optionOf } from "#lab/state/fields.mjs";
import { selectedRate, state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { dot } from "#lab/views/canvas.mjs";

/**
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/panels/chart.mjs").Chart} Chart
 * @typedef {import("#lab/panels/chart.mjs").ChartAxes} ChartAxes
 * @typedef {object} Numbers what is drawn
 * @property {number[]} epochs
 * @property {number[]} values
 * @property {(number | null)[]} thresholds
 * @property {number[]} plain the sharpness itself, where `values` are as the optimizer rescales it
 * @property {boolean} isRescaled
 */

// A limit farther above the sharpness than this is left out of the picture.
const FARTHEST_LIMIT = 100;

/** @param {Sweep} sweep @param {Snapshot} moment */
export function sharpness(sweep, moment) {
  if (!state.detail) return;
  const chart = chartIn("sharpness");
  const numbers = numbersOf(state.detail, sweep, moment);
  const shown = shownOf(numbers);
  if (!shown.length) {
    chart.say("Nothing curves upward here: sharpness is 0.");
    return;
  }
  drawSharpness(chart, sweep, moment, numbers, [
    Math.min(...shown) * 0.8,
    Math.max(...shown) * 1.25,
  ]);
  const { epochs, values, thresholds } = numbers;
  chart.say(
    sharpnessWords(sweep, numbers),
    { first: values[0], last: values[values.length - 1], threshold: thresholds.at(-1) ?? "" },
    { epochs, values, thresholds },
  );
}

/**
 * @param {import("#types").DetailPayload} detail
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {Numbers}
 */
function numbersOf(detail, sweep, { track }) {
  const epochs = detail.sharpness_epochs;
  return {
    epochs,
    values: detail.rescaled_sharpness || detail.sharpness,
    thresholds: epochs.map((epoch) => thresholdAt(sweep, track, epoch)),
    plain: detail.sharpness,
    isRescaled: Boolean(detail.rescaled_sharpness),
  };
}

/** What the picture has room for. @param {Numbers} numbers */
function shownOf({ values, thresholds }) {
  const most = FARTHEST_LIMIT * Math.max(...values);
  const limits = thresholds.filter((limit) => limit !== null).filter((limit) => limit < most);
  return [...values, ...limits].filter((value) => value > 0 && Number.isFinite(value));
}

/** An epoch on the axis. @param {number} epoch */
const placeOf = (epoch) => Math.log10(1 + epoch);

/**
 * @param {Chart} chart
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Numbers} numbers
 * @param {[number, number]} range
 */
function drawSharpness(chart, sweep, moment, numbers, range) {
  const title = numbers.isRescaled ? "rescaled sharpness" : "sharpness";
  const axes = chart.begin({
    x: {
      range: [0, placeOf(sweep.end)],
      title: "epoch",
      ticks: epochTicks(sweep.end).map(placeOf),
      words: (at) => String(Math.round(10 ** at - 1)),
    },
    y: { range, log: true, title },
  });
  chart.inside(() => drawLines(axes, numbers));
  const playhead = { color: colors.text, width: 1.5, dash: [5, 4] };
  verticalLine(axes, axes.x(placeOf(moment.epoch)), playhead);
}

/** @param {ChartAxes} axes @param {Numbers} numbers */
function drawLines(axes, { epochs, values, thresholds }) {
  const { context, x, y } = axes;
  /** @param {(number | null)[]} series */
  const line = (series) =>
    epochs.map((epoch, k) => {
      const value = series[k];
      return value !== null && value > 0
        ? /** @type {Point} */ ([x(placeOf(epoch)), y(value)])
        : null;
    });
  trace(axes, line(thresholds), { color: colors.gradient, width: 2.5, dash: [2, 5] });
  trace(axes, line(values), { color: colors.path, width: 3 });
  for (const point of line(values))
    if (point) dot(context, point, 2.5, colors.path, colors.background, 1);
}

/**
 * Above this sharpness the optimizer's steps overshoot and grow; null where no such limit is known.
 * @param {Sweep} sweep
 * @param {import("#lab/model/track.mjs").Track} track
 * @param {number} epoch
 */
function thresholdAt(sweep, track, epoch) {
  const { sharpness_numerator: numerator, sharpness_decay: decay } = sweep;
  if (!numerator) return null;
  return numerator / (selectedRate() * track.factorAt(track.indexOf(epoch))) - decay;
}

/** @param {string} optimizer */
export const noLimit = (optimizer) =>
  `No fixed limit is known for ${optionOf("optimizer", optimizer)}` +
  (optimizer === "nadam" ? ": its momentum grows on the way." : ".");

/** @param {Sweep} sweep @param {Numbers} numbers */
function sharpnessWords(sweep, numbers) {
  const { values, thresholds, isRescaled } = numbers;
  const [first, last] = [values[0], values[values.length - 1]];
  const [begin, limit] = [thresholds[0], thresholds.at(-1) ?? null];
  const what = isRescaled ? "Sharpness as the optimizer rescales it" : "Sharpness";
  const way = `${what} goes from ${format(first, 3)} to ${format(last, 3)}.`;
  if (limit === null || begin === null) return `${way} ${noLimit(sweep.settings.optimizer)}`;
  const isConstant = sweep.settings.schedule === "constant";
  const size = isConstant ? ` = ${format(limit, 3)}` : ", which moves with the schedule";
  return [
    way,
    `Dotted: ${sweep.sharpness_formula}${size}.`,
    edgeWords(sweep, numbers),
    isRescaled ? "For adaptive optimizers see Cohen et al. 2022." : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * What the start and the end say; of a run that trains only.
 * @param {Sweep} sweep
 * @param {Numbers} numbers
 */
function edgeWords({ verdicts, is_quadratic: isBowl, settings, steps_per_epoch: steps }, numbers) {
  const verdict = verdicts[state.run];
  if (verdict === "stuck")
    return `Stuck: ${stuckReason(settings)}, and what curves now is little more than the output bias.`;
  if (isBowl || hasDiverged(verdict)) return "";
  const [first, last] = ends(numbers.values);
  // A decay of more than twice the limit makes steps grow at any sharpness.
  const [begin, limit] = ends(numbers.thresholds).map((at) => Math.max(at ?? NaN, 0));
  const isSteady = settings.schedule === "constant" && steps === 1;
  if (isSteady && Math.abs(last / limit - 1) < 0.1)
    return "Training ends at the edge of stability.";
  if (first > begin && last < limit)
    return survival(numbers, [begin, limit], optionOf("optimizer", settings.optimizer));
  return last > limit ? "It ends above the limit: its steps overshoot." : "";
}

/** @template T @param {T[]} series @returns {[T, T]} */
const ends = (series) => [series[0], series[series.length - 1]];

/**
 * How a run that began above the limit came below it: by flatter ground alone, or by what its
 * schedule and its optimizer did.
 * @param {Pick<Numbers, "values" | "plain">} numbers
 * @param {[number, number] | number[]} limits at the start and at the end
 * @param {string} optimizer its name
 */
export function survival({ values, plain }, [begin, limit], optimizer) {
  const [[first, last], [before, after]] = [ends(values), ends(plain)];
  const ground = after / before;
  if (first * ground < begin)
    return "It began above the limit and survived by finding a flatter place.";
  const causes = [
    limit > begin ? "the smaller steps of its schedule" : "",
    last / first < ground ? `the way ${optimizer} rescales its steps` : "",
    ground < 1 ? "flatter ground" : "",
  ].filter(Boolean);
  return `It began above the limit and was brought below it by ${causes.join(" and ")}.`;
}

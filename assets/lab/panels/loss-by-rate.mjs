/* The loss of the whole sweep against the learning rate, now and at the end. */
import { format, plain } from "#lab/lib/format.mjs";
import { geometricMean } from "#lab/lib/geometry.mjs";
import { shadeOf } from "#lab/model/verdicts.mjs";
import { chartIn } from "#lab/panels/chart.mjs";
import { emit } from "#lab/state/events.mjs";
import { STOPS, selectedRate, state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { dot, star, stroke } from "#lab/views/canvas.mjs";

/**
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/panels/chart.mjs").Chart} Chart
 * @typedef {import("#lab/panels/chart.mjs").ChartAxes} ChartAxes
 * @typedef {(number | null)[]} Losses null after an overflow
 * @typedef {object} Numbers what is drawn
 * @property {number[]} rates
 * @property {number[]} now the losses at the playhead
 * @property {Losses} ends
 * @property {number} epoch of the sweep's frame nearest to the playhead
 * @property {number} asked the epoch of the playhead
 * @property {number} best the run with the lowest end; -1 for none, or behind a curtain
 * @property {number | null} steepest
 */

/** @param {Sweep} sweep @param {Snapshot} moment */
export function lossByRate(sweep, moment) {
  const chart = chartIn("loss-by-rate", (made) => made.onPick((rate) => emit("pick", rate)), 270);
  const numbers = numbersOf(sweep, moment);
  const { rates, now, ends, epoch, asked, best, steepest } = numbers;
  drawRates(chart, sweep, numbers);
  chart.say(
    rateWords(sweep, numbers),
    {
      best: best < 0 ? "" : rates[best],
      steepest: steepest === null ? "" : rates[steepest],
      epoch,
    },
    { rates, now, ends, epoch, asked },
  );
}

/** How the runs end shows in their verdicts too. */
const areEndsHidden = () => state.hidden.has("ahead") || state.hidden.has("strip");

/** @param {Sweep} sweep @param {Snapshot} moment @returns {Numbers} */
function numbersOf(sweep, moment) {
  const rates = sweep.learning_rates.slice(0, STOPS);
  const frame = frameAt(sweep, moment.epoch);
  const ends = sweep.last_loss.slice(0, STOPS);
  const now = rates.map((_, run) => sweep.train_loss[run * sweep.epochs.length + frame]);
  return {
    rates,
    now,
    ends,
    epoch: sweep.epochs[frame],
    asked: moment.epoch,
    best: areEndsHidden() ? -1 : bestRun(ends),
    steepest: steepestPoint(rates, now),
  };
}

/** The sweep's frame nearest to an epoch. @param {Sweep} sweep @param {number} epoch */
function frameAt({ epochs }, epoch) {
  let frame = epochs.findIndex((kept) => kept >= epoch);
  if (frame < 0) frame = epochs.length - 1;
  return frame > 0 && epoch - epochs[frame - 1] < epochs[frame] - epoch ? frame - 1 : frame;
}

/** The first run with the lowest end; -1 for none. @param {Losses} ends */
const bestRun = (ends) => ends.indexOf(Math.min(...ends.filter((loss) => loss !== null)));

/**
 * Where the loss falls fastest from one rate to the next, both logarithmic; null where it never
 * does.
 * @param {number[]} rates
 * @param {number[]} losses
 * @returns {number | null}
 */
function steepestPoint(rates, losses) {
  /** @type {number | null} */
  let steepest = null;
  let least = -1e-3;
  for (let run = 1; run < rates.length - 1; run++) {
    const slope =
      Math.log(losses[run + 1] / losses[run - 1]) / Math.log(rates[run + 1] / rates[run - 1]);
    if (slope < least) [steepest, least] = [run, slope];
  }
  return steepest;
}

/* ---- the picture ---- */

/** @param {Chart} chart @param {Sweep} sweep @param {Numbers} numbers */
function drawRates(chart, sweep, numbers) {
  const { rates } = numbers;
  const axes = chart.begin({
    x: { range: [rates[0], rates[rates.length - 1]], log: true, title: "learning rate" },
    y: { range: lossRange(sweep, numbers), log: true, title: "train loss" },
  });
  chart.inside(() => drawLines(axes, sweep, numbers));
  if (sweep.stability_edge && !state.hidden.has("mark"))
    chart.mark(sweep.stability_edge, sweep.stability_edge_formula, colors.text, { row: 1 });
  drawPoints(axes, numbers);
  chart.mark(selectedRate(), plain(selectedRate()), colors.path, { dash: [] });
}

/**
 * Down to the lowest loss, and up to a few times the first one.
 * @param {Sweep} sweep
 * @param {Numbers} numbers
 * @returns {[number, number]}
 */
function lossRange(sweep, { ends, now }) {
  const start = sweep.train_loss[0];
  const known = [...ends, ...now]
    .filter((loss) => loss !== null)
    .filter((loss) => loss > 0 && loss < 20 * start);
  return [Math.max(Math.min(...known, start), 1e-9 * start) * 0.7, 3 * start];
}

/**
 * A line with a break at each loss that a logarithm cannot take.
 * @param {ChartAxes} axes
 * @param {number[]} rates
 * @param {Losses} losses
 * @returns {Line}
 */
const along = ({ x, y }, rates, losses) =>
  rates.map((rate, run) => {
    const loss = losses[run];
    return loss !== null && loss > 0 ? [x(rate), y(loss)] : null;
  });

/** @param {ChartAxes} axes @param {Sweep} sweep @param {Numbers} numbers */
function drawLines(axes, sweep, { rates, ends, now }) {
  const { context } = axes;
  if (!state.hidden.has("strip")) shadeVerdicts(axes, sweep, rates);
  if (!areEndsHidden()) {
    drawRangeTest(axes, sweep);
    stroke(context, along(axes, rates, ends), { color: colors.text, width: 2, dash: [2, 4] });
  }
  stroke(context, along(axes, rates, now), { color: colors.path, width: 3 });
}

/** The lowest end and the steepest fall. @param {ChartAxes} axes @param {Numbers} numbers */
function drawPoints({ context, x, y }, { rates, ends, now, best, steepest }) {
  const lowest = ends[best] ?? null;
  if (lowest !== null) star(context, [x(rates[best]), y(lowest)], false);
  if (steepest === null) return;
  const fall = /** @type {import("#types").Point} */ ([x(rates[steepest]), y(now[steepest])]);
  dot(context, fall, 4.5, colors.gradient, colors.background);
}

/** @param {ChartAxes} axes @param {Sweep} sweep @param {number[]} rates */
function shadeVerdicts({ context, x, top, bottom }, { verdicts, arrived }, rates) {
  const shades = rates.map((_, run) => shadeOf(verdicts[run], arrived[run]));
  const edges = [
    rates[0],
    ...rates.slice(1).map((rate, run) => geometricMean(rates[run], rate)),
    rates[rates.length - 1],
  ].map((rate) => Math.round(x(rate)));
  context.save();
  for (let from = 0, to = 0; from < rates.length; from = to) {
    while (to < rates.length && shades[to] === shades[from]) to += 1;
    const [left, width] = [edges[from], edges[to] - edges[from]];
    context.fillStyle = colors[shades[from]];
    context.globalAlpha = 0.1;
    context.fillRect(left, top, width, bottom - top - 14);
    context.globalAlpha = 0.85;
    context.fillRect(left, bottom - 14, width, 14);
  }
  context.restore();
}

/** The one run whose rate grows with each minibatch (Smith 2017), smoothed.
 * @param {ChartAxes} axes
 * @param {Sweep} sweep */
function drawRangeTest(axes, { range_test: test }) {
  if (!test) return;
  const line = along(axes, test.learning_rates, test.smoothed);
  stroke(axes.context, line, { color: colors.second, width: 2, dash: [7, 5] });
}

/* ---- in words ---- */

/**
 * Which epoch the losses are of: a sweep keeps all rates at some epochs alone.
 * @param {{epoch: number, asked: number}} numbers
 */
export const epochWords = ({ epoch, asked }) =>
  epoch === asked ? `epoch ${epoch}` : `epoch ${epoch}, nearest to ${asked} of those kept`;

/** @param {Sweep} sweep @param {Numbers} numbers */
function rateWords(sweep, numbers) {
  const { rates, best, ends, steepest } = numbers;
  const isCurtained = areEndsHidden();
  const lines = [
    `Solid: at ${epochWords(numbers)}.${isCurtained ? "" : ` Dotted: at the end, epoch ${sweep.end}.`}`,
  ];
  const lowest = ends[best] ?? null;
  if (lowest !== null)
    lines.push(`The lowest end is ${format(lowest, 4)}, at ${plain(rates[best])} (star).`);
  if (steepest !== null)
    lines.push(`The loss now falls most steeply at ${plain(rates[steepest])} (dot).`);
  if (sweep.range_test && !isCurtained)
    lines.push(
      "Dashed: a range test after Smith (2017), one run whose rate grows with each minibatch, its batch losses smoothed.",
    );
  return lines.join(" ");
}

/* The loss of the whole sweep against the learning rate, now and at the end. */
import { format, plain } from "#lab/lib/format.mjs";
import { geometricMean } from "#lab/lib/geometry.mjs";
import { rateLosses } from "#lab/model/rate-losses.mjs";
import { shadeOf } from "#lab/model/verdicts.mjs";
import { chartIn, point, trace } from "#lab/panels/chart.mjs";
import { isEndHidden, isHidden } from "#lab/state/curtain.mjs";
import { emit } from "#lab/state/events.mjs";
import { selectedRate } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { star } from "#lab/views/canvas.mjs";

/**
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/panels/chart.mjs").Chart} Chart
 * @typedef {import("#lab/panels/chart.mjs").ChartAxes} ChartAxes
 * @typedef {import("#lab/model/rate-losses.mjs").Losses} Losses
 * @typedef {import("#lab/model/rate-losses.mjs").RateLosses & {steepest: number | null}} Numbers
 */

/** @param {Sweep} sweep @param {Snapshot} moment */
export function lossByRate(sweep, moment) {
  const chart = chartIn("loss-by-rate", (made) => made.onPick((rate) => emit("pick", rate)), 270);
  const numbers = numbersOf(sweep, moment);
  const { rates, now, ends, accuracies, epoch, asked, best, steepest } = numbers;
  drawRates(chart, sweep, numbers);
  chart.say(
    rateWords(sweep, numbers),
    {
      best: best < 0 ? "" : rates[best],
      steepest: steepest === null ? "" : rates[steepest],
      epoch,
    },
    { rates, now, ends, accuracies, epoch, asked },
  );
}

/** @param {Sweep} sweep @param {Snapshot} moment @returns {Numbers} */
function numbersOf(sweep, moment) {
  const losses = rateLosses(sweep, moment.epoch);
  return { ...losses, steepest: steepestPoint(losses.rates, losses.now) };
}

/**
 * Where the loss falls fastest from one rate to the next, both logarithmic; null where it never
 * does.
 * @param {number[]} rates
 * @param {Losses} losses
 * @returns {number | null}
 */
function steepestPoint(rates, losses) {
  const logs = losses.map((loss) => Math.log(loss ?? NaN));
  /** @type {number | null} */
  let steepest = null;
  let least = -1e-3;
  for (let run = 1; run < rates.length - 1; run++) {
    const slope = (logs[run + 1] - logs[run - 1]) / Math.log(rates[run + 1] / rates[run - 1]);
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
    y: { range: lossRange(sweep, numbers), log: true, title: sweep.lossTitle },
  });
  chart.inside(() => drawLines(axes, sweep, numbers));
  drawPoints(axes, numbers);
  const rate = selectedRate();
  chart.marks([{ value: rate, text: plain(rate), color: colors.path, dash: [] }, ...edgeOf(sweep)]);
}

/** @param {Sweep} sweep */
const edgeOf = ({ stability_edge: value, stability_edge_formula: text }) =>
  value && !isHidden("mark") ? [{ value, text, color: colors.text }] : [];

/**
 * Down to the lowest loss, and up to a few times the first one.
 * @param {Sweep} sweep
 * @param {Numbers} numbers
 * @returns {[number, number]}
 */
function lossRange(sweep, { ends, now }) {
  const start = sweep.train_loss[0];
  const known = [...ends, ...now]
    .map((loss) => loss ?? NaN)
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
    const loss = losses[run] ?? NaN;
    return loss > 0 ? [x(rate), y(loss)] : null;
  });

/** @param {ChartAxes} axes @param {Sweep} sweep @param {Numbers} numbers */
function drawLines(axes, sweep, { rates, ends, now }) {
  if (!isHidden("strip")) shadeVerdicts(axes, sweep, rates);
  if (!isEndHidden()) {
    drawRangeTest(axes, sweep);
    trace(axes, along(axes, rates, ends), { color: colors.text, width: 2, dash: [2, 4] });
  }
  trace(axes, along(axes, rates, now), { color: colors.path, width: 3 });
}

/** The best end and the steepest fall. @param {ChartAxes} axes @param {Numbers} numbers */
function drawPoints(axes, { rates, ends, now, best, steepest }) {
  const { context, room, x, y } = axes;
  const lowest = ends[best] ?? null;
  if (lowest !== null) {
    star(context, [x(rates[best]), y(lowest)], false);
    room.avoidDot([x(rates[best]), y(lowest)], 10);
  }
  if (steepest === null) return;
  point(axes, [x(rates[steepest]), y(now[steepest] ?? NaN)], 4.5, colors.gradient);
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
  trace(axes, line, { color: colors.second, width: 2, dash: [7, 5] });
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
  const isCurtained = isEndHidden();
  const lines = [
    `Solid: at ${epochWords(numbers)}.${isCurtained ? "" : ` Dotted: at the end, epoch ${sweep.end}.`}`,
  ];
  const lowest = ends[best] ?? null;
  const right = sweep.accuracy && best >= 0 ? `; accuracy ${sweep.accuracyWords(best)}` : "";
  if (lowest !== null)
    lines.push(`Best at the end: ${format(lowest, 4)}, at ${plain(rates[best])} (star)${right}.`);
  if (steepest !== null)
    lines.push(`The loss now falls most steeply at ${plain(rates[steepest])} (dot).`);
  if (sweep.range_test && !isCurtained)
    lines.push(
      "Dashed: a range test after Smith (2017), one run whose rate grows with each minibatch, its batch losses smoothed.",
    );
  return lines.join(" ");
}

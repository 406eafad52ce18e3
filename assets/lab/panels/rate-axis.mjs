/* The learning rate as an axis: the loss after one step of each rate. */
import { slot } from "#lab/lib/dom.mjs";
import { format, formatDown, plain } from "#lab/lib/format.mjs";
import { geometricMean } from "#lab/lib/geometry.mjs";
import { moved, trainLoss, work } from "#lab/model/network.mjs";
import { isHigher, isLower, lowestRate, stepCurve } from "#lab/model/step-curve.mjs";
import { chartIn, point, say, trace, verticalLine } from "#lab/panels/chart.mjs";
import { config } from "#lab/state/config.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { emit } from "#lab/state/events.mjs";
import { STOPS, selectedRate, state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";

/**
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").StepCurve} StepCurve
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/panels/chart.mjs").Chart} Chart
 * @typedef {import("#lab/panels/chart.mjs").ChartAxes} ChartAxes
 * @typedef {import("#types").ChartContents["rate-axis"] & {factor: number}} Step of the selected
 *   rate, and what the schedule makes of it
 */

// How many rates are tried, and how often a mark's place is halved: fewer while something moves,
// and where even that is more unit values than a frame can afford, the curve waits for the rest.
const AT_REST = { samples: 97, halvings: 24 };
const MOVING = { samples: 41, halvings: 6 };
const WORK_A_FRAME = 200000;

/* ---- the curve ---- */

/**
 * The step of a run at an epoch; null where it is not known.
 * @param {Sweep} sweep
 * @param {Snapshot["track"]} track
 * @param {number} index
 * @returns {import("#lab/model/step-curve.mjs").Step | null}
 */
function stepFrom(sweep, track, index) {
  const [params, factor] = [track.paramsAt(index), track.factorAt(index)];
  const [direction, gradients] = [track.directionAt(index), track.gradientsAt(index)];
  if (!params || !direction || !gradients) return null;
  const after = (/** @type {number} */ rate) =>
    trainLoss(sweep, moved(params, direction, rate * factor));
  const slope = direction.reduce((sum, part, k) => sum + part * gradients[k], 0) * factor;
  return { now: trainLoss(sweep, params), slope, after };
}

/**
 * The curve at the playhead, kept until the run or the epoch is another; null where it is too much
 * for a frame.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {StepCurve | null}
 */
function curveAt(sweep, { track, index }) {
  const isMoving = state.playing || state.held;
  const effort = isMoving ? MOVING : AT_REST;
  const key = [sweep.sweep_id, state.run, track.epochs[index]].join();
  if (key === drawn.curveKey && (isMoving || drawn.curve.effort === effort)) return drawn.curve;
  if (isMoving && work(sweep) * (effort.samples + 2 * effort.halvings) > WORK_A_FRAME) return null;
  const step = stepFrom(sweep, track, index);
  if (!step) return null;
  // The axis stays while a run plays, unless it comes to where it is steeper than at its start.
  const lowest = Math.min(...[stepFrom(sweep, track, 0) ?? step, step].map(lowestRate));
  const curve = { ...stepCurve(step, rangeOfRates(lowest), effort), effort };
  [drawn.curveKey, drawn.curve] = [key, curve];
  return curve;
}

/**
 * The slider's, and farther where a rate was typed beyond it or only lower ones lower the loss.
 * @param {number} lowest
 * @returns {[number, number]}
 */
const rangeOfRates = (lowest) => [
  Math.min(lowest, selectedRate()),
  Math.max(config.stops[STOPS - 1], selectedRate()),
];

/* ---- the chart ---- */

/** @param {Sweep} sweep @param {Snapshot} moment */
export function rateAxis(sweep, moment) {
  const chart = chartIn("rate-axis", (made) => made.onPick((rate) => emit("pick", rate)));
  const { track, index } = moment;
  if (!track.directionAt(index)) return;
  const curve = curveAt(sweep, moment);
  slot("rate-axis").classList.toggle("stale", !curve);
  if (!curve) {
    say("rate-axis", "The curve appears when you pause.", null);
    return;
  }
  const [rate, factor] = [selectedRate(), track.factorAt(index)];
  const step = { ...curve, rate, landing: curve.after(rate), factor };
  drawStep(chart, sweep, step);
  const { now, landing, best, rise, slope } = step;
  chart.say(
    stepWords(sweep, step),
    { now, landing, best: best ?? "", rise: rise ?? "", slope },
    step,
  );
}

/** Around the loss now, down to the lowest one. @param {StepCurve} curve
 * @returns {[number, number]} */
function rangeOf({ now, losses }) {
  const low = Math.min(...losses.filter(Number.isFinite), now);
  const room = Math.max(now - low, now * 1e-3, 1e-12);
  return [Math.max(low - 0.25 * room, 0), now + 0.9 * room];
}

/** @param {Chart} chart @param {Sweep} sweep @param {Step} step */
function drawStep(chart, sweep, step) {
  const { rate, rates, landing } = step;
  const range = rangeOf(step);
  const axes = chart.begin({
    x: { range: [rates[0], rates[rates.length - 1]], log: true, title: "learning rate" },
    y: { range, title: `${sweep.lossTitle}, after this step` },
  });
  chart.inside(() => drawLines(axes, step));
  if (landing >= range[0] && landing <= range[1])
    point(axes, [axes.x(rate), axes.y(landing)], 5.5, colors.path);
  chart.marks(marksOf(step));
}

/** @param {Step} step @returns {import("#lab/panels/chart.mjs").Mark[]} */
const marksOf = ({ best, rise, rate, fallsOn }) => [
  { value: rate, text: plain(rate), color: colors.path, dash: [] },
  ...(best && !fallsOn
    ? [{ value: best, text: `best\n${format(best, 3)}`, color: colors.optimum }]
    : []),
  ...(rise
    ? [{ value: rise, text: `rises from\n${formatDown(rise)}`, color: colors.diverged }]
    : []),
];

/**
 * The loss now, what the slope promises, what a step of each rate does, and that of the selected.
 * @param {ChartAxes} axes
 * @param {Step} step
 */
function drawLines(axes, { now, rates, losses, rate, landing, slope }) {
  const { left, right, x, y } = axes;
  const level = y(now);
  shadeRises(axes, rates, losses, now);
  trace(
    axes,
    [left, right].map((pixel) => [pixel, level]),
    { color: colors.muted, width: 1 },
  );
  trace(
    axes,
    rates.map((at) => [x(at), y(now + slope * at)]),
    { color: colors.gradient, width: 2, dash: [7, 5] },
  );
  trace(
    axes,
    rates.map((at, k) => (Number.isFinite(losses[k]) ? [x(at), y(losses[k])] : null)),
    { color: colors.first, width: 3 },
  );
  const step = { ...axes, top: level, bottom: y(landing) };
  verticalLine(step, x(rate), { color: colors.path, width: 2 });
}

/**
 * The zone where the loss goes up.
 * @param {ChartAxes} axes
 * @param {number[]} rates
 * @param {number[]} losses
 * @param {number} now
 */
function shadeRises({ context, x, top, bottom }, rates, losses, now) {
  context.save();
  context.globalAlpha = 0.14;
  context.fillStyle = colors.diverged;
  for (let from = 0; from < rates.length; from++) {
    if (!isHigher(losses[from], now)) continue;
    let to = from;
    while (to + 1 < rates.length && isHigher(losses[to + 1], now)) to += 1;
    const left = x(from ? geometricMean(rates[from - 1], rates[from]) : rates[0]);
    context.fillRect(left, top, x(rates[to]) - left, bottom - top);
    from = to;
  }
  context.restore();
}

/* ---- in words ---- */

/** @param {Sweep} sweep @param {Step} step */
function stepWords({ steps_per_epoch: steps }, step) {
  const { rate, now, landing, factor } = step;
  const [isUp, isDown] = [isHigher(landing, now), isLower(landing, now)];
  const change =
    isUp || isDown
      ? `takes the train loss ${isUp ? "up" : "down"}, from ${format(now, 4)} to ${format(landing, 4)}`
      : `leaves the train loss unchanged, at ${format(now, 4)}`;
  const scheduled = factor === 1 ? "" : ` (${format(rate * factor, 3)} by the schedule here)`;
  const which = steps > 1 ? `the first of this epoch’s ${steps} steps` : "this step";
  return [
    `At ${plain(rate)}${scheduled} ${which} ${change}.`,
    bestWords(step),
    ...riseWords(step),
  ].join(" ");
}

/** @param {StepCurve} curve */
function bestWords({ best, rise, fallsOn, rates }) {
  if (!best && !rise) return "No rate here changes the loss by more than rounding.";
  if (fallsOn) return `Even at ${plain(rates[rates.length - 1])} the loss still falls.`;
  return best
    ? `The best step here is at ${format(best, 3)}.`
    : "No step in this direction lowers the loss.";
}

/** @param {StepCurve} curve */
function riseWords({ rise, fall }) {
  if (!rise) return [];
  return fall
    ? [`Between ${formatDown(rise)} and ${format(fall, 2)} the loss goes up.`]
    : [`From ${formatDown(rise)} on, the loss goes up.`];
}

/* Verdicts in words: what the page calls them, and the sentence about a whole run. */
import { format, plain } from "#lab/lib/format.mjs";
import { LOWEST, bestOf } from "#lab/model/rate-losses.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { STOPS } from "#lab/state/store.mjs";

// How many times the start a loss is clearly above it.
const CLEARLY = 1.02;

/**
 * @typedef {import("#types").Verdict} Verdict
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

/** Whether the run broke. @param {Verdict} verdict */
export const hasDiverged = (verdict) => verdict === "diverged" || verdict === "overflow";

/** What the page calls it: an overflow is how a divergence ends. @param {Verdict} verdict */
export const verdictName = (verdict) => (hasDiverged(verdict) ? "diverges" : verdict);

/**
 * What the page calls a run's outcome; where only some of the oscillating runs get down, these are
 * told apart.
 * @param {Pick<Sweep, "verdicts" | "arrived">} sweep
 * @param {number} run
 */
export function outcomeName({ verdicts, arrived }, run) {
  const isOscillating = (/** @type {Verdict} */ verdict) => verdict === "oscillating";
  const getsDown = isOscillating(verdicts[run]) && arrived[run];
  const isMixed = verdicts.some((verdict, one) => isOscillating(verdict) && !arrived[one]);
  return verdictName(verdicts[run]) + (getsDown && isMixed ? ", gets down" : "");
}

/**
 * The colour of a run: whether it broke, got down, or neither.
 * @param {Verdict} verdict
 * @param {boolean} hasArrived
 */
export function shadeOf(verdict, hasArrived) {
  if (hasDiverged(verdict)) return "diverged";
  return hasArrived ? "converging" : "too-slow";
}

/** The verdict as a sentence about the whole run. @param {Sweep} sweep @param {number} run */
export const outcome = (sweep, run) =>
  SENTENCES[sweep.verdicts[run]](sweep, run, plain(sweep.learning_rates[run]));

/** @type {Record<Verdict, (sweep: Sweep, run: number, rate: string) => string>} */
const SENTENCES = {
  overflow: (sweep, run, rate) =>
    `${diverges(sweep, run, rate)}; at epoch ${sweep.overflow_at[run]} it overflows.${instead(sweep)}`,
  diverged: (sweep, run, rate) => `${diverges(sweep, run, rate)}.${instead(sweep)}`,
  stuck: (sweep, run, rate) =>
    `At ${rate} the network is stuck${aboveStart(sweep, run)}: ${stuckReason(sweep.settings)}, so it predicts one value for all of them, which only the output’s bias still moves.`,
  oscillating: (sweep, run, rate) =>
    sweep.arrived[run]
      ? `At ${rate} the first steps zigzag across the valley, but the loss still falls: ${ending(sweep, run)}.`
      : `At ${rate} training oscillates and does not get down: train loss ${ending(sweep, run)}.`,
  "too slow": (sweep, run, rate) =>
    `${rate} is too slow: the loss is still falling, to ${ending(sweep, run)}. It needs more epochs or a ${isBeyondBest(sweep, run) ? "smaller" : "larger"} learning rate.`,
  stalled: (sweep, run, rate) =>
    `At ${rate} training has stalled on a plateau or in a local minimum: train loss ${ending(sweep, run)}.`,
  converging: (sweep, run, rate) =>
    `At ${rate} training converges: train loss ${ending(sweep, run)}.`,
};

/** Of a loss that is clearly above its start. @param {Sweep} sweep @param {number} run */
const aboveStart = ({ levels, train_loss: [start] }, run) =>
  (levels[run] ?? 0) > CLEARLY * start
    ? ` above its start, at ${format(levels[run] ?? NaN, 4)}`
    : "";

/** Whether a smaller rate ends best. @param {Sweep} sweep @param {number} run */
function isBeyondBest(sweep, run) {
  const { learning_rates: rates } = sweep;
  const best = bestOf(sweep);
  return best >= 0 && rates[run] > rates[best];
}

/** @param {Sweep} sweep @param {number} run @param {string} rate */
function diverges(sweep, run, rate) {
  const { train_loss: losses, reference_loss, reference_name, diverged_at } = sweep;
  // Weight decay can put the optimum above the start.
  const isAbove = (reference_loss ?? 0) > losses[0];
  const limit = isAbove ? `that of ${reference_name}` : "where it started";
  return `At ${rate} training diverges. From epoch ${diverged_at[run]} on, the loss is higher than ${limit}`;
}

/** Why it diverges, where that is known, and what does not. @param {Sweep} sweep */
function instead(sweep) {
  const why = sweep.hasCriticalRate ? " Each step lands higher up the other side." : "";
  return `${why}${largestInWords(sweep)}`;
}

/** @param {Sweep} sweep */
export function largestInWords(sweep) {
  const largest = isHidden("strip") ? null : largestThatWorks(sweep);
  return largest === null ? "" : ` Largest learning rate that works: ${plain(largest)}.`;
}

/**
 * Why no gradient passes: ReLU units are off, of the others nothing is left that could change. With
 * weight decay nothing may be left of ReLU units either.
 * @param {import("#types").Settings} settings
 */
export function stuckReason({ activation, hidden_layers: layers, weight_decay: decay }) {
  if (activation !== "relu" || decay) return "its hidden units do not tell the examples apart";
  return `every unit of ${layers > 1 ? "a hidden layer" : "its hidden layer"} is off for every example`;
}

/** @param {Sweep} sweep @param {number} run */
function ending(sweep, run) {
  const [level, last] = [sweep.levels[run] ?? NaN, sweep.last_loss[run]];
  const around = level === last ? "" : "up and down around ";
  const said = `${around}${format(level, 4)}${sweep.lossUnit} after ${sweep.end} epochs`;
  // Of a network both are known from the other rates.
  const isOfOthers = sweep.reference_name === LOWEST || !sweep.is_linear || sweep.no_lowest_point;
  return isHidden(isOfOthers ? "strip" : "optimum") ? said : `${said} (${reference(sweep, run)})`;
}

/**
 * What the run is measured by. A network's reference moves when another rate gets lower, so that
 * rate is named: the one with the star; so it is for a run that is far from a loss of 0 which none
 * reaches.
 * @param {Sweep} sweep
 * @param {number} run
 */
function reference(sweep, run) {
  const { reference_name: name, reference_loss: loss, learning_rates: rates } = sweep;
  const { no_lowest_point: isEndless } = sweep;
  if (isEndless && sweep.arrived[run]) return `${name}: ever closer to ${format(loss, 4)}`;
  if (!isEndless && name !== LOWEST) return `${name}: ${format(loss ?? NaN, 4)}`;
  const [ends, [start]] = [sweep.last_loss, sweep.train_loss];
  const best = bestOf(sweep);
  const end = ends[best] ?? Infinity;
  const lowest = Math.min(start, ...ends.slice(0, STOPS).map((one) => one ?? Infinity));
  if ((ends[run] ?? Infinity) <= lowest) return "no rate on the slider ends lower";
  if (!(end < start)) return `lowest of all rates: ${format(start, 4)}, at the start`;
  return `best of all rates: ${format(end, 4)}, at ${plain(rates[best])}`;
}

/** What to change where all rates of the slider do the same. @type {Record<string, string>} */
const ADVICE = {
  "too slow": "Train for more epochs, or type a larger rate",
  stalled: "Try another seed, another initialization or more units",
  diverges: "Type a smaller rate; standardised data or a smaller initial scale help too",
  oscillating: "Type a smaller rate, or use larger batches or a falling schedule",
  stuck: "Try another initialization or another seed",
  converging: "Type a larger rate to see where it breaks",
};

/** What to change where all rates have one outcome, else null. @param {Sweep} sweep */
export function sameEverywhere({ verdicts }) {
  const names = new Set(verdicts.slice(0, STOPS).map(verdictName));
  if (names.size > 1 || isHidden("strip")) return null;
  return `The same is true at every rate on the slider. ${ADVICE[[...names][0]]}.`;
}

/**
 * The largest rate of the slider whose run got down, or null.
 * @param {Pick<Sweep, "arrived" | "learning_rates">} sweep
 */
export function largestThatWorks({ arrived, learning_rates: rates }) {
  const run = arrived.slice(0, STOPS).lastIndexOf(true);
  return run < 0 ? null : rates[run];
}

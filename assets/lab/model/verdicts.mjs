/* Verdicts in words: what the page calls them, and the sentence about a whole run. */
import { format, plain } from "#lab/lib/format.mjs";
import { STOPS, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").Verdict} Verdict
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

/** Whether the run broke. @param {Verdict} verdict */
export const hasDiverged = (verdict) => verdict === "diverged" || verdict === "overflow";

/** What the page calls it: an overflow is how a divergence ends. @param {Verdict} verdict */
export const verdictName = (verdict) => (hasDiverged(verdict) ? "diverges" : verdict);

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
export function outcome(sweep, run) {
  const said = SENTENCES[sweep.verdicts[run]](sweep, run);
  return [`At ${plain(sweep.learning_rates[run])} ${said}.`, sameEverywhere(sweep)]
    .filter(Boolean)
    .join(" ");
}

/** @type {Record<Verdict, (sweep: Sweep, run: number) => string>} */
const SENTENCES = {
  overflow: (sweep, run) =>
    `${diverges(sweep, run)}, and at epoch ${sweep.overflow_at[run]} it is too large for a 32-bit number (overflow)`,
  diverged: diverges,
  stuck: ({ settings }) =>
    `the network ends stuck: ${stuckReason(settings)}, so it predicts one and the same value, and no gradient changes that`,
  oscillating: (sweep, run) =>
    sweep.arrived[run]
      ? `its first steps go zigzag, and still it gets down: ${ending(sweep, run)}`
      : `it oscillates, and has not got down: ${ending(sweep, run)}`,
  "too slow": (sweep, run) => `it is too slow, still coming down at the end: ${ending(sweep, run)}`,
  stalled: (sweep, run) =>
    `it has stalled, on a plateau or in a local minimum: ${ending(sweep, run)}`,
  converging: (sweep, run) => `training converges: ${ending(sweep, run)}`,
};

/** @param {Sweep} sweep @param {number} run */
function diverges({ train_loss: losses, reference_loss, reference_name, diverged_at }, run) {
  // Weight decay can put the optimum above the start.
  const limit = (reference_loss ?? 0) > losses[0] ? `what ${reference_name} has` : "its start";
  return `training diverges: the loss stays above ${limit} since epoch ${diverged_at[run]}`;
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
  const is = level === last ? "is" : "goes up and down around";
  return `after ${sweep.end} epochs its train loss ${is} ${format(level, 4)}; ${reference(sweep, level)}`;
}

/**
 * What the run is measured by. A network's reference moves when another rate gets lower, so that
 * rate is named.
 * @param {Sweep} sweep
 * @param {number} level
 */
function reference(sweep, level) {
  const { reference_name: name, reference_loss: loss, learning_rates: rates } = sweep;
  if (name !== "the lowest here") return `${name} has ${format(loss ?? NaN, 4)}`;
  // Levels come as 32-bit numbers.
  const isReached = (/** @type {number | null} */ end) =>
    end !== null && loss !== null && end <= loss + 1e-6 * Math.abs(loss);
  if (isReached(level)) return "no rate of the slider ends lower";
  const best = sweep.levels.slice(0, STOPS).findIndex(isReached);
  const where = best < 0 ? "the start's" : `at ${plain(rates[best])}`;
  return `${name} is ${format(loss ?? NaN, 4)}, ${where}`;
}

/** What to change where all rates of the slider do the same. @type {Record<string, string>} */
const ADVICE = {
  "too slow": "train for more epochs, or type a larger one",
  stalled: "try another seed, another initialization or more units",
  diverges: "type a smaller one; standardised data or a smaller initial scale help too",
  oscillating: "type a smaller one, or take larger batches or a schedule that falls",
  stuck: "try another initialization or another seed",
  converging: "type a larger one to see where it breaks",
};

/** @param {Sweep} sweep */
function sameEverywhere({ verdicts }) {
  const names = new Set(verdicts.slice(0, STOPS).map(verdictName));
  if (names.size > 1 || state.hidden.has("strip")) return "";
  return `It is the same at every rate of the slider: ${ADVICE[[...names][0]]}.`;
}

/**
 * The largest rate of the slider whose run got down, or null.
 * @param {Pick<Sweep, "arrived" | "learning_rates">} sweep
 */
export function largestThatWorks({ arrived, learning_rates: rates }) {
  const run = arrived.slice(0, STOPS).lastIndexOf(true);
  return run < 0 ? null : rates[run];
}

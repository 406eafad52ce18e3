/* The explanation beside the page: what the run does, and why. */
import { element, make } from "#lab/lib/dom.mjs";
import { format, formatDown, isSame, plain } from "#lab/lib/format.mjs";
import { largestThatWorks, outcome } from "#lab/model/verdicts.mjs";
import { ownFit } from "#lab/page/notes.mjs";
import { edgeIsCritical } from "#lab/page/strip.mjs";
import { state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").DetailPayload} DetailPayload
 */

/**
 * @param {Sweep} sweep
 * @param {number} run
 * @param {Snapshot} moment
 * @param {DetailPayload | null} detail
 */
export function showExplanation(sweep, run, moment, detail) {
  const areHintsHidden = state.hidden.has("hints");
  element("standardize").hidden = areHintsHidden || !lacksScale(sweep);
  const lines = areHintsHidden ? [] : explanation(sweep, run, moment, detail);
  const target = element("explanation");
  const text = lines.join("\n");
  if (target.dataset.text === text) return;
  target.dataset.text = text;
  target.replaceChildren(...lines.map((line) => make("p", { textContent: line })));
}

/**
 * @param {Sweep} sweep
 * @param {number} run
 * @param {Snapshot} moment
 * @param {DetailPayload | null} detail
 */
function explanation(sweep, run, moment, detail) {
  const { is_linear: isLinear, data_info: own } = sweep;
  const fit =
    own && !moment.overflowed
      ? [`At epoch ${moment.epoch}: ${ownFit(sweep, moment)}.`, subsetOf(own)]
      : [];
  return [
    outcome(sweep, run),
    lacksScale(sweep) ? scaleAsReason(sweep, run) : reason(sweep, run),
    isLinear ? null : sharpnessNow(sweep, detail, moment),
    comparison(sweep),
    ...fit,
  ].filter((line) => line !== null);
}

/** @param {import("#types").DataInfo} own */
const subsetOf = ({ rows, example_count: examples }) =>
  rows > examples ? `Trained on ${examples} of ${rows} rows, drawn once with a fixed seed.` : null;

/**
 * A person's own numbers, as they are, on which no rate of the slider works.
 * @param {Sweep} sweep
 */
const lacksScale = (sweep) =>
  sweep.data_info !== null && !sweep.data_info.is_standardized && largestThatWorks(sweep) === null;

/** A limit without its zeros: 2, not 2.00. @param {number | null} limit @param {number} digits */
const short = (limit, digits) => format(limit ?? NaN, digits).replace(/\.0+$/, "");

/** @param {Sweep} sweep @param {number} run */
function scaleAsReason(sweep, run) {
  const help =
    "Standardised, every column has mean 0 and standard deviation 1, and the loss curves gently.";
  const { stability_edge: edge, learning_rates: rates, start_sharpness: sharpness } = sweep;
  if (edge === null || !(edge < rates[0]) || !edgeIsCritical(sweep))
    return `No rate of the slider works on these numbers as they are. ${help}`;
  const product = format(rates[run] * (sharpness + sweep.settings.weight_decay), 3);
  return `Why: ${plain(rates[run])} × ${curvature(sweep, 3)} = ${product}, and it may be at most ${short(sweep.stability_edge_numerator, 3)}. So it is at every rate of the slider: the size of these numbers makes the loss steep. The largest rate that would work is ${sweep.stability_edge_formula} = ${formatDown(edge)}, far below the slider. ${help}`;
}

/**
 * Only for the linear model is the sharpness the reason.
 * @param {Sweep} sweep
 * @param {number} run
 */
export function reason(sweep, run) {
  const { stability_edge: edge, stability_edge_numerator: limit } = sweep;
  if (edge === null || limit === null || !edgeIsCritical(sweep)) return null;
  const rate = sweep.learning_rates[run];
  const { weight_decay: decay } = sweep.settings;
  const sharpness = format(sweep.start_sharpness, 4);
  if (isSame(rate, edge))
    return `${plain(rate)} × ${curvature(sweep, 4)} is ${short(limit, 4)}: each step lands just as high up the other side, and the loss neither falls nor grows.`;
  if (!(rate > edge)) {
    return `Sharpness, the steepest curvature of the loss here, is ${sharpness}. Above ${sweep.stability_edge_formula} = ${formatDown(edge)} every step lands higher up the other side.`;
  }
  const product = rate * (sweep.start_sharpness + decay);
  // As many digits as it takes to see that it is more than the limit.
  const digits = [3, 4, 5, 6, 7].find((count) => Number(product.toPrecision(count)) > limit) ?? 8;
  return `Why: ${plain(rate)} × ${curvature(sweep, 4)} = ${format(product, digits)} is more than ${short(limit, 4)}, so each step lands higher up the other side. Sharpness is the steepest curvature of the loss here.`;
}

/** What the learning rate is multiplied by. @param {Sweep} sweep @param {number} digits */
function curvature({ start_sharpness: value, settings: { weight_decay: decay } }, digits) {
  const sharpness = `sharpness ${format(value, digits)}`;
  return decay ? `(${sharpness} + decay ${plain(decay)})` : sharpness;
}

/**
 * The sharpness where it was measured nearest to the epoch on show.
 * @param {Sweep} sweep
 * @param {DetailPayload | null} detail
 * @param {Snapshot} moment
 */
function sharpnessNow(sweep, detail, moment) {
  if (!detail || !detail.sharpness.length) return null;
  const epochs = detail.sharpness_epochs;
  const distance = (/** @type {number} */ epoch) => Math.abs(epoch - moment.epoch);
  const nearest = epochs.reduce(
    (best, epoch, k) => (distance(epoch) < distance(epochs[best]) ? k : best),
    0,
  );
  const value = detail.sharpness[nearest];
  if (!(value > 0)) return null;
  const edge = sweep.stability_edge_numerator
    ? `: ${sweep.stability_edge_formula} is ${formatDown(sweep.stability_edge_numerator / (value + sweep.settings.weight_decay))} there`
    : "";
  return `Sharpness, the steepest curvature of the loss here, is ${format(value, 3)} at epoch ${epochs[nearest]}${edge}.`;
}

/** What the other rates do, and what they have in common. @param {Sweep} sweep */
function comparison(sweep) {
  const largest = largestThatWorks(sweep);
  const works = largest === null ? "" : `The largest rate here that works is ${plain(largest)}. `;
  const steps = sweep.steps_per_epoch;
  const batches =
    steps > 1
      ? `data and batch order; one epoch is ${steps} steps`
      : "the same data and the full batch, so one epoch is one step";
  return `${works}All ${sweep.learning_rates.length} rates share one start, ${batches}.`;
}

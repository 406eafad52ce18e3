/* The outcome of the run on show in one sentence, and below it why. */
import { clicked, element, make } from "#lab/lib/dom.mjs";
import { format, formatDown, isSame, plain } from "#lab/lib/format.mjs";
import { showSentence, withOpeners } from "#lab/lib/openers.mjs";
import { startOf } from "#lab/model/start-point.mjs";
import {
  hasDiverged,
  largestInWords,
  largestThatWorks,
  outcome,
  sameEverywhere,
} from "#lab/model/verdicts.mjs";
import { ownFit } from "#lab/page/notes.mjs";
import { isHidden, isRevealed } from "#lab/state/curtain.mjs";
import { STOPS } from "#lab/state/store.mjs";

// Of all rates; where fewer work, one's own numbers may want another scale.
const FEW = 1 / 4;

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
  const areHintsHidden = isHidden("hints");
  element("standardize").hidden = areHintsHidden || !mayLackScale(sweep);
  const isSaid = !isHidden("verdict", run) && (!areHintsHidden || isRevealed(run));
  showSentence(element("outcome-sentence"), isSaid ? outcome(sweep, run) : "");
  const lines = areHintsHidden ? [] : explanation(sweep, run, moment, detail);
  element("why").hidden = !lines.length;
  const target = element("explanation");
  const text = lines.join("\n");
  if (target.dataset.text === text) return;
  target.dataset.text = text;
  target.replaceChildren(...lines.map((line) => make("p", {}, withOpeners(line))));
}

/**
 * Keeps room for the longest outcome, so that nothing moves from one rate to the next. Its letters
 * are in the page in another order: while the outcomes are hidden they tell nothing.
 * @param {Sweep} sweep
 */
export function keepRoom(sweep) {
  const said = sweep.verdicts.map((verdict, run) => `${verdict}mmm ${outcome(sweep, run)} mmmm`);
  const longest = said.reduce((most, one) => (one.length > most.length ? one : most));
  const letters = [...longest.replace(/\s/g, "")].sort();
  element("outcome-words").dataset.room = longest.replace(/\S/g, () => letters.pop() ?? "");
}

/**
 * @param {Sweep} sweep
 * @param {number} run
 * @param {Snapshot} moment
 * @param {DetailPayload | null} detail
 */
function explanation(sweep, run, moment, detail) {
  const { is_quadratic: isBowl, data_info: own } = sweep;
  const fit =
    own && !moment.overflowed && !sweep.isProbability
      ? [`At epoch ${moment.epoch}: ${ownFit(sweep, moment)}.`, subsetOf(own)]
      : [];
  return [
    sameEverywhere(sweep),
    isHidden("verdict", run) || isHidden("mark") ? null : reasonOf(sweep, run),
    isBowl ? null : sharpnessNow(sweep, detail, moment),
    comparison(sweep, run),
    ...fit,
  ].filter((line) => line !== null);
}

/** @param {Sweep} sweep @param {number} run */
const reasonOf = (sweep, run) =>
  lacksScale(sweep) ? scaleAsReason(sweep, run) : reason(sweep, run);

/** @param {import("#types").DataInfo} own */
const subsetOf = ({ rows, example_count: examples }) =>
  rows > examples ? `Trained on ${examples} of ${rows} rows, drawn once with a fixed seed.` : null;

/**
 * A person's own numbers, as they are, on which few rates of the slider work.
 * @param {Sweep} sweep
 */
const mayLackScale = ({ data_info: own, arrived }) =>
  !isHidden("strip") &&
  own !== null &&
  !own.is_standardized &&
  arrived.slice(0, STOPS).filter(Boolean).length < FEW * STOPS;

/** The same where none does: then scale is the reason. @param {Sweep} sweep */
const lacksScale = (sweep) => mayLackScale(sweep) && largestThatWorks(sweep) === null;

/** A limit without its zeros: 2, not 2.00. @param {number | null} limit @param {number} digits */
const short = (limit, digits) => format(limit ?? NaN, digits).replace(/\.0+$/, "");

/** @param {Sweep} sweep @param {number} run */
function scaleAsReason(sweep, run) {
  const help =
    "Standardised, every column has mean 0 and standard deviation 1, and the loss curves gently.";
  const { stability_edge: edge, learning_rates: rates, start_sharpness: sharpness } = sweep;
  if (edge === null || !(edge < rates[0]) || !sweep.hasCriticalRate)
    return `No rate on the slider works on these numbers as they are. ${help}`;
  const product = format(rates[run] * (sharpness + sweep.settings.weight_decay), 3);
  return `Why: ${plain(rates[run])} × ${curvature(sweep, 3)} = ${product}, far above the limit of ${short(sweep.stability_edge_numerator, 3)}, and the same is true at every rate on the slider: numbers of this size make the loss steep. The largest rate that would work is ${sweep.stability_edge_formula} = ${formatDown(edge)}, far below the slider. ${help}`;
}

/**
 * Only for the linear model is the sharpness the reason.
 * @param {Sweep} sweep
 * @param {number} run
 */
export function reason(sweep, run) {
  const { stability_edge: edge, stability_edge_numerator: limit } = sweep;
  if (edge === null || limit === null || !sweep.hasCriticalRate) return null;
  const rate = sweep.learning_rates[run];
  const { weight_decay: decay } = sweep.settings;
  const sharpness = format(sweep.start_sharpness, 4);
  if (isSame(rate, edge))
    return `${plain(rate)} × ${curvature(sweep, 4)} is ${short(limit, 4)}: each step lands just as high up the other side, and the loss neither falls nor grows.`;
  if (!(rate > edge)) {
    return `The sharpness, the largest curvature of the loss, is ${sharpness}. Above ${sweep.stability_edge_formula} = ${formatDown(edge)} every step lands higher up the other side.`;
  }
  const product = rate * (sweep.start_sharpness + decay);
  // As many digits as it takes to see that it is more than the limit.
  const digits = [3, 4, 5, 6, 7].find((count) => Number(product.toPrecision(count)) > limit) ?? 8;
  return `Why: ${plain(rate)} × ${curvature(sweep, 4)} = ${format(product, digits)} is more than ${short(limit, 4)}, so each step lands higher up the other side. Sharpness is the largest curvature of the loss in any direction.`;
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
  const { stability_edge_numerator: limit, stability_edge_formula: formula } = sweep;
  const { weight_decay: decay } = sweep.settings;
  const isTold = limit && !isHidden("mark");
  const edge = isTold
    ? `; as long as that lasts, learning rates above ${formula.replace("sharpness", format(value, 3))} = ${formatDown(limit / (value + decay))} overshoot`
    : "";
  return `At epoch ${epochs[nearest]} the sharpness (largest curvature) is ${format(value, 3)}${edge}.`;
}

/** What the other rates do, unless the outcome has said so, and what they have in common.
 * @param {Sweep} sweep
 * @param {number} run */
function comparison(sweep, run) {
  const isSaid = hasDiverged(sweep.verdicts[run]) && !isHidden("verdict", run);
  const works = isSaid ? "" : largestInWords(sweep);
  const steps = sweep.steps_per_epoch;
  const batches =
    steps > 1
      ? `data and batch order; one epoch is ${steps} steps`
      : "the same data and the full batch, so one epoch is one step";
  const count = sweep.learning_rates.length;
  return `${works} All ${count} rates ${startWords(sweep)}${batches}.`.trim();
}

/** Where they start, up to what else they share. @param {Sweep} sweep */
function startWords({ settings, plane }) {
  const point = startOf(settings.start);
  if (!point) return "share one start, ";
  const place = plane.is_exact
    ? `weight ${format(point.first, 4)}, bias ${format(point.second, 4)}, where you put them,`
    : "the point of the plane where you put them,";
  return `start at ${place} and share `;
}

/** *Why?* lies over the views: a click beside it or Escape closes it. */
export function bindWhy() {
  const why = /** @type {HTMLDetailsElement} */ (element("why"));
  document.addEventListener("click", (event) => clicked(event, "#why") || (why.open = false));
  why.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !why.open) return;
    event.stopPropagation();
    why.open = false;
    why.querySelector("summary")?.focus();
  });
}

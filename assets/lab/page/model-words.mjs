/* What the model is, in words: a line's equation, or what a network predicts. */
import { STEPS } from "#lab/lib/arrays.mjs";
import { format, formatKnown } from "#lab/lib/format.mjs";
import { saidBy } from "#lab/model/classes.mjs";
import { example, predict } from "#lab/model/network.mjs";
import { rangeWords, sidesWords } from "#lab/page/class-words.mjs";
import { ownFit } from "#lab/page/notes.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 */

/** @param {number} value */
const say = (value) => format(value, 4);

/** @param {Sweep} sweep @param {Snapshot} moment */
export function modelWords(sweep, moment) {
  const { fitKind, isProbability } = sweep;
  if (sweep.isLine) return lineWords(sweep, moment);
  if (fitKind === "strips" || (fitKind === "plane" && sweep.classes))
    return sidesWords(sweep, moment);
  if (fitKind === "plane") return rangeWords(sweep, moment);
  if (!isProbability) return curvedWords(sweep, moment);
  return `${curvedWords(sweep, moment)}; ${sidesWords(sweep, moment)}`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function lineWords(sweep, moment) {
  if (sweep.data_info) return `the fit is the line ${ownFit(sweep, moment, Infinity)}`;
  const { first, second } = moment;
  const bias = `${second < 0 ? "−" : "+"} ${say(Math.abs(second))}`;
  return `the fit is the line y = ${say(first)} x ${bias}`;
}

/** What a fit says that is no line. @param {Sweep} sweep @param {Snapshot} moment */
function curvedWords(sweep, moment) {
  const places = (sweep.fit?.places ?? []).map((place) => sweep.placeIn(place));
  const fit = predictedAt(sweep, moment);
  const words = (/** @type {number} */ target) => predictionWords(sweep, moment, target);
  const [low, high] = sweep.views.fit.layout.yaxis.range;
  const isBeyond = fit.some((target) => target < low || target > high);
  const beyond = isBeyond ? ", partly off the chart" : "";
  const range = `between ${words(Math.min(...fit))} and ${words(Math.max(...fit))}${beyond}`;
  if (sweep.predictors > 1) {
    const all = sweep.targets.length;
    const drawn = places.length < all ? ` (drawn are ${places.length} of ${all} examples)` : "";
    return `the predictions lie ${range}, where ${say(Math.min(...places))} to ${say(Math.max(...places))} was observed${drawn}`;
  }
  const last = places.length - 1;
  const what = sweep.classes ? `the probability of ${sweep.classes[1]}` : "the fit";
  return `${what} goes from ${words(fit[0])} at x = ${say(places[0])} to ${words(fit[last])} at x = ${say(places[last])} and stays ${range}`;
}

/**
 * What is predicted where the fit is drawn or, with several predictors, for each example. Until the
 * run is inspected, what is drawn.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function predictedAt(sweep, { track, index }) {
  const places = sweep.fit?.places ?? [];
  const params = track.paramsAt(index);
  const drawn = track.fit?.subarray(index * places.length, (index + 1) * places.length) ?? [];
  const inputs =
    sweep.predictors > 1
      ? Array.from(sweep.targets, (_, i) => example(sweep, i))
      : places.map((place) => [place]);
  if (!params) return Array.from(drawn, (target) => sweep.targetIn(target));
  return inputs.map((input) => saidBy(sweep, predict(sweep, params, input)));
}

/** @param {Sweep} sweep @param {Snapshot} moment @param {number} target */
function predictionWords(sweep, { track, index }, target) {
  const range = sweep.fit?.predictions.range?.map((end) => sweep.targetIn(end));
  if (track.paramsAt(index) || !range) return say(target);
  return formatKnown(target, { range, steps: STEPS }, 4);
}

/* The sentence of each view: what it shows now, from the same numbers that are drawn. */
import { plain } from "#lab/lib/format.mjs";
import { percent } from "#lab/model/classes.mjs";
import { zoomAt } from "#lab/model/zoom.mjs";
import { modelWords } from "#lab/page/model-words.mjs";
import { isHidden, isStarHidden } from "#lab/state/curtain.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { state } from "#lab/state/store.mjs";
import { here, say, when } from "#lab/views/words.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 */

/** A parameter has a short name; a direction is named by what it is. @param {string} name */
const quoted = (name) => (name.includes(" ") ? `“${name}”` : name);

/** @param {Sweep} sweep @param {Snapshot} moment */
const isOutside = ({ box }, { first, second }) =>
  first < box.first[0] || first > box.first[1] || second < box.second[0] || second > box.second[1];

/** @param {Sweep} sweep @param {Snapshot} moment */
const outside = (sweep, moment) => (isOutside(sweep, moment) ? ", which is off the chart" : "");

/** The same of the descent path, which zooms out. @param {Sweep} sweep @param {Snapshot} moment */
const farOut = (sweep, moment) =>
  zoomAt(sweep, moment.track, moment.index).plane === null
    ? outside(sweep, moment)
    : " (the picture has zoomed out; a dashed frame shows where it began)";

/** A sentence of its own where a plane shows little. @param {Sweep} sweep */
function hiddenWords(sweep) {
  const words = sweep.hiddenMotion(state.run);
  return words && ` Note: ${words}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
export function surfaceWords(sweep, moment) {
  const { plane, optimum, box } = sweep;
  const what = drawn.isFlat ? "contour of the train loss" : "train loss as a surface";
  const star = isStarHidden(sweep)
    ? ""
    : `; the star, ${optimum.name}, is at ${say(optimum.train_loss)}`;
  const beyond = moment.loss > box.height ? ", far above the chart" : outside(sweep, moment);
  return `The ${what} over ${plane.names.map(quoted).join(" and ")}: at ${when(moment)} the run is at a train loss of ${say(moment.loss)}${sweep.lossUnit}${beyond}${star}.${hiddenWords(sweep)}`;
}

/**
 * How much of a network's motion its plane shows, and how far the point is from it.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function planeWords(sweep, { offPlane }) {
  if (sweep.plane.is_exact) return "";
  const share = Math.round(100 * sweep.explained[state.run]);
  return ` This plane shows ${share} % of the run’s movement; the point is ${say(offPlane, 2)} off it.${hiddenWords(sweep)}`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
export function pathWords(sweep, moment) {
  const { track, first, second, loss } = moment;
  const rate = plain(sweep.learning_rates[state.run]);
  return `At learning rate ${rate} the path begins at ${here(sweep.plane, track.first(0), track.second(0))}, and at ${when(moment)} it is at ${here(sweep.plane, first, second)}${farOut(sweep, moment)}: the train loss goes from ${say(track.loss[0])} to ${say(loss)}.${planeWords(sweep, moment)}`;
}

/** @param {string} name @param {number} slope */
function slopeWords(name, slope) {
  const way =
    slope < 0 ? "the loss falls as it grows" : slope > 0 ? "the loss rises as it grows" : "level";
  return `${say(slope)} along ${quoted(name)} (${way})`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
export function sectionWords({ plane }, moment) {
  const { firstSlope, secondSlope, loss } = moment;
  return `At ${when(moment)}, at a train loss of ${say(loss)}, the slope is ${slopeWords(plane.names[0], firstSlope)} and ${slopeWords(plane.names[1], secondSlope)}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
export function fitWords(sweep, moment) {
  const examples = `its train loss over ${sweep.targets.length} examples is ${say(moment.loss)}${sweep.lossUnit}`;
  return `At ${when(moment)} ${modelWords(sweep, moment)}; ${examples}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
export function curveWords(sweep, moment) {
  const { track, index, loss } = moment;
  const held = track.validation ? `, the validation loss ${say(track.validation[index])}` : "";
  const last = sweep.last_loss[state.run];
  const end =
    last === null
      ? `it overflows at epoch ${sweep.overflow_at[state.run]}`
      : `its end, at epoch ${sweep.end}, is ${say(last)}${endAccuracy(sweep)}`;
  const ahead = isHidden("ahead", state.run) || moment.overflowed ? "" : `; ${end}`;
  return `The train loss begins at ${say(track.loss[0])} and at ${when(moment)} is ${say(loss)}${sweep.lossUnit}${held}${accuracyNow(sweep, moment)}${ahead}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function accuracyNow(sweep, { track, index, overflowed }) {
  const { accuracy, validationAccuracy: held } = track;
  if (!accuracy || overflowed) return "";
  const { targets, validationCount } = sweep;
  const validation = held ? ` (validation ${percent(held[index], validationCount)})` : "";
  return `, the accuracy ${percent(accuracy[index], targets.length)}${validation}`;
}

/** @param {Sweep} sweep */
function endAccuracy(sweep) {
  const words = sweep.accuracyWords(state.run);
  return words && `, with an accuracy of ${words}`;
}

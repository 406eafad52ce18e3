/* What a model that is drawn from its parameters says, in words: how many examples are on the right
   side of its boundary, or between what its predictions lie. */
import { format } from "#lab/lib/format.mjs";
import { classOf, outputsOf, saidBy, wrongOf } from "#lab/model/classes.mjs";
import { drawnParams } from "#lab/model/plane-map.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 */

const LATER = "the model is shown when you pause";

/** @param {number} value */
const say = (value) => format(value, 4);

/**
 * How many examples are right, and of which class the others are.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
export function sidesWords(sweep, moment) {
  const { targets, classes } = sweep;
  const params = drawnParams(moment);
  if (!params || !classes) return LATER;
  const wrong = wrongOf(sweep, params);
  if (!wrong.length) return `all ${targets.length} points are on the right side of the boundary`;
  const counts = classes.flatMap((name, which) => {
    const count = wrong.filter((i) => classOf(sweep, i) === which).length;
    return count ? [`${count} of class ${name}`] : [];
  });
  return `of ${targets.length} points ${targets.length - wrong.length} are on the right side of the boundary; wrong: ${counts.join(", ")}`;
}

/** Between what the predictions for the examples lie. @param {Sweep} sweep
 * @param {Snapshot} moment */
export function rangeWords(sweep, moment) {
  const params = drawnParams(moment);
  if (!params) return LATER;
  const predicted = Array.from(outputsOf(sweep, params), (output) => saidBy(sweep, output));
  const observed = Array.from(sweep.targets, (target) => sweep.targetIn(target));
  return `the predictions for ${observed.length} points lie ${between(predicted)}, where ${say(lowest(observed))} to ${say(highest(observed))} was observed`;
}

/** @param {number[]} values */
const lowest = (values) => values.reduce((a, b) => Math.min(a, b));
/** @param {number[]} values */
const highest = (values) => values.reduce((a, b) => Math.max(a, b));
/** @param {number[]} values */
const between = (values) => `between ${say(lowest(values))} and ${say(highest(values))}`;

/** How many examples the engine counted on the wrong side, as the accuracy says: until a run has
 * been inspected its parameters are known to a few digits only. Null between two frames.
 * @param {Sweep} sweep @param {Snapshot} moment */
function countedWrong({ targets }, { track, index, glide }) {
  const share = track.accuracy?.[index] ?? NaN;
  return glide || Number.isNaN(share) ? null : Math.round((1 - share) * targets.length);
}

/** What stands beside the title of a fit drawn from parameters. @param {Sweep} sweep
 * @param {Snapshot} moment */
export function drawnNote(sweep, moment) {
  const held = sweep.validation_loss && sweep.fitKind !== "strips" ? "; hollow: validation" : "";
  if (!sweep.classes) return `points: observed${held}`;
  const params = drawnParams(moment);
  if (!params) return "";
  const wrong = countedWrong(sweep, moment) ?? wrongOf(sweep, params).length;
  const side = wrong ? " on the wrong side (ringed)" : " on the wrong side";
  return `${wrong} of ${sweep.targets.length}${side}${held}`;
}

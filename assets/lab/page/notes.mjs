/* The note beside the title of each view. */
import { format, shortened } from "#lab/lib/format.mjs";
import { drawnNote } from "#lab/page/class-words.mjs";
import { state } from "#lab/state/store.mjs";
import { drawnOf } from "#lab/views/residuals.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 */

/** @param {Sweep} sweep @param {Snapshot} moment */
export function pathNote(sweep, { first, second }) {
  if (sweep.plane.is_exact) return `weight ${format(first, 4)} · bias ${format(second, 4)}`;
  const share = Math.round(100 * sweep.explained[state.run]);
  return `shows ${share} % of the movement`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
export function sectionsNote({ plane, bowl }, { shownEpoch }) {
  if (plane.is_exact) return "exact";
  return state.slices?.at(shownEpoch) || bowl ? "exact" : "on the plane";
}

/** @param {Sweep} _ @param {Snapshot} moment */
export function curvesNote(_, { track, index, loss, overflowed, shownEpoch }) {
  if (overflowed) return `overflow; drawn: epoch ${shownEpoch}`;
  const held = track.validation;
  return held ? `train ${format(loss, 3)} · validation ${format(held[index], 3)} (dashed)` : "";
}

/** @param {Sweep} sweep @param {Snapshot} moment */
export function fitNote(sweep, moment) {
  if (sweep.fitKind === "plane" || sweep.isProbability) return drawnNote(sweep, moment);
  if (sweep.data_info && !moment.overflowed) return ownFit(sweep, moment);
  const kinds = [errorsNote(sweep)];
  if (sweep.predictors > 1)
    return ["predicted against observed", ...kinds].filter(Boolean).join("; ");
  if (sweep.validation_loss) kinds.push("rings: validation");
  return kinds.filter(Boolean).join("; ");
}

/** What the squares are, or of how many examples there are any; the lines speak for themselves.
 * @param {Sweep} sweep */
function errorsNote({ targets, predictors }) {
  const drawn = drawnOf(targets.length);
  const some = predictors > 1 || drawn === targets.length ? "" : ` of ${drawn} examples`;
  if (state.areSquared) return `squares: squared errors${some}`;
  return some && `lines: errors${some}`;
}

// For a name in a note, in characters.
const NAME_ROOM = 16;

/**
 * The model of a person's own data in their own units, and its root mean squared error.
 * @param {Sweep} sweep of own data
 * @param {Snapshot} moment
 */
export function ownFit(sweep, { first, second, loss }, room = NAME_ROOM) {
  const { input, target } = sweep.scaling;
  const [[middle, width], [mean, scale]] = [input, target];
  const names = [sweep.data_info?.target ?? "", sweep.predictor_names[0]];
  const [name, predictor] = shortened(names, room);
  const error = `typical error ${format(Math.sqrt(loss) * scale, 3)}`;
  if (!sweep.isLine)
    return `${sweep.predictors > 1 ? "predicted against observed" : name}; ${error}`;
  const slope = (first * scale) / width;
  const start = mean + scale * second - slope * middle;
  const sign = slope < 0 ? "−" : "+";
  return `${name} = ${format(start, 3)} ${sign} ${format(Math.abs(slope), 3)} × ${predictor}; ${error}`;
}

/** @param {Sweep} sweep */
export function surfaceNote({ plane, data_info: own }) {
  if (plane.is_exact)
    return own?.is_standardized
      ? "weight × bias of the standardised data: exact"
      : "weight × bias: exact";
  if (plane.kind === "parameters") return `other parameters as at epoch ${plane.frozen_at}`;
  return "directions of all parameters, not single weights";
}

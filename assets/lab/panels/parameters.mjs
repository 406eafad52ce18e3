/* All parameters, and the loss at every fifty epochs. */
import { slot } from "#lab/lib/dom.mjs";
import { number } from "#lab/lib/format.mjs";
import { percent } from "#lab/model/classes.mjs";
import { layers, widthsOf } from "#lab/model/network.mjs";
import { MOST_ROWS } from "#lab/panels/one-step.mjs";
import { table } from "#lab/panels/table.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").Numbers} Numbers
 */

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Numbers} params
 * @param {Numbers} gradients
 */
export function parameters(sweep, moment, params, gradients) {
  const counts = layers(sweep);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  table(
    slot("layers"),
    [sweep.is_linear ? "linear model" : `${widthsOf(sweep).join("-")} network`, "parameters"],
    [...counts, ["together", total]],
  );
  const [name, best] = lowestOf(sweep);
  table(
    slot("values"),
    ["parameter", "value", "gradient", ...(best ? [name] : [])],
    sweep.parameter_names
      .slice(0, MOST_ROWS)
      .map((parameter, k) => [
        parameter,
        number(params[k]),
        number(gradients[k]),
        ...(best ? [number(best[k])] : []),
      ]),
  );
  const head = ["epoch", "train loss", ...(moment.track.accuracy ? ["accuracy"] : [])];
  table(slot("losses"), head, lossRows(sweep, moment));
}

/** What a linear model's parameters come to without weight decay, where that exists.
 * @param {Sweep} sweep @returns {[string, number[] | null]} */
function lowestOf({ least_squares: squares, logistic_regression: logistic }) {
  if (isHidden("optimum")) return ["", null];
  return squares ? ["least squares", squares] : ["logistic regression", logistic];
}

/** The loss, and of classes the accuracy. @param {Sweep} sweep @param {Snapshot["track"]} track
 * @param {number} index */
const numbersAt = ({ targets }, { loss, accuracy }, index) => [
  number(loss[index], 5),
  ...(accuracy ? [percent(accuracy[index], targets.length)] : []),
];

/**
 * Every 50 epochs where the run has that epoch; what lies ahead stays behind a curtain.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function lossRows(sweep, { track, epoch }) {
  const rows = [];
  for (let at = 0; at <= sweep.end; at += 50) {
    const isAhead = isHidden("ahead", state.run) && at > epoch;
    const overflowed = track.overflowAt >= 0 && at >= track.overflowAt;
    const index = track.indexOf(at);
    if (!overflowed && track.epochs[index] !== at) continue;
    const numbers = numbersAt(sweep, track, index);
    rows.push([at, ...numbers.map((text) => (isAhead ? "?" : overflowed ? "overflow" : text))]);
  }
  return rows;
}

/* The map in words: what its colours mean, which rates are best, what was refused. */
import { format, plain } from "#lab/lib/format.mjs";
import { percent } from "#lab/model/classes.mjs";
import { bestRun, isTrained } from "#lab/model/map-rows.mjs";
import { verdictName } from "#lab/model/verdicts.mjs";
import { scaleOf } from "#lab/panels/map-scale.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { labelOf, optionOf } from "#lab/state/fields.mjs";
import { mapping } from "#lab/state/map.mjs";
import { state } from "#lab/state/store.mjs";

/** @typedef {import("#types").RateMap} RateMap */

/** @param {RateMap} map @param {string} color */
export function mapWords(map, color) {
  const { rows, values } = map;
  return [
    mapping.hovered ? cellWords(map, mapping.hovered) : "",
    mapping.trouble,
    rows.length < values.length ? `${rows.length} of ${values.length} rows.` : "",
    bestWords(map),
    scaleWords(map, color),
    edgeWords(map),
    takenForGranted(map),
    refusedWords(map),
  ]
    .filter(Boolean)
    .join(" ");
}

/** Where nothing has a colour. @type {Record<string, string>} */
const NOTHING = {
  last_loss: "Every run diverges.",
  accuracy: "These data have no classes, so there is no accuracy.",
  diverged_at: "No run diverges.",
};

/** @type {Record<string, string>} */
const MEANINGS = {
  last_loss: "Dark: low train loss at the end. Bright: high. Red: diverges.",
  accuracy: "Dark: high accuracy at the end. Bright: low. Red: overflow.",
  diverged_at: "Dark: diverged late. Bright: early. Pale: never.",
};

/** @param {RateMap} map @param {string} color */
function scaleWords({ rows }, color) {
  const scale = scaleOf(rows, color);
  if (!rows.some(isTrained)) return "";
  if (!scale) return NOTHING[color];
  if (color === "diverged_at" && scale[0] === scale[1])
    return `All that diverge do so at epoch ${scale[0] - 1}. Pale: never.`;
  return MEANINGS[color];
}

/** The best run of all rows. @param {RateMap} map */
function bestWords({ rows, field, values }) {
  const best = rows
    .map((row, at) => ({ at, row, run: isTrained(row) ? bestRun(row) : -1 }))
    .filter(({ run }) => run >= 0)
    .map(({ at, row, run }) => ({ at, run, loss: Number(row.last_loss?.[run]) }))
    .sort((one, other) => one.loss - other.loss)[0];
  if (!best) return "";
  const where = `${labelOf(field)} ${plain(values[best.at])} and learning rate ${rateOf(best.run)}`;
  return `Ring: the best of each row; the lowest loss of all, ${format(best.loss, 4)}, is at ${where}.`;
}

/** @param {RateMap} map */
function edgeWords({ rows, settings, field }) {
  if (isHidden("mark") || !rows.some((row) => row.stability_edge)) return "";
  const adjusted = [
    ["momentum", "nesterov"].includes(settings.optimizer) ? "momentum" : "",
    settings.weight_decay || field === "weight_decay" ? "weight decay" : "",
  ].filter(Boolean);
  const how = adjusted.length ? ` (adjusted for ${adjusted.join(" and ")})` : "";
  return `White line: 2/sharpness at the start${how}.`;
}

/** The refused rows, once for all of them. @param {RateMap} map */
function refusedWords({ rows, field, values }) {
  const refused = rows.flatMap((row, at) => (isTrained(row) ? [] : [at]));
  if (!refused.length) return "";
  const [first, last] = [refused[0], refused[refused.length - 1]];
  const which = plain(values[first]) + (first < last ? ` to ${plain(values[last])}` : "");
  const why = rows[first].error;
  return `Hatched, ${labelOf(field)} ${which}: too much for one run. ${why}`;
}

/** Where the second setting made the map take something else than was on show.
 * @param {RateMap} map */
function takenForGranted({ changed }) {
  const { optimizer, dataset, hidden_units: units } = changed || {};
  if (optimizer)
    return `Optimizer here: ${optionOf("optimizer", optimizer)}; yours has no momentum.`;
  if (units) return `Hidden units here: ${units}; yours has none.`;
  return dataset
    ? "Data here: the noisy parabola in full batches; yours have no noise to set."
    : "";
}

/** @param {RateMap} map @param {{row: number, run: number}} cell */
function cellWords({ rows, field, values }, { row, run }) {
  const trained = rows[row];
  if (!trained || !isTrained(trained)) return "";
  const loss = trained.last_loss[run];
  const share = trained.accuracy?.[run] ?? null;
  const accuracy = share === null ? "" : `, accuracy ${percent(share)}`;
  const end = loss === null ? "overflow" : `train loss ${format(loss, 4)}${accuracy}`;
  return `${labelOf(field)} ${plain(values[row])}, learning rate ${rateOf(run)}: ${verdictName(trained.verdicts[run])}, ${end}.`;
}

/** @param {number} run */
const rateOf = (run) => plain(state.sweep.learning_rates[run]);

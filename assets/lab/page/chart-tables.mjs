/* The data of each panel's chart as a table. */
import { plain } from "#lab/lib/format.mjs";
import { percent } from "#lab/model/classes.mjs";
import { bestRun, isTrained } from "#lab/model/map-rows.mjs";
import { rateLosses } from "#lab/model/rate-losses.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { outcomeName } from "#lab/model/verdicts.mjs";
import { shownIn } from "#lab/page/descriptions.mjs";
import { count, listed, ofEpochs, say } from "#lab/views/table-rows.mjs";
import { lossWords } from "#lab/panels/compare.mjs";
import { epochWords } from "#lab/panels/loss-by-rate.mjs";
import { isEndHidden, isHidden } from "#lab/state/curtain.mjs";
import { labelOf } from "#lab/state/fields.mjs";
import { STOPS, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").ChartContents} ChartContents
 * @typedef {import("#lab/views/table-rows.mjs").TableData} TableData
 */

// What stands in a cell that a curtain covers.
const HIDDEN = "?";
// Of a decade's ten rates those with one digit that most scales have: 1, 2, 5.
const MAP_RATES = [0, 3, 7];

/**
 * @param {ChartContents["rate-axis"]} shown
 * @returns {TableData}
 */
const stepTable = ({ rates, losses, now, slope }) => ({
  head: ["learning rate", "train loss after this step", "what the slope alone promises"],
  rows: rates.map((rate, k) => [say(rate, 3), say(losses[k]), say(now + slope * rate)]),
  note: `Before the step the train loss is ${say(now)}.`,
});

/**
 * @param {Omit<import("#lab/model/rate-losses.mjs").RateLosses, "best">} shown
 * @returns {TableData}
 */
function sweepTable({ rates, now, ends, accuracies, ...epochs }) {
  const runs = rates.map((_, run) => run);
  const areEndsListed = runs.some((run) => !isEndHidden(run));
  const isNamed = (/** @type {number} */ run) =>
    !isHidden("strip", run) && !isHidden("verdict", run);
  const areNamesListed = runs.some(isNamed);
  // A number that is not finite is written as an overflow.
  const lossOf = (/** @type {number | null | undefined} */ loss) =>
    loss === undefined ? HIDDEN : say(loss ?? NaN);
  const accuracyOf = (/** @type {number | undefined} */ share) =>
    share === undefined ? HIDDEN : percent(share, state.sweep.targets.length);
  return {
    head: [
      "learning rate",
      `train loss at ${epochWords(epochs)}`,
      ...(areEndsListed ? ["at the end"] : []),
      ...(areEndsListed && accuracies ? ["accuracy at the end"] : []),
      ...(areNamesListed ? ["outcome"] : []),
    ],
    rows: rates.map((rate, run) => [
      plain(rate),
      lossOf(now[run]),
      ...(areEndsListed ? [lossOf(ends[run])] : []),
      ...(areEndsListed && accuracies ? [accuracyOf(accuracies[run])] : []),
      ...(areNamesListed ? [isNamed(run) ? outcomeName(state.sweep, run) : HIDDEN] : []),
    ]),
    note: "",
  };
}

/**
 * @param {ChartContents["sharpness"]} shown
 * @returns {TableData}
 */
const sharpnessTable = ({ epochs, values, thresholds }) => ({
  head: ["epoch", "sharpness", "dotted limit"],
  rows: epochs.map((epoch, k) => [String(epoch), say(values[k]), say(thresholds[k])]),
  note: "",
});

/**
 * The curves of the compared runs, at the epochs that the first of them lists.
 * @param {ChartContents["compare"]} shown
 * @returns {TableData}
 */
function compareTable({ runs, names }) {
  const { track } = runs[0];
  const shown = listed(track, track.indexOf(snapshotOf(state.track, state.wanted).epoch));
  return {
    head: ["epoch", ...names],
    rows: shown.map((k) => [
      String(track.epochs[k]),
      ...runs.map((run) => (track.epochs[k] > run.end ? "–" : lossWords(run, track.epochs[k]))),
    ]),
    note: ofEpochs(shown, track.length),
  };
}

/** @type {Record<string, string>} */
const CELLS = {
  last_loss: "The train loss at the end",
  accuracy: "The accuracy at the end",
  diverged_at: "The epoch from which on a run diverges",
};

/**
 * @param {ChartContents["map"]} shown
 * @returns {TableData}
 */
function mapTable({ map, color }) {
  const runs = count(STOPS).filter((run) => MAP_RATES.includes(run % 10));
  const what = CELLS[color];
  return {
    head: [
      labelOf(map.field),
      "best rate",
      ...runs.map((run) => plain(state.sweep.learning_rates[run])),
    ],
    rows: map.rows.map((row, k) => [
      plain(map.values[k]),
      bestRate(row),
      ...runs.map((run) => mapCell(row, run, color)),
    ]),
    note: `${what}, at ${runs.length} of ${STOPS} learning rates.`,
  };
}

/** @param {ChartContents["map"]["map"]["rows"][number]} row */
function bestRate(row) {
  const run = isTrained(row) ? bestRun(row) : -1;
  return run < 0 ? "–" : plain(state.sweep.learning_rates[run]);
}

/**
 * @param {ChartContents["map"]["map"]["rows"][number]} row
 * @param {number} run
 * @param {string} color
 */
function mapCell({ last_loss: losses, diverged_at: epochs, accuracy: shares }, run, color) {
  if (!losses || !epochs) return "refused";
  if (color === "accuracy") return shares ? percent(shares[run] ?? NaN) : "–";
  if (color === "last_loss") return say(losses[run] ?? NaN, 4);
  return epochs[run] < 0 ? "never" : String(epochs[run]);
}

/** @type {{[Name in keyof ChartContents]: (shown: ChartContents[Name]) => TableData}} */
const CHARTS = {
  "rate-axis": stepTable,
  "loss-by-rate": sweepTable,
  sharpness: sharpnessTable,
  compare: compareTable,
  map: mapTable,
};

/**
 * @template {keyof ChartContents} Name
 * @param {Name} name
 * @returns {TableData} empty while the panel has nothing to show
 */
export function chartTable(name) {
  const shown = shownIn(name);
  return shown ? CHARTS[name](shown) : { head: [], rows: [], note: "" };
}

/** The curve over the slider. @returns {TableData} */
export const rateTable = () =>
  sweepTable(rateLosses(state.sweep, snapshotOf(state.track, state.wanted).epoch));

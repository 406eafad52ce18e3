/* A show of hands against what came of the runs. */
import { bestOf } from "#lab/model/rate-losses.mjs";
import { shadeOf } from "#lab/model/verdicts.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { ANSWERS, hands, handsFor, ratesWithHands } from "#lab/state/hands.mjs";

/** @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep */

/**
 * The hands for a learning rate, as a column on its cell.
 * @typedef {object} Column
 * @property {number} run
 * @property {number} place of its cell, in stops
 * @property {number[]} counts for each answer
 * @property {number} total
 * @property {number} right the answer that came true; -1 while it is hidden
 */

/** @param {Sweep} sweep @param {number} run */
export const rightAnswer = ({ verdicts, arrived }, run) =>
  isHidden("strip", run) ? -1 : ANSWERS.indexOf(shadeOf(verdicts[run], arrived[run]));

/** @param {number[]} counts */
const sum = (counts) => counts.reduce((total, count) => total + count, 0);

/** From left to right. @param {Sweep} sweep @returns {Column[]} */
export const columnsOf = (sweep) =>
  ratesWithHands()
    .map((rate) => ({ rate, run: sweep.runOf(rate) }))
    .filter(({ run }) => run >= 0)
    .map(({ rate, run }) => ({
      run,
      place: sweep.place(rate),
      counts: handsFor(rate),
      total: sum(handsFor(rate)),
      right: rightAnswer(sweep, run),
    }))
    .sort((a, b) => a.place - b.place);

/** How many hands are up, and once it is shown how many were right.
 * @param {Sweep} sweep @param {number} run */
export function handsInWords(sweep, run) {
  const columns = columnsOf(sweep);
  return hands.question === "rate" ? rateWords(sweep, columns) : outcomeWords(columns, run);
}

/** @param {number} count */
const handCount = (count) => `${count} ${count === 1 ? "hand" : "hands"}`;

/** @param {Column[]} columns @param {number} run */
function outcomeWords(columns, run) {
  const column = columns.find((one) => one.run === run);
  if (!column) return handCount(0);
  const { total, right, counts } = column;
  return right < 0 ? handCount(total) : `${counts[right]} of ${total} right`;
}

/** @param {Sweep} sweep @param {Column[]} columns */
function rateWords(sweep, columns) {
  const total = sum(columns.map((one) => one.total));
  if (!total || isHidden("strip")) return handCount(total);
  const on = (/** @type {(column: Column) => boolean} */ isOn) =>
    sum(columns.filter(isOn).map((one) => one.total));
  const best = bestOf(sweep);
  const down = on(({ run }) => sweep.arrived[run]);
  return `${down} of ${total} on rates that get down, ${on(({ run }) => run === best)} on the best`;
}

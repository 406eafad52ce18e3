/* The rows of a map: which value of the second setting each has, and its best run. */
import { hasDiverged } from "#lab/model/verdicts.mjs";

/**
 * From low to high, both included: evenly, or by equal factors. Whole numbers are taken once, and
 * evenly they begin with neighbours.
 * @param {import("#types").MapAxis} axis
 * @param {number} rows
 * @param {number} exampleCount where the axis has no end of its own
 * @returns {number[]}
 */
export function rowValues({ low, high, by_factors: byFactors, whole }, rows, exampleCount) {
  const end = high ?? exampleCount;
  const last = whole && !byFactors ? Math.min(end, low + rows - 1) : end;
  const values = Array.from({ length: rows }, (_, k) => {
    const share = rows > 1 ? k / (rows - 1) : 0;
    const value = byFactors ? low * (last / low) ** share : low + (last - low) * share;
    return Number((whole ? Math.round(value) : value).toPrecision(3));
  });
  return [...new Set(values)];
}

/**
 * The run of a row with the lowest train loss at the end, of those that did not diverge; -1 where
 * all did.
 * @param {import("#types").MapRow} row
 */
export function bestRun({ last_loss: losses, verdicts }) {
  let best = -1;
  losses.forEach((loss, run) => {
    if (loss === null || hasDiverged(verdicts[run])) return;
    if (best < 0 || loss < Number(losses[best])) best = run;
  });
  return best;
}

/** Whether a row was not refused.
 * @param {import("#types").RateMap["rows"][number]} row
 * @returns {row is import("#types").MapRow} */
export const isTrained = (row) => !row.error;

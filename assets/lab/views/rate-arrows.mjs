/* The steps that the table of learning rates compares, as arrows on the plane. */
import { isOpen } from "#lab/lib/dom.mjs";
import { moved } from "#lab/model/network.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { chosen } from "#lab/state/store.mjs";

/**
 * The steps that the table compares, as ends in the plane; only while it is open.
 * @param {import("#lab/model/sweep.mjs").Sweep} sweep
 * @param {import("#types").Snapshot} moment
 */
export function rateArrows(sweep, { track, index }) {
  const direction = track.directionAt(index);
  const params = track.paramsAt(index);
  if (!isOpen("rate-table") || isCurtained() || !direction || !params) return [];
  const factor = track.factorAt(index);
  return chosen.rates.map((rate) => {
    const [first, second] = sweep.project(moved(params, direction, rate * factor));
    return { rate, first, second };
  });
}

/** What comes next lies behind the curtain, and so does each of these steps. */
export const isCurtained = () => isHidden("ahead");

/* What a model predicts far beyond its data: the payload's numbers end there (FIT_ROOM in
   app/exports/payload.py), the parameters do not. */
import { example, predict, work } from "#lab/model/network.mjs";

/** @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep */

// The most unit values that a frame computes for it.
const WORK_A_FRAME = 20000;

/**
 * The predictions at the places of the fit; null where these are known already, where the run has
 * not been inspected, and where it is too much for a frame.
 * @param {Sweep} sweep
 * @param {import("#lab/model/track.mjs").Track} track
 * @param {number} index
 */
export function farFit(sweep, track, index) {
  const params = track.paramsAt(index);
  if (sweep.isLine || !sweep.fit || !params) return null;
  const { places } = sweep.fit;
  if ((work(sweep) * places.length) / sweep.targets.length > WORK_A_FRAME) return null;
  /** @type {ArrayLike<number>[]} */
  const inputs =
    sweep.predictors > 1 ? examplesAt(sweep, places.length) : places.map((place) => [place]);
  return Float32Array.from(inputs.map((input) => predict(sweep, params, input)));
}

/**
 * The examples whose targets are the fit's places, evenly spaced from the lowest target to the
 * highest: see app/engine/fit.py.
 * @param {Sweep} sweep
 * @param {number} count
 */
function examplesAt(sweep, count) {
  const { targets } = sweep;
  const order = Array.from(targets.keys()).sort((a, b) => targets[a] - targets[b]);
  const last = order.length - 1;
  return Array.from({ length: count }, (_, k) =>
    example(sweep, order[Math.round((k * last) / Math.max(count - 1, 1))]),
  );
}

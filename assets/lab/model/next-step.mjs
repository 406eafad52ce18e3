/* Where the next step of a run lands. Of what is not known nothing is said: between two frames of a
   sweep many steps may lie, and what an optimizer remembers is known once the run was inspected. */
import { moved, trainLoss, work } from "#lab/model/network.mjs";

/**
 * @typedef {import("#types").NextStep} NextStep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

// The most unit values that a frame computes for the loss there.
const WORK_A_FRAME = 20000;

/**
 * The step of the selected rate from the epoch on show; with minibatches that of its first batch.
 * @param {Sweep} sweep
 * @param {number} run
 * @param {Snapshot} moment
 * @returns {NextStep | null}
 */
export function nextStep(sweep, run, { track, index, overflowed }) {
  if (overflowed) return null;
  const rate = sweep.learning_rates[run] * track.factorAt(index);
  return (
    known(sweep, track, index) ??
    computed(sweep, track, index, rate) ??
    projected(sweep, track, index, rate)
  );
}

/**
 * The next epoch itself, where one step leads to it.
 * @param {Sweep} sweep
 * @param {Snapshot["track"]} track
 * @param {number} index
 * @returns {NextStep | null}
 */
function known({ steps_per_epoch: steps }, track, index) {
  const next = index + 1;
  const isNext = next < track.length && track.epochs[next] - track.epochs[index] === 1;
  if (steps > 1 || !isNext) return null;
  const [from, to] = [track.paramsAt(index), track.paramsAt(next)];
  return {
    first: track.first(next),
    second: track.second(next),
    loss: track.loss[next],
    length: from && to && Math.hypot(...to.map((param, k) => param - from[k])),
  };
}

/**
 * Where the direction leads that the optimizer has made.
 * @param {Sweep} sweep
 * @param {Snapshot["track"]} track
 * @param {number} index
 * @param {number} rate
 * @returns {NextStep | null}
 */
function computed(sweep, track, index, rate) {
  const [params, direction] = [track.paramsAt(index), track.directionAt(index)];
  if (!params || !direction) return null;
  const landing = moved(params, direction, rate);
  const [first, second] = sweep.project(landing);
  const length = rate * Math.hypot(...direction);
  return {
    first,
    second,
    length,
    loss: work(sweep) > WORK_A_FRAME ? null : trainLoss(sweep, landing),
  };
}

/**
 * Plain descent on a plane of a network, of the two slopes alone: along the plane the gradient is
 * (D D')^-1 of them, which is E E' of the dual directions E.
 * @param {Sweep} sweep
 * @param {Snapshot["track"]} track
 * @param {number} index
 * @param {number} rate
 * @returns {NextStep | null}
 */
function projected({ is_plain: isPlain, plane }, track, index, rate) {
  if (!isPlain) return null;
  const { dual_directions: dual } = plane;
  const [u, v] = [dual.subarray(0, dual.length / 2), dual.subarray(dual.length / 2)];
  const dot = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
    a.reduce((sum, part, k) => sum + part * b[k], 0);
  const [mine, other] = [track.firstSlope(index), track.secondSlope(index)];
  return {
    first: track.first(index) - rate * (dot(u, u) * mine + dot(u, v) * other),
    second: track.second(index) - rate * (dot(u, v) * mine + dot(v, v) * other),
    loss: null,
    length: null,
  };
}

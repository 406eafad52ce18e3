/* Two classes: what a model's output says of them. The targets are 0 and 1. */
import { Batch } from "#lab/model/batch.mjs";
import { drawn } from "#lab/state/drawn.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Numbers} Numbers
 */

/** The probability of class 1 that a logit stands for. @param {number} logit */
export const probability = (logit) => 1 / (1 + Math.exp(-logit));

/** The output beyond which a model says class 1. @param {Sweep} sweep */
export const boundaryOf = ({ isProbability, scaling: { target } }) =>
  isProbability ? 0 : (0.5 - target[0]) / target[1];

/** What an output says: a probability, or a target in the units of the data.
 * @param {Sweep} sweep @param {number} output */
export const saidBy = (sweep, output) =>
  sweep.isProbability ? probability(output) : sweep.targetIn(output);

/** The class of an example, 0 or 1. @param {Sweep} sweep @param {number} i */
export const classOf = (sweep, i) => (sweep.targetIn(sweep.targets[i]) > 0.5 ? 1 : 0);

/**
 * An accuracy, which is known in small steps, as a percentage: 100 % only where all are right.
 * @param {number} share NaN after an overflow
 * @param {number} count of the examples; where it is not known, a share to a thousandth
 */
export function percent(share, count = 1000) {
  if (!Number.isFinite(share)) return "overflow";
  const right = Math.round(share * count);
  const rounded = Math.round((1000 * right) / count) / 10;
  return `${right < count ? Math.min(rounded, 99.9) : rounded} %`;
}

/**
 * A model's outputs for all examples; the next call fills the same array.
 * @param {Sweep} sweep
 * @param {Numbers} params
 */
export function outputsOf(sweep, params) {
  const batch = drawn.examples.get(sweep) ?? new Batch(sweep, sweep.inputs);
  drawn.examples.set(sweep, batch);
  return batch.run(params);
}

/**
 * Whether an output is on the wrong side of the boundary for an example, as the engine counts it:
 * what lies on it is class 0.
 * @param {Sweep} sweep
 * @param {number} output
 * @param {number} i
 */
export const isWrong = (sweep, output, i) => output > boundaryOf(sweep) !== classOf(sweep, i) > 0;

/** The examples on the wrong side. @param {Sweep} sweep @param {Numbers} params */
export function wrongOf(sweep, params) {
  const outputs = outputsOf(sweep, params);
  return [...sweep.targets.keys()].filter((i) => isWrong(sweep, outputs[i], i));
}

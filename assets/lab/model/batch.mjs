/* A model's outputs at many places at once, such as the points of a picture: what `forward` in
   network.mjs gives at each, without a new array. */
import { widthsOf } from "#lab/model/network.mjs";

/**
 * @typedef {import("#lab/model/network.mjs").Shape} Shape
 * @typedef {ArrayLike<number>} Numbers
 */

/** Each activation, in place.
 * @type {Record<string, (values: Float32Array, from: number, to: number) => void>} */
const APPLY = {
  linear: () => {},
  threshold: (values, from, to) => {
    for (let k = from; k < to; k++) values[k] = values[k] > 0 ? 1 : 0;
  },
  relu: (values, from, to) => {
    for (let k = from; k < to; k++) if (values[k] < 0) values[k] = 0;
  },
  logistic: (values, from, to) => {
    for (let k = from; k < to; k++) values[k] = 1 / (1 + Math.exp(-values[k]));
  },
  // Math.tanh takes three times as long.
  tanh: (values, from, to) => {
    for (let k = from; k < to; k++) values[k] = 1 - 2 / (1 + Math.exp(2 * values[k]));
  },
};

/** How many products and units one place takes. @param {Shape} sweep */
export function workOf(sweep) {
  const widths = widthsOf(sweep);
  return widths.slice(1).reduce((sum, width, k) => sum + width * (widths[k] + UNIT), 0);
}
// What a unit's activation costs, in products.
const UNIT = 8;

export class Batch {
  /**
   * @param {Shape} sweep
   * @param {Numbers} inputs (place, predictor)
   */
  constructor(sweep, inputs) {
    const widths = widthsOf(sweep);
    const count = inputs.length / sweep.predictors;
    this.count = count;
    this.apply = APPLY[sweep.settings.activation];
    /** Each layer's values (unit, place), the inputs first and the outputs last. */
    this.layers = widths.map((width) => new Float32Array(width * count));
    for (let place = 0; place < count; place++)
      for (let k = 0; k < sweep.predictors; k++)
        this.layers[0][k * count + place] = inputs[place * sweep.predictors + k];
  }

  /** The outputs, in an array that the next call fills anew.
   * @param {Numbers} params */
  run(params) {
    const { layers, count, apply } = this;
    let start = 0;
    for (let k = 1; k < layers.length; k++) {
      sums(layers[k - 1], layers[k], count, params, start);
      if (k < layers.length - 1) apply(layers[k], 0, layers[k].length);
      start += (layers[k].length / count) * (layers[k - 1].length / count + 1);
    }
    return layers[layers.length - 1];
  }

  /** What a unit of a hidden layer passed on in the last run, place by place.
   * @param {number} layer
   * @param {number} unit */
  unit(layer, unit) {
    const { layers, count } = this;
    return layers[layer + 1].subarray(unit * count, (unit + 1) * count);
  }
}

/**
 * One layer's weighted sums W x + b.
 * @param {Float32Array} below
 * @param {Float32Array} above is filled
 * @param {number} count of the places
 * @param {Numbers} params
 * @param {number} start where the layer's weights begin; its biases come after them
 */
function sums(below, above, count, params, start) {
  const [width, units] = [below.length / count, above.length / count];
  for (let unit = 0; unit < units; unit++) {
    const at = unit * count;
    above.fill(params[start + units * width + unit], at, at + count);
    let k = 0;
    for (; k + 1 < width; k += 2) {
      const [v, w] = [params[start + unit * width + k], params[start + unit * width + k + 1]];
      const [from, next] = [k * count, (k + 1) * count];
      for (let i = 0; i < count; i++) above[at + i] += v * below[from + i] + w * below[next + i];
    }
    if (k < width) add(above, at, below, k * count, count, params[start + unit * width + k]);
  }
}

/**
 * @param {Float32Array} above
 * @param {number} at
 * @param {Float32Array} below
 * @param {number} from
 * @param {number} count
 * @param {number} weight
 */
function add(above, at, below, from, count, weight) {
  for (let i = 0; i < count; i++) above[at + i] += weight * below[from + i];
}

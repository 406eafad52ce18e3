/* The model's arithmetic for one set of parameters, as the panels spell it out. Training is the
   engine's part; tests/js hold these numbers to torch's. */

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {ArrayLike<number>} Numbers
 * @typedef {{value(z: number): number, slope(z: number): number}} Activation
 * @typedef {Pick<Sweep, "settings" | "predictors">} Shape
 * @typedef {Pick<Sweep, "settings" | "predictors" | "inputs" | "targets">} Examples
 */

/** Each activation with its derivative, as the engine's table in network.py has them.
 * @type {Record<string, Activation>} */
export const ACTIVATIONS = {
  threshold: { value: (z) => (z > 0 ? 1 : 0), slope: () => 0 },
  linear: { value: (z) => z, slope: () => 1 },
  logistic: {
    value: (z) => 1 / (1 + Math.exp(-z)),
    slope: (z) => Math.exp(-Math.abs(z)) / (1 + Math.exp(-Math.abs(z))) ** 2,
  },
  relu: { value: (z) => (z > 0 ? z : 0), slope: (z) => (z > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
};

/** From the predictors to the output: [1, 10, 1].
 * @param {Shape} sweep
 * @returns {number[]} */
export function widthsOf({ settings, predictors }) {
  const { hidden_units: units, hidden_layers: depth } = settings;
  return [predictors, ...(units ? Array(depth).fill(units) : []), 1];
}

/** Layer by layer: what it is called and how many parameters it has. 1-10-1 has 31.
 * @param {Shape} sweep
 * @returns {[string, number][]} */
export function layers(sweep) {
  const widths = widthsOf(sweep);
  if (widths.length === 2)
    return [
      ["weights", widths[0]],
      ["bias", 1],
    ];
  const name = (/** @type {number} */ k) =>
    k === widths.length - 2 ? "output" : widths.length === 3 ? "hidden" : `hidden ${k + 1}`;
  return widths.slice(1).flatMap(
    (width, k) =>
      /** @type {[string, number][]} */ ([
        [`${name(k)} weights`, width * widths[k]],
        [`${name(k)} bias${width > 1 ? "es" : ""}`, width],
      ]),
  );
}

/** An empty array for each layer's values. @param {Shape} sweep */
const emptyLayers = (sweep) =>
  widthsOf(sweep)
    .slice(1)
    .map((width) => new Float64Array(width));

/**
 * What each layer passes on for one example, the prediction last.
 * @param {Shape} sweep
 * @param {Numbers} params
 * @param {Numbers} inputs
 * @param {Float64Array[]} into is filled and returned
 */
export function forward(sweep, params, inputs, into = emptyLayers(sweep)) {
  const { value } = ACTIVATIONS[sweep.settings.activation];
  let [place, below] = [0, inputs];
  into.forEach((layer, k) => {
    const biases = place + layer.length * below.length;
    for (let unit = 0; unit < layer.length; unit++) {
      let sum = params[biases + unit];
      for (let i = 0; i < below.length; i++) sum += params[place++] * below[i];
      layer[unit] = k < into.length - 1 ? value(sum) : sum;
    }
    place = biases + layer.length;
    below = layer;
  });
  return into;
}

/**
 * @param {Shape} sweep
 * @param {Numbers} params
 * @param {Numbers} inputs
 * @param {Float64Array[]} [into]
 */
export const predict = (sweep, params, inputs, into) =>
  forward(sweep, params, inputs, into).slice(-1)[0][0];

/**
 * Places along the first predictor, the others at 0, at which curves are drawn: evenly spaced or,
 * of threshold units, both sides of each jump w x + b = 0.
 * @param {Shape} sweep
 * @param {Numbers} params
 * @param {number[]} range
 * @param {number} count
 */
export function placesAlong({ settings, predictors }, params, [low, high], count) {
  const even = Array.from({ length: count }, (_, k) => low + (k / (count - 1)) * (high - low));
  if (settings.activation !== "threshold") return even;
  const { hidden_units: units } = settings;
  const jumps = Array.from(
    { length: units },
    (_, unit) => -params[units * predictors + unit] / params[unit * predictors],
  );
  const gap = 1e-6 * (high - low);
  return [low, ...jumps.flatMap((jump) => [jump - gap, jump + gap]), high]
    .filter((place) => place >= low && place <= high)
    .sort((a, b) => a - b);
}

/**
 * What each unit of the last hidden layer adds to the prediction: v h.
 * @param {Shape} sweep
 * @param {Numbers} params
 * @param {Numbers} inputs
 */
export function contributions(sweep, params, inputs) {
  const values = forward(sweep, params, inputs).at(-2) ?? new Float64Array();
  const outgoing = params.length - 1 - values.length;
  return values.map((value, unit) => params[outgoing + unit] * value);
}

/** The inputs of an example. @param {Examples} sweep @param {number} i */
export const example = (sweep, i) =>
  sweep.inputs.subarray(i * sweep.predictors, (i + 1) * sweep.predictors);

/** The loss of one example, and its derivative by the output, as the engine's table in losses.py
 * has them. @type {Record<string, {value(z: number, y: number): number,
 *   error(z: number, y: number): number}>} */
export const LOSSES = {
  squared_error: { value: (z, y) => (y - z) ** 2, error: (z, y) => 2 * (z - y) },
  // Of the classes 0 and 1: log(1 + e^m) with m = z or -z, for any z.
  cross_entropy: {
    value(z, y) {
      const m = (1 - 2 * y) * z;
      return Math.max(m, 0) + Math.log1p(Math.exp(-Math.abs(m)));
    },
    error: (z, y) => 1 / (1 + Math.exp(-z)) - y,
  },
};

/** @param {Shape} sweep */
const lossOf = ({ settings }) => LOSSES[settings.loss];

/**
 * The mean loss over all training examples.
 * @param {Examples} sweep
 * @param {Numbers} params
 */
export function trainLoss(sweep, params) {
  const into = emptyLayers(sweep);
  const { targets } = sweep;
  const { value } = lossOf(sweep);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) {
    sum += value(predict(sweep, params, example(sweep, i), into), targets[i]);
  }
  return sum / targets.length;
}

/**
 * The gradient of that loss by backpropagation: dL/d(what a layer passes on), from the output down.
 * @param {Examples} sweep
 * @param {Numbers} params
 * @param {Numbers} batch the examples that count
 */
export function gradient(sweep, params, batch = sweep.targets.map((_, i) => i)) {
  const starts = startsOf(sweep);
  const result = new Float64Array(params.length);
  for (const i of Array.from(batch)) {
    const passed = [example(sweep, i), ...forward(sweep, params, example(sweep, i))];
    const error = lossOf(sweep).error(passed[passed.length - 1][0], sweep.targets[i]);
    let above = Float64Array.of(error / batch.length);
    for (let k = starts.length - 1; k >= 0; k--) {
      const next = passBack(params, starts[k], passed[k], above, result);
      if (k) above = next.map((part, j) => part * slopeAt(sweep, params, starts, passed, k, j));
    }
  }
  return result;
}

/** Where each layer's parameters begin. @param {Shape} sweep */
function startsOf(sweep) {
  const widths = widthsOf(sweep);
  const starts = [0];
  for (let k = 1; k < widths.length - 1; k++) {
    starts.push(starts[k - 1] + widths[k] * (widths[k - 1] + 1));
  }
  return starts;
}

/**
 * Adds one layer's part of the gradient to `result`.
 * @param {Numbers} params
 * @param {number} start
 * @param {Numbers} below what the layer got
 * @param {Float64Array} above dL/dz of its units
 * @param {Float64Array} result
 * @returns {Float64Array} dL/d(below)
 */
function passBack(params, start, below, above, result) {
  const next = new Float64Array(below.length);
  above.forEach((part, unit) => {
    result[start + above.length * below.length + unit] += part;
    for (let j = 0; j < below.length; j++) {
      result[start + unit * below.length + j] += part * below[j];
      next[j] += part * params[start + unit * below.length + j];
    }
  });
  return next;
}

/**
 * The slope of the activation of one unit in the layer before layer k, at its weighted sum z.
 * @param {Shape} sweep
 * @param {Numbers} params
 * @param {number[]} starts
 * @param {Numbers[]} passed
 * @param {number} k
 * @param {number} unit
 */
function slopeAt(sweep, params, starts, passed, k, unit) {
  const [below, start, width] = [passed[k - 1], starts[k - 1], passed[k].length];
  let z = params[start + width * below.length + unit];
  for (let j = 0; j < below.length; j++) z += params[start + unit * below.length + j] * below[j];
  return ACTIVATIONS[sweep.settings.activation].slope(z);
}

/**
 * Where a step of this rate along a direction leads.
 * @param {Numbers} params
 * @param {Numbers} direction
 * @param {number} rate
 */
export const moved = (params, direction, rate) =>
  Float64Array.from(params, (param, k) => param + rate * direction[k]);

/** How many unit values one train loss takes: what a frame can afford. @param {Examples} sweep */
export function work(sweep) {
  const widths = widthsOf(sweep);
  const units = widths.slice(1).map((width, k) => width * (k ? widths[k] : 1));
  return sweep.targets.length * units.reduce((sum, count) => sum + count, 0);
}

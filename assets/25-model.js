/* The model's arithmetic for one set of parameters, as the panels spell it out. Training is the
   engine's part; tests/browser hold these numbers to torch's. */
(function (lab) {
  "use strict";

  /** Each activation with its derivative, as the engine's table in network.py has them. */
  const ACTIVATIONS = {
    threshold: { value: (z) => (z > 0 ? 1 : 0), slope: () => 0 },
    linear: { value: (z) => z, slope: () => 1 },
    logistic: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (z) => Math.exp(-Math.abs(z)) / (1 + Math.exp(-Math.abs(z))) ** 2 },
    relu: { value: (z) => (z > 0 ? z : 0), slope: (z) => (z > 0 ? 1 : 0) },
    tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  };

  /** From the predictors to the output: [1, 10, 1]. */
  function widthsOf({ settings, predictors }) {
    const { hidden_units: units, hidden_layers: layers } = settings;
    return [predictors, ...(units ? Array(layers).fill(units) : []), 1];
  }

  /** Layer by layer: what it is called and how many parameters it has. 1-10-1 has 31. */
  function layers(sweep) {
    const widths = widthsOf(sweep);
    if (widths.length === 2) return [["weights", widths[0]], ["bias", 1]];
    const name = (k) => (k === widths.length - 2 ? "output" : widths.length === 3 ? "hidden" : `hidden ${k + 1}`);
    return widths.slice(1).flatMap((width, k) => [
      [`${name(k)} weights`, width * widths[k]], [`${name(k)} bias${width > 1 ? "es" : ""}`, width],
    ]);
  }

  /** What each layer passes on for one example, the prediction last; `into` is filled and returned. */
  function forward(sweep, params, inputs, into = widthsOf(sweep).slice(1).map((width) => new Float64Array(width))) {
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

  const predict = (sweep, params, inputs, into) => forward(sweep, params, inputs, into).at(-1)[0];

  /** What each unit of the last hidden layer adds to the prediction: v h. */
  function contributions(sweep, params, inputs) {
    const values = forward(sweep, params, inputs).at(-2);
    const outgoing = params.length - 1 - values.length;
    return values.map((value, unit) => params[outgoing + unit] * value);
  }

  const example = (sweep, i) => sweep.inputs.subarray(i * sweep.predictors, (i + 1) * sweep.predictors);

  /** The mean squared error over all training examples, or over those of a batch. */
  function trainLoss(sweep, params, batch = null) {
    const { targets } = sweep;
    const into = widthsOf(sweep).slice(1).map((width) => new Float64Array(width));
    const count = batch ? batch.length : targets.length;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const i = batch ? batch[k] : k;
      sum += (targets[i] - predict(sweep, params, example(sweep, i), into)) ** 2;
    }
    return sum / count;
  }

  /** The gradient of that loss, by backpropagation: dL/d(what a layer passes on), from the output down. */
  function gradient(sweep, params, batch = null) {
    const widths = widthsOf(sweep);
    const { slope } = ACTIVATIONS[sweep.settings.activation];
    const [result, starts] = [new Float64Array(params.length), []];
    widths.slice(1).reduce((place, width, k) => (starts.push(place), place + width * (widths[k] + 1)), 0);
    const members = batch || Array.from(sweep.targets, (_, i) => i);
    for (const i of members) {
      const inputs = example(sweep, i);
      const passed = forward(sweep, params, inputs);
      let above = [(2 / members.length) * (passed.at(-1)[0] - sweep.targets[i])];
      for (let k = passed.length - 1; k >= 0; k--) {
        const [below, start] = [k ? passed[k - 1] : inputs, starts[k]];
        const next = new Float64Array(below.length);
        above.forEach((part, unit) => {
          result[start + above.length * below.length + unit] += part;
          for (let j = 0; j < below.length; j++) {
            result[start + unit * below.length + j] += part * below[j];
            next[j] += part * params[start + unit * below.length + j];
          }
        });
        if (k) above = next.map((part, j) => part * slope(sumInto(sweep, params, passed, inputs, k - 1, j, starts)));
      }
    }
    return result;
  }

  /** A unit's weighted sum z, before its activation. */
  function sumInto(sweep, params, passed, inputs, layer, unit, starts) {
    const below = layer ? passed[layer - 1] : inputs;
    const [start, width] = [starts[layer], passed[layer].length];
    let sum = params[start + width * below.length + unit];
    for (let j = 0; j < below.length; j++) sum += params[start + unit * below.length + j] * below[j];
    return sum;
  }

  /** Where a step of this rate along a direction leads. */
  const moved = (params, direction, rate) => Float64Array.from(params, (param, k) => param + rate * direction[k]);

  /** How many unit values one train loss takes: what a frame can afford. */
  const work = (sweep) => sweep.targets.length * widthsOf(sweep).slice(1).reduce((sum, width, k) => sum + width * (k ? widthsOf(sweep)[k] : 1), 0);

  Object.assign(lab, { ACTIVATIONS, widthsOf, layers, forward, contributions, predict, example, trainLoss, gradient, moved, work });
})(window.descentLab);

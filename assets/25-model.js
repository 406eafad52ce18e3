/* The model's arithmetic for one set of parameters, as the panels spell it out. Training is the
   engine's part; tests/browser hold these numbers to torch's. */
(function (lab) {
  "use strict";

  /** Each activation with its derivative, as the engine's table in network.py has them. */
  const ACTIVATIONS = {
    threshold: { value: (z) => (z > 0 ? 1 : 0), slope: () => 0 },
    linear: { value: (z) => z, slope: () => 1 },
    logistic: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (z) => Math.exp(-z) / (1 + Math.exp(-z)) ** 2 },
    relu: { value: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0) },
    tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  };

  /** The parameters in torch's flat order, with the names that the page prints. */
  function paramNames({ settings, predictor_names: predictors }) {
    const units = Array.from({ length: settings.hidden_units }, (_, unit) => unit + 1);
    const single = predictors.length === 1;
    if (!units.length) return [...predictors.map((name) => (single ? "w" : `w ${name}`)), "b"];
    return [
      ...units.flatMap((unit) => predictors.map((name) => (single ? `w${unit}` : `w${unit} ${name}`))),
      ...units.map((unit) => `b${unit}`),
      ...units.map((unit) => `v${unit}`),
      "c",
    ];
  }

  /** Layer by layer: what it is called and how many parameters it has. 1-10-1 has 31. */
  function layers({ settings, predictor_names: predictors }) {
    const { hidden_units: units } = settings;
    if (!units) return [["weights", predictors.length], ["bias", 1]];
    return [
      ["hidden weights", units * predictors.length], ["hidden biases", units],
      ["output weights", units], ["output bias", 1],
    ];
  }

  /** One hidden unit's weighted sum z = w . x + b. */
  function weightedSum({ settings, predictors }, params, unit, inputs) {
    let sum = params[settings.hidden_units * predictors + unit];
    for (let k = 0; k < predictors; k++) sum += params[unit * predictors + k] * inputs[k];
    return sum;
  }

  /** What one unit adds to the prediction: v f(w . x + b). */
  function contribution(sweep, params, unit, inputs) {
    const { hidden_units: units, activation } = sweep.settings;
    const outgoing = params[units * (sweep.predictors + 1) + unit];
    return outgoing * ACTIVATIONS[activation].value(weightedSum(sweep, params, unit, inputs));
  }

  function predict(sweep, params, inputs) {
    const { hidden_units: units } = sweep.settings;
    let sum = params[params.length - 1];
    if (!units) for (let k = 0; k < sweep.predictors; k++) sum += params[k] * inputs[k];
    for (let unit = 0; unit < units; unit++) sum += contribution(sweep, params, unit, inputs);
    return sum;
  }

  const example = (sweep, i) => sweep.inputs.subarray(i * sweep.predictors, (i + 1) * sweep.predictors);

  function trainLoss(sweep, params) {
    const { targets } = sweep;
    let sum = 0;
    for (let i = 0; i < targets.length; i++) sum += (targets[i] - predict(sweep, params, example(sweep, i))) ** 2;
    return sum / targets.length;
  }

  Object.assign(lab, { ACTIVATIONS, paramNames, layers, contribution, predict, example, trainLoss });
})(window.descentLab);

/* One step in numbers: data, prediction, loss, gradient, update. */
import { all, setText, slot } from "#lab/lib/dom.mjs";
import { number, plain } from "#lab/lib/format.mjs";
import { classOf, probability, saidBy } from "#lab/model/classes.mjs";
import { LOSSES, contributions, example, gradient, predict } from "#lab/model/network.mjs";
import { inBrackets, largest, maths, sum, texNumber, texSymbol } from "#lab/panels/maths.mjs";
import { table } from "#lab/panels/table.mjs";
import { selectedRate } from "#lab/state/store.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {object} Step
 * @property {number[]} batch the examples that it takes
 * @property {boolean} isBatch whether these are some of all
 * @property {number[]} outputs one for each of them
 * @property {number[]} losses of each
 * @property {Numbers} gradients
 * @property {Numbers} direction
 * @property {number} rate with what the schedule makes of it
 */

export const ROWS = 10;
const OF_NUMBERS = ["observed", "predicted", "error²"];

// How many terms of a prediction are written out.
const SHOWN = 2;

// A deep network has thousands of parameters: the tables show the first of them.
export const MOST_ROWS = 500;

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Numbers} params
 */
export function oneStep(sweep, moment, params) {
  const step = stepOf(sweep, moment, params);
  slot("batch").textContent = batchWords(sweep, moment, step.batch);
  slot("update-rule").textContent = ruleOf(sweep, moment.track.factorAt(moment.index));
  const steps = sweep.steps_per_epoch;
  const words = steps > 1 ? `Make this epoch’s ${steps} steps` : "Make this step";
  setText("make-step", `5 · ${words}`);
  showRules(sweep);
  showExamples(sweep, step);
  showFormulas(sweep, params, step);
  showUpdates(sweep, params, step);
}

/** The formulas of the loss that is trained on. @param {Sweep} sweep */
export function showRules({ settings: { loss } }) {
  for (const rule of all("[data-loss]")) rule.hidden = rule.dataset.loss !== loss;
}

/**
 * What a logit makes of the probability of class 1.
 * @param {string} name
 * @param {number} output
 */
export const probabilityTex = (name, output) => [
  `${name} &= \\tfrac{1}{1 + e^{-z}} = ${texNumber(probability(output))}`,
];

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Numbers} params
 * @returns {Step}
 */
function stepOf(sweep, { track, index }, params) {
  const isBatch = Boolean(track.batches);
  const batch = Array.from(track.batchAt(index) ?? sweep.targets.keys());
  const outputs = batch.map((i) => predict(sweep, params, example(sweep, i)));
  const { value } = LOSSES[sweep.settings.loss];
  return {
    batch,
    isBatch,
    outputs,
    losses: outputs.map((output, k) => value(output, sweep.targets[batch[k]])),
    // The panel waits until the run has its gradient and its direction.
    gradients: isBatch
      ? gradient(sweep, params, batch)
      : /** @type {Float32Array} */ (track.gradientsAt(index)),
    direction: /** @type {Float32Array} */ (track.directionAt(index)),
    rate: selectedRate() * track.factorAt(index),
  };
}

/**
 * The first examples of a batch; as many of either class, where data come class by class.
 * @param {Sweep} sweep
 * @param {number[]} batch
 */
function shownOf(sweep, batch) {
  const places = [...batch.keys()];
  if (!sweep.classes) return places.slice(0, ROWS);
  const [first, second] = [0, 1].map((which) =>
    places.filter((k) => classOf(sweep, batch[k]) === which),
  );
  const half = Math.max(ROWS / 2, ROWS - second.length);
  const few = first.slice(0, half);
  return [...few, ...second.slice(0, ROWS - few.length)].sort((a, b) => a - b);
}

/** @param {Sweep} sweep @param {Step} step */
function showExamples(sweep, { batch, outputs, losses }) {
  const hasOne = sweep.predictors === 1;
  const said = sweep.isProbability ? ["y", "logit z", "p", "loss"] : OF_NUMBERS;
  table(
    slot("examples"),
    ["i", ...(hasOne ? ["x"] : []), ...said],
    shownOf(sweep, batch).map((k) => [
      batch[k] + 1,
      ...(hasOne ? [number(sweep.inputs[batch[k]])] : []),
      sweep.classes ? sweep.targets[batch[k]] : number(sweep.targets[batch[k]]),
      number(outputs[k]),
      ...(sweep.isProbability ? [number(saidBy(sweep, outputs[k]))] : []),
      number(losses[k]),
    ]),
  );
}

/** @param {Sweep} sweep @param {Numbers} params @param {Step} step */
function showFormulas(sweep, params, step) {
  const { batch, isBatch, outputs, losses, rate, direction } = step;
  const [i, output] = [batch[0] + 1, outputs[0]];
  maths("predict", [
    `${sweep.isProbability ? "z" : "\\hat y"}_{${i}} &= ${predictTex(sweep, params, batch[0])}`,
    `&= ${texNumber(output)}`,
    ...(sweep.isProbability ? probabilityTex(`p_{${i}}`, output) : []),
  ]);
  const mean = losses.reduce((a, b) => a + b, 0) / batch.length;
  maths("loss", [
    `${isBatch ? "L_{\\text{batch}}" : "L"} &= \\tfrac{1}{${batch.length}}\\,(${sum(losses)})`,
    `&= ${texNumber(mean, 5)}`,
  ]);
  maths("gradient", gradientTex(sweep, step));
  maths(
    "update",
    shownParams(sweep, direction).flatMap((k) => [
      `${texSymbol(sweep.parameter_names[k])} &\\leftarrow ${texNumber(params[k])} ${stepTex(sweep, rate, direction[k])}`,
      `&= ${texNumber(params[k] + rate * direction[k])}`,
    ]),
  );
}

/**
 * Weight and bias; of more parameters the two that this step changes most.
 * @param {Sweep} sweep
 * @param {Numbers} direction
 */
const shownParams = ({ plane }, direction) => (plane.is_exact ? [0, 1] : largest(direction, 2));

/** @param {Sweep} sweep @param {Numbers} params @param {Step} step */
function showUpdates(sweep, params, { isBatch, gradients, direction, rate }) {
  table(
    slot("updates"),
    ["parameter", "now", "gradient", isBatch ? "after its first step" : "after the step"],
    sweep.parameter_names
      .slice(0, MOST_ROWS)
      .map((name, k) => [
        name,
        number(params[k]),
        number(gradients[k]),
        number(params[k] + rate * direction[k]),
      ]),
  );
}

/**
 * Plain descent takes the gradient itself; any other optimizer a direction that it makes of it.
 * @param {Sweep} sweep
 * @param {number} rate
 * @param {number} direction
 */
const stepTex = (sweep, rate, direction) =>
  sweep.is_plain
    ? `- ${plain(rate)} \\cdot ${inBrackets(-direction)}`
    : `+ ${texNumber(rate)} \\cdot ${inBrackets(direction)}`;

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {number[]} batch
 */
function batchWords(sweep, { epoch }, batch) {
  if (sweep.steps_per_epoch === 1) return "";
  const names = batch
    .slice(0, ROWS)
    .map((i) => i + 1)
    .join(", ");
  return `Epoch ${epoch} has ${sweep.steps_per_epoch} steps. This is its first: a batch of ${batch.length} of ${sweep.example_count} examples, numbers ${names}${batch.length > ROWS ? ", …" : ""}. Below, L is the loss of this batch; the train loss is that of all.`;
}

/**
 * How the optimizer makes its direction u of the gradient g, in words of the options' table.
 * @param {Sweep} sweep
 * @param {number} factor
 */
function ruleOf({ settings, is_plain: isPlain, update_rule: rule }, factor) {
  if (isPlain) return "";
  const momentum = ["momentum", "nesterov"].includes(settings.optimizer)
    ? ` β = ${settings.momentum}.`
    : "";
  const decay =
    settings.weight_decay && settings.optimizer !== "adamw"
      ? ` First, weight decay adds ${settings.weight_decay} × θ to g.`
      : "";
  const schedule = factor === 1 ? "" : ` The schedule has scaled α by ${number(factor, 3)} here.`;
  return `Here θ ← θ + α u with ${rule}.${momentum}${decay}${schedule}`;
}

/**
 * The largest terms of a prediction: the others may be units that are off.
 * @param {Sweep} sweep
 * @param {Numbers} params
 * @param {number} i
 */
function predictTex(sweep, params, i) {
  const inputs = example(sweep, i);
  const bias = params[params.length - 1];
  if (sweep.settings.hidden_units) return unitsTex(contributions(sweep, params, inputs), bias);
  const terms = inputs.map((input, k) => input * params[k]);
  const products = largest(terms, SHOWN).map(
    (k) => `${inBrackets(params[k])} \\cdot ${inBrackets(inputs[k])}`,
  );
  const rest = inputs.length > SHOWN ? " + \\dots" : "";
  return `${products.join(" + ")}${rest} + ${inBrackets(bias)}`;
}

/**
 * The bias and what the units add, each named below its term.
 * @param {Float64Array} terms
 * @param {number} bias
 */
function unitsTex(terms, bias) {
  const living = terms.filter(Boolean).length;
  const shown = largest(terms, Math.min(Math.max(living, 1), SHOWN)).map(
    (k) => `\\underset{j=${k + 1}}{${inBrackets(terms[k], 3)}}`,
  );
  const rest = living > SHOWN ? " + \\dots" : living < terms.length ? " + 0" : "";
  return `${texNumber(bias, 3)} + ${shown.join(" + ")}${rest}`;
}

/** @param {Sweep} sweep @param {Step} step */
function gradientTex(sweep, { outputs, gradients, batch }) {
  if (!sweep.plane.is_exact) {
    const length = Math.hypot(...Array.from(gradients));
    return [
      `\\lVert \\nabla L \\rVert &= ${texNumber(length)} \\quad \\text{over ${gradients.length} parameters}`,
    ];
  }
  const { isProbability } = sweep;
  const errors = outputs.map(
    (output, k) => (isProbability ? probability(output) : output) - sweep.targets[batch[k]],
  );
  const products = errors.map((error, k) => error * sweep.inputs[batch[k]]);
  const scale = `\\tfrac{${isProbability ? 1 : 2}}{${outputs.length}}`;
  return [
    `\\tfrac{\\partial L}{\\partial w} &= ${scale}\\,(${sum(products)})`,
    `&= ${texNumber(gradients[0])}`,
    `\\tfrac{\\partial L}{\\partial b} &= ${scale}\\,(${sum(errors)})`,
    `&= ${texNumber(gradients[1])}`,
  ];
}

/* A tensor and its gradient, by hand: the line, or the first hidden unit of a network. */
import { input, slot } from "#lab/lib/dom.mjs";
import { probability } from "#lab/model/classes.mjs";
import { ACTIVATIONS } from "#lab/model/network.mjs";
import { inBrackets, maths, texNumber } from "#lab/panels/maths.mjs";
import { probabilityTex, showRules } from "#lab/panels/one-step.mjs";

/**
 * @param {import("#lab/model/sweep.mjs").Sweep} sweep
 * @param {import("#types").Snapshot} moment
 * @param {import("#types").Numbers} params
 */
export function tensor(sweep, moment, params) {
  showRules(sweep);
  const x = Number(input("tensor-x").value);
  const { hidden_units: units, activation } = sweep.settings;
  slot("tensor-others").textContent = otherWords(sweep);
  if (units) unitMaths(x, [params[0], params[units * sweep.predictors]], activation);
  else if (sweep.isProbability) logitMaths(x, [params[0], params[params.length - 1]]);
  else lineMaths(x, [params[0], params[params.length - 1]]);
}

/** What x is where there are several. @param {import("#lab/model/sweep.mjs").Sweep} sweep */
const otherWords = ({ predictors, predictor_names: [name] }) =>
  predictors > 1 ? `x is ${name}; all other predictors are taken as 0.` : "";

/** @param {number} x @param {number[]} params weight and bias */
function lineMaths(x, [w, b]) {
  maths("tensor", [
    ...weighted("y &= w x + b", x, [w, b]),
    `\\tfrac{\\partial y}{\\partial w} &= x = ${texNumber(x)}`,
    "\\tfrac{\\partial y}{\\partial b} &= 1",
  ]);
}

/** @param {number} x @param {number[]} params weight and bias */
function logitMaths(x, [w, b]) {
  const p = probability(w * x + b);
  maths("tensor", [
    ...weighted("z &= w x + b", x, [w, b]),
    ...probabilityTex("p", w * x + b),
    `\\tfrac{\\partial p}{\\partial w} &= p\\,(1 - p)\\,x = ${texNumber(p * (1 - p) * x)}`,
    `\\tfrac{\\partial p}{\\partial b} &= p\\,(1 - p) = ${texNumber(p * (1 - p))}`,
  ]);
}

/**
 * @param {number} x
 * @param {number[]} params weight and bias of the first unit
 * @param {keyof typeof ACTIVATIONS} activation
 */
function unitMaths(x, [w, b], activation) {
  const { value, slope } = ACTIVATIONS[activation];
  const z = w * x + b;
  maths("tensor", [
    ...weighted("z &= w_1 x + b_1", x, [w, b]),
    `h &= f(z) = ${texNumber(value(z))}`,
    `f'(z) &= ${texNumber(slope(z))}`,
    `\\tfrac{\\partial h}{\\partial w_1} &= f'(z)\\,x = ${texNumber(slope(z) * x)}`,
    `\\tfrac{\\partial h}{\\partial b_1} &= f'(z) = ${texNumber(slope(z))}`,
  ]);
}

/**
 * A weighted sum, written out and computed, in lines that a narrow panel has room for.
 * @param {string} sum
 * @param {number} x
 * @param {number[]} params
 */
const weighted = (sum, x, [w, b]) => [
  sum,
  `&= ${inBrackets(w)} \\cdot ${inBrackets(x)} + ${inBrackets(b)}`,
  `&= ${texNumber(w * x + b)}`,
];

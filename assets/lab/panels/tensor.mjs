/* A tensor and its gradient, by hand. */
import { input } from "#lab/lib/dom.mjs";
import { inBrackets, maths, texNumber } from "#lab/panels/maths.mjs";

/**
 * @param {import("#lab/model/sweep.mjs").Sweep} sweep
 * @param {import("#types").Snapshot} moment
 */
export function tensor(sweep, moment) {
  const x = Number(input("tensor-x").value);
  const [w, b] = sweep.plane.is_exact ? [moment.first, moment.second] : [0.5, 1];
  maths("tensor", [
    `y &= w x + b = ${inBrackets(w)} \\cdot ${inBrackets(x)} + ${inBrackets(b)} = ${texNumber(w * x + b)}`,
    `\\tfrac{\\partial y}{\\partial w} &= x = ${texNumber(x)}`,
    "\\tfrac{\\partial y}{\\partial b} &= 1",
  ]);
}

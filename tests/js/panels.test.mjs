import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { colorAt } from "#lab/lib/scale.mjs";
import { largest, texSymbol } from "#lab/panels/maths.mjs";
import { epochWords } from "#lab/panels/loss-by-rate.mjs";
import { noLimit, survival } from "#lab/panels/sharpness.mjs";

test("colours between two stops are those that Plotly draws on the surface", () => {
  const rgb = (/** @type {string} */ color) => (color.match(/[\d.]+/g) || []).map(Number);
  for (const [share, color] of fixtures.colors) {
    const mixed = rgb(colorAt(fixtures.config.scale, share));
    assert.equal(mixed.length, 3);
    rgb(color).forEach((value, k) => assert.ok(Math.abs(value - mixed[k]) <= 1, `${share}`));
  }
});

test("an optimizer without a limit is called by its own name", () => {
  assert.match(noLimit("nadam"), /for NAdam: /);
  for (const name of Object.keys(fixtures.config.fields.optimizer.options))
    if (name !== "nadam") assert.match(noLimit(name), /^No fixed limit is known for [\w ]+\.$/);
});

test("a run that came below its limit is said to have found a flatter place only if that did it", () => {
  /** @type {[number[], number[], number[], RegExp][]} the sharpness as compared, itself, limits */
  const cases = [
    [[5, 3], [5, 3], [4, 4], /flatter place\.$/],
    [[5, 3], [5, 3], [4, 40], /flatter place\.$/],
    [[5, 6], [5, 6], [4, 40], /by the smaller steps of its schedule\.$/],
    [[5, 4.5], [5, 4.5], [4, 40], /its schedule and flatter ground\.$/],
    [[5, 3], [7, 7], [4, 4], /by the way Adam rescales its steps\.$/],
    [[5, 3], [7, 6], [4, 4], /rescales its steps and flatter ground\.$/],
    [[5, 3], [7, 5], [4, 4], /flatter place\.$/],
  ];
  for (const [values, plain, limits, said] of cases)
    assert.match(survival({ values, plain }, limits, "Adam"), said);
});

test("losses of another epoch than the timeline's are named with both", () => {
  assert.equal(epochWords({ epoch: 100, asked: 100 }), "epoch 100");
  assert.match(epochWords({ epoch: 151, asked: 150 }), /^epoch 151, nearest to 150 /);
});

test("parameters are written as symbols, a person's own names as text", () => {
  for (const [name, tex] of [
    ["w", "w"],
    ["w3", "w_{3}"],
    ["b2.11", "b_{2.11}"],
    ["w2.3.1", "w_{2.3.1}"],
    ["w age", "w_{\\text{age}}"],
    ["w12 bmi", "w_{12\\,\\text{bmi}}"],
    ["w {x}_1 \\frac", "w_{\\text{ x  1  frac}}"],
  ])
    assert.equal(texSymbol(name), tex);
});

test("the largest come first, and what is 0 last", () => {
  assert.deepEqual(largest([0, -3, 0, 2, 1], 3), [1, 3, 4]);
  assert.deepEqual(largest([0, 0, 5], 2), [2, 0]);
});

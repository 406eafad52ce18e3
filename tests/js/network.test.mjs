import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import {
  ACTIVATIONS,
  example,
  gradient,
  layers,
  moved,
  placesAlong,
  predict,
  trainLoss,
} from "#lab/model/network.mjs";

/** @param {ArrayLike<number>} found @param {number[]} expected */
function close(found, expected) {
  assert.equal(found.length, expected.length);
  expected.forEach((value, k) =>
    assert.ok(Math.abs(found[k] - value) < 1e-10 * (1 + Math.abs(value)), `${found[k]} ${value}`),
  );
}

/** @param {any} one */
const examplesOf = (one) => ({
  ...one,
  inputs: Float64Array.from(one.inputs),
  targets: Float64Array.from(one.targets),
});

test("predictions, losses and gradients are torch's", () => {
  for (const one of fixtures.networks) {
    const sweep = examplesOf(one);
    const found = one.targets.map((/** @type {number} */ _, /** @type {number} */ i) =>
      predict(sweep, one.params, example(sweep, i)),
    );
    close(found, one.predictions);
    close([trainLoss(sweep, one.params)], [one.loss]);
    close(gradient(sweep, one.params), one.gradient);
  }
});

test("the gradient of a batch is that of its examples alone", () => {
  const one = fixtures.networks.at(-1);
  const sweep = examplesOf(one);
  const part = { ...sweep, targets: sweep.targets.slice(1, 3), inputs: sweep.inputs.slice(1, 3) };
  close(gradient(sweep, one.params, [1, 2]), [...gradient(part, one.params)]);
});

test("activations and their slopes are torch's", () => {
  for (const [name, { z, values, slopes }] of Object.entries(fixtures.activations)) {
    close(z.map(ACTIVATIONS[name].value), values);
    close(z.map(ACTIVATIONS[name].slope), slopes);
  }
});

test("layers are named, and count all parameters", () => {
  for (const one of fixtures.networks) {
    const counts = layers(examplesOf(one)).map(([, count]) => count);
    assert.equal(
      counts.reduce((a, b) => a + b),
      one.params.length,
    );
  }
  const names = layers(examplesOf(fixtures.networks.at(-1))).map(([name]) => name);
  assert.equal(names[0], "hidden 1 weights");
  assert.equal(names.at(-1), "output bias");
});

test("a step goes along its direction", () =>
  assert.deepEqual([...moved([1, 2], [10, -10], 0.5)], [6, -3]));

test("curves of threshold units are level between two neighbouring places, or jump", () => {
  for (const network of fixtures.networks) {
    if (network.settings.activation !== "threshold" || !network.settings.hidden_units) continue;
    const places = placesAlong(network, network.params, [-3, 3], 25);
    const at = (/** @type {number} */ place) =>
      predict(network, network.params, [place, ...Array(network.predictors - 1).fill(0)]);
    assert.deepEqual([places[0], places.at(-1)], [-3, 3]);
    for (let k = 1; k < places.length; k++) {
      const [from, to] = [places[k - 1], places[k]];
      if (to - from < 2e-5) continue;
      for (let share = 0; share <= 1; share += 0.05)
        assert.equal(at(from + share * (to - from)), at(from), `${from} to ${to}`);
    }
  }
});

import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { Batch, workOf } from "#lab/model/batch.mjs";
import { forward } from "#lab/model/network.mjs";

test("a batch's outputs are torch's, and the same the second time", () => {
  for (const one of fixtures.networks) {
    const batch = new Batch(one, one.inputs);
    for (let time = 0; time < 2; time++) {
      const found = batch.run(one.params);
      assert.equal(found.length, one.predictions.length);
      one.predictions.forEach((/** @type {number} */ value, /** @type {number} */ k) =>
        assert.ok(
          Math.abs(found[k] - value) < 1e-5 * (1 + Math.abs(value)),
          `${found[k]} ${value}`,
        ),
      );
    }
  }
});

test("a batch keeps what each hidden unit passes on", () => {
  for (const one of fixtures.networks) {
    const batch = new Batch(one, one.inputs);
    batch.run(one.params);
    const { hidden_units: units, hidden_layers: depth } = one.settings;
    for (let place = 0; place < batch.count; place++) {
      const inputs = one.inputs.slice(place * one.predictors, (place + 1) * one.predictors);
      const layers = forward(one, one.params, inputs);
      for (let unit = 0; unit < units * depth; unit++) {
        const [layer, k] = [Math.floor(unit / units), unit % units];
        assert.ok(Math.abs(batch.unit(layer, k)[place] - layers[layer][k]) < 1e-5);
      }
    }
  }
});

test("sums beyond all numbers give what their limit is", () => {
  const settings = { hidden_units: 1, hidden_layers: 1, activation: "tanh" };
  const shape = /** @type {any} */ ({ settings, predictors: 1 });
  const batch = new Batch(shape, [1, -1]);
  assert.deepEqual([...batch.run([1e30, 0, 2, 1])], [3, -1]);
  settings.activation = "logistic";
  assert.deepEqual([...new Batch(shape, [1, -1]).run([1e30, 0, 2, 1])], [3, 1]);
});

test("work counts products and units", () => {
  const settings = { hidden_units: 8, hidden_layers: 2, activation: "tanh" };
  const shape = /** @type {any} */ ({ settings, predictors: 2 });
  assert.equal(workOf(shape), 8 * (2 + 8) + 8 * (8 + 8) + (8 + 8));
});

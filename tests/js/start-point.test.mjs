import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import {
  lineThrough,
  planeOf,
  roundedTo,
  startOf,
  startText,
  trackAt,
  withinLimits,
} from "#lab/model/start-point.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { withChange } from "#lab/state/fields.mjs";

// The first of the fixtures is the line.
const line = new Sweep(fixtures.sweeps[0].payload);

test("a start's text and its parts are each other's", () => {
  assert.equal(startOf(""), null);
  for (const text of ["0.5,-1.25", "0,0", "anchored,0.5,-0.00001", "random,1000,-1000"])
    assert.equal(startText(startOf(text) ?? assert.fail()), text);
  // No exponent and no -0: Python writes the same.
  assert.equal(startText({ plane: "", first: 1e-7, second: -0 }), "0.0000001,0");
  assert.equal(startText({ plane: "", first: -1e-12, second: 1e5 }), "0,100000");
});

test("what a hand reaches is within Python's limits", () => {
  const { parameter, coordinate } = fixtures.config.start;
  assert.deepEqual(withinLimits([1e38, -1e38], true), [parameter, -parameter]);
  assert.deepEqual(withinLimits([1e38, 0.5], false), [coordinate, 0.5]);
});

test("rounding keeps what a step tells apart, and no more digits", () => {
  for (const [value, step, rounded] of [
    [0.123456, 0.01, 0.12],
    [0.126, 0.05, 0.13],
    [123.4, 10, 123],
    [-0.0004, 0.001, -0],
  ])
    assert.equal(roundedTo(value, step), rounded);
});

test("a line goes through both points, to less than a step", () => {
  for (const inputs of [
    [2, 4.5],
    [-1.5, 1.5],
    [1000, 1010],
    [0.001, 0.002],
  ])
    for (const targets of [
      [1.2345, 3.3333],
      [-0.7, 0.1],
    ]) {
      const [weight, bias] = lineThrough(inputs, targets, 0.01);
      inputs.forEach((input, k) =>
        assert.ok(Math.abs(weight * input + bias - targets[k]) <= 0.02, `${inputs} ${targets}`),
      );
    }
});

test("before it is trained, a line has the loss and the gradient of its data", () => {
  const { inputs, targets } = line;
  for (const [weight, bias] of [
    [0.5, 1],
    [-3, 7.25],
  ]) {
    const now = snapshotOf(trackAt(line, weight, bias), 700);
    const errors = Array.from(inputs, (input, k) => weight * input + bias - targets[k]);
    const mean = (/** @type {number[]} */ values) =>
      values.reduce((sum, one) => sum + one, 0) / values.length;
    const near = (/** @type {number} */ one, /** @type {number} */ other) =>
      assert.ok(Math.abs(one - other) <= 1e-4 * (1 + Math.abs(other)));
    assert.deepEqual([now.first, now.second, now.epoch, now.overflowed], [weight, bias, 0, false]);
    near(now.loss, mean(errors.map((error) => error ** 2)));
    near(now.firstSlope, mean(errors.map((error, k) => 2 * error * inputs[k])));
    near(now.secondSlope, mean(errors.map((error) => 2 * error)));
  }
});

test("only planes of the seed's own sweep take a start", () => {
  /** @param {string} kind @param {string} start @param {{kind: string} | null} planeChoice */
  const seen = (kind, start, planeChoice) =>
    planeOf({
      plane: { ...line.plane, kind, is_exact: false },
      planeChoice,
      settings: { ...line.settings, start },
    });
  assert.equal(planeOf(line), "");
  for (const kind of fixtures.config.start.planes) assert.equal(seen(kind, "", { kind }), kind);
  assert.equal(seen("parameters", "", { kind: "parameters" }), null);
  assert.equal(seen("random", "random,1,2", null), "random");
  assert.equal(seen("sharpest", "random,1,2", { kind: "sharpest" }), null);
});

test("a start goes with the data, the network and the seed that it was set for", () => {
  const settings = { ...line.settings, start: "0.5,1" };
  for (const change of [{ epochs: 50 }, { optimizer: "adam" }, { seed: settings.seed }, {}])
    assert.equal(withChange(settings, change).start, "0.5,1");
  for (const field of fixtures.config.starts_anew)
    assert.equal(withChange(settings, { [field]: "another" }).start, "");
  assert.equal(withChange(settings, { seed: 5, start: "2,2" }).start, "2,2");
});

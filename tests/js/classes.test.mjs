import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { bytesOf, floats, unpack } from "#lab/lib/arrays.mjs";
import { boundaryOf, classOf, outputsOf, probability, wrongOf } from "#lab/model/classes.mjs";
import { example, predict } from "#lab/model/network.mjs";
import {
  FINE,
  FINEST,
  affordedSide,
  drawnParams,
  gridOf,
  restingSide,
} from "#lab/model/plane-map.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { snapshotOf } from "#lab/model/track.mjs";

// The last of the fixtures has two classes and the products of two predictors.
const fixture = fixtures.sweeps.at(-1);
const sweep = new Sweep(fixture.payload);
const count = sweep.parameter_names.length;
const [frames, last] = [sweep.epochs.length, sweep.epochs.length - 1];
const engine = new Float32Array(bytesOf(fixture.params).buffer);
/** The engine's own parameters. @param {number} run @param {number} frame */
const trained = (run, frame) => {
  const at = (run * frames + frame) * count;
  return engine.subarray(at, at + count);
};

test("the fit of each data set is drawn in its way", () => {
  const kinds = fixtures.sweeps.map((/** @type {any} */ one) => new Sweep(one.payload).fitKind);
  assert.deepEqual(kinds, ["curve", "curve", "curve", "observed", "curve", "curve", "plane"]);
  assert.equal(new Sweep(fixtures.sweeps[0].payload).isLine, true);
  assert.equal(sweep.isLine, false);
});

test("a run is drawn of the engine's parameters, to the digits that a picture shows", () => {
  for (const run of [0, 20, 30]) {
    const track = sweep.track(run);
    for (const k of [0, 7, track.length - 1]) {
      const found = track.drawnParamsAt(k) ?? assert.fail();
      const expected = trained(run, sweep.params_frames[sweep.params_frames.indexOf(k)] ?? k);
      assert.ok(found.every((value, i) => Math.abs(value - expected[i]) <= 2e-3 * Math.abs(value)));
    }
  }
});

test("an inspected run is drawn of its own parameters, and between epochs of their mix", () => {
  const detail = unpack(fixture.detail.block);
  const track = sweep.detailedTrack(detail.run, detail);
  const params = floats(detail.params);
  assert.deepEqual(track.drawnParamsAt(3), params.subarray(3 * count, 4 * count));
  const moment = snapshotOf(track, 4);
  const mixed = drawnParams({ ...moment, glide: { from: 3, to: 4, share: 0.25 } });
  const expected = 0.75 * params[3 * count] + 0.25 * params[4 * count];
  assert.ok(mixed && Math.abs(mixed[0] - expected) < 1e-6);
});

test("of parameters at a few frames the nearest is drawn, none that has overflowed", () => {
  const track = sweep.track(20);
  const params = Float32Array.from({ length: 3 * count }, (_, k) => Math.floor(k / count));
  track.parts.thinned = { params, frames: [0, 10, last] };
  const at = (/** @type {number} */ k) => track.drawnParamsAt(k)?.[0];
  assert.deepEqual([at(0), at(4), at(6), at(10), at(last)], [0, 0, 1, 1, 2]);
  track.length = last;
  assert.equal(at(last - 1), 1);
});

test("a grid has its places where the picture has them, row by row from above", () => {
  const params = trained(20, last);
  const outputs = gridOf(
    sweep,
    [
      [-4, 4],
      [-5, 3],
    ],
    5,
  ).run(params);
  for (const [place, x, y] of [
    [0, -4, 3],
    [4, 4, 3],
    [12, 0, -1],
    [23, 2, -5],
  ]) {
    // The features: both inputs, their squares and their product.
    const expected = predict(sweep, params, [x, y, x * x, y * y, x * y]);
    assert.ok(Math.abs(outputs[place] - expected) < 1e-4 * (1 + Math.abs(expected)));
  }
});

test("large networks have fewer places while they move", () => {
  const shape = (/** @type {number} */ units, /** @type {number} */ layers) =>
    /** @type {any} */ ({
      predictors: 2,
      settings: { hidden_units: units, hidden_layers: layers, activation: "tanh" },
    });
  assert.equal(affordedSide(shape(8, 2)), FINE);
  assert.ok(affordedSide(shape(64, 3)) >= 12 && affordedSide(shape(64, 3)) < 20);
  assert.equal(restingSide(shape(8, 2)), FINEST);
  assert.equal(restingSide(shape(64, 3)), FINE);
});

test("the examples on the wrong side are those that the engine counts", () => {
  const accuracy = sweep.accuracy ?? assert.fail();
  for (const run of [10, 20, 25])
    for (const frame of [0, last]) {
      const wrong = wrongOf(sweep, trained(run, frame));
      const expected = Math.round((1 - accuracy[run * frames + frame]) * sweep.targets.length);
      assert.equal(wrong.length, expected);
    }
  assert.equal(boundaryOf(sweep), 0);
  assert.deepEqual([classOf(sweep, 0), classOf(sweep, 199)], [0, 1]);
});

test("outputs are logits of probabilities", () => {
  const params = trained(20, last);
  const outputs = outputsOf(sweep, params);
  for (const i of [0, 50, 199])
    assert.ok(Math.abs(outputs[i] - predict(sweep, params, example(sweep, i))) < 1e-4);
  assert.deepEqual([probability(0), probability(1e4), probability(-1e4)], [0.5, 1, 0]);
});

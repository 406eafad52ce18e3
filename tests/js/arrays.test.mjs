import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { Grid, bytesOf, decode, floatsOf, floats, unpack } from "#lab/lib/arrays.mjs";

/** @param {string} text */
const plainFloats = (text) => new Float32Array(bytesOf(text).slice().buffer);

test("arrays are decoded bit for bit", () => {
  for (const { payload: packed, detail: packedDetail, ...expected } of fixtures.sweeps) {
    const [payload, detail] = [unpack(packed.block), unpack(packedDetail.block)];
    assert.deepEqual(floats(payload.train_loss), plainFloats(expected.train_loss));
    assert.deepEqual(floats(payload.coordinates), plainFloats(expected.coordinates));
    assert.deepEqual(floats(detail.train_loss), plainFloats(expected.detail_loss));
    assert.deepEqual(floats(payload.data.inputs), plainFloats(expected.inputs));
  }
});

test("scaled arrays are decoded to within half a step", () => {
  for (const { payload: packed, predictions } of fixtures.sweeps) {
    if (!predictions) continue;
    const payload = unpack(packed.block);
    const { values, shape } = decode(payload.fit.predictions);
    const [low, high] = payload.fit.predictions.range;
    const [, frames, places] = shape;
    predictions.forEach((/** @type {number[]} */ row, /** @type {number} */ run) =>
      row.forEach((value, place) => {
        const found = values[(run * frames + frames - 1) * places + place];
        // What was cut is never one of the range's own numbers.
        if (value > high) assert.equal(found, Infinity);
        else if (value < low) assert.equal(found, -Infinity);
        else if (value !== null) assert.ok(Math.abs(found - value) <= (high - low) / 65532);
      }),
    );
  }
});

test("Plotly's arrays are as Plotly has them", () => {
  const { views, box } = unpack(fixtures.sweeps[0].payload.block);
  const [{ x, z }] = views["loss-surface"].data;
  const places = floatsOf(x);
  const ends = [places[0], places[places.length - 1]];
  assert.deepEqual(ends, box.first.map(Math.fround));
  assert.equal(floatsOf(z).length, places.length ** 2);
});

test("between grid points a quadratic is exact", () => {
  const box = { first: [-1, 2], second: [0, 3], height: 1 };
  const loss = (/** @type {number} */ u, /** @type {number} */ v) => 2 * u * u - u * v + v + 0.5;
  const size = 9;
  const at = (/** @type {number[]} */ [low, high], /** @type {number} */ k) =>
    low + (k / (size - 1)) * (high - low);
  const values = Float32Array.from({ length: size * size }, (_, k) =>
    loss(at(box.first, k % size), at(box.second, Math.floor(k / size))),
  );
  const grid = new Grid(values, box);
  for (const [u, v] of [
    [-0.9, 0.1],
    [0.33, 1.7],
    [1.95, 2.9],
    [2, 3],
  ])
    assert.ok(Math.abs(grid.at(u, v) - loss(u, v)) < 1e-5);
});

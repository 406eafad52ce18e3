import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { bestRun, rowValues } from "#lab/model/map-rows.mjs";

const { map_axes: axes, fields } = fixtures.config;

test("seeds and hidden units are neighbours while there are few rows", () => {
  assert.deepEqual(rowValues(axes.seed, 8, 10), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(rowValues(axes.hidden_units, 8, 10), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(rowValues(axes.hidden_units, 64, 10).at(-1), fields.hidden_units.range[1]);
});

test("batches go by equal factors up to all the examples, each once", () => {
  assert.deepEqual(rowValues(axes.batch_size, 8, 128), [1, 2, 4, 8, 16, 32, 64, 128]);
  assert.deepEqual(rowValues(axes.batch_size, 16, 3), [1, 2, 3]);
});

test("every value is one that the setting admits, and the ends are there", () => {
  for (const [field, axis] of Object.entries(axes)) {
    const { low, high } = /** @type {import("#types").MapAxis} */ (axis);
    const values = rowValues(/** @type {any} */ (axis), 64, 100);
    const [least, most] = fields[field].range;
    assert.ok(
      values.every((value) => least <= value && value <= most),
      field,
    );
    assert.deepEqual([values[0], values.at(-1)], [low, field === "seed" ? 63 : (high ?? 100)]);
    assert.deepEqual(
      values,
      [...new Set(values)].sort((a, b) => a - b),
    );
  }
});

test("the best run of a row is the lowest of those that did not diverge", () => {
  const row = {
    settings: /** @type {any} */ ({}),
    last_loss: [0.3, null, 0.1, 0.2, 0.1],
    verdicts: /** @type {any} */ (["stalled", "overflow", "diverged", "converging", "stuck"]),
    accuracy: null,
    validation_accuracy: null,
    diverged_at: [],
    stability_edge: null,
  };
  assert.equal(bestRun(row), 4);
  assert.equal(bestRun({ ...row, last_loss: [null, null, 0.1, null, null] }), -1);
});

import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { colorAt } from "#lab/lib/scale.mjs";
import { epochWords } from "#lab/panels/loss-by-rate.mjs";
import { noLimit } from "#lab/panels/sharpness.mjs";

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
  assert.equal(noLimit("rmsprop"), "No fixed limit is known for RMSprop.");
});

test("losses of another epoch than the timeline's are named with both", () => {
  assert.equal(epochWords({ epoch: 100, asked: 100 }), "epoch 100");
  assert.match(epochWords({ epoch: 151, asked: 150 }), /^epoch 151, nearest to 150 /);
});

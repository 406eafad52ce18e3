import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { firstBelow, isReached, triedOf } from "#lab/model/checks.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { snapshotOf } from "#lab/model/track.mjs";

const sweep = new Sweep(fixtures.sweeps[0].payload);

/**
 * What is on show of a run of the line at an epoch.
 * @param {number} rate
 * @param {number} epoch
 */
function standing(rate, epoch) {
  const run = sweep.runOf(rate);
  const track = sweep.track(run);
  const now = snapshotOf(track, epoch);
  return {
    settings: { ...sweep.settings, learning_rate: rate },
    epoch: now.epoch,
    verdict: sweep.verdicts[run],
    loss: now.loss,
    weight: now.first,
    bias: now.second,
    input: 2.5,
    track,
  };
}

test("a number is reached between its two ends, a name as it is, and all of them at once", () => {
  const now = standing(0.01, 3);
  assert.equal(now.loss.toFixed(4), "1.0639");
  assert.ok(isReached({ epoch: [3, 3] }, now));
  assert.ok(isReached({ epoch: [1, 5], learning_rate: [0.01, 0.01] }, now));
  assert.ok(!isReached({ epoch: [4, 5] }, now));
  assert.ok(!isReached({ epoch: [3, 3], learning_rate: [0.02, 0.1] }, now));
  assert.ok(isReached({ dataset: "line", activation: "relu" }, now));
  assert.ok(!isReached({ dataset: "parabola" }, now));
  assert.ok(isReached({ verdict: /** @type {any} */ (now.verdict) }, now));
  assert.ok(!isReached({ verdict: "stuck" }, now));
  assert.ok(isReached({ learning_rate: [0.1, 0.1] }, standing(0.1, 0)));
});

test("a line has a weight and a bias, another model has none", () => {
  const now = standing(0.01, 0);
  assert.ok(isReached({ weight: [-0.01, 0], bias: [0.5, 0.6] }, now));
  assert.ok(!isReached({ weight: [0.4, 0.6] }, now));
  assert.ok(!isReached({ weight: [-1, 1] }, { ...now, weight: null }));
  assert.ok(isReached({ input: [2, 3] }, now));
  assert.ok(!isReached({ input: [0, 1] }, now));
});

test("a loss counts at the playhead, or at any of the first epochs", () => {
  const [start, third] = [standing(0.01, 0), standing(0.01, 3)];
  assert.ok(isReached({ train_loss_below: 1.1 }, third));
  assert.ok(!isReached({ train_loss_below: 1.1 }, start));
  assert.ok(isReached({ train_loss_below: 1.1, within_epochs: 3 }, standing(0.01, 1000)));
  assert.ok(!isReached({ train_loss_below: 1.1, within_epochs: 2 }, standing(0.01, 1000)));
  // The playhead has not come there yet.
  assert.ok(!isReached({ train_loss_below: 1.1, within_epochs: 3 }, start));
  assert.equal(firstBelow(start.track, 1.1, 100), 3);
  assert.equal(firstBelow(start.track, 1e-6, 100), -1);
  assert.ok(!isReached({ train_loss_below: 1e9 }, { ...start, loss: NaN }));
});

test("something was tried once anything has changed", () => {
  const began = triedOf(standing(0.01, 0));
  assert.equal(triedOf(standing(0.01, 0)), began);
  assert.notEqual(triedOf(standing(0.01, 3)), began);
  assert.notEqual(triedOf(standing(0.05, 0)), began);
});

import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { between, lossSaid } from "#lab/model/glide.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { snapshotOf } from "#lab/model/track.mjs";

const line = new Sweep(fixtures.sweeps[0].payload);
const track = line.track(line.runOf(0.08));
const [from, to] = [snapshotOf(track, 1), snapshotOf(track, 2)];
// Differences of 32-bit numbers.
const near = (/** @type {number} */ one, /** @type {number} */ other) =>
  assert.ok(Math.abs(one - other) < 1e-4 * (1 + Math.abs(other)), `${one}, not ${other}`);

test("on its way the point of a line lies on the straight step, at the bowl's own loss", () => {
  const { hessian, minimum, loss: lowest } = /** @type {any} */ (line.bowl);
  for (const share of [0, 0.2, 0.5, 0.9, 1]) {
    const moment = between(from, to, share, true);
    const { first, second, loss, firstSlope, secondSlope } = moment;
    assert.equal(lossSaid(moment), to.loss);
    near(first, from.first + share * (to.first - from.first));
    near(second, from.second + share * (to.second - from.second));
    const [x, y] = [first - minimum[0], second - minimum[1]];
    const slopes = [hessian[0][0] * x + hessian[0][1] * y, hessian[1][0] * x + hessian[1][1] * y];
    near(loss, lowest + (slopes[0] * x + slopes[1] * y) / 2);
    near(firstSlope, slopes[0]);
    near(secondSlope, slopes[1]);
  }
});

test("its epoch is where it goes, and its path is that of the epoch before, there and back", () => {
  for (const [one, other] of [
    [from, to],
    [to, from],
  ]) {
    const on = between(one, other, 0.5, false);
    assert.deepEqual([on.epoch, on.index], [other.epoch, from.index]);
    near(on.loss, (from.loss + to.loss) / 2);
  }
});

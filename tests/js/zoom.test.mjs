import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { unpack } from "#lab/lib/arrays.mjs";
import { farFit } from "#lab/model/far-fit.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { REACH, curveTop, zoomAt } from "#lab/model/zoom.mjs";

/** @typedef {any} Any */

const sweeps = fixtures.sweeps.map((/** @type {Any} */ { payload }) => new Sweep(payload));
const [line] = sweeps;
const NOTHING = { plane: null, loss: null, fit: null };

/** A run of these losses at these places of the first direction.
 * @param {number[]} losses @param {number[]} places */
const runOf = (losses, places) => ({
  loss: losses,
  first: (/** @type {number} */ k) => places[k],
  second: () => 0,
});

const PICTURES = {
  box: { first: [-1, 1], second: [-1, 1], height: 2 },
  scaling: { target: [0, 1] },
  views: { fit: { data: [], layout: { yaxis: { range: [-1, 1] } } } },
};

test("a run that stays below its start is shown as it is", () => {
  for (const sweep of sweeps) {
    const track = sweep.track(3);
    for (let k = 0; k < track.length; k++) assert.deepEqual(zoomAt(sweep, track, k), NOTHING);
  }
});

test("where a run rises above its start, it stays in the pictures", () => {
  for (const sweep of sweeps) {
    for (let run = 0; run < sweep.learning_rates.length; run++) {
      const track = sweep.track(run);
      for (let k = 0; k < track.length; k++) {
        const { plane, loss } = zoomAt(sweep, track, k);
        if (!(track.loss[k] > track.loss[0])) continue;
        const [first, second] = [track.first(k), track.second(k)];
        const { box } = sweep;
        const reach = REACH * 10 ** (plane ?? 0);
        if (plane === null)
          assert.ok(first >= box.first[0] && first <= box.first[1], `run ${run} at ${k}`);
        else assert.ok(Math.max(Math.abs(first), Math.abs(second)) < reach, `run ${run} at ${k}`);
        assert.ok(track.loss[k] <= (loss === null ? box.height : REACH * 10 ** loss));
      }
    }
  }
});

test("a diverging run of the line goes through the powers of ten up to the overflow", () => {
  const track = line.track(line.runOf(0.1));
  const powers = Array.from({ length: track.length }, (_, k) => zoomAt(line, track, k));
  const planes = powers.flatMap(({ plane }) => (plane === null ? [] : [plane]));
  assert.deepEqual(
    planes,
    planes.toSorted((a, b) => a - b),
  );
  assert.ok(planes[0] <= 1 && planes[planes.length - 1] >= 18, `${planes}`);
  // The loss that grows stands in the upper two thirds of its axis.
  powers.forEach(({ loss }, k) => {
    if (loss !== null) assert.ok(track.loss[k] > 0.3 * REACH * 10 ** loss, `${k}`);
  });
  // A loss of 10^37 is an error of 10^18 for each example.
  const last = powers[powers.length - 1];
  assert.ok((last.loss ?? 0) >= 37 && (last.fit ?? 0) >= 18, JSON.stringify(last));
});

test("while a run is out the picture does not come nearer again; once it is back, it does", () => {
  const run = runOf([1, 5, 60, 5, 0.5, 5], [0, 3, 30, 3, 0, 3]);
  const planes = run.loss.map((_, k) => zoomAt(PICTURES, run, k).plane);
  assert.deepEqual(planes, [null, 1, 2, 2, null, 1]);
});

test("the axis of the loss over the epochs grows by four powers of ten at a time", () => {
  const run = runOf([1, 1e3, 1e7, 1e2, 1], [0, 0, 0, 0, 0]);
  const tops = run.loss.map((_, k) => curveTop(run, k, 1.5));
  assert.deepEqual(tops, [1.5, 5.5, 9.5, 9.5, 1.5]);
});

test("far out the fit is what the parameters predict", () => {
  for (const { payload, detail: packed } of fixtures.sweeps) {
    const [sweep, detail] = [new Sweep(payload), unpack(packed.block)];
    const track = sweep.detailedTrack(detail.run, detail);
    const found = farFit(sweep, track, 3);
    assert.equal(found === null, sweep.isLine || sweep.fit === null);
    if (!found) continue;
    const count = found.length;
    const known = Array.from(
      /** @type {Float32Array} */ (track.fit).subarray(3 * count, 4 * count),
    );
    assert.ok(found.every((value, k) => Math.abs(value - known[k]) < 2e-3 * (1 + Math.abs(value))));
  }
});

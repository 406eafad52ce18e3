import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { unpack } from "#lab/lib/arrays.mjs";
import { draggedTo, keyedTo, trackOf } from "#lab/model/by-hand.mjs";
import { Sweep } from "#lab/model/sweep.mjs";

/** @param {ArrayLike<number>} found @param {ArrayLike<number>} wanted @param {string} name */
function close(found, wanted, name, share = 1e-4) {
  assert.equal(found.length, wanted.length, name);
  for (let k = 0; k < found.length; k++) {
    const room = share * Math.max(1, Math.abs(wanted[k]));
    assert.ok(Math.abs(found[k] - wanted[k]) < room, `${name} ${k}: ${found[k]} ${wanted[k]}`);
  }
}

for (const { payload, detail: packed } of fixtures.sweeps) {
  const { dataset, hidden_units: units, optimizer } = payload.settings;
  test(`an epoch's parameters set by hand are that epoch: ${dataset}, ${units}, ${optimizer}`, () => {
    const [sweep, detail] = [new Sweep(payload), unpack(packed.block)];
    const whole = sweep.detailedTrack(detail.run, detail);
    const index = 2;
    const params = Float32Array.from(whole.paramsAt(index) ?? []);
    const track = trackOf(sweep, params, whole.epochs[index]);
    assert.equal(track.nearest(900), whole.epochs[index]);
    close(track.loss, whole.loss.subarray(index, index + 1), "loss");
    close([track.first(0), track.second(0)], [whole.first(index), whole.second(index)], "place");
    close(
      [track.firstSlope(0), track.secondSlope(0)],
      [whole.firstSlope(index), whole.secondSlope(index)],
      "slopes",
    );
    const apart = Math.abs((track.offPlane?.[0] ?? 0) - (whole.offPlane?.[index] ?? 0));
    assert.ok(apart < 1e-3, `${apart}`);
    assert.equal(Boolean(track.fit), Boolean(whole.fit));
    if (!whole.fit || !track.fit) return;
    const width = track.fit.length;
    close(track.fit, whole.fit.subarray(index * width, (index + 1) * width), "fit", 5e-4);
  });
}

test("a drag changes a number by what can be seen, and to few digits", () => {
  assert.equal(draggedTo(-0.00749, 100), 0.495);
  assert.equal(draggedTo(0.5, 0), 0.5);
  assert.equal(draggedTo(0.5, -300), -1);
  // A hundred times as large a number goes a hundred times as far.
  assert.equal(draggedTo(120, 10), 125);
  assert.equal(keyedTo(0.5, 1), 0.55);
  assert.equal(keyedTo(0, -1), -0.05);
});

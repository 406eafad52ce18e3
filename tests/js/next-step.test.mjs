import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { unpack } from "#lab/lib/arrays.mjs";
import { gradient, moved, trainLoss } from "#lab/model/network.mjs";
import { nextStep } from "#lab/model/next-step.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { Track, snapshotOf } from "#lab/model/track.mjs";

/** @typedef {any} Any */

const APART = 2;

/** Each APART-th epoch of a track: no step leads from one of these to the next.
 * @param {Track} track */
function thinned(track) {
  const kept = Array.from({ length: Math.ceil(track.length / APART) }, (_, k) => APART * k);
  const part = (/** @type {Any} */ array) => {
    const width = array.length / track.length;
    return Float64Array.from(
      kept.flatMap((k) => Array.from(array.slice(k * width, (k + 1) * width))),
    );
  };
  const parts = Object.entries(track.parts).map(([name, value]) => [
    name,
    Array.isArray(value) || ArrayBuffer.isView(value) ? part(value) : value,
  ]);
  return new Track({ .../** @type {Any} */ (Object.fromEntries(parts)), length: kept.length });
}

/** @param {Any} fixture */
function inspected({ payload, detail: packed }) {
  const [sweep, detail] = [new Sweep(payload), unpack(packed.block)];
  return { sweep, run: detail.run, track: sweep.detailedTrack(detail.run, detail) };
}

/** Whether two places are the same as far as 32-bit numbers say.
 * @param {number[]} found @param {number[]} wanted @param {string} what */
function assertSame(found, wanted, what) {
  const size = 1 + Math.hypot(...wanted);
  const gap = Math.hypot(...found.map((value, k) => value - wanted[k]));
  assert.ok(gap < 2e-5 * size, `${what}: ${found} instead of ${wanted}`);
}

for (const fixture of fixtures.steps) {
  const { sweep, run, track } = inspected(fixture);
  const { optimizer, batch_size: batch, schedule } = sweep.settings;
  if (batch) continue;
  test(`the next step of ${optimizer}, ${schedule}, lands where the run has its next epoch`, () => {
    const few = thinned(track);
    for (let k = 0; k < few.length - 1; k++) {
      const found = nextStep(sweep, run, snapshotOf(few, few.epochs[k]));
      assert.ok(found && found.loss !== null && found.length !== null);
      const next = APART * k + 1;
      assertSame([found.first, found.second], [track.first(next), track.second(next)], optimizer);
      assertSame([found.loss], [track.loss[next]], `loss of ${optimizer}`);
      const here = nextStep(sweep, run, snapshotOf(track, APART * k));
      assertSame([here?.first ?? NaN, here?.second ?? NaN], [found.first, found.second], "known");
    }
  });
}

test("with minibatches it is the step of the next batch", () => {
  const fixture = fixtures.steps.find((/** @type {Any} */ one) => one.payload.settings.batch_size);
  const { sweep, run, track } = inspected(fixture);
  const [params, batch] = [track.paramsAt(0) ?? [], track.batchAt(0) ?? []];
  assert.equal(batch.length, sweep.settings.batch_size);
  // At epoch 0 momentum remembers nothing.
  const rate = sweep.learning_rates[run];
  const down = gradient(sweep, params, batch).map((part) => -part);
  const landing = moved(params, down, rate);
  const found = nextStep(sweep, run, snapshotOf(track, 0));
  assertSame([found?.first ?? NaN, found?.second ?? NaN], Array.from(landing), "batch");
  assertSame([found?.loss ?? NaN], [trainLoss(sweep, landing)], "loss");
});

test("between the frames of a sweep nothing is said of what is not known", () => {
  for (const fixture of fixtures.steps) {
    const { sweep, run, track } = inspected(fixture);
    const few = thinned(sweep.track(run));
    const found = nextStep(sweep, run, snapshotOf(few, 4));
    assert.equal(found === null, !sweep.is_plain, sweep.settings.optimizer);
    if (found) assertSame([found.first, found.second], [track.first(5), track.second(5)], "plain");
  }
});

test("after the last epoch there is a next step, after an overflow there is none", () => {
  const [{ payload }] = fixtures.sweeps;
  const line = new Sweep(payload);
  const [last, largest] = [line.runOf(0.01), line.learning_rates.length - 1];
  assert.ok(nextStep(line, last, snapshotOf(line.track(last), line.end)));
  assert.equal(nextStep(line, largest, snapshotOf(line.track(largest), line.end)), null);
});

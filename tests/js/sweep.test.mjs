import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { unpack } from "#lab/lib/arrays.mjs";
import { scale } from "#lab/lib/scale.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { thin } from "#lab/state/pins.mjs";

const [line] = fixtures.sweeps.map((/** @type {any} */ { payload }) => new Sweep(payload));
const largest = line.learning_rates.length - 1;

test("a track has its run's losses, as far as they are finite", () => {
  const track = line.track(largest);
  assert.ok(track.length < line.epochs.length, "the largest rate overflows");
  assert.ok(track.loss.slice(0, track.length).every(Number.isFinite));
  assert.equal(track.loss[0], line.train_loss[largest * line.epochs.length]);
});

test("the nearest kept epoch is the nearest of all", () => {
  const track = line.track(0);
  const epochs = Array.from(track.epochs).slice(0, track.length);
  for (let wanted = 0; wanted <= line.end; wanted += 7) {
    const gap = Math.min(...epochs.map((epoch) => Math.abs(epoch - wanted)));
    assert.equal(Math.abs(track.nearest(wanted) - wanted), gap);
  }
});

test("from epoch to epoch there is a way on and back", () => {
  const track = line.track(0);
  for (const k of [0, 5, track.length - 2]) {
    assert.equal(track.neighbour(track.epochs[k], 1), track.epochs[k + 1]);
    assert.equal(track.neighbour(track.epochs[k + 1], -1), track.epochs[k]);
  }
  assert.equal(track.neighbour(0, -1), 0);
  assert.equal(track.neighbour(line.end, 1), line.end);
});

test("after an overflow the last finite epoch is shown", () => {
  const track = line.track(largest);
  const moment = snapshotOf(track, line.end);
  assert.ok(moment.overflowed && moment.epoch === line.end);
  assert.equal(moment.shownEpoch, track.epochs[track.length - 1]);
  assert.ok(Number.isFinite(moment.loss));
});

test("an inspection brings every epoch", () => {
  for (const { payload, detail: packed } of fixtures.sweeps) {
    const [sweep, detail] = [new Sweep(payload), unpack(packed.block)];
    const track = sweep.detailedTrack(detail.run, detail);
    const coarse = sweep.track(detail.run);
    assert.deepEqual(
      Array.from(track.epochs),
      Array.from(track.epochs).sort((a, b) => a - b),
    );
    const k = coarse.length - 1;
    const index = track.indexOf(coarse.epochs[k]);
    assert.equal(track.loss[index], coarse.loss[k]);
    assert.equal(track.first(index), coarse.first(k));
    assert.ok(track.paramsAt(0) && track.directionAt(0));
  }
});

test("params are projected to their coordinates", () => {
  for (const { payload, detail: packed } of fixtures.sweeps) {
    const [sweep, detail] = [new Sweep(payload), unpack(packed.block)];
    const track = sweep.detailedTrack(detail.run, detail);
    const [first, second] = sweep.project(track.paramsAt(3) ?? []);
    const scales = 1e-4 * (1 + Math.hypot(track.first(3), track.second(3)));
    assert.ok(Math.abs(first - track.first(3)) < scales);
    assert.ok(Math.abs(second - track.second(3)) < scales);
  }
});

test("a learning rate has its place between the slider's stops", () => {
  line.learning_rates
    .slice(0, 41)
    .forEach((/** @type {number} */ rate, /** @type {number} */ run) =>
      assert.ok(Math.abs(line.place(rate) - run) < 1e-9),
    );
  assert.equal(line.place(1e-9), 0);
  assert.equal(line.place(10), 40);
  const between = line.place(Math.sqrt(line.learning_rates[3] * line.learning_rates[4]));
  assert.ok(Math.abs(between - 3.5) < 1e-9);
});

test("the timeline's scale goes there and back", () => {
  for (const epoch of [0, 1, 10, 999])
    assert.ok(Math.abs(scale.toEpoch(scale.toShare(epoch, 1000), 1000) - epoch) < 1e-9);
});

test("a pinned path keeps its first epochs and its last", () => {
  for (const length of [1, 100, 240, 1001, 5001]) {
    const kept = thin(length);
    assert.equal(kept[0], 0);
    assert.equal(kept.at(-1), length - 1);
    assert.ok(kept.length <= 260 && new Set(kept).size === kept.length);
    for (let k = 0; k < Math.min(length, 20); k++) assert.ok(kept.includes(k));
  }
});

test("a plane says how little of a run's motion it shows", () => {
  for (const { payload } of fixtures.sweeps) {
    const sweep = new Sweep(payload);
    for (const percent of [0, 16, 29, 30, 100]) {
      sweep.explained = sweep.explained.map(() => percent / 100);
      const words = sweep.hiddenMotion(0);
      assert.equal(words.includes(`${percent} %`), percent < 30, `${percent}: ${words}`);
    }
  }
});

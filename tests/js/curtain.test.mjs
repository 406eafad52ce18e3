/* What a curtain hides, and what it shows of a revealed run. */
import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { rateLosses } from "#lab/model/rate-losses.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { outcome } from "#lab/model/verdicts.mjs";
import { config } from "#lab/state/config.mjs";
import { curtain, isHidden, isRevealed, reveal, runsKey } from "#lab/state/curtain.mjs";
import { state } from "#lab/state/store.mjs";

/** @typedef {import("#types").Part} Part */

const sweeps = fixtures.sweeps.map((/** @type {any} */ { payload }) => new Sweep(payload));
const [line] = sweeps;
const PARTS = /** @type {Part[]} */ (config.curtain);
// Of the slider's 41 rates, tenths of decades from 0.0001 on.
const [AT_01, AT_1] = [20, 30];

/** @param {string[]} parts */
function draw(parts) {
  state.sweep = line;
  state.run = AT_01;
  state.hidden = new Set(parts);
  curtain.revealed = { of: "", rates: [] };
}

test("a curtain hides its parts and no others, whichever run is asked for", () => {
  draw(["strip", "ahead"]);
  for (const part of PARTS) {
    const isCovered = part === "strip" || part === "ahead";
    assert.equal(isHidden(part), isCovered);
    assert.equal(isHidden(part, AT_1), isCovered);
  }
});

test("revealing a rate lifts the curtain from its own run alone, and from nothing of them all", () => {
  draw(PARTS);
  reveal(AT_1);
  for (const part of PARTS) {
    assert.equal(isHidden(part), true, part);
    assert.equal(isHidden(part, AT_01), true, part);
    const isOfOneRun = ["verdict", "strip", "ahead"].includes(part);
    assert.equal(isHidden(part, AT_1), !isOfOneRun, part);
  }
});

test("what was revealed of one sweep is still to be guessed of another", () => {
  draw(PARTS);
  reveal(AT_1);
  const other = sweeps.find((/** @type {Sweep} */ one) => runsKey(one) !== runsKey(line));
  state.sweep = other;
  assert.equal(isRevealed(AT_1), false);
  reveal(AT_01);
  assert.deepEqual(curtain.revealed.rates, [other.learning_rates[AT_01]]);
  state.sweep = line;
  assert.equal(isRevealed(AT_01), false);
});

test("a typed rate more is the same sweep to a class", () => {
  const settings = { ...line.settings, learning_rate: 0.0123 };
  assert.equal(runsKey({ settings, train_loss: line.train_loss }), runsKey(line));
});

test("the curve over the slider has the ends and the later losses of revealed runs alone", () => {
  draw(PARTS);
  const open = () => {
    const { now, ends, best } = rateLosses(line, line.end);
    const known = (/** @type {unknown[]} */ all) =>
      all.flatMap((loss, run) => (loss === undefined ? [] : [run]));
    return { now: known(now), ends: known(ends), best };
  };
  // The one on show is at the playhead in every other picture too.
  assert.deepEqual(open(), { now: [AT_01], ends: [], best: -1 });
  reveal(AT_1);
  assert.deepEqual(open(), { now: [AT_01, AT_1], ends: [AT_1], best: -1 });
  assert.equal(rateLosses(line, 0).now.filter((loss) => loss === undefined).length, 0);
  draw(["ahead"]);
  assert.equal(open().ends.length, 0);
  draw([]);
  assert.equal(open().ends.length, 41);
});

test("a revealed outcome does not tell where training should arrive, nor which rate is best", () => {
  for (const sweep of sweeps) {
    draw(PARTS);
    state.sweep = sweep;
    for (const run of [AT_01, AT_1]) {
      const said = outcome(sweep, run);
      assert.doesNotMatch(said, /least squares:|lowest|best of|ends lower|that works|every rate/);
      assert.match(said, new RegExp(`^(At )?${sweep.learning_rates[run]} `));
    }
  }
  draw([]);
  assert.match(outcome(line, AT_01), /least squares: /);
});

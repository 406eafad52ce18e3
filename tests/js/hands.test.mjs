/* How many guessed what, and what came of it. */
import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { columnsOf, handsInWords } from "#lab/model/hands.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { curtain, reveal } from "#lab/state/curtain.mjs";
import { ANSWERS, clearHands, hands, handsFor, setHands } from "#lab/state/hands.mjs";
import { state } from "#lab/state/store.mjs";

const [line, other] = fixtures.sweeps.map((/** @type {any} */ one) => new Sweep(one.payload));
// The tenth of a decade at which 0.01 and 0.1 stand.
const [AT_01, AT_1] = [20, 30];
const [ARRIVES, FALLS_SHORT, DIVERGES] = ANSWERS.keys();

/** @param {"outcome" | "rate"} question */
function ask(question) {
  Object.assign(hands, { question, of: "", outcomes: {}, rates: {} });
  Object.assign(state, { sweep: line, hidden: new Set(["strip"]) });
  curtain.revealed = { of: "", rates: [] };
}

test("the counts stand on their rates from left to right, and tell nothing before the outcome", () => {
  ask("outcome");
  setHands(0.1, ARRIVES, 4);
  setHands(0.1, DIVERGES, 5);
  setHands(0.01, FALLS_SHORT, 2);
  assert.deepEqual(
    columnsOf(line).map(({ run, total, right }) => [run, total, right]),
    [
      [AT_01, 2, -1],
      [AT_1, 9, -1],
    ],
  );
  assert.equal(handsInWords(line, AT_1), "9 hands");
});

test("the outcome lands on the counts of the revealed rate alone", () => {
  ask("outcome");
  setHands(0.1, ARRIVES, 4);
  setHands(0.1, DIVERGES, 5);
  setHands(0.01, FALLS_SHORT, 1);
  reveal(AT_1);
  assert.equal(line.verdicts[AT_1], "overflow");
  assert.deepEqual(
    columnsOf(line).map(({ right }) => right),
    [-1, DIVERGES],
  );
  assert.equal(handsInWords(line, AT_1), "5 of 9 right");
  assert.equal(handsInWords(line, AT_01), "1 hand");
});

test("hands for rates are counted against the runs that arrive and the best of all", () => {
  ask("rate");
  const ends = line.last_loss
    .slice(0, 41)
    .map((/** @type {number | null} */ loss) => loss ?? Infinity);
  const best = ends.indexOf(Math.min(...ends));
  setHands(line.learning_rates[best], 0, 3);
  setHands(line.learning_rates[AT_1], 0, 7);
  assert.equal(handsInWords(line, AT_1), "10 hands");
  state.hidden.clear();
  assert.equal(handsInWords(line, AT_1), "3 of 10 on rates that get down, 3 on the best");
});

test("no count is below zero, and another sweep is another guess", () => {
  ask("outcome");
  setHands(0.1, ARRIVES, -1);
  setHands(0.1, DIVERGES, NaN);
  assert.deepEqual(columnsOf(line), []);
  setHands(0.1, ARRIVES, 6);
  state.sweep = other;
  assert.deepEqual(handsFor(0.1), [0, 0, 0]);
  setHands(0.1, DIVERGES, 1);
  state.sweep = line;
  assert.deepEqual(columnsOf(line), []);
});

test("clearing takes the hands of the question that is asked", () => {
  ask("outcome");
  setHands(0.1, ARRIVES, 6);
  hands.question = "rate";
  setHands(0.1, 0, 2);
  clearHands();
  assert.deepEqual(handsFor(0.1), [0]);
  hands.question = "outcome";
  assert.deepEqual(handsFor(0.1), [6, 0, 0]);
});

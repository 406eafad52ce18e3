import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import {
  largestThatWorks,
  outcome,
  outcomeName,
  sameEverywhere,
  shadeOf,
  verdictName,
} from "#lab/model/verdicts.mjs";
import { reason } from "#lab/page/explanation.mjs";
import { state } from "#lab/state/store.mjs";

/** @typedef {import("#types").Verdict} Verdict */

const RATES = fixtures.config.stops;
const line = new Sweep(fixtures.sweeps[0].payload);

/**
 * The line's sweep with all runs alike, and changed.
 * @param {Verdict} verdict
 * @param {Partial<Sweep>} change
 * @returns {Sweep}
 */
const alike = (verdict, change = {}) =>
  Object.assign(Object.create(Sweep.prototype), line, {
    verdicts: RATES.map(() => verdict),
    arrived: RATES.map(() => verdict === "converging"),
    levels: RATES.map(() => 0.5),
    last_loss: RATES.map(() => 0.5),
    reference_name: "the lowest here",
    reference_loss: 0.5,
    ...change,
  });

test("an overflow is a divergence whose last epoch is said", () => {
  const names = fixtures.verdicts.map(verdictName);
  assert.deepEqual(
    fixtures.verdicts.filter(
      (/** @type {Verdict} */ one, /** @type {number} */ k) => names[k] !== one,
    ),
    ["overflow", "diverged"],
  );
  assert.deepEqual([verdictName("overflow"), verdictName("diverged")], ["diverges", "diverges"]);
  const at = line.verdicts.indexOf("overflow");
  const said = outcome(line, at);
  assert.match(
    said,
    new RegExp(
      `diverges\\. From epoch ${line.diverged_at[at]} on, .* higher than where it started; `,
    ),
  );
  assert.match(said, new RegExp(`; at epoch ${line.overflow_at[at]} it overflows\\. `));
  // When, why, and what works.
  const works = Math.max(...RATES.filter((/** @type {number} */ rate) => rate < 0.0888));
  assert.ok(said.endsWith(`up the other side. Largest learning rate that works: ${works}.`));
  // Weight decay can put the optimum above the start.
  const decayed = alike("diverged", { reference_name: "ridge regression", reference_loss: 1e9 });
  assert.match(outcome(decayed, 3), /the loss is higher than that of ridge regression/);
});

test("each verdict is a sentence of its own, and where it is every rate's, says what to change", () => {
  const said = fixtures.verdicts.map((/** @type {Verdict} */ one) => outcome(alike(one), 7));
  assert.equal(new Set(said).size, fixtures.verdicts.length);
  for (const text of said) assert.match(text, new RegExp(`^(At )?${RATES[7]} .*\\.$`));
  const advice = fixtures.verdicts.map((/** @type {Verdict} */ one) => sameEverywhere(alike(one)));
  for (const text of advice) assert.match(text, /^The same is true at every rate .*\. .*\.$/);
  assert.equal(sameEverywhere(line), null);
  state.hidden.add("strip");
  assert.equal(sameEverywhere(alike("too slow")), null);
  state.hidden.clear();
});

test("oscillating runs that get down are told from others where both occur", () => {
  const arrived = RATES.map((/** @type {number} */ _, /** @type {number} */ run) => run < 3);
  const mixed = alike("oscillating", { arrived });
  assert.deepEqual(
    [0, 5].map((run) => outcomeName(mixed, run)),
    ["oscillating, gets down", "oscillating"],
  );
  const all = alike("oscillating", { arrived: RATES.map(() => true) });
  assert.equal(outcomeName(all, 0), "oscillating");
  assert.equal(outcomeName(alike("overflow"), 0), "diverges");
});

test("a colour says whether a run got down, whatever it did on the way", () => {
  for (const verdict of fixtures.verdicts) {
    const name = verdictName(verdict);
    assert.equal(shadeOf(verdict, false), name === "diverges" ? "diverged" : "too-slow");
  }
  assert.deepEqual(
    [shadeOf("oscillating", true), shadeOf("converging", true)],
    ["converging", "converging"],
  );
});

test("the largest rate that works has arrived, which no stuck run has", () => {
  const edge = Number(line.stability_edge);
  assert.equal(
    largestThatWorks(line),
    Math.max(...RATES.filter((/** @type {number} */ rate) => rate < edge)),
  );
  assert.equal(largestThatWorks(alike("stuck")), null);
});

test("a network is measured by a rate that is named, or by its start", () => {
  const levels = RATES.map((/** @type {number} */ _, /** @type {number} */ run) =>
    run === 9 ? 0.2 : 0.5,
  );
  const sweep = alike("stalled", { levels, last_loss: levels, reference_loss: 0.2 });
  assert.match(outcome(sweep, 3), new RegExp(`best of all rates: 0\\.2000, at ${RATES[9]}\\)`));
  assert.match(outcome(sweep, 9), /no rate on the slider ends lower\)/);
  const start = alike("oscillating", { reference_loss: 0.3, train_loss: new Float32Array([0.3]) });
  assert.match(outcome(start, 3), /lowest of all rates: 0\.3000, at the start\)/);
  const restless = alike("oscillating", { last_loss: RATES.map(() => 0.7) });
  assert.match(outcome(restless, 3), /train loss up and down around 0\.5000 after /);
});

test("a stuck network is said to be off only where its units can be", () => {
  const words = (/** @type {object} */ change) =>
    outcome(alike("stuck", { settings: { ...line.settings, hidden_units: 4, ...change } }), 3);
  assert.match(words({ activation: "relu" }), /every unit of its hidden layer is off/);
  for (const change of [{ activation: "tanh" }, { activation: "relu", weight_decay: 1 }])
    assert.doesNotMatch(words(change), /is off/);
  const high = { levels: RATES.map(() => 12), train_loss: new Float32Array([4]) };
  assert.match(outcome(alike("stuck", high), 3), /stuck above its start, at 12\.00: /);
  assert.doesNotMatch(words({}), /above/);
});

test("at exactly 2/sharpness the loss neither falls nor grows", () => {
  const at = (/** @type {number} */ sharpness) =>
    reason(
      alike("oscillating", {
        learning_rates: [1],
        start_sharpness: sharpness,
        stability_edge: 2 / sharpness,
      }),
      0,
    );
  for (const sharpness of [2 - 1.2e-7, 2, 2 + 2.4e-7])
    assert.match(
      String(at(sharpness)),
      /^1 × sharpness 2\.000 is 2: .* neither falls nor grows\.$/,
    );
  assert.match(String(at(2.001)), /is more than 2, /);
  assert.match(String(at(1.999)), /^The sharpness, /);
});

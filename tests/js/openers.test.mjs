import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { withOpeners } from "#lab/lib/openers.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { outcome, sameEverywhere } from "#lab/model/verdicts.mjs";

// As much of an element as a button needs.
Object.assign(globalThis.document, { createElement: () => ({ dataset: {}, append: () => {} }) });

/** The settings that a sentence opens. @param {string} sentence */
const opened = (sentence) =>
  withOpeners(sentence).flatMap((part) => (typeof part === "string" ? [] : [part.dataset.opens]));

test("a sentence is the same with its buttons, each of which opens a setting there is", () => {
  const sentence = "Try more epochs, another seed or larger batches.";
  const parts = withOpeners(sentence);
  assert.equal(
    parts.map((part) => (typeof part === "string" ? part : part.textContent)).join(""),
    sentence,
  );
  assert.deepEqual(opened(sentence), ["epochs", "seed", "batch_size"]);
  assert.deepEqual(withOpeners("No more than that."), ["No more than that."]);
});

test("where a sentence of the page advises more epochs, it opens them", () => {
  const line = new Sweep(fixtures.sweeps[0].payload);
  const slow = line.verdicts.indexOf("too slow");
  assert.deepEqual(opened(outcome(line, slow)), ["epochs"]);
  const fields = Object.keys(fixtures.config.fields);
  for (const verdict of fixtures.verdicts) {
    const sweep = Object.assign(Object.create(Sweep.prototype), line, {
      verdicts: line.verdicts.map(() => verdict),
    });
    const advised = opened(String(sameEverywhere(sweep)));
    for (const field of advised) assert.ok(fields.includes(String(field)), field);
    if (verdict === "too slow") assert.deepEqual(advised, ["epochs"]);
  }
});

import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { isAnotherState, queryOf, readLink } from "#lab/model/link.mjs";

const NOTHING = { plane: null, views: [], presented: null, curtain: "", epoch: 0 };

test("links that Python wrote are read as their settings", () => {
  for (const { query, settings } of fixtures.links) {
    const link = readLink(`?${query}`);
    assert.deepEqual(link.problems, []);
    for (const [field, value] of Object.entries(link.settings))
      assert.equal(value, settings[field]);
  }
});

test("links that the page writes are read as they were, and say what Python's say", () => {
  for (const { query, settings } of fixtures.links) {
    const written = queryOf(settings, NOTHING);
    assert.deepEqual(readLink(`?${written}`).settings, readLink(`?${query}`).settings);
    const words = new URLSearchParams(written);
    words.delete("epoch");
    assert.deepEqual(new Set(words.keys()), new Set(new URLSearchParams(query).keys()));
  }
});

test("a link to two classes that names no loss means cross-entropy; squared error is said", () => {
  const lossOf = (/** @type {string} */ search) => readLink(search).settings.loss;
  assert.equal(lossOf("?dataset=circles"), "cross_entropy");
  assert.equal(lossOf("?dataset=circles&loss=squared_error"), "squared_error");
  for (const other of ["", "?dataset=sine", "?dataset=own", "?dataset=nothing"])
    assert.equal(lossOf(other), "squared_error", other);
  const squared = readLink("?dataset=circles&loss=squared_error").settings;
  assert.match(queryOf(squared, NOTHING), /loss=squared_error/);
});

test("a link says what else is on show", () => {
  const { settings } = fixtures.links[0];
  const query = queryOf(
    { ...settings, epochs: 100 },
    {
      plane: { kind: "parameters", first: 0, second: 2 },
      views: ["fit", "compare"],
      presented: ["descent-path", "fit"],
      curtain: "rates",
      epoch: 7,
    },
  );
  const link = readLink(`?${query}`);
  assert.deepEqual(link.plane, { kind: "parameters", first: 0, second: 2 });
  assert.deepEqual([link.cards, link.views], [["fit"], ["compare"]]);
  assert.deepEqual([link.present, link.epoch], [["descent-path", "fit"], 7]);
  assert.equal(link.curtain, "rates");
});

test("each part that means nothing gets a sentence, and the rest is read", () => {
  const link = readLink(
    "?v=2&seed=3&rate=1&epoch=x&plane=parameters+1+1&view=none+nothing&present=all&curtain=all",
  );
  assert.equal(link.settings.seed, 3);
  assert.equal(link.epoch, null);
  assert.deepEqual(link.plane, { kind: "anchored" });
  const said = [
    "newer",
    "named “rate”",
    "Epoch must",
    "two different",
    "“none”",
    "“nothing”",
    "to present",
    "no curtain",
  ];
  assert.equal(link.problems.length, said.length);
  said.forEach((words, k) => assert.ok(link.problems[k].includes(words), link.problems[k]));
});

test("a link that is too long is not read", () => {
  const link = readLink(`?seed=3&x=${"x".repeat(2000)}`);
  assert.equal(link.settings.seed, 0);
  assert.match(link.problems[0], /too long/);
});

test("another training is another state; rate, playhead and views on show are not", () => {
  const now = "?v=1&hidden_units=4&seed=2&learning_rate=0.1&epoch=3";
  for (const same of [
    "?v=1&seed=2&hidden_units=4&epoch=90&learning_rate=0.05&view=fit",
    "?v=1&hidden_units=4&seed=2&present=fit&embed=1",
  ])
    assert.equal(isAnotherState(now, same), false, same);
  for (const other of ["", "?v=1&hidden_units=4", `${now}&plane=random`, `${now}&optimizer=adam`])
    assert.equal(isAnotherState(now, other), true, other);
});

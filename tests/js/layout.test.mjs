import assert from "node:assert/strict";
import test from "node:test";
import "./setup.mjs";
import { ABOVE, USUAL, USUAL_PLACES, areUsual, arrangementOf } from "#lab/state/layout.mjs";

test("the usual views are known in any order, and not where one is missing or another is there", () => {
  assert.ok(areUsual([...USUAL].reverse()));
  assert.ok(!areUsual(USUAL.slice(1)));
  assert.ok(!areUsual([...USUAL, "another"]));
  assert.ok(!areUsual([...USUAL.slice(1), "another"]));
});

test("every usual view above the timeline has a place, large or small", () => {
  assert.deepEqual(
    USUAL_PLACES.toSorted(),
    USUAL.filter((name) => ABOVE.includes(name)).toSorted(),
  );
  assert.ok(!ABOVE.includes("curves"));
});

test("only the usual four have two sizes; up to three views go by their number, others evenly", () => {
  const four = [...USUAL_PLACES].reverse();
  const counts = [0, 1, 2, 3].map((count) => arrangementOf(four.slice(0, count)));
  assert.deepEqual(counts, ["0", "1", "2", "3"]);
  assert.equal(arrangementOf(four), "4");
  assert.equal(arrangementOf([...four.slice(1), "another"]), "many");
  assert.equal(arrangementOf([...four, "another"]), "many");
});

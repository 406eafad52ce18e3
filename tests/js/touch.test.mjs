import assert from "node:assert/strict";
import test from "node:test";
import { Finger } from "#lab/lib/touch.mjs";

/** What a finger means at the end of its way from (100, 100). @param {number[][]} way */
function meaningOf(way) {
  const finger = new Finger({ clientX: 100, clientY: 100 });
  for (const [clientX, clientY] of way) finger.move({ clientX, clientY });
  return finger.meaning;
}

test("a finger sets a value once it has moved sideways, and scrolls once it has moved along", () => {
  assert.equal(meaningOf([]), "open");
  assert.equal(meaningOf([[104, 97]]), "open");
  assert.equal(meaningOf([[109, 104]]), "set");
  assert.equal(meaningOf([[93, 88]]), "scroll");
});

test("what it meant first it goes on to mean", () => {
  const [sideways, along] = [
    [130, 102],
    [101, 160],
  ];
  assert.equal(meaningOf([sideways, along]), "set");
  assert.equal(meaningOf([along, sideways]), "scroll");
});

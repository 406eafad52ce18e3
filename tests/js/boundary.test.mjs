import assert from "node:assert/strict";
import test from "node:test";
import { levelLine } from "#lab/model/boundary.mjs";

/** @typedef {[number, number]} Point */

/** @param {number} size @param {(x: number, y: number) => number} value */
const grid = (size, value) =>
  Float32Array.from({ length: size * size }, (_, k) => value(k % size, Math.floor(k / size)));

/** @param {import("#types").Line} line @returns {[Point, Point][]} */
const pieces = (line) =>
  Array.from({ length: line.length / 3 }, (_, k) => {
    assert.equal(line[3 * k + 2], null);
    return /** @type {[Point, Point]} */ (line.slice(3 * k, 3 * k + 2));
  });

test("a plane's level is a straight line from border to border", () => {
  const found = pieces(
    levelLine(
      grid(9, (x, y) => x - 2 * y + 1),
      9,
      0.25,
    ),
  );
  for (const [x, y] of found.flat()) assert.ok(Math.abs(x - 2 * y + 0.75) < 1e-6);
  const length = found.reduce((sum, [[x, y], [a, b]]) => sum + Math.hypot(a - x, b - y), 0);
  // From x = 0 to 8 and y = 0.375 to 4.375.
  assert.ok(Math.abs(length - Math.hypot(8, 4)) < 1e-5);
});

test("a circle is closed, and as long as a circle", () => {
  const found = pieces(
    levelLine(
      grid(65, (x, y) => Math.hypot(x - 32, y - 32)),
      65,
      20.3,
    ),
  );
  for (const [x, y] of found.flat()) assert.ok(Math.abs(Math.hypot(x - 32, y - 32) - 20.3) < 0.02);
  const length = found.reduce((sum, [[x, y], [a, b]]) => sum + Math.hypot(a - x, b - y), 0);
  assert.ok(Math.abs(length / (2 * Math.PI * 20.3) - 1) < 1e-3);
  const ends = found.flat().map((point) => point.map((part) => part.toFixed(6)).join());
  for (const end of ends) assert.equal(ends.filter((other) => other === end).length, 2);
});

test("at a saddle the middle decides which corners are cut off", () => {
  const corners = (/** @type {number} */ first) => Float32Array.of(first, -1, -1, first);
  // Which corner of the cell each piece is around: the nearest to its middle.
  const around = (/** @type {number} */ first) =>
    pieces(levelLine(corners(first), 2, 0))
      .map(([[x, y], [a, b]]) => `${Math.round((x + a) / 2)},${Math.round((y + b) / 2)}`)
      .sort();
  assert.deepEqual(around(3), ["0,1", "1,0"]);
  assert.deepEqual(around(0.5), ["0,0", "1,1"]);
});

test("no line where nothing crosses, or where numbers have overflowed", () => {
  assert.deepEqual(
    levelLine(
      grid(5, () => 1),
      5,
      0,
    ),
    [],
  );
  assert.deepEqual(
    levelLine(
      grid(5, (x) => (x > 2 ? Infinity : NaN)),
      5,
      0,
    ),
    [],
  );
});

import assert from "node:assert/strict";
import test from "node:test";
import { arrowTo, clampElevation, farBeyond } from "#lab/lib/geometry.mjs";

/** Across and down, as pixels count. @type {Record<string, [number, number]>} */
const WAYS = { "←": [-1, 0], "→": [1, 0], "↑": [0, -1], "↖": [-1, -1], "↗": [1, -1] };

test("an arrow leads from the picture to the point", () => {
  const area = { left: 40, right: 240, top: 10 };
  for (const x of [-1e5, 39, 40, 130, 240, 241, 1e5]) {
    for (const y of [-1e5, 9, 10, 100]) {
      const nearest = [Math.min(Math.max(x, area.left), area.right), Math.max(y, area.top)];
      const way = [Math.sign(x - nearest[0]), Math.sign(y - nearest[1])];
      if (way.some(Boolean)) assert.deepEqual(WAYS[arrowTo(area, [x, y])], way, `${x}, ${y}`);
    }
  }
});

test("how far beyond a picture a point lies is counted in pictures", () => {
  const area = { left: 40, right: 240, top: 10, bottom: 110 };
  assert.deepEqual(farBeyond(area, [41, 109]), { widths: 0, heights: 0 });
  assert.deepEqual(farBeyond(area, [640, 360]), { widths: 2, heights: 2.5 });
  assert.deepEqual(farBeyond(area, [-60, -290]), { widths: 0.5, heights: 3 });
});

test("an eye stays as far off, between 5 and 85 degrees above the ground", () => {
  const center = { x: 0.1, y: -0.2, z: -0.3 };
  const seen = (/** @type {Record<string, number>} */ eye) => {
    const [x, y, z] = ["x", "y", "z"].map((axis) => eye[axis] - /** @type {any} */ (center)[axis]);
    return {
      far: Math.hypot(x, y, z),
      elevation: (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI,
      way: Math.atan2(y, x),
    };
  };
  for (const [z, elevation] of [
    [-1.3, 5],
    [20, 85],
  ]) {
    const eye = { x: 1.1, y: 0.8, z };
    const moved = clampElevation(eye, center);
    assert.ok(moved);
    const [before, after] = [seen(eye), seen(moved)];
    assert.ok(Math.abs(after.far - before.far) < 1e-9);
    assert.ok(Math.abs(after.way - before.way) < 1e-9);
    assert.ok(Math.abs(after.elevation - elevation) < 1e-9);
  }
  assert.equal(clampElevation({ x: 1.1, y: 0.8, z: 0.7 }, center), null);
  assert.ok(
    Math.abs(seen(clampElevation({ ...center, z: 2 }, center) ?? {}).elevation - 85) < 1e-9,
  );
});

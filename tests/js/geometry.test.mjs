import assert from "node:assert/strict";
import test from "node:test";
import { arrowTo } from "#lab/lib/geometry.mjs";

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

import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { floats } from "#lab/lib/arrays.mjs";
import { contourLine } from "#lab/model/contour.mjs";
import { trainLoss } from "#lab/model/network.mjs";
import { Sweep } from "#lab/model/sweep.mjs";

/** @type {Sweep[]} */
const sweeps = fixtures.sweeps.map((/** @type {any} */ { payload }) => new Sweep(payload));
const bowls = sweeps.filter(({ bowl }) => bowl);
const grids = sweeps.filter(({ bowl }) => !bowl);

/**
 * The true train loss at a point of a sweep's plane.
 * @param {Sweep} sweep
 */
function lossOn(sweep) {
  const { origin, directions } = sweep.plane;
  const ways = floats(directions);
  return (/** @type {number[]} */ [u, v]) =>
    trainLoss(
      sweep,
      Float64Array.from(origin, (at, k) => at + u * ways[k] + v * ways[origin.length + k]),
    );
}

/** Points all over a box, the same in each run. @param {any} box @param {number} count */
const pointsIn = ({ first, second }, count) =>
  Array.from({ length: count }, (_, k) => {
    const shares = [0.7548776662466927, 0.5698402909980532].map((step) => ((k + 1) * step) % 1);
    return [first, second].map(([low, high], axis) => low + shares[axis] * (high - low));
  });

/** Whether a point is in an area, by how often a ray crosses its border.
 * @param {number[]} point
 * @param {number[][]} corners */
const isIn = ([x, y], corners) =>
  corners.filter(([a, b], k) => {
    const [c, d] = corners.at(k - 1) ?? [];
    return b > y !== d > y && x < a + ((y - b) / (d - b)) * (c - a);
  }).length %
    2 ===
  1;

test("the borders of a bowl's areas have their level's loss, and all below it is in them", () => {
  assert.ok(bowls.length > 1);
  for (const sweep of bowls) {
    const loss = lossOn(sweep);
    const [{ contours }, ...rest] = sweep.views["descent-path"].data;
    const areas = rest.filter((trace) => trace.fill).slice(1);
    const levels = areas.map((_, k) => 10 ** (contours.end - k * contours.size));
    const points = pointsIn(sweep.box, 500);
    assert.ok(areas.length > 10);
    areas.forEach(({ x, y }, k) => {
      const corners = x.map((/** @type {number} */ first, /** @type {number} */ at) => [
        first,
        y[at],
      ]);
      for (const point of points)
        if (Math.abs(loss(point) / levels[k] - 1) > 1e-3)
          assert.equal(isIn(point, corners), loss(point) < levels[k]);
      for (const [u, v] of corners) {
        const { first, second } = sweep.box;
        const isShown = u > first[0] && u < first[1] && v > second[0] && v < second[1];
        if (isShown) assert.ok(Math.abs(loss([u, v]) / levels[k] - 1) < 1e-4);
      }
    });
  }
});

test("a valley ten thousand times as long as it is wide is one area, as far as the picture goes", () => {
  const box = { first: [-1, 1], second: [-1, 1], height: 1 };
  const [cos, sin] = [Math.cos(0.4), Math.sin(0.4)];
  for (const flattest of [1e-8, 0]) {
    const mixed = (1 - flattest) * sin * cos;
    const hessian = [
      [cos * cos + flattest * sin * sin, mixed],
      [mixed, sin * sin + flattest * cos * cos],
    ];
    const line = contourLine({ hessian, minimum: [0.1, 0], loss: 0 }, 5e-7, box);
    // Across the valley, where x . H x / 2 is the level, its border is 0.001 from its middle.
    for (const far of [-0.9, 0, 0.9])
      for (const side of [-0.00101, -0.00099, 0.00099, 0.00101]) {
        const point = [0.1 + side * cos - far * sin, side * sin + far * cos];
        assert.equal(isIn(point, line), Math.abs(side) < 0.001, `${far} ${side} ${flattest}`);
      }
  }
});

test("of a network each point lies between the contours between which its loss is", () => {
  assert.ok(grids.length > 1);
  for (const sweep of grids) {
    const loss = lossOn(sweep);
    const [{ x, y, z, zmax, contours }] = sweep.views["descent-path"].data;
    const heights = new Float32Array(z.bdata);
    const drawn = (/** @type {number} */ u, /** @type {number} */ v) => {
      const [column, row] = [cellOf(x, u), cellOf(y, v)];
      const [s, t] = [column % 1, row % 1];
      const at = Math.floor(row) * x.length + Math.floor(column);
      const along = (/** @type {number} */ from) => (1 - s) * heights[from] + s * heights[from + 1];
      return (1 - t) * along(at) + t * along(at + x.length);
    };
    for (const [u, v] of pointsIn(sweep.box, 3000)) {
      const truth = Math.log10(loss([u, v]));
      const gap = Math.abs(drawn(u, v) - truth) / contours.size;
      assert.ok(gap < 0.25 || truth > zmax - contours.size, `${gap} of a level at ${u}, ${v}`);
    }
  }
});

test("where a network's contours cross the lines of the grid, the loss is their level", () => {
  for (const sweep of grids) {
    const loss = lossOn(sweep);
    const [{ x, y, z, zmax, contours }] = sweep.views["descent-path"].data;
    const heights = new Float32Array(z.bdata);
    const gaps = [];
    for (let at = 0; at < heights.length - 1; at += 7) {
      const [row, column] = [Math.floor(at / x.length), at % x.length];
      const [from, to] = [heights[at], heights[at + 1]];
      const step = Math.ceil((Math.min(from, to) - contours.start) / contours.size);
      const level = contours.start + step * contours.size;
      if (column > x.length - 2 || level >= Math.max(from, to) || level > zmax - contours.size)
        continue;
      const place = x[column] + ((level - from) / (to - from)) * (x[column + 1] - x[column]);
      gaps.push(Math.abs(Math.log10(loss([place, y[row]])) - level) / contours.size);
    }
    assert.ok(gaps.length > 100);
    // Rectified units fold the loss, between whose folds a polynomial follows it.
    const most = sweep.settings.activation === "relu" ? 0.1 : 0.008;
    assert.ok(Math.max(...gaps) < most, `${Math.max(...gaps)} of a level`);
  }
});

/** The place of a value on evenly spaced ones.
 * @param {number[]} values
 * @param {number} value */
const cellOf = (values, value) =>
  ((value - values[0]) / (values[values.length - 1] - values[0])) * (values.length - 1);

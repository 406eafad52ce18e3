import assert from "node:assert/strict";
import test from "node:test";
import { logTicks } from "#lab/lib/ticks.mjs";
import { lowestRate, stepCurve } from "#lab/model/step-curve.mjs";

const AT_REST = { samples: 97, halvings: 24 };

/** Along a slope of a parabola the loss is least at 1 / curvature and back at its height at twice
 * that. @param {number} curvature @param {number} slope @param {number} now */
const parabola = (curvature, slope = -1, now = 300) => ({
  now,
  slope,
  after: (/** @type {number} */ rate) =>
    now + slope * rate + Math.abs(slope) * ((curvature * rate ** 2) / 2),
});

test("the axis of learning rates begins a decade below the steps that lower the loss", () => {
  const begins = [1e-3, 1, 22.5, 1.9e4, 2.1e4, 656e3, 3e9, 7e12].map((curvature) => {
    const step = parabola(curvature, -curvature, 300);
    const lowest = lowestRate(step);
    const { best, rise } = stepCurve(step, [lowest, 1], AT_REST);
    if (curvature > 1) {
      assert.ok(Math.abs(Number(best) * curvature - 1) < 1e-3, `${best} of ${curvature}`);
      assert.ok(Math.abs((Number(rise) * curvature) / 2 - 1) < 1e-3, `${rise} of ${curvature}`);
    }
    return lowest;
  });
  assert.deepEqual(begins, [1e-4, 1e-4, 1e-4, 1e-5, 1e-6, 1e-7, 1e-11, 1e-14]);
});

test("a step that no rate makes good leaves the axis as it is", () => {
  for (const step of [parabola(1e9, 1), parabola(0, 0), { ...parabola(1, 1), after: () => NaN }])
    assert.equal(lowestRate(step), 1e-4);
  // Nor does what rounding adds at a minimum.
  assert.equal(lowestRate({ now: 1, slope: -1e-12, after: () => 1 + 1e-12 }), 1e-4);
  assert.equal(stepCurve(parabola(1, 1), [1e-4, 1], AT_REST).best, null);
});

test("what rounding changes of a loss is no rise and no fall", () => {
  const after = (/** @type {number} */ rate) => 0.03 * (1 + 1e-12 * Math.sin(1e3 * rate));
  const { best, rise, fall } = stepCurve({ now: 0.03, slope: 0, after }, [1e-4, 1], AT_REST);
  assert.deepEqual([best, rise, fall], [null, null, null]);
});

test("where the loss falls on to the end of the axis, the best rate is the last", () => {
  for (const [curvature, best] of [
    [0.1, 1],
    [1.01, 1 / 1.01],
  ]) {
    const curve = stepCurve(parabola(curvature), [1e-4, 1], AT_REST);
    assert.ok(Math.abs(Number(curve.best) - best) < 1e-3);
    assert.equal(curve.fallsOn, best === 1);
  }
});

test("a long axis names every other decade", () => {
  assert.equal(logTicks([1e-5, 10]).length, 7);
  assert.deepEqual(logTicks([1e-9, 10]), [1e-8, 1e-6, 1e-4, 1e-2, 1]);
});

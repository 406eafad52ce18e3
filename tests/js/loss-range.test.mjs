import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import { headline } from "#lab/model/headline.mjs";
import { RISE, lossRange } from "#lab/model/loss-range.mjs";
import { bestOf, rateLosses } from "#lab/model/rate-losses.mjs";
import { Sweep } from "#lab/model/sweep.mjs";

const sweeps = fixtures.sweeps.map((/** @type {any} */ { payload }) => new Sweep(payload));
const [line] = sweeps;
const RUNS = 41;

test("the axis of losses has every run that never rises, and leaves out what rises far", () => {
  for (const sweep of sweeps) {
    const [low, high] = lossRange(sweep, RUNS);
    const start = sweep.train_loss[0];
    assert.ok(Math.abs(10 ** high - RISE * start) < 1e-6 * start);
    const frames = sweep.epochs.length;
    for (let run = 0; run < RUNS; run++) {
      const losses = [...sweep.train_loss.slice(run * frames, (run + 1) * frames)];
      if (losses.every((loss) => loss <= start))
        assert.ok(losses.every((loss) => Math.log10(loss) > low && Math.log10(loss) < high));
    }
  }
});

test("all rates start equal and the best is the lowest end", () => {
  const { now, ends, best, rates } = rateLosses(line, 0);
  assert.equal(rates.length, RUNS);
  assert.ok(now.every((loss) => loss === now[0]));
  assert.equal(ends[best], Math.min(...ends.map((loss) => loss ?? Infinity)));
});

test("the star stands on a run that got down, with weight decay on one that went all the way", () => {
  const settings = { ...line.settings, weight_decay: 0 };
  const ends = { last_loss: [0.3, 0.05, 0.08, 0.0871, null], reference_loss: 0.0872 };
  const of = (/** @type {object} */ change) =>
    bestOf(/** @type {any} */ ({ ...ends, settings, reference_name: "ridge", ...change }));
  assert.equal(of({ arrived: [false, true, true, true, false] }), 1);
  assert.equal(of({ arrived: [false, false, true, true, false] }), 2);
  assert.equal(of({ arrived: [false, false, false, false, false] }), 1);
  const decayed = {
    settings: { ...settings, weight_decay: 1 },
    arrived: [false, true, true, true],
  };
  assert.equal(of(decayed), 3);
  assert.equal(of({ ...decayed, reference_name: "the lowest here" }), 1);
  assert.equal(of({ last_loss: [null, null], arrived: [false, false] }), -1);
});

test("between the epochs that a sweep keeps the nearest one's losses are shown", () => {
  const epochs = /** @type {number[]} */ (line.epochs);
  const wide = epochs.findIndex((epoch, k) => k > 0 && epoch - epochs[k - 1] > 2);
  assert.equal(rateLosses(line, epochs[wide] - 1).epoch, epochs[wide]);
  assert.equal(rateLosses(line, epochs[wide - 1] + 1).epoch, epochs[wide - 1]);
});

test("the headline names the data and the model", () => {
  const of = (
    /** @type {number} */ count,
    /** @type {any} */ settings,
    predictors = 1,
    /** @type {any} */ more = {},
  ) =>
    headline(
      /** @type {any} */ ({ settings, predictors, products: [], targets: Array(count), ...more }),
    ).split(".")[0];
  assert.equal(of(10, { hidden_units: 0 }), "Ten points, one line");
  assert.equal(
    of(60, { hidden_units: 1, hidden_layers: 1 }),
    "60 points, a network of 1 hidden unit",
  );
  assert.equal(
    of(60, { hidden_units: 8, hidden_layers: 3 }),
    "60 points, three layers of 8 hidden units",
  );
  assert.equal(of(442, { hidden_units: 0 }, 10), "442 examples, one weight for each of 10 columns");
  const classes = ["outside", "inside"];
  const squares = [
    [0, 0],
    [1, 1],
  ];
  assert.equal(
    of(200, { hidden_units: 0 }, 2, { classes }),
    "200 points, two classes, one straight boundary",
  );
  assert.equal(
    of(200, { hidden_units: 0 }, 4, { classes, products: squares }),
    "200 points, two classes, one curved boundary",
  );
  assert.equal(
    of(200, { hidden_units: 8, hidden_layers: 2 }, 2, { classes }),
    "200 points, two classes, two layers of 8 hidden units",
  );
  assert.equal(
    of(569, { hidden_units: 0 }, 10, { classes }),
    "569 examples, two classes, one weight for each of 10 columns",
  );
});

/* What the fits read that are drawn from parameters: a plane of two predictors, the probability
   over one, and strips. */
import { format } from "#lab/lib/format.mjs";
import { classOf, isWrong, outputsOf, saidBy } from "#lab/model/classes.mjs";
import { predict } from "#lab/model/network.mjs";
import { drawnParams, withProducts } from "#lab/model/plane-map.mjs";
import { isInside } from "#lab/views/canvas.mjs";
import { placesOf, scaleTitle } from "#lab/views/heat-map.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { fitPixels } from "#lab/views/pins.mjs";
import { stripPoints } from "#lab/views/probability.mjs";
import { heightAt } from "#lab/views/residuals.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Readout} Readout
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 * @typedef {import("#lab/views/readings.mjs").Readings} Readings
 */

// Places along either side that the arrow keys reach.
const KEYED = 21;

/** @param {number} value */
const say = (value) => format(value, 4);

/** Two predictors by name. @param {Sweep} sweep @param {number[]} values in their own units */
const placeWords = ({ predictor_names: names }, values) =>
  values.map((value, k) => `${names[k]} ${say(value)}`).join(", ");

/**
 * What an example is, and what an output says of it.
 * @param {Sweep} sweep
 * @param {number} i
 * @param {number} output
 */
function exampleWords(sweep, i, output) {
  const said = `${scaleTitle(sweep)} ${say(saidBy(sweep, output))}`;
  if (!sweep.classes) return [`observed ${say(sweep.targetIn(sweep.targets[i]))}`, said];
  const which = classOf(sweep, i);
  const wrong = isWrong(sweep, output, i) ? ", on the wrong side" : "";
  return [`class ${sweep.classes[which]}${wrong}`, said];
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readPlane(overlay, sweep, moment) {
  const axes = flatAxes(overlay);
  const params = drawnParams(moment);
  if (!params) return { points: [] };
  const outputs = outputsOf(sweep, params);
  const points = placesOf(axes, sweep, sweep.inputs).map((at, i) => ({
    at,
    lines: [
      placeWords(sweep, [axes.toX(at[0]), axes.toY(at[1])]),
      ...exampleWords(sweep, i, outputs[i]),
    ],
  }));
  const ground = (/** @type {Point} */ at) =>
    isInside(axes, at) ? groundAt(axes, sweep, params, at) : null;
  const lattice = Array.from({ length: KEYED ** 2 }, (_, k) => latticePoint(axes, k));
  return {
    points,
    ground,
    keyed: { columns: KEYED, points: lattice.map((at) => groundAt(axes, sweep, params, at)) },
  };
}

/** @param {Axes} axes @param {number} k from the lower left corner, row by row @returns {Point} */
function latticePoint({ left, right, top, bottom }, k) {
  const [across, up] = [k % KEYED, Math.floor(k / KEYED)].map((place) => place / (KEYED - 1));
  return [left + across * (right - left), bottom - up * (bottom - top)];
}

/**
 * What the model says at a place.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {Numbers} params
 * @param {Point} at in pixels
 */
function groundAt(axes, sweep, params, at) {
  const known = [axes.toX(at[0]), axes.toY(at[1])];
  const said = saidAt(sweep, params, known);
  return { at, lines: [placeWords(sweep, known), `${scaleTitle(sweep)} ${say(said)}`] };
}

/**
 * A probability or a prediction at a place of the plane.
 * @param {Sweep} sweep
 * @param {Numbers} params
 * @param {number[]} known in the units of the data
 */
export function saidAt(sweep, params, known) {
  const inputs = known.map((value, predictor) => sweep.inputFrom(value, predictor));
  return saidBy(sweep, predict(sweep, params, withProducts(sweep, inputs)));
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readStrips(overlay, sweep, moment) {
  const axes = flatAxes(overlay);
  const params = drawnParams(moment);
  if (!params) return { points: [] };
  const outputs = outputsOf(sweep, params);
  const points = stripPoints(axes, sweep, outputs).map((at, i) => ({
    at,
    lines: [`example ${i + 1}`, ...exampleWords(sweep, i, outputs[i])],
  }));
  return { points: points.toSorted((a, b) => a.at[0] - b.at[0]) };
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readProbability(overlay, sweep, { track, index }) {
  const axes = flatAxes(overlay);
  const curve = fitPixels(axes, sweep, { line: [], fit: track.fit, index });
  const name = sweep.predictor_names[0];
  const logit = (/** @type {number} */ share) => Math.log(share / (1 - share));
  const points = Array.from(sweep.targets, (target, i) => {
    const x = sweep.inputIn(sweep.inputs[i]);
    const at = /** @type {Point} */ ([axes.x(x), axes.y(sweep.targetIn(target))]);
    const share = Math.min(Math.max(axes.toY(heightAt(curve, at[0])), 0), 1);
    return { at, lines: [`${name} ${say(x)}`, ...exampleWords(sweep, i, logit(share))] };
  });
  return {
    points: points.toSorted((a, b) => a.at[0] - b.at[0]),
    ground([x, y]) {
      const at = /** @type {Point} */ ([x, heightAt(curve, x)]);
      const lines = [`${name} ${say(axes.toX(x))}`, `${scaleTitle(sweep)} ${say(axes.toY(at[1]))}`];
      return isInside(axes, at) && isInside(axes, [x, y]) ? { at, lines } : null;
    },
  };
}

/* A model whose parameters were set by hand, as a run of one epoch: every view can show it. */
import { floats } from "#lab/lib/arrays.mjs";
import { probability, wrongOf } from "#lab/model/classes.mjs";
import { gradient, predict, trainLoss } from "#lab/model/network.mjs";
import { Track } from "#lab/model/track.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Numbers} Numbers
 */

// What a pixel of a drag changes of a number up to 10; of a larger one, as many times more.
const STEP = 0.005;
// An arrow key is as much as so many pixels.
const PIXELS_OF_KEY = 10;

/** @param {number} value */
const stepOf = (value) => STEP * Math.max(1, 10 ** Math.floor(Math.log10(Math.abs(value) || 1)));

/**
 * A number after a drag of so many pixels, to as many digits as a pixel makes a difference to.
 * @param {number} value where the drag began
 * @param {number} pixels
 */
export function draggedTo(value, pixels) {
  const step = stepOf(value);
  return Number((Math.round((value + pixels * step) / step) * step).toPrecision(12));
}

/** A number after an arrow key. @param {number} value @param {number} way */
export const keyedTo = (value, way) => draggedTo(value, way * PIXELS_OF_KEY);

/**
 * What the model predicts at the places at which the sweep's fits are drawn.
 * @param {Sweep} sweep
 * @param {Numbers} params
 */
function fitOf(sweep, params) {
  const { fit, inputs, targets, predictors, isProbability } = sweep;
  if (!fit) return null;
  const at = (/** @type {Numbers} */ input) => {
    const output = predict(sweep, params, input);
    return isProbability ? probability(output) : output;
  };
  if (predictors === 1) return Float32Array.from(fit.places, (place) => at([place]));
  // With several predictors a place is the target of one of the examples.
  const free = new Set(targets.keys());
  return Float32Array.from(fit.places, (place) => {
    const i = [...free].find((one) => targets[one] === place) ?? targets.indexOf(place);
    free.delete(i);
    return at(inputs.subarray(i * predictors, (i + 1) * predictors));
  });
}

/**
 * The slopes of the loss along the plane's directions, and how far from the plane the point is.
 * @param {Sweep} sweep
 * @param {Float32Array} params
 * @param {Float32Array} gradients
 * @param {Float32Array} coordinates
 */
function onPlane({ plane }, params, gradients, coordinates) {
  const directions = floats(plane.directions);
  const [first, second] = [0, 1].map((way) =>
    directions.subarray(way * params.length, (way + 1) * params.length),
  );
  const slopes = [first, second].map((direction) =>
    direction.reduce((sum, part, k) => sum + part * gradients[k], 0),
  );
  const square = params.reduce((sum, param, k) => {
    const there = plane.origin[k] + coordinates[0] * first[k] + coordinates[1] * second[k];
    return sum + (param - there) ** 2;
  }, 0);
  return { slopes: Float32Array.from(slopes), offPlane: Float32Array.of(Math.sqrt(square)) };
}

/** @param {Sweep} sweep @param {Float32Array} params */
const accuracyOf = (sweep, params) =>
  Float32Array.of(1 - wrongOf(sweep, params).length / sweep.targets.length);

/**
 * The run that these parameters are at an epoch.
 * @param {Sweep} sweep
 * @param {Float32Array} params
 * @param {number} epoch
 */
export function trackOf(sweep, params, epoch) {
  const gradients = Float32Array.from(gradient(sweep, params));
  const coordinates = sweep.project(params);
  return new Track({
    epochs: [epoch],
    length: 1,
    end: sweep.end,
    overflowAt: -1,
    isPlain: sweep.is_plain,
    loss: Float32Array.of(trainLoss(sweep, params)),
    accuracy: sweep.classes && accuracyOf(sweep, params),
    coordinates,
    ...onPlane(sweep, params, gradients, coordinates),
    fit: fitOf(sweep, params),
    params,
    gradients,
  });
}

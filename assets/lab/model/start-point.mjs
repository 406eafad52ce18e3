/* A start set by hand: its text in settings and links, and what is true of a line put there before
   the server has trained from it. See app/domain/start_point.py. */
import { plain } from "#lab/lib/format.mjs";
import { trackOf } from "#lab/model/by-hand.mjs";
import { Track } from "#lab/model/track.mjs";
import { config } from "#lab/state/config.mjs";

/**
 * @typedef {import("#types").StartPoint} StartPoint
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

/** The parts of a start, or null for the seed's own. @param {string} text
 * @returns {StartPoint | null} */
export function startOf(text) {
  if (!text) return null;
  const parts = text.split(",");
  const [first, second] = parts.slice(-2).map(Number);
  return { plane: parts.slice(0, -2).join(), first, second };
}

/** @param {StartPoint} point */
export function startText({ plane, first, second }) {
  const numbers = [first, second].map((one) => plain(one).replace(/^-0$/, "0"));
  return [...(plane ? [plane] : []), ...numbers].join();
}

/** A point that a hand has reached, within what a start may be.
 * @param {number[]} point
 * @param {boolean} isLine
 * @returns {[number, number]} */
export function withinLimits(point, isLine) {
  const most = isLine ? config.start.parameter : config.start.coordinate;
  const [first, second] = point.map((one) => Math.min(Math.max(one, -most), most));
  return [first, second];
}

/**
 * The plane whose points can be a start: nothing for a line, whose parameters are seen themselves;
 * null where what is on show is not a plane of the seed's own sweep.
 * @param {Pick<Sweep, "plane" | "planeChoice" | "settings">} sweep
 */
export function planeOf({ plane, planeChoice, settings }) {
  if (plane.is_exact) return "";
  const isOfNewSweep = settings.start !== "" && planeChoice !== null;
  return !isOfNewSweep && config.start.planes.includes(plane.kind) ? plane.kind : null;
}

/** A value with no more digits than steps of this size need. @param {number} value
 * @param {number} step */
export function roundedTo(value, step) {
  const digits = Math.min(Math.max(Math.ceil(-Math.log10(step)), 0), 10);
  return Number(value.toFixed(digits));
}

/**
 * The line through two points, rounded to what makes less than a step of difference at them.
 * @param {number[]} inputs
 * @param {number[]} targets
 * @param {number} step
 * @returns {[number, number]} weight and bias
 */
export function lineThrough(inputs, targets, step) {
  const slope = (targets[1] - targets[0]) / (inputs[1] - inputs[0]);
  const farthest = Math.max(1, ...inputs.map(Math.abs));
  const weight = roundedTo(slope, step / farthest);
  const bias = (targets[0] + targets[1] - weight * (inputs[0] + inputs[1])) / 2;
  return withinLimits([weight, roundedTo(bias, step)], true);
}

/**
 * A run of one epoch at a weight and a bias. The loss of a line is known everywhere, by a formula.
 * @param {Sweep} sweep
 * @param {number} weight
 * @param {number} bias
 */
export function trackAt(sweep, weight, bias) {
  if (!sweep.bowl) return trackOf(sweep, Float32Array.of(weight, bias), 0);
  const { hessian, minimum, loss } = sweep.bowl;
  const away = [weight - minimum[0], bias - minimum[1]];
  const slopes = hessian.map((row) => row[0] * away[0] + row[1] * away[1]);
  const coordinates = Float32Array.of(weight, bias);
  const gradients = Float32Array.from(slopes);
  return new Track({
    epochs: [0],
    length: 1,
    end: sweep.end,
    overflowAt: -1,
    isPlain: sweep.is_plain,
    loss: Float32Array.of(loss + (slopes[0] * away[0] + slopes[1] * away[1]) / 2),
    coordinates,
    slopes: gradients,
    ...sweep.asParams(coordinates, gradients),
  });
}

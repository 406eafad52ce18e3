/* What a model of two predictors predicts all over the plane of its inputs. */
import { Batch, workOf } from "#lab/model/batch.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").Numbers} Numbers
 */

// Places along either side of the plane: of a picture that moves, and of one at rest. A large
// network has fewer, so that a frame takes no more than so many products.
export const FINE = 64;
export const FINEST = 128;
const COARSEST = 12;
const PRODUCTS = 1.2e6;
const PRODUCTS_AT_REST = 1e7;

/** How many places along a side a frame can afford. @param {Sweep} sweep @param {number} models
 * that are drawn */
export const affordedSide = (sweep, models = 1) =>
  sideFor(sweep, PRODUCTS / models, COARSEST, FINE);

/** The same once nothing moves. @param {Sweep} sweep */
export const restingSide = (sweep) => sideFor(sweep, PRODUCTS_AT_REST, FINE, FINEST);

/**
 * @param {Sweep} sweep
 * @param {number} products
 * @param {number} fewest
 * @param {number} most
 */
const sideFor = (sweep, products, fewest, most) =>
  Math.max(fewest, Math.min(most, Math.floor(Math.sqrt(products / workOf(sweep)))));

/**
 * A grid of places, row by row from the highest second predictor down, as pictures are painted.
 * @param {Sweep} sweep
 * @param {number[][]} ranges of the picture, in the units of the data
 * @param {number} side
 */
export function gridOf(sweep, ranges, side) {
  const inputs = new Float32Array(side * side * sweep.predictors);
  const [across, up] = ranges.map(([low, high], predictor) =>
    Array.from({ length: side }, (_, k) =>
      sweep.inputFrom(low + (k / (side - 1)) * (high - low), predictor),
    ),
  );
  for (let place = 0; place < side * side; place++) {
    const at = [across[place % side], up[side - 1 - Math.floor(place / side)]];
    inputs.set(withProducts(sweep, at), place * sweep.predictors);
  }
  return new Batch(sweep, inputs);
}

/** Two predictors with the products of them that the model gets too. @param {Sweep} sweep
 * @param {number[]} at as trained on */
export const withProducts = ({ products }, at) => [
  ...at,
  ...products.map(([one, other]) => at[one] * at[other]),
];

/**
 * The parameters of the model that is drawn, mixed on the way between two epochs; null where they
 * are not known until the run has been inspected.
 * @param {Snapshot} moment
 */
export function drawnParams({ track, index, glide }) {
  if (!glide) return track.drawnParamsAt(index);
  const [from, to] = [track.drawnParamsAt(glide.from), track.drawnParamsAt(glide.to)];
  return from && to && from.map((param, k) => param + glide.share * (to[k] - param));
}

/* One run's numbers over some epochs: the sweep's frames, or every epoch once it was inspected. */

/**
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").Values} Values
 * @typedef {object} Parts arrays along the epochs; null where a run has nothing of the kind
 * @property {ArrayLike<number>} epochs
 * @property {number} length how many of them are finite
 * @property {number} end the last epoch of the training
 * @property {number} overflowAt the epoch of an overflow; -1 for none
 * @property {boolean} isPlain whether each step follows the gradient itself
 * @property {Float32Array} loss
 * @property {Float32Array} coordinates (epoch, 2) on the plane
 * @property {Float32Array} slopes (epoch, 2) along its directions
 * @property {Float32Array | null} [offPlane] the distance from the plane
 * @property {Float32Array | null} [validation]
 * @property {Float32Array | null} [accuracy] the share of the examples that are right
 * @property {Float32Array | null} [validationAccuracy]
 * @property {Float32Array | null} [fit] (epoch, place)
 * @property {Float32Array | null} [params] (epoch, param); not there until the run is inspected
 * @property {{params: Float32Array, frames: number[]} | null} [thinned] the same at some indices,
 *   with the few digits that a picture shows
 * @property {Float32Array | null} [gradients]
 * @property {Float32Array | null} [updates] the direction of the next step at learning rate 1
 * @property {Values | null} [batches] (epoch, example) of the next step
 * @property {Float32Array | null} [rateFactors] what the schedule makes of the learning rate
 */

export class Track {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    this.epochs = parts.epochs;
    this.length = parts.length;
    this.end = parts.end;
    this.overflowAt = parts.overflowAt;
    this.loss = parts.loss;
    this.validation = parts.validation ?? null;
    this.accuracy = parts.accuracy ?? null;
    this.validationAccuracy = parts.validationAccuracy ?? null;
    this.fit = parts.fit ?? null;
    this.params = parts.params ?? null;
    this.batches = parts.batches ?? null;
    this.offPlane = parts.offPlane ?? null;
  }

  /** All parameters at an index, and their gradient; null until the run has been inspected.
   * @param {number} index */
  paramsAt(index) {
    return row(this.parts.params, this.length, index);
  }
  /** Those of which the model is drawn: until the run has been inspected, of the nearest index that
   * the sweep has. @param {number} index */
  drawnParamsAt(index) {
    const { thinned } = this.parts;
    if (this.params || !thinned) return this.paramsAt(index);
    const { params, frames } = thinned;
    let k = frames.findLastIndex((frame) => frame <= index);
    const next = frames[k + 1];
    if (next < this.length && next - index < index - frames[k]) k++;
    return row(params, frames.length, k);
  }
  /** @param {number} index */
  gradientsAt(index) {
    return row(this.parts.gradients, this.length, index);
  }

  /** Where the next step goes at learning rate 1, as the optimizer has it.
   * @param {number} index */
  directionAt(index) {
    const { updates, isPlain } = this.parts;
    if (updates) return row(updates, this.length, index);
    return isPlain ? (this.gradientsAt(index)?.map((part) => -part) ?? null) : null;
  }

  /** What the schedule makes of the learning rate in that step. @param {number} index */
  factorAt(index) {
    return this.parts.rateFactors?.[index] ?? 1;
  }
  /** The examples of that step; null where these are all. @param {number} index */
  batchAt(index) {
    return row(this.parts.batches, this.length, index);
  }

  /** The predictions at the places of the fit; null of a line. @param {number} index */
  fitAt(index) {
    const { fit, epochs } = this;
    const width = fit ? fit.length / epochs.length : 0;
    return fit && fit.subarray(index * width, (index + 1) * width);
  }

  /** @param {number} index */
  first(index) {
    return this.parts.coordinates[2 * index];
  }
  /** @param {number} index */
  second(index) {
    return this.parts.coordinates[2 * index + 1];
  }
  /** @param {number} index */
  firstSlope(index) {
    return this.parts.slopes[2 * index];
  }
  /** @param {number} index */
  secondSlope(index) {
    return this.parts.slopes[2 * index + 1];
  }

  /** The kept epoch nearest to the wanted one. Beyond an overflow every epoch is the same.
   * @param {number} wanted */
  nearest(wanted) {
    const epoch = Math.min(Math.max(Math.round(wanted), 0), this.end);
    if (this.overflowAt >= 0 && epoch >= this.overflowAt) return epoch;
    return this.epochs[this.indexOf(epoch)];
  }

  /** The index of the kept epoch nearest to this one. @param {number} epoch */
  indexOf(epoch) {
    const { epochs } = this;
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (epochs[middle] < epoch) low = middle + 1;
      else high = middle;
    }
    const before = Math.max(low - 1, 0);
    return epoch - epochs[before] < epochs[low] - epoch ? before : low;
  }

  /**
   * The next kept epoch before (-1) or after (+1) an epoch.
   * @param {number} epoch
   * @param {number} way
   */
  neighbour(epoch, way) {
    if (this.overflowAt >= 0 && epoch + way >= this.overflowAt)
      return Math.min(epoch + way, this.end);
    const index = this.indexOf(epoch);
    const next = this.epochs[index] === epoch ? index + way : index;
    // From the last kept epoch the way leads into the overflow, where nothing is kept.
    if (next >= this.length) return this.overflowAt >= 0 ? this.overflowAt : this.end;
    return this.epochs[Math.max(next, 0)];
  }
}

/**
 * @template {Values} Array
 * @param {Array | null | undefined} array
 * @param {number} length
 * @param {number} index
 */
function row(array, length, index) {
  if (!array) return null;
  const width = array.length / length;
  return /** @type {Array} */ (array.subarray(index * width, (index + 1) * width));
}

/**
 * What is true of a run at an epoch.
 * @param {Track} track
 * @param {number} wanted
 * @returns {Snapshot}
 */
export function snapshotOf(track, wanted) {
  const epoch = track.nearest(wanted);
  const overflowed = track.overflowAt >= 0 && epoch >= track.overflowAt;
  const index = overflowed ? track.length - 1 : track.indexOf(epoch);
  return {
    track,
    index,
    epoch,
    overflowed,
    shownEpoch: track.epochs[index],
    first: track.first(index),
    second: track.second(index),
    loss: track.loss[index],
    firstSlope: track.firstSlope(index),
    secondSlope: track.secondSlope(index),
    offPlane: track.offPlane?.[index] ?? 0,
  };
}

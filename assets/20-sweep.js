/* A sweep in the browser: its runs, and what is true of one run at one epoch. No drawing here. */
(function (lab) {
  "use strict";

  /** One run's numbers over some epochs: the sweep's frames, or every epoch once it was inspected. */
  class Track {
    constructor(parts) {
      Object.assign(this, parts);
    }

    /** All parameters at an index, and their gradient; null until the run has been inspected. */
    paramsAt(index) { return row(this.params, this.length, index); }
    gradientsAt(index) { return row(this.gradients, this.length, index); }

    /** Where the next step goes at learning rate 1, as the optimizer has it. */
    directionAt(index) {
      if (this.updates) return row(this.updates, this.length, index);
      return (this.isPlain && this.gradientsAt(index)?.map((part) => -part)) || null;
    }

    /** What the schedule makes of the learning rate in that step. */
    factorAt(index) { return this.rateFactors ? this.rateFactors[index] : 1; }
    /** The examples of that step; null where these are all. */
    batchAt(index) { return row(this.batches, this.length, index); }

    first(index) { return this.coordinates[2 * index]; }
    second(index) { return this.coordinates[2 * index + 1]; }
    firstSlope(index) { return this.slopes[2 * index]; }
    secondSlope(index) { return this.slopes[2 * index + 1]; }

    /** The kept epoch nearest to the wanted one. Beyond an overflow every epoch is the same. */
    nearest(wanted) {
      const epoch = Math.min(Math.max(Math.round(wanted), 0), this.end);
      if (this.overflowAt >= 0 && epoch >= this.overflowAt) return epoch;
      return this.epochs[this.indexOf(epoch)];
    }

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

    /** The next kept epoch before (-1) or after (+1) an epoch. */
    neighbour(epoch, way) {
      if (this.overflowAt >= 0 && epoch + way >= this.overflowAt) return Math.min(epoch + way, this.end);
      const index = this.indexOf(epoch);
      const next = this.epochs[index] === epoch ? index + way : index;
      // From the last kept epoch the way leads into the overflow, where nothing is kept.
      if (next >= this.length) return this.overflowAt >= 0 ? this.overflowAt : this.end;
      return this.epochs[Math.max(next, 0)];
    }
  }

  function row(array, length, index) {
    const width = array ? array.length / length : 0;
    return array ? array.subarray(index * width, (index + 1) * width) : null;
  }

  /** What is true of a run at an epoch. After an overflow the last finite point is kept on show. */
  function momentOf(track, wanted) {
    const epoch = track.nearest(wanted);
    const overflowed = track.overflowAt >= 0 && epoch >= track.overflowAt;
    const index = overflowed ? track.length - 1 : track.indexOf(epoch);
    return {
      track, index, epoch, overflowed,
      // Of what is drawn; after an overflow that is the last finite epoch.
      shownEpoch: track.epochs[index],
      first: track.first(index),
      second: track.second(index),
      loss: track.loss[index],
      firstSlope: track.firstSlope(index),
      secondSlope: track.secondSlope(index),
      offPlane: track.offPlane ? track.offPlane[index] : 0,
    };
  }

  const maybe = (encoded) => encoded && lab.decode(encoded).values;

  class Sweep {
    constructor(payload) {
      // The payload itself stays as it came: a saved page takes it along.
      Object.assign(this, payload, { payload, plane: { ...payload.plane }, views: { ...payload.views } });
      this.end = payload.settings.epochs;
      for (const name of ["train_loss", "coordinates", "slopes"]) {
        this[name] = lab.decode(payload[name]).values;
      }
      this.validation_loss = payload.validation_loss && lab.decode(payload.validation_loss).values;
      for (const name of ["origin", "directions", "dual_directions"]) this.plane[name] = lab.decode(payload.plane[name]).values;
      this.off_plane = payload.off_plane && lab.decode(payload.off_plane).values;
      this.predictions = payload.fit && lab.decode(payload.fit.predictions).values;
      this.inputs = lab.decode(payload.data.inputs).values;
      this.targets = lab.decode(payload.data.targets).values;
      const surface = payload.views["loss-surface"].data[0];
      this.grid = new lab.Grid(lab.decodePlotly(surface.z), payload.box);
      const [contour, ...others] = payload.views["descent-path"].data;
      this.views["descent-path"] = { ...payload.views["descent-path"], data: [{ ...contour, z: surface.surfacecolor }, ...others] };
    }

    /* ---- the units in which the person knows the data ---- */

    inputIn(input) { return input * this.scaling.input[1] + this.scaling.input[0]; }
    inputFrom(known) { return (known - this.scaling.input[0]) / this.scaling.input[1]; }
    targetIn(target) { return target * this.scaling.target[1] + this.scaling.target[0]; }
    /** A place of a fit: an input where there is one predictor, else an observed target. */
    placeIn(place) { return this.predictors > 1 ? this.targetIn(place) : this.inputIn(place); }

    runOf(learningRate) { return this.learning_rates.indexOf(learningRate); }

    /** A run at the sweep's frames. */
    track(run) {
      const frames = this.epochs.length;
      const part = (array, width) => array && array.subarray(run * frames * width, (run + 1) * frames * width);
      const loss = part(this.train_loss, 1);
      let length = frames;
      while (length > 1 && !Number.isFinite(loss[length - 1])) length--;
      return new Track({
        epochs: this.epochs, length, loss, end: this.end, isPlain: this.is_plain,
        coordinates: part(this.coordinates, 2),
        slopes: part(this.slopes, 2),
        offPlane: part(this.off_plane, 1),
        validation: part(this.validation_loss, 1),
        fit: this.fit && part(this.predictions, this.fit.places.length),
        ...this.asParams(part(this.coordinates, 2)?.subarray(0, 2 * length), part(this.slopes, 2)?.subarray(0, 2 * length)),
        overflowAt: this.overflow_at[run],
      });
    }

    /** Of a line, weight and bias are the coordinates, and the gradient's parts are the slopes. */
    asParams(coordinates, slopes) {
      return this.plane.is_exact ? { params: coordinates, gradients: slopes } : {};
    }

    /** The same run at every epoch, from an inspection. */
    detailedTrack(run, detail) {
      const epochs = lab.decode(detail.epochs).values;
      const [coordinates, slopes] = [lab.decode(detail.coordinates).values, lab.decode(detail.slopes).values];
      return new Track({
        epochs, length: epochs.length, end: this.end, isPlain: this.is_plain,
        loss: lab.decode(detail.train_loss).values,
        coordinates, slopes,
        validation: maybe(detail.validation_loss),
        updates: maybe(detail.updates),
        batches: maybe(detail.batches),
        rateFactors: maybe(detail.rate_factors),
        ...(detail.params ? { params: lab.decode(detail.params).values, gradients: lab.decode(detail.gradients).values } : this.asParams(coordinates, slopes)),
        offPlane: maybe(detail.off_plane),
        fit: maybe(detail.fit?.predictions),
        overflowAt: this.overflow_at[run],
      });
    }

    /** Where params fall on this sweep's plane, pair by pair. */
    project(params) {
      const { origin, dual_directions: dual } = this.plane;
      const width = origin.length;
      const coordinates = new Float32Array((2 * params.length) / width);
      for (let at = 0; at < params.length; at += width) {
        for (let which = 0; which < 2; which++) {
          let sum = 0;
          for (let k = 0; k < width; k++) sum += dual[which * width + k] * (params[at + k] - origin[k]);
          coordinates[(2 * at) / width + which] = sum;
        }
      }
      return coordinates;
    }

    /** Where a learning rate stands on the slider: stops are whole numbers, between them by logarithm. */
    place(learningRate) {
      const stops = this.learning_rates.slice(0, lab.STOPS);
      if (!(learningRate > stops[0])) return 0;
      const above = stops.findIndex((stop) => stop >= learningRate);
      if (above < 0) return stops.length - 1;
      const [low, high] = [stops[above - 1], stops[above]];
      return above - 1 + Math.log(learningRate / low) / Math.log(high / low);
    }
  }

  /** The timeline's scale: epoch 0 at 0, the last at 1, logarithmic so that the first steps have room. */
  const scale = {
    toShare: (epoch, end) => Math.log1p(epoch) / Math.log1p(end),
    toEpoch: (share, end) => Math.expm1(share * Math.log1p(end)),
  };

  lab.STOPS = 41;
  // The five views in the order of their keys.
  lab.CARD_ORDER = ["loss-surface", "descent-path", "cross-sections", "fit", "curves"];
  Object.assign(lab, { Sweep, momentOf, scale });
})(window.descentLab);

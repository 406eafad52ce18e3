/* A sweep in the browser: its runs, and the data in their own units. No drawing here. */
import { Grid, decode, floats, floatsOf, unpack } from "#lab/lib/arrays.mjs";
import { contourTraces } from "#lab/model/contour.mjs";
import { percent } from "#lab/model/classes.mjs";
import { calmLowest } from "#lab/model/loss-range.mjs";
import { Track } from "#lab/model/track.mjs";
import { STOPS } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").SweepPayload} SweepPayload
 * @typedef {import("#types").DetailPayload} DetailPayload
 * @typedef {import("#types").Encoded} Encoded
 * @typedef {"plane" | "train_loss" | "validation_loss" | "coordinates" | "slopes"} Arrays
 * @typedef {"accuracy" | "validation_accuracy"} Shares
 * @typedef {Arrays | Shares | "off_plane" | "params"} Decoded
 */

// A plane that shows less of a run's squared distance from the start says so in the picture.
const SHOWN = 0.3;

/** @param {Encoded | null} encoded */
const maybe = (encoded) => encoded && floats(encoded);

/** All fields of the payload, those as they came that Sweep does not decode.
 * @type {new (payload: SweepPayload) => Omit<SweepPayload, Decoded>} */
const Fields = /** @type {any} */ (
  class {
    /** @param {SweepPayload} payload */
    constructor(payload) {
      Object.assign(this, payload);
    }
  }
);

/**
 * The two parameters of a plane, which the server chooses where none are asked for.
 * @param {SweepPayload["plane"]} plane
 */
function placesOf({ kind, directions }) {
  if (kind !== "parameters") return {};
  const flat = floats(directions);
  const [first, second] = [flat.indexOf(1), flat.lastIndexOf(1) - flat.length / 2];
  return { first, second };
}

export class Sweep extends Fields {
  /**
   * @param {import("#types").Packed} packed stays as it came: a saved page takes it along
   * @param {import("#types").PlaneChoice | null} planeChoice the plane that was asked for
   */
  constructor(packed, planeChoice = null) {
    /** @type {SweepPayload} */
    const payload = { ...unpack(packed.block), settings: packed.settings };
    super(payload);
    this.packed = packed;
    this.planeChoice = planeChoice && { ...planeChoice, ...placesOf(payload.plane) };
    this.end = payload.settings.epochs;
    this.train_loss = floats(payload.train_loss);
    this.coordinates = floats(payload.coordinates);
    this.slopes = floats(payload.slopes);
    this.validation_loss = maybe(payload.validation_loss);
    this.accuracy = maybe(payload.accuracy);
    this.validation_accuracy = maybe(payload.validation_accuracy);
    this.calm_lowest = calmLowest(this);
    this.off_plane = maybe(payload.off_plane);
    this.params = maybe(payload.params);
    this.plane = {
      ...payload.plane,
      origin: floats(payload.plane.origin),
      dual_directions: floats(payload.plane.dual_directions),
    };
    this.predictions = payload.fit && floats(payload.fit.predictions);
    this.inputs = floats(payload.data.inputs);
    this.targets = floats(payload.data.targets);
    this.validationCount = payload.data.validation_targets.shape[0];
    const surface = payload.views["loss-surface"].data[0];
    this.grid = new Grid(floatsOf(surface.z), payload.box);
    const path = payload.views["descent-path"];
    const [contour, ...others] = path.data;
    // The contour's loss is the surface's colour.
    const data = [...contourTraces(contour, surface.surfacecolor, payload), ...others];
    /** @type {Record<string, import("#types").Figure>} */
    this.views = { ...payload.views, "descent-path": { ...path, data } };
  }

  /* ---- the units in which the person knows the data ---- */

  /** @param {number} input of a predictor @param {number} predictor */
  inputIn(input, predictor = 0) {
    const [mean, scale] = this.scaling.inputs[predictor];
    return input * scale + mean;
  }
  /** @param {number} known @param {number} predictor */
  inputFrom(known, predictor = 0) {
    const [mean, scale] = this.scaling.inputs[predictor];
    return (known - mean) / scale;
  }
  /** @param {number} target */
  targetIn(target) {
    return target * this.scaling.target[1] + this.scaling.target[0];
  }
  /** A place of a fit: an input where there is one predictor, else an observed target.
   * @param {number} place */
  placeIn(place) {
    return this.predictors > 1 ? this.targetIn(place) : this.inputIn(place);
  }

  /**
   * How the fit is drawn: one predictor's curve, the plane of two of them, and of more of them two
   * strips by class, or what is predicted against what was observed.
   * @returns {"curve" | "plane" | "strips" | "observed"}
   */
  get fitKind() {
    const known = this.predictors - this.products.length;
    if (known <= 2) return known === 1 ? "curve" : "plane";
    return this.isProbability ? "strips" : "observed";
  }

  /** Whether the model is a line through the data: its plane is weight × bias, its loss a bowl. */
  get isLine() {
    return this.plane.is_exact && this.is_quadratic;
  }

  /** Whether the model's output is the logit of a probability. */
  get isProbability() {
    return this.settings.loss === "cross_entropy";
  }

  /** What an axis of the loss is called: with its unit, where it has one of its own. */
  get lossTitle() {
    const { title, unit } = this.loss;
    return unit ? `${title}, ${unit}` : "train loss";
  }

  /** The unit of the loss after a number. */
  get lossUnit() {
    return this.loss.unit && ` ${this.loss.unit}`;
  }

  /** A run's accuracy at the end, after an overflow NaN; null without classes.
   * @param {number} run */
  lastAccuracy(run) {
    return this.accuracy && this.accuracy[(run + 1) * this.epochs.length - 1];
  }

  /** The same in words; nothing without classes. @param {number} run */
  accuracyWords(run) {
    const share = this.lastAccuracy(run);
    return share === null ? "" : percent(share, this.targets.length);
  }

  /**
   * What is said in a picture that shows little of a run's motion; else nothing.
   * @param {number} run
   */
  hiddenMotion(run) {
    const share = this.explained[run];
    return share < SHOWN
      ? `this plane shows ${Math.round(100 * share)} % of the run's movement`
      : "";
  }

  /** Whether one limit holds on the whole way: only the linear model with squared error has one
   * curvature there, and only equal steps on all examples a fixed limit. */
  get hasCriticalRate() {
    const { is_quadratic: isBowl, settings, steps_per_epoch: steps, stability_edge: edge } = this;
    return isBowl && settings.schedule === "constant" && steps === 1 && edge !== null;
  }

  /** The index of a learning rate; -1 for none. @param {number} learningRate */
  runOf(learningRate) {
    return this.learning_rates.indexOf(learningRate);
  }

  /** A run at the sweep's frames. @param {number} run */
  track(run) {
    const frames = this.epochs.length;
    /** @param {Float32Array} array @param {number} width */
    const part = (array, width) => array.subarray(run * frames * width, (run + 1) * frames * width);
    const loss = part(this.train_loss, 1);
    let length = frames;
    while (length > 1 && !Number.isFinite(loss[length - 1])) length--;
    const [coordinates, slopes] = [part(this.coordinates, 2), part(this.slopes, 2)];
    return new Track({
      epochs: this.epochs,
      length,
      loss,
      end: this.end,
      isPlain: this.is_plain,
      coordinates,
      slopes,
      offPlane: this.off_plane && part(this.off_plane, 1),
      validation: this.validation_loss && part(this.validation_loss, 1),
      accuracy: this.accuracy && part(this.accuracy, 1),
      validationAccuracy: this.validation_accuracy && part(this.validation_accuracy, 1),
      fit: this.fit && this.predictions && part(this.predictions, this.fit.places.length),
      thinned: this.thinnedParams(run),
      ...this.asParams(coordinates.subarray(0, 2 * length), slopes.subarray(0, 2 * length)),
      overflowAt: this.overflow_at[run],
    });
  }

  /** What the sweep has of a run's parameters, and at which of its frames. @param {number} run */
  thinnedParams(run) {
    const { params, params_frames: frames } = this;
    if (!params) return null;
    const size = frames.length * this.parameter_names.length;
    return { params: params.subarray(run * size, (run + 1) * size), frames };
  }

  /**
   * Of a line, weight and bias are the coordinates, and the gradient's parts are the slopes.
   * @param {Float32Array} coordinates
   * @param {Float32Array} slopes
   */
  asParams(coordinates, slopes) {
    return this.plane.is_exact ? { params: coordinates, gradients: slopes } : {};
  }

  /**
   * The same run at every epoch, from an inspection.
   * @param {number} run
   * @param {DetailPayload} detail
   */
  detailedTrack(run, detail) {
    const epochs = decode(detail.epochs).values;
    const [coordinates, slopes] = [floats(detail.coordinates), floats(detail.slopes)];
    const { params, gradients } = detail;
    return new Track({
      epochs,
      length: epochs.length,
      end: this.end,
      isPlain: this.is_plain,
      loss: floats(detail.train_loss),
      coordinates,
      slopes,
      validation: maybe(detail.validation_loss),
      accuracy: maybe(detail.accuracy),
      validationAccuracy: maybe(detail.validation_accuracy),
      updates: maybe(detail.updates),
      batches: detail.batches && decode(detail.batches).values,
      rateFactors: maybe(detail.rate_factors),
      ...(params && gradients
        ? { params: floats(params), gradients: floats(gradients) }
        : this.asParams(coordinates, slopes)),
      offPlane: maybe(detail.off_plane),
      fit: detail.fit && floats(detail.fit.predictions),
      overflowAt: this.overflow_at[run],
    });
  }

  /** Where params fall on this sweep's plane, pair by pair.
   * @param {ArrayLike<number>} params */
  project(params) {
    const { origin, dual_directions: dual } = this.plane;
    const width = origin.length;
    const coordinates = new Float32Array((2 * params.length) / width);
    for (let at = 0; at < params.length; at += width) {
      for (let which = 0; which < 2; which++) {
        let sum = 0;
        for (let k = 0; k < width; k++)
          sum += dual[which * width + k] * (params[at + k] - origin[k]);
        coordinates[(2 * at) / width + which] = sum;
      }
    }
    return coordinates;
  }

  /** Where a learning rate stands on the slider: stops are whole numbers, between them by
      logarithm.
   * @param {number} learningRate */
  place(learningRate) {
    const stops = this.learning_rates.slice(0, STOPS);
    if (!(learningRate > stops[0])) return 0;
    const above = stops.findIndex((stop) => stop >= learningRate);
    if (above < 0) return stops.length - 1;
    const [low, high] = [stops[above - 1], stops[above]];
    return above - 1 + Math.log(learningRate / low) / Math.log(high / low);
  }
}

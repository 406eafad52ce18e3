/* Written by `make types` from app/exports/schema.py and app/domain/views.py. */

/** A view's element id. */
export type View =
  | "loss-surface"
  | "descent-path"
  | "cross-sections"
  | "fit"
  | "curves";

/** An array, see app/exports/encoding.py and block.py; `range` is that of a scaled one. */
export interface Encoded {
  dtype: "<f4" | "<i4" | "<u2";
  shape: number[];
  along: number | null;
  at: number;
  size: number;
  range?: number[];
}

/** All that is chosen before a training. */
export interface SettingsPayload {
  learning_rate: number;
  seed: number;
  hidden_units: number;
  epochs: number;
  momentum: number;
  warmup_epochs: number;
  batch_size: number;
  weight_decay: number;
  initial_scale: number;
  hidden_layers: number;
  noise: number;
  validation_fraction: number;
  start: string;
  dataset: string;
  loss: string;
  features: string;
  activation: string;
  optimizer: string;
  schedule: string;
  initialization: string;
  data_token: string | null;
}

/** What the page says of a person's own data. */
export interface DataInfo {
  label: string;
  target: string;
  classes: string[] | null;
  is_standardized: boolean;
  rows: number;
  example_count: number;
  notes: string[];
}

/** (mean, scale) of the first predictor, of each of them and of the target, in the units of the
   data. */
export interface Scaling {
  input: number[];
  inputs: number[][];
  target: number[];
}

/** What training makes small: its names, and the unit in which it is counted, or nothing. */
export interface LossPayload {
  label: string;
  title: string;
  unit: string;
}

/** The examples. An input has a number for each feature: the predictors, then the products. */
export interface Data {
  inputs: Encoded;
  targets: Encoded;
  validation_inputs: Encoded;
  validation_targets: Encoded;
}

/** The plane on which the loss is shown; the arrays have one number per parameter. */
export interface PlanePayload {
  kind: string;
  names: string[];
  is_exact: boolean;
  frozen_at: number | null;
  origin: Encoded;
  directions: Encoded;
  dual_directions: Encoded;
}

/** The part of the plane that is shown, and the height of the surface. */
export interface Box {
  first: number[];
  second: number[];
  height: number;
}

/** Where training should arrive. */
export interface Optimum {
  coordinates: number[];
  train_loss: number;
  is_exact: boolean;
  name: string;
}

/** A quadratic loss on the plane: loss + (x - minimum) . hessian (x - minimum) / 2 at x. */
export interface BowlPayload {
  hessian: number[][];
  minimum: number[];
  loss: number;
}

/** The model's predictions at some places, (run, frame, place) or (epoch, place). */
export interface FitPayload {
  places: number[];
  predictions: Encoded;
}

/** One run whose rate grows with each minibatch. */
export interface RangeTestPayload {
  learning_rates: number[];
  batch_loss: (number | null)[];
  smoothed: (number | null)[];
}

/** A figure of Plotly, without what moves. */
export interface Figure {
  data: Record<string, any>[];
  layout: Record<string, any>;
}

/** All that the browser needs to play a sweep. Arrays are (run, frame, ...). */
export interface SweepPayload {
  sweep_id: string;
  settings: SettingsPayload;
  is_linear: boolean;
  is_quadratic: boolean;
  loss: LossPayload;
  classes: string[] | null;
  is_plain: boolean;
  update_rule: string;
  example_count: number;
  steps_per_epoch: number;
  parameter_names: string[];
  data_info: DataInfo | null;
  scaling: Scaling;
  predictors: number;
  predictor_names: string[];
  products: number[][];
  least_squares: number[] | null;
  data: Data;
  learning_rates: number[];
  epochs: number[];
  train_loss: Encoded;
  validation_loss: Encoded | null;
  accuracy: Encoded | null;
  validation_accuracy: Encoded | null;
  verdicts: ("overflow" | "stuck" | "diverged" | "oscillating" | "too slow" | "stalled" | "converging")[];
  arrived: boolean[];
  levels: (number | null)[];
  diverged_at: number[];
  overflow_at: number[];
  last_loss: (number | null)[];
  reference_loss: number;
  reference_name: string;
  no_lowest_point: boolean;
  logistic_regression: number[] | null;
  start_sharpness: number;
  stability_edge: number | null;
  stability_edge_numerator: number | null;
  stability_edge_formula: string;
  sharpness_numerator: number | null;
  sharpness_decay: number;
  sharpness_formula: string;
  plane: PlanePayload;
  box: Box;
  optimum: Optimum;
  bowl: BowlPayload | null;
  coordinates: Encoded;
  slopes: Encoded;
  off_plane: Encoded | null;
  explained: number[];
  params: Encoded | null;
  params_frames: number[];
  fit: FitPayload | null;
  range_test: RangeTestPayload | null;
  views: Record<string, Figure>;
}

/** The exact loss along both directions at some epochs: (epoch, direction, sample). */
export interface Slices {
  epochs: number[];
  loss: Encoded;
}

/** One run at every epoch. Arrays are (epoch, ...). */
export interface DetailPayload {
  sweep_id: string;
  run: number;
  epochs: Encoded;
  train_loss: Encoded;
  coordinates: Encoded;
  slopes: Encoded;
  off_plane: Encoded | null;
  explained: number;
  params: Encoded | null;
  gradients: Encoded | null;
  validation_loss: Encoded | null;
  accuracy: Encoded | null;
  validation_accuracy: Encoded | null;
  updates: Encoded | null;
  batches: Encoded | null;
  rate_factors: Encoded;
  fit: FitPayload | null;
  slices: Slices | null;
  sharpness_epochs: number[];
  sharpness: number[];
  rescaled_sharpness: number[] | null;
}

/** One row of a map: where each of the slider's runs ended, and since when it diverged. */
export interface MapRow {
  settings: SettingsPayload;
  last_loss: (number | null)[];
  accuracy: (number | null)[] | null;
  validation_accuracy: (number | null)[] | null;
  diverged_at: number[];
  verdicts: ("overflow" | "stuck" | "diverged" | "oscillating" | "too slow" | "stalled" | "converging")[];
  stability_edge: number | null;
}

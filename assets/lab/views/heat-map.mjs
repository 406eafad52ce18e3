/* The fit of two predictors: the plane of their values, and as its colours what the model predicts
   there, from the parameters of the run on show. */
import { floats } from "#lab/lib/arrays.mjs";
import { make } from "#lab/lib/dom.mjs";
import { tickText } from "#lab/lib/format.mjs";
import { evenTicks } from "#lab/lib/ticks.mjs";
import { levelLine } from "#lab/model/boundary.mjs";
import { boundaryOf, classOf, isWrong, outputsOf, probability } from "#lab/model/classes.mjs";
import { affordedSide, drawnParams, gridOf, restingSide } from "#lab/model/plane-map.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { pinned } from "#lab/state/pins.mjs";
import { clock } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { font, placeLabel, size, stroke, widthOf } from "#lab/views/canvas.mjs";
import {
  drawClasses,
  drawHeldBack,
  drawValues,
  markRadius,
  ringWrong,
} from "#lab/views/class-marks.mjs";
import { drawBar } from "#lab/views/color-bar.mjs";
import { SHADES, heatColor, heatShades } from "#lab/views/heat-colors.mjs";
import { Room, onTop } from "#lab/views/labels.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { drawPinBoundaries } from "#lab/views/pins.mjs";
import { pictureOf } from "#lab/views/sketch.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {import("#lab/model/batch.mjs").Batch} Batch
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 *
 * @typedef {object} HeatMap
 * @property {number} side
 * @property {Batch} batch
 * @property {ImageData} image
 * @property {Uint32Array} pixels of the image
 * @property {Context} context of a canvas with a pixel a place
 * @property {Uint32Array} shades
 * @property {string} look of which theme they are
 */

/** @type {import("#types").Draw} */
export function drawPlane(overlay, sweep, moment) {
  overlay.zoomed = null;
  const context = overlay.begin();
  const axes = flatAxes(overlay);
  const params = drawnParams(moment);
  if (params) axes.inside(context, () => drawModel(context, axes, { sweep, moment, params }));
  if (params && sweep.classes) axes.inside(context, () => drawRings(context, axes, sweep, params));
  stillOf(overlay, axes, sweep)(context);
  if (!params) sayLater(context, axes);
}

/** @param {Context} context @param {Axes} axes */
function sayLater(context, axes) {
  const room = new Room(axes);
  placeLabel(context, room, "the picture appears when you pause", onTop(axes), {
    color: colors.text,
  });
}

/* ---- the model ---- */

/** @param {Sweep} sweep @param {number} side @returns {HeatMap} */
function heatMapOf(sweep, side) {
  const maps = drawn.heatMaps.get(sweep) ?? new Map();
  drawn.heatMaps.set(sweep, maps);
  if (!maps.has(side)) maps.set(side, newHeatMap(sweep, side));
  return maps.get(side);
}

/** The ranges of both predictors. @param {Sweep} sweep @returns {[number, number][]} */
export const rangesOf = ({ views }) => [views.fit.layout.xaxis.range, views.fit.layout.yaxis.range];

/** @param {Sweep} sweep @param {number} side @returns {HeatMap} */
function newHeatMap(sweep, side) {
  const image = new ImageData(side, side);
  const canvas = make("canvas", { width: side, height: side });
  return {
    side,
    batch: gridOf(sweep, rangesOf(sweep), side),
    image,
    pixels: new Uint32Array(image.data.buffer),
    context: /** @type {Context} */ (canvas.getContext("2d")),
    shades: new Uint32Array(SHADES),
    look: "",
  };
}

/**
 * @param {Context} context
 * @param {Axes} axes
 * @param {{sweep: Sweep, moment: import("#types").Snapshot, params: Numbers}} shown
 */
function drawModel(context, axes, { sweep, moment, params }) {
  drawn.isCoarse = !clock.rested;
  const models = 1 + pinned.runs.length;
  const side = drawn.isCoarse ? affordedSide(sweep, models) : restingSide(sweep);
  const map = heatMapOf(sweep, side);
  const outputs = map.batch.run(params);
  paintOutputs(map, sweep, outputs);
  const { left, right, top, bottom } = axes;
  // The outermost places are on the picture's border.
  const [across, up] = [right - left, bottom - top].map((length) => length / (map.side - 1));
  const [width, height] = [right - left + across, bottom - top + up];
  context.imageSmoothingQuality = "high";
  context.drawImage(map.context.canvas, left - across / 2, top - up / 2, width, height);
  if (!sweep.classes) return;
  const line = boundaryIn(axes, sweep, map, outputs);
  drawPinBoundaries(context, moment, (other) => boundaryIn(axes, sweep, map, map.batch.run(other)));
  stroke(context, line, { color: colors.background, width: 5, alpha: 0.85 });
  stroke(context, line, { color: colors.path, width: 2.5 });
}

/**
 * Where a model changes sides, in pixels.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {HeatMap} map
 * @param {Float32Array} outputs
 * @returns {import("#types").Line}
 */
function boundaryIn({ left, right, top, bottom }, sweep, { side }, outputs) {
  const [across, up] = [right - left, bottom - top].map((length) => length / (side - 1));
  return levelLine(outputs, side, boundaryOf(sweep)).map(
    (point) => point && [left + point[0] * across, top + point[1] * up],
  );
}

/**
 * The outputs as colours; nothing where they have overflowed.
 * @param {HeatMap} map
 * @param {Sweep} sweep
 * @param {Float32Array} outputs
 */
function paintOutputs(map, sweep, outputs) {
  const { pixels, shades } = map;
  const look = [colors.background, colors["class-0"], colors["class-1"]].join();
  if (map.look !== look) heatShades(Boolean(sweep.classes), shades);
  map.look = look;
  const [low, high] = spanOf(sweep);
  const { isProbability } = sweep;
  const scale = (SHADES - 1) / (high - low);
  for (let k = 0; k < outputs.length; k++) {
    const value = isProbability ? probability(outputs[k]) : outputs[k];
    const shade = (value - low) * scale + 0.5;
    pixels[k] = shade < 0 ? shades[0] : shade >= SHADES ? shades[SHADES - 1] : shades[shade | 0];
    if (Number.isNaN(shade)) pixels[k] = 0;
  }
  map.context.putImageData(map.image, 0, 0);
}

/** What the ends of the scale stand for, as the model has it: 0 and 1, or the range of the targets.
 * @param {Sweep} sweep
 * @returns {[number, number]} */
function spanOf({ classes, targets, scaling: { target } }) {
  if (classes) return [-target[0] / target[1], (1 - target[0]) / target[1]];
  const [low, high] = [
    targets.reduce((a, b) => Math.min(a, b)),
    targets.reduce((a, b) => Math.max(a, b)),
  ];
  return high > low ? [low, high] : [low - 1, high + 1];
}

/* ---- the examples ---- */

/**
 * Examples and colour bar, painted once; each frame copies them.
 * @param {Overlay} overlay
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @returns {(context: Context) => void}
 */
function stillOf(overlay, axes, sweep) {
  const { left, right, top, bottom } = axes;
  const look = [colors.background, colors["class-0"], size(), window.devicePixelRatio];
  const key = [sweep.sweep_id, left, right, top, bottom, ...look].join();
  if (drawn.still.key !== key) {
    const paint = pictureOf(overlay, (context) => {
      axes.inside(context, () => drawExamples(context, axes, sweep));
      const margin = overlay.host.clientWidth - right;
      drawBar({ context, ...axes }, margin, barOf(context, axes, sweep));
    });
    drawn.still = { key, paint };
  }
  return drawn.still.paint;
}

/**
 * Their places in pixels.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {Float32Array} inputs
 * @returns {Point[]}
 */
export const placesOf = (axes, sweep, inputs) =>
  Array.from({ length: inputs.length / sweep.predictors }, (_, i) => [
    axes.x(sweep.inputIn(inputs[i * sweep.predictors], 0)),
    axes.y(sweep.inputIn(inputs[i * sweep.predictors + 1], 1)),
  ]);

/** @param {Context} context @param {Axes} axes @param {Sweep} sweep */
function drawExamples(context, axes, sweep) {
  drawHeld(context, axes, sweep);
  const points = placesOf(axes, sweep, sweep.inputs);
  const radius = markRadius(axes, points.length);
  if (sweep.classes) drawClasses(context, points, radius, (i) => classOf(sweep, i));
  else drawValues(context, points, radius, (i) => shadeOf(sweep, sweep.targets[i]));
}

/** @param {Context} context @param {Axes} axes @param {Sweep} sweep @param {Numbers} params */
function drawRings(context, axes, sweep, params) {
  const outputs = outputsOf(sweep, params);
  const points = placesOf(axes, sweep, sweep.inputs);
  const radius = markRadius(axes, points.length);
  ringWrong(context, points, radius, (i) => isWrong(sweep, outputs[i], i));
}

/** @param {Sweep} sweep @param {number} target */
function shadeOf(sweep, target) {
  const [low, high] = spanOf(sweep);
  return heatColor((target - low) / (high - low), Boolean(sweep.classes));
}

/** @param {Context} context @param {Axes} axes @param {Sweep} sweep */
function drawHeld(context, axes, sweep) {
  const { validation_inputs: inputs, validation_targets: encoded } = sweep.data;
  if (!encoded.shape[0]) return;
  const targets = floats(encoded);
  const radius = markRadius(axes, sweep.targets.length);
  drawHeldBack(context, placesOf(axes, sweep, floats(inputs)), radius, (i) => {
    const which = sweep.targetIn(targets[i]) > 0.5 ? 1 : 0;
    if (sweep.classes) return { which, color: colors[`class-${which}`], halo: colors.background };
    return { which: 1, color: shadeOf(sweep, targets[i]), halo: colors.text };
  });
}

/* ---- the colour bar ---- */

/**
 * @param {Context} context
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @returns {import("#lab/views/color-bar.mjs").Bar}
 */
function barOf(context, { top, bottom }, sweep) {
  const hasClasses = Boolean(sweep.classes);
  const [low, high] = spanOf(sweep).map((end) => sweep.targetIn(end));
  context.font = font(400);
  const whole = scaleTitle(sweep);
  const titles = [whole, whole.split(" ")[0], ""];
  return {
    title: titles.find((title) => widthOf(context, title) <= bottom - top) ?? "",
    colorAt: (part) => heatColor(part, hasClasses),
    ticks: (hasClasses ? [0, 0.5, 1] : evenTicks([low, high])).map((at) => ({
      part: (at - low) / (high - low),
      text: tickText(at),
    })),
  };
}

/** What the colours stand for. @param {Sweep} sweep */
export function scaleTitle({ classes, isProbability, data_info: own }) {
  if (classes) return `${isProbability ? "probability of" : "predicted:"} ${classes[1]}`;
  return `predicted ${own?.target ?? "y"}`;
}

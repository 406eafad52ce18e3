/* The fit of two classes where it is no plane: the probability over one predictor, or that of each
   example in two strips. */
import { floats } from "#lab/lib/arrays.mjs";
import { boundaryOf, classOf, isWrong, outputsOf, probability } from "#lab/model/classes.mjs";
import { drawnParams } from "#lab/model/plane-map.mjs";
import { colors } from "#lab/state/theme.mjs";
import { placeLabel, stroke } from "#lab/views/canvas.mjs";
import { drawClasses, drawHeldBack, markRadius, ringWrong } from "#lab/views/class-marks.mjs";
import { Room, beside } from "#lab/views/labels.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { drawPinFits, fitPixels } from "#lab/views/pins.mjs";
import { heightAt } from "#lab/views/residuals.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

/**
 * The curve of one predictor.
 * @type {import("#types").Draw}
 */
export function drawProbability(overlay, sweep, moment) {
  overlay.zoomed = null;
  const context = overlay.begin();
  const axes = flatAxes(overlay);
  const { track, index } = moment;
  const curve = fitPixels(axes, sweep, { line: [], fit: track.fit, index });
  const points = examplesOf(axes, sweep, sweep.inputs, sweep.targets);
  const height = axes.y(0.5);
  axes.inside(context, () => {
    threshold(context, [axes.left, height], [axes.right, height]);
    drawPinFits(context, axes, sweep, moment);
    stroke(context, curve, { color: colors.background, width: 6, alpha: 0.8 });
    stroke(context, curve, { color: colors.path, width: 3.2 });
    const isWrongAt = (/** @type {number} */ i) =>
      heightAt(curve, points[i][0]) < height !== classOf(sweep, i) > 0;
    const radius = markRadius(axes, points.length);
    ringWrong(context, points, radius, isWrongAt);
    drawHeld(context, axes, sweep);
    drawClasses(context, points, radius, (i) => classOf(sweep, i));
  });
  const room = new Room(axes).avoidLine(curve);
  const places = (/** @type {import("#lab/views/labels.mjs").Size} */ box) =>
    [0.8, 0.2].flatMap((share) =>
      beside([axes.left + share * (axes.right - axes.left), height], box, ["above", "below"]),
    );
  placeLabel(context, room, "threshold 0.5", places, { color: colors.muted, isNeeded: false });
}

/**
 * The examples of one predictor.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {Float32Array} inputs
 * @param {Float32Array} targets
 * @returns {Point[]}
 */
const examplesOf = (axes, sweep, inputs, targets) =>
  Array.from(targets, (target, i) => [
    axes.x(sweep.inputIn(inputs[i])),
    axes.y(sweep.targetIn(target)),
  ]);

/** @param {Context} context @param {Axes} axes @param {Sweep} sweep */
function drawHeld(context, axes, sweep) {
  const { validation_inputs: inputs, validation_targets: encoded } = sweep.data;
  const targets = floats(encoded);
  const radius = markRadius(axes, sweep.targets.length);
  drawHeldBack(context, examplesOf(axes, sweep, floats(inputs), targets), radius, (i) => {
    const which = sweep.targetIn(targets[i]) > 0.5 ? 1 : 0;
    return { which, color: colors[`class-${which}`], halo: colors.background };
  });
}

/** @param {Context} context @param {Point} from @param {Point} to */
const threshold = (context, from, to) =>
  stroke(context, [from, to], { color: colors.text, width: 1.5, dash: [5, 4] });

/* ---- strips ---- */

// The share of a strip's height over which its examples are spread, so that few hide each other:
// each a golden ratio of it from the one before.
const SPREAD = 0.7;
const GOLDEN = 0.618034;

/**
 * Where each example is: across its probability, up its class.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {ArrayLike<number>} outputs
 * @returns {Point[]}
 */
export const stripPoints = (axes, sweep, outputs) =>
  Array.from(outputs, (output, i) => [
    axes.x(probability(output)),
    axes.y(classOf(sweep, i) + SPREAD * (((i * GOLDEN) % 1) - 0.5)),
  ]);

/** @type {import("#types").Draw} */
export function drawStrips(overlay, sweep, moment) {
  overlay.zoomed = null;
  const context = overlay.begin();
  const axes = flatAxes(overlay);
  const params = drawnParams(moment);
  const middle = axes.x(probability(boundaryOf(sweep)));
  threshold(context, [middle, axes.top], [middle, axes.bottom]);
  // Between the strips.
  placeLabel(
    context,
    new Room(axes),
    "threshold 0.5",
    (box) => beside([middle, axes.y(0.5)], box, ["right"]),
    { color: colors.muted, isNeeded: false },
  );
  if (!params) return;
  const outputs = outputsOf(sweep, params);
  const points = stripPoints(axes, sweep, outputs);
  axes.inside(context, () => {
    const radius = markRadius(axes, points.length);
    ringWrong(context, points, radius, (i) => isWrong(sweep, outputs[i], i));
    drawClasses(context, points, radius, (i) => classOf(sweep, i));
  });
}

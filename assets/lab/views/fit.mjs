/* The current fit. */
import { format } from "#lab/lib/format.mjs";
import { farFit } from "#lab/model/far-fit.mjs";
import { lossSaid } from "#lab/model/glide.mjs";
import { zoomAt } from "#lab/model/zoom.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { dot, isInside, placeLabel, size, stroke } from "#lab/views/canvas.mjs";
import { drawPlane } from "#lab/views/heat-map.mjs";
import { drawProbability, drawStrips } from "#lab/views/probability.mjs";
import { Room, beside, onTop } from "#lab/views/labels.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { drawPinFits, fitPixels } from "#lab/views/pins.mjs";
import { drawResiduals, drawSquares, heightAt, residuals } from "#lab/views/residuals.mjs";
import { drawFrame, fitFigure, frameLook, nameFrame, zoomOut } from "#lab/views/zoom.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Point} Point
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

// As Plotly draws an example; many are left to it.
const RIM = "#444444";
const FEW = 50;

/** @type {import("#types").Draw} */
export function drawFit(overlay, sweep, moment, shown) {
  const { fitKind, isProbability } = sweep;
  if (fitKind === "plane") drawPlane(overlay, sweep, moment, shown);
  else if (fitKind === "strips") drawStrips(overlay, sweep, moment, shown);
  else if (isProbability) drawProbability(overlay, sweep, moment, shown);
  else drawNumbers(overlay, sweep, moment, shown);
}

/** Predicted numbers: a line, a curve, or against what was observed.
 * @type {import("#types").Draw} */
function drawNumbers(overlay, sweep, moment, { areSquared }) {
  const { fit: power } = zoomAt(sweep, moment.track, moment.index);
  zoomOut(overlay, sweep, [power], fitFigure);
  const context = overlay.begin();
  const axes = flatAxes(overlay);
  const frame = overlay.zoomed && drawFrame(context, axes, boxOf(sweep), frameLook());
  const line = fitPixels(axes, sweep, shownFit(sweep, moment, power !== null));
  const lines = residuals(axes, sweep, line);
  const room = new Room(axes).avoidLine(line);
  const goal = isHidden("optimum") ? null : goalOf(axes, sweep);
  if (goal) room.avoidLine(goal);
  axes.inside(context, () => {
    if (areSquared) drawSquares(context, axes, lines);
    room.avoidLine(drawResiduals(context, lines));
    drawPinFits(context, axes, sweep, moment);
    if (sweep.predictors > 1) drawPredictions(context, line);
    else drawLine(context, line);
    if (sweep.predictors === 1 && sweep.targets.length < FEW) drawExamples(context, axes, sweep);
  });
  const out = line.filter((point) => !isInside(axes, point)).length;
  if (sweep.predictors > 1 && out) sayOnTop(context, room, `${out} beyond the chart`);
  if (sweep.predictors > 1) return;
  for (const point of examplesIn(axes, sweep)) room.avoidDot(point, 6);
  if (frame) nameFrame(context, room.avoidBox(frame), frame, frameLook());
  if (isVisible(axes, line)) sayLoss(context, axes, room, { sweep, line, loss: lossSaid(moment) });
  else sayHidden(context, axes, room, sweep);
  if (goal && !frame) nameGoal(context, axes, room, goal);
}

/** The ranges of the picture as it is. @param {Sweep} sweep */
function boxOf({ views }) {
  const { xaxis, yaxis } = views.fit.layout;
  return { first: xaxis.range, second: yaxis.range };
}

/**
 * The run's fit; far out, where the payload only says that it is beyond, by its own parameters.
 * @param {Sweep} sweep
 * @param {import("#types").Snapshot} moment
 * @param {boolean} isFar
 */
function shownFit(sweep, { track, index, first, second, glide }, isFar) {
  const far = isFar ? farFit(sweep, track, index) : null;
  const fit = far ?? (glide && mixedFit(track, glide));
  if (fit) return { line: [], fit, index: 0 };
  return { line: [first, second], fit: track.fit, index };
}

/**
 * What a network predicts on the way between two epochs; null of a line, which has no such numbers.
 * @param {import("#lab/model/track.mjs").Track} track
 * @param {{from: number, to: number, share: number}} glide
 */
function mixedFit(track, { from, to, share }) {
  const [one, other] = [track.fitAt(from), track.fitAt(to)];
  return one && other && one.map((value, k) => value + share * (other[k] - value));
}

/**
 * What the model's mean squared error is, beside it, where there is room. In units of its own a
 * person's target has another one than the train loss says.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Room} room
 * @param {{sweep: Sweep, line: Point[], loss: number}} shown
 */
function sayLoss(context, axes, room, { sweep, line, loss }) {
  // A chapter that has not introduced it.
  if (state.hidden.has("loss")) return;
  const isOwnUnit = sweep.scaling.target[1] === 1;
  const value = `${isOwnUnit ? "mean squared error" : "train loss"} ${format(loss, 3)}`;
  const places = along(axes, line, [0.5, 0.3, 0.7], ["below", "above"]);
  const look = { color: colors.path, isNeeded: false };
  placeLabel(context, room, value, places, look);
}

/**
 * The dotted line of least squares, which Plotly draws; null where there is none.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @returns {Point[] | null}
 */
function goalOf(axes, sweep) {
  const goal = sweep.views.fit.data.find(({ name }) => name === "least squares");
  const ends = /** @type {number[] | undefined} */ (goal?.x);
  return ends ? ends.map((x, k) => [axes.x(x), axes.y(goal?.y[k])]) : null;
}

/** @param {Context} context @param {Axes} axes @param {Room} room @param {Point[]} goal */
const nameGoal = (context, axes, room, goal) =>
  placeLabel(
    context,
    room,
    "least squares",
    along(axes, goal, [0.85, 0.15, 0.6], ["below", "above"]),
    { color: colors.optimum },
  );

/**
 * Places for a text beside a curve, at shares of the picture's width.
 * @param {Axes} axes
 * @param {Point[]} curve
 * @param {number[]} shares
 * @param {import("#lab/views/labels.mjs").Side[]} sides
 */
const along =
  (axes, curve, shares, sides) => (/** @type {import("#lab/views/labels.mjs").Size} */ box) =>
    shares.flatMap((share) => {
      const x = axes.left + share * (axes.right - axes.left);
      return beside([x, heightAt(curve, x)], box, sides, 10);
    });

/** The examples of one predictor in pixels. @param {Axes} axes @param {Sweep} sweep
 * @returns {Point[]} */
const examplesIn = (axes, sweep) =>
  Array.from(sweep.targets, (target, i) => [
    axes.x(sweep.inputIn(sweep.inputs[i])),
    axes.y(sweep.targetIn(target)),
  ]);

/** Over a line that goes through them. @param {Context} context @param {Axes} axes
 * @param {Sweep} sweep */
function drawExamples(context, axes, sweep) {
  for (const point of examplesIn(axes, sweep)) dot(context, point, 4, colors.data, RIM, 1.5);
}

/** @param {Context} context @param {Point[]} points */
function drawPredictions(context, points) {
  for (const point of points) dot(context, point, 4, colors.path, colors.background, 1);
}

/** @param {Context} context @param {Point[]} line */
function drawLine(context, line) {
  stroke(context, line, { color: colors.background, width: 6, alpha: 0.8 });
  stroke(context, line, { color: colors.path, width: 3.2 });
}

/** @param {Context} context @param {Axes} axes @param {Room} room @param {Sweep} sweep */
function sayHidden(context, axes, room, { isLine }) {
  const what = isLine ? "line" : "fit";
  const isNarrow = axes.right - axes.left < 13.5 * size();
  sayOnTop(context, room, isNarrow ? `${what}: off chart` : `the ${what} is off the chart`);
}

/** @param {Context} context @param {Room} room @param {string} text */
const sayOnTop = (context, room, text) =>
  placeLabel(context, room, text, onTop(room.area), { color: colors.text });

/** @param {Axes} axes @param {Point[]} line */
const isVisible = (axes, line) =>
  line.some((point) => isInside(axes, point)) || crosses(axes, line);

/** Whether a step of the line leads across the whole picture. @param {Axes} axes
 * @param {Point[]} line */
const crosses = (axes, line) =>
  line.some((point, k) => k > 0 && (line[k - 1][1] - axes.top) * (point[1] - axes.bottom) < 0);

/* Pinned runs, drawn in every view with the run on show. */
import { clamp } from "#lab/lib/geometry.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { pinned } from "#lab/state/pins.mjs";
import { colors } from "#lab/state/theme.mjs";
import { dot, grown, isInside, stroke } from "#lab/views/canvas.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Look} Look
 * @typedef {import("#types").Pin} Pin
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Point3} Point3
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

const shownPins = () => pinned.runs.filter((pin) => !pin.mismatch && !isHidden("ahead"));

/**
 * A pin's place in its track at the epoch of the playhead; after an overflow the last finite one.
 * @param {Pin} pin
 * @param {number} epoch
 */
const indexAt = ({ track, end }, epoch) =>
  Math.min(track.indexOf(Math.min(epoch, end)), track.length - 1);

/** Which of a pin's points lead to the epoch of the playhead. @param {Pin} pin
 * @param {number} epoch */
function drawnTo(pin, epoch) {
  const index = indexAt(pin, epoch);
  return pin.thinned.filter((k) => k < index).concat(index);
}

const MARKER_SIZE = 5.5;

/** The corners of each marker, across and up.
 * @type {Record<Look["marker"], Point[]>} */
const MARKERS = {
  square: [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
  triangle: [
    [0, -1.2],
    [1.15, 0.9],
    [-1.15, 0.9],
  ],
  diamond: [
    [0, -1.4],
    [1.2, 0],
    [0, 1.4],
    [-1.2, 0],
  ],
  cross: [
    [-0.45, -1.2],
    [0.45, -1.2],
    [0.45, -0.45],
    [1.2, -0.45],
    [1.2, 0.45],
    [0.45, 0.45],
    [0.45, 1.2],
    [-0.45, 1.2],
    [-0.45, 0.45],
    [-1.2, 0.45],
    [-1.2, -0.45],
    [-0.45, -0.45],
  ],
};

/** @param {Context} context @param {Point} at @param {Look} look */
function drawMarker(context, [x, y], { color, marker }) {
  context.beginPath();
  for (const [across, up] of MARKERS[marker])
    context.lineTo(x + grown(MARKER_SIZE * across), y + grown(MARKER_SIZE * up));
  context.closePath();
  context.fillStyle = colors[color];
  context.strokeStyle = "#ffffff";
  context.lineWidth = grown(2);
  context.stroke();
  context.fill();
}

/**
 * A line through pixels with a halo, left out where it leaps from beyond the picture to beyond it.
 * @param {Context} context
 * @param {Point[]} points
 * @param {(point: Point) => boolean} inside
 * @param {Look} look
 * @param {string} halo
 */
function pinLine(context, points, inside, { color, dash }, halo = "#ffffff") {
  /** @type {import("#types").Line} */
  const kept = [];
  for (let k = 1; k < points.length; k++) {
    if (inside(points[k - 1]) || inside(points[k])) kept.push(points[k - 1], points[k], null);
  }
  stroke(context, kept, { color: halo, width: 4.5, alpha: 0.75 });
  // One stroke for the whole, so that the dashes run on.
  const whole = kept.length === 3 * (points.length - 1) ? points : kept;
  stroke(context, whole, { color: colors[color], width: 2.2, dash });
}

/**
 * On the contour.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Snapshot} moment
 */
export function drawPinPaths(context, axes, moment) {
  axes.inside(context, () => {
    for (const pin of shownPins()) {
      const points = placesOf(pin, moment.epoch).map(
        ([first, second]) => /** @type {Point} */ ([clamp(axes.x(first)), clamp(axes.y(second))]),
      );
      pinLine(context, points, (point) => isInside(axes, point), pin.look);
      drawMarker(context, points[points.length - 1], pin.look);
    }
  });
}

/**
 * A pin's path to the epoch of the playhead: coordinates and loss.
 * @param {Pin} pin
 * @param {number} epoch
 */
function placesOf(pin, epoch) {
  const at = pin.coordinates ?? [];
  return drawnTo(pin, epoch).map(
    (k) => /** @type {Point3} */ ([at[2 * k], at[2 * k + 1], pin.track.loss[k]]),
  );
}

/**
 * @param {Context} context
 * @param {import("#types").SceneAxes} axes
 * @param {Snapshot} moment
 * @param {(from: Point3, to: Point3) => import("#types").Line} segment the pixels of a part
 * @param {import("#types").Box} box
 */
export function drawPinsOnSurface(context, axes, moment, segment, box) {
  for (const pin of shownPins()) {
    const places = placesOf(pin, moment.epoch);
    const line = places.slice(1).flatMap((to, k) => segment(places[k], to));
    stroke(context, line, { color: "#ffffff", width: 4.5, alpha: 0.75 });
    stroke(context, line, { color: colors[pin.look.color], width: 2.2, dash: pin.look.dash });
    const last = places[places.length - 1];
    if (isInBox(box, last)) drawMarker(context, axes.point(...last), pin.look);
  }
}

/** @param {import("#types").Box} box @param {Point3} place */
const isInBox = (box, [first, second, loss]) =>
  first >= box.first[0] &&
  first <= box.first[1] &&
  second >= box.second[0] &&
  second <= box.second[1] &&
  loss <= box.height;

/**
 * @param {Context} context
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
export function drawPinFits(context, axes, sweep, moment) {
  for (const pin of shownPins()) {
    const { look, track } = pin;
    const index = indexAt(pin, moment.epoch);
    const line = track.paramsAt(index) ?? [];
    const points = fitPixels(axes, sweep, { line, fit: track.fit, index });
    if (sweep.predictors > 1)
      for (const point of points.filter((one) => isInside(axes, one)))
        dot(context, point, 3, colors[look.color], colors.background, 1);
    else pinLine(context, points, () => true, look, colors.background);
  }
}

/**
 * Where each pin's model changes sides, with its marker in the middle of what is drawn.
 * @param {Context} context
 * @param {Snapshot} moment
 * @param {(params: Float32Array) => import("#types").Line} lineOf pieces with a break after each
 */
export function drawPinBoundaries(context, moment, lineOf) {
  for (const pin of shownPins()) {
    const params = pin.track.drawnParamsAt(indexAt(pin, moment.epoch));
    const line = params ? lineOf(params) : [];
    stroke(context, line, { color: colors.background, width: 4.5, alpha: 0.75 });
    stroke(context, line, { color: colors[pin.look.color], width: 2.2 });
    const middle = line[3 * Math.floor(line.length / 6)];
    if (middle) drawMarker(context, middle, pin.look);
  }
}

/**
 * A fit in pixels: the ends of a line, else the predictions at the places that the sweep has.
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {{line: ArrayLike<number>, fit: Float32Array | null, index: number}} run weight and
 *   bias of a line; what a network predicts at each epoch, and the index of the epoch
 * @returns {Point[]}
 */
export function fitPixels(axes, sweep, { line, fit, index }) {
  const up = (/** @type {number} */ target) => clamp(axes.y(sweep.targetIn(target)));
  if (sweep.isLine)
    return [axes.left, axes.right].map((pixel) => [
      pixel,
      up(line[0] * sweep.inputFrom(axes.toX(pixel)) + line[1]),
    ]);
  const places = sweep.fit?.places ?? [];
  const from = index * places.length;
  return places.map((place, k) => [axes.x(sweep.placeIn(place)), up(fit?.[from + k] ?? NaN)]);
}

/**
 * @param {Context} context
 * @param {Axes} axes
 * @param {Snapshot} moment
 */
export function drawPinCurves(context, axes, moment) {
  for (const pin of shownPins()) {
    const { epochs, loss } = pin.track;
    const points = drawnTo(pin, moment.epoch).map(
      (k) =>
        /** @type {Point} */ ([
          axes.x(Math.log10(1 + epochs[k])),
          clamp(axes.y(Math.log10(loss[k]))),
        ]),
    );
    const last = points[points.length - 1];
    pinLine(context, points, (point) => isInside(axes, point), pin.look, colors.background);
    if (isInside(axes, last)) drawMarker(context, last, pin.look);
  }
}

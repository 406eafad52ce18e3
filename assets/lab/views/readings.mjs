/* What a view shows at a place, in words: the points of its path, its curves and its data, and the
   ground between them. One list a view, for a pointer, a finger and the arrow keys. */
import { format, plain } from "#lab/lib/format.mjs";
import { rateLosses } from "#lab/model/rate-losses.mjs";
import { isHidden, isStarHidden } from "#lab/state/curtain.mjs";
import { state } from "#lab/state/store.mjs";
import { isInside } from "#lab/views/canvas.mjs";
import { readPlane, readProbability, readStrips } from "#lab/views/class-readings.mjs";
import { flatAxes, sceneAxes } from "#lab/views/overlay.mjs";
import { fitPixels } from "#lab/views/pins.mjs";
import { heightAt } from "#lab/views/residuals.mjs";
import { pixelsOf, sections } from "#lab/views/sections.mjs";

/**
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Readout} Readout
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 * @typedef {object} Readings
 * @property {Readout[]} points in the order of the arrow keys
 * @property {{columns: number, points: Readout[]}} [keyed] those of the arrow keys, if others: in
 *   rows from the lower left corner
 * @property {boolean} [isAcross] whether the nearest is the nearest across, at any height
 * @property {(at: Point) => Readout | null} [ground] what is read where no point is near
 */

/** @param {number} value */
const say = (value) => format(value, 4);

// The names of a plane's directions that stand before their numbers, in characters.
const SHORT_NAME = 12;

/** @param {Sweep} sweep @param {number} first @param {number} second */
function placeWords({ plane: { names } }, first, second) {
  const isShort = names.every((name) => name.length <= SHORT_NAME);
  const [one, other] = names.map((name) => (isShort ? `${name} ` : ""));
  return `${one}${say(first)}, ${other}${say(second)}`;
}

/** The indices of the epochs that are no secret. @param {Snapshot} moment */
const shownEpochs = ({ track, index }) =>
  Array.from({ length: isHidden("ahead", state.run) ? index + 1 : track.length }, (_, k) => k);

/** @param {Sweep} sweep @param {Snapshot["track"]} track @param {number} k */
const epochWords = (sweep, track, k) => [
  `epoch ${track.epochs[k]}`,
  `train loss ${say(track.loss[k])}${sweep.lossUnit}`,
  placeWords(sweep, track.first(k), track.second(k)),
];

/* ---- the views ---- */

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readPath(overlay, sweep, moment) {
  const axes = flatAxes(overlay);
  const { track } = moment;
  const points = shownEpochs(moment).map((k) => ({
    at: /** @type {Point} */ ([axes.x(track.first(k)), axes.y(track.second(k))]),
    lines: epochWords(sweep, track, k),
  }));
  const { name, coordinates, train_loss: loss } = sweep.optimum;
  const [first, second] = coordinates;
  const star = {
    at: /** @type {Point} */ ([axes.x(first), axes.y(second)]),
    lines: [name, `train loss ${say(loss)}${sweep.lossUnit}`, placeWords(sweep, first, second)],
  };
  return {
    points: [...points, ...(isStarHidden(sweep) ? [] : [star])].filter(({ at }) =>
      isInside(axes, at),
    ),
    ground(at) {
      const place = /** @type {Point} */ ([axes.toX(at[0]), axes.toY(at[1])]);
      const here = lossAt(sweep, ...place);
      const lines = [
        placeWords(sweep, ...place),
        `train loss ${say(here ?? NaN)}${sweep.lossUnit}`,
      ];
      return here === null || !isInside(axes, at) ? null : { at, lines };
    },
  };
}

/** The loss of the plane; null where it is not known. @param {Sweep} sweep
 * @param {number} first @param {number} second */
function lossAt({ bowl, box, grid }, first, second) {
  if (bowl) {
    const [x, y] = [first - bowl.minimum[0], second - bowl.minimum[1]];
    const [[a, b], [, c]] = bowl.hessian;
    return bowl.loss + (a * x * x + 2 * b * x * y + c * y * y) / 2;
  }
  const isKnown =
    first >= box.first[0] &&
    first <= box.first[1] &&
    second >= box.second[0] &&
    second <= box.second[1];
  return isKnown ? Math.max(grid.at(first, second), 0) : null;
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readFit(overlay, sweep, moment) {
  const { fitKind, isProbability } = sweep;
  if (fitKind === "plane") return readPlane(overlay, sweep, moment);
  if (fitKind === "strips") return readStrips(overlay, sweep, moment);
  return (isProbability ? readProbability : readNumbers)(overlay, sweep, moment);
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
function readNumbers(overlay, sweep, { track, index, first, second }) {
  const axes = flatAxes(overlay);
  const model = fitPixels(axes, sweep, { line: [first, second], fit: track.fit, index });
  if (sweep.predictors > 1)
    return {
      points: model
        .filter((at) => isInside(axes, at))
        .map((at) => ({
          at,
          lines: [`observed ${say(axes.toX(at[0]))}`, `predicted ${say(axes.toY(at[1]))}`],
        })),
    };
  const points = Array.from(sweep.targets, (target, i) => {
    const [x, y] = [sweep.inputIn(sweep.inputs[i]), sweep.targetIn(target)];
    const at = /** @type {Point} */ ([axes.x(x), axes.y(y)]);
    const predicted = axes.toY(heightAt(model, at[0]));
    const error = predicted - y;
    return {
      at,
      lines: [`x ${say(x)}, y ${say(y)}`, `model ${say(predicted)}`, `error ${say(error)}`],
    };
  });
  return {
    points: points.toSorted((a, b) => a.at[0] - b.at[0]),
    ground([x, y]) {
      const height = heightAt(model, x);
      const at = /** @type {Point} */ ([x, height]);
      const lines = [`x ${say(axes.toX(x))}`, `model ${say(axes.toY(height))}`];
      return isInside(axes, at) && isInside(axes, [x, y]) ? { at, lines } : null;
    },
  };
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readSections(overlay, sweep, moment) {
  const exact = state.slices?.at(moment.shownEpoch) ?? null;
  const points = sections(sweep, moment, exact).flatMap((section, which) => {
    const axes = flatAxes(overlay, section.side.suffix);
    return pixelsOf(section, axes, rangeOn(axes, sweep, section.side.range))
      .filter((at) => isInside(axes, at))
      .map((at) => ({
        at,
        lines: [
          `${sweep.plane.names[which]} ${say(axes.toX(at[0]))}`,
          `train loss ${say(axes.toY(at[1]))}`,
        ],
      }));
  });
  return { points, isAcross: true };
}

/** Where a section is drawn. @param {import("#types").Axes} axes @param {Sweep} sweep
 * @param {number[]} range */
const rangeOn = (axes, { bowl }, range) => (bowl ? [axes.left, axes.right].map(axes.toX) : range);

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readCurves(overlay, sweep, moment) {
  const { track } = moment;
  const { validation } = track;
  const axes = flatAxes(overlay);
  const points = shownEpochs(moment).map((k) => {
    const at = /** @type {Point} */ ([
      axes.x(Math.log10(1 + track.epochs[k])),
      Math.max(axes.y(Math.log10(track.loss[k])), axes.top),
    ]);
    const [epoch, loss, place] = epochWords(sweep, track, k);
    const held = validation ? [`validation loss ${say(validation[k])}`] : [];
    return { at, lines: [epoch, loss, ...held, ...(sweep.plane.is_exact ? [place] : [])] };
  });
  return { points, isAcross: true };
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readRates(overlay, sweep, moment) {
  const axes = flatAxes(overlay);
  const { rates, now, ends, epoch } = rateLosses(sweep, moment.epoch);
  const words = (/** @type {number | null} */ loss) => say(loss ?? NaN);
  const points = rates.map((rate, run) => {
    const [one, end] = [now[run], ends[run]];
    const y = axes.y(Math.log10(Math.max(one ?? Infinity, 1e-30)));
    return {
      at: /** @type {Point} */ ([axes.x(run), Math.min(Math.max(y, axes.top), axes.bottom)]),
      lines: [
        `learning rate ${plain(rate)}`,
        ...(one === undefined ? [] : [`epoch ${epoch}: ${words(one)}`]),
        ...(end === undefined ? [] : [`epoch ${sweep.end}: ${words(end)}`]),
      ],
    };
  });
  return { points, isAcross: true };
}

/** @param {Overlay} overlay @param {Sweep} sweep @param {Snapshot} moment @returns {Readings} */
export function readSurface(overlay, sweep, moment) {
  const { track } = moment;
  const { box, grid } = sweep;
  const axes = sceneAxes(overlay);
  const points = shownEpochs(moment)
    .filter((k) => track.loss[k] <= box.height)
    .map((k) => ({
      at: axes.point(track.first(k), track.second(k), track.loss[k]),
      lines: epochWords(sweep, track, k),
    }));
  return { points, ground: (at) => nearestOfGrid(at, sweep, axes, grid) };
}

// How far in pixels a point of the grid may be from the pointer.
const GRID_REACH = 12;

/**
 * The point of the grid under the pointer that is in front.
 * @param {Point} at
 * @param {Sweep} sweep
 * @param {import("#types").SceneAxes} axes
 * @param {Sweep["grid"]} grid
 * @returns {Readout | null}
 */
function nearestOfGrid(at, sweep, axes, { values, size }) {
  const { box } = sweep;
  let [found, front] = [/** @type {Readout | null} */ (null), Infinity];
  values.forEach((loss, k) => {
    if (loss > box.height) return;
    const first = along(box.first, (k % size) / (size - 1));
    const second = along(box.second, Math.floor(k / size) / (size - 1));
    const point = axes.point(first, second, loss);
    if (Math.hypot(point[0] - at[0], point[1] - at[1]) > GRID_REACH) return;
    const depth = axes.depth(first, second, loss);
    if (depth >= front) return;
    front = depth;
    found = { at: point, lines: [placeWords(sweep, first, second), `train loss ${say(loss)}`] };
  });
  return found;
}

/** @param {number[]} range @param {number} share */
const along = ([low, high], share) => low + share * (high - low);

/**
 * What is read at a place.
 * @param {Readings} readings
 * @param {Point} at
 * @param {number} reach in pixels
 * @returns {Readout | null}
 */
export function readingAt({ points, isAcross, ground }, at, reach) {
  const far = (/** @type {Readout} */ { at: [x, y] }) =>
    Math.hypot(x - at[0], isAcross ? 0 : y - at[1]);
  let [nearest, least] = [/** @type {Readout | null} */ (null), isAcross ? 4 * reach : reach];
  for (const point of points) {
    const distance = far(point);
    if (distance < least) [nearest, least] = [point, distance];
  }
  return nearest ?? ground?.(at) ?? null;
}

/* How far the pictures zoom out with a run that rises above its start: to powers of ten, so that a
   picture stays as it is for some epochs, and the next one shows ten times as much. */

/**
 * @typedef {import("#types").Zoom} Zoom
 * @typedef {object} Pictures what a sweep shows
 * @property {import("#types").Box} box
 * @property {{target: number[]}} scaling
 * @property {Record<string, import("#types").Figure>} views
 * @typedef {object} Run
 * @property {ArrayLike<number>} loss
 * @property {(index: number) => number} first
 * @property {(index: number) => number} second
 */

// An axis reaches beyond its power of ten by this share; a point comes not quite so near its end.
export const REACH = 1.15;
const FARTHEST = 1.1;
// How far from the middle of the data a fit with this error is shown, in root mean squared errors.
const ERRORS = 1.2;
// The loss's axis over the epochs grows by so many powers of ten at a time.
const CURVE_STEP = 4;

/**
 * The powers of ten to which plane, loss and target reach at an index, of the loss half ones too:
 * just above a whole one its curve would be flat. As long as the run stays out, none goes back.
 * @param {Pictures} sweep
 * @param {Run} track
 * @param {number} index
 * @returns {Zoom}
 */
export function zoomAt(sweep, track, index) {
  /** @type {Zoom} */
  let zoom = { plane: null, loss: null, fit: null };
  for (let k = index; k >= 0 && track.loss[k] > track.loss[0]; k--) {
    const now = powersAt(sweep, track, k);
    if (now.plane === null && now.loss === null) break;
    zoom = {
      plane: higher(zoom.plane, now.plane),
      loss: higher(zoom.loss, now.loss),
      fit: higher(zoom.fit, now.fit),
    };
  }
  return zoom;
}

/** @param {number | null} one @param {number | null} other */
const higher = (one, other) => (one === null || (other !== null && other > one) ? other : one);

/** @param {Pictures} sweep @param {Run} track @param {number} k @returns {Zoom} */
function powersAt({ box, scaling, views }, track, k) {
  const [place, loss] = [[track.first(k), track.second(k)], track.loss[k]];
  const ranges = [box.first, box.second];
  const isOut = place.some((value, axis) => value < ranges[axis][0] || value > ranges[axis][1]);
  const isAbove = loss > box.height;
  const [low, high] = views.fit.layout.yaxis.range;
  const error = ERRORS * Math.sqrt(loss) * scaling.target[1];
  const isOff = isAbove && error > (high - low) / 2;
  return {
    plane: isOut ? powerOf(...place, ...box.first, ...box.second) : null,
    loss: isAbove ? Math.ceil(2 * powerNear(loss)) / 2 : null,
    fit: isOff ? powerOf(Math.abs(low + high) / 2 + error, low, high) : null,
  };
}

/** The power of ten to which an axis with all of these reaches. @param {number[]} values */
const powerOf = (...values) => Math.ceil(powerNear(...values));

/** @param {number[]} values */
const powerNear = (...values) => Math.log10(Math.max(...values.map(Math.abs)) / FARTHEST);

/**
 * log10 of the highest loss on the curve over the epochs: the usual one, or some powers of ten more
 * for a run that is higher, or was until now.
 * @param {Run} track
 * @param {number} index
 * @param {number} usual
 */
export function curveTop(track, index, usual) {
  let highest = usual;
  for (let k = index; k >= 0 && Math.log10(track.loss[k]) > usual; k--)
    highest = Math.max(highest, Math.log10(track.loss[k]));
  return usual + CURVE_STEP * Math.ceil((highest - usual) / CURVE_STEP);
}

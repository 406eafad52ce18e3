/* Scales: the timeline's, and those of colours. */

/** The diameter of a slider's thumb in pixels, as 02-lab.css has it: the thumb's centre goes from
    half of it to half of it before the end. */
export const THUMB = 20;

/** Epoch 0 is at 0, the last at 1; logarithmic, so that the first steps have room. */
export const scale = {
  /** @param {number} epoch @param {number} end */
  toShare: (epoch, end) => Math.log1p(epoch) / Math.log1p(end),
  /** @param {number} share @param {number} end */
  toEpoch: (share, end) => Math.expm1(share * Math.log1p(end)),
};

/**
 * A colour of a scale as Plotly has them, mixed of its two neighbours.
 * @param {[number, string][]} stops shares from 0 to 1, and hex colours
 * @param {number} share
 */
export function colorAt(stops, share) {
  const at = Math.min(Math.max(share, 0), 1);
  const next = Math.max(
    stops.findIndex(([place]) => place >= at),
    1,
  );
  const [[begin, low], [end, high]] = stops.slice(next - 1, next + 1);
  const part = (at - begin) / (end - begin);
  const mix = (/** @type {number} */ k) =>
    Math.round(
      parseInt(low.slice(k, k + 2), 16) * (1 - part) + parseInt(high.slice(k, k + 2), 16) * part,
    );
  return `rgb(${mix(1)}, ${mix(3)}, ${mix(5)})`;
}

/* Plotly's colour scales as shades. */
import { make } from "#lab/lib/dom.mjs";
import { drawn } from "#lab/state/drawn.mjs";

/** @typedef {CanvasRenderingContext2D} Context */

/**
 * The colours of a scale at 256 places, as bytes. All figures share one scale.
 * @param {[number, string][]} scale
 */
export const shades = (scale) => (drawn.shades ??= paintedShades(scale));

/** @param {[number, string][]} scale */
function paintedShades(scale) {
  const canvas = make("canvas", { width: 256, height: 1 });
  const context = /** @type {Context} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const gradient = context.createLinearGradient(0, 0, 256, 0);
  for (const [at, color] of scale) gradient.addColorStop(at, color);
  context.fillStyle = gradient;
  context.fillRect(0, 0, 256, 1);
  return context.getImageData(0, 0, 256, 1).data;
}

/**
 * The place of a value among the shades.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const shadeOf = (value, low, high) =>
  Math.round(Math.min(Math.max((value - low) / (high - low), 0), 1) * 255);

/* The scale of what a model predicts over the plane of its inputs: from the colour of class 0, or
   of the lowest target, through the background to that of class 1. */
import { colors, measures } from "#lab/state/theme.mjs";

// How much of a class's colour the ends of a scale of numbers have. With classes it is less:
// examples in that colour are to stand out on it.
const NUMBERS = 0.9;
export const SHADES = 256;

/** @param {string} color as #rrggbb @returns {number[]} */
const parts = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/**
 * The colour at a share of the scale.
 * @param {number} share from 0 to 1
 * @param {boolean} hasClasses
 * @returns {number[]} red, green and blue
 */
function partsAt(share, hasClasses) {
  const strength = hasClasses ? measures.ground : NUMBERS;
  const [ground, end] = [
    parts(colors.background),
    parts(colors[share < 0.5 ? "class-0" : "class-1"]),
  ];
  const mix = strength * Math.abs(2 * share - 1);
  return ground.map((part, k) => Math.round(part + mix * (end[k] - part)));
}

/** The same for a canvas. @param {number} share @param {boolean} hasClasses */
export const heatColor = (share, hasClasses) =>
  `rgb(${partsAt(Math.min(Math.max(share, 0), 1), hasClasses).join(" ")})`;

/**
 * All of the scale, as an image has them: four bytes each.
 * @param {boolean} hasClasses
 * @param {Uint32Array} into is filled and returned
 */
export function heatShades(hasClasses, into = new Uint32Array(SHADES)) {
  const bytes = new Uint8Array(into.buffer);
  for (let k = 0; k < SHADES; k++)
    bytes.set([...partsAt(k / (SHADES - 1), hasClasses), 255], 4 * k);
  return into;
}

/* Titles of axes as long as their axes: a person's own columns may have names of any length. */
import { shortened } from "#lab/lib/format.mjs";

/** @typedef {{l: number, r: number, t: number, b: number}} Margin of a figure */

// The mean width of a letter and the size of titles, in sizes of the figure's text.
const LETTER = 0.56 * 1.17;
const FEWEST = 6;

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#36;": "$" };

/** A title of Plotly's as it is read. @param {string} text */
const plainText = (text) =>
  text.replace(
    /&(amp|lt|gt|#36);/g,
    (name) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (name)],
  );

/** The other way, as components/figures/base.py writes it. @param {string} text */
const written = (text) =>
  text.replace(
    /[&<>$]/g,
    (letter) => Object.entries(ENTITIES).find(([, one]) => one === letter)?.[0] ?? letter,
  );

/**
 * A title of at most so many pixels, with an ellipsis for what is left out; markup stays as it is.
 * @param {string} title
 * @param {number} pixels
 * @param {number} size of the figure's text
 */
export function fittingTitle(title, pixels, size) {
  const room = Math.max(Math.floor(pixels / (LETTER * size)), FEWEST);
  if (title.includes("<")) return title;
  return written(shortened([plainText(title)], room)[0]);
}

/**
 * Cuts the titles of a figure with one pair of axes.
 * @param {import("#types").Figure["layout"]} layout is changed
 * @param {{clientWidth: number, clientHeight: number}} host
 */
export function cutTitles({ xaxis, yaxis, xaxis2, yaxis2, margin, font }, host) {
  if (!xaxis || xaxis2 || yaxis2 || !host.clientWidth) return;
  const { l: left, r: right, t: top, b: bottom } = /** @type {Margin} */ (margin);
  const lengths = [host.clientWidth - left - right, host.clientHeight - top - bottom];
  [xaxis, yaxis].forEach(({ title }, k) => {
    if (title?.text) title.text = fittingTitle(title.text, lengths[k], font.size);
  });
}

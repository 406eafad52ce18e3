/* Titles of axes as long as their axes: a person's own columns may have names of any length. And as
   many numbers as have room along an axis. */
import { plain, shortened } from "#lab/lib/format.mjs";
import { evenTicks } from "#lab/lib/ticks.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { state } from "#lab/state/store.mjs";
import { grown, size } from "#lab/views/canvas.mjs";

/**
 * @typedef {{l: number, r: number, t: number, b: number}} Margin of a figure
 * @typedef {import("#types").Figure} Figure
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 */

// The mean width of a letter, in sizes of the text.
const LETTER = 0.56;
const FEWEST = 6;

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#36;": "$" };

/** A title of Plotly's as it is read. @param {string} text */
const plainText = (text) =>
  text.replace(
    /&(amp|lt|gt|#36);/g,
    (name) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (name)],
  );

/** Of the axes' titles: as large as the numbers where these are large already. */
export const titleSize = () => size() * (state.textSize ? 1 : 1.17);

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
 * @param {number} letters the title's size
 */
export function fittingTitle(title, pixels, letters) {
  const room = Math.max(Math.floor(pixels / (LETTER * letters)), FEWEST);
  if (title.includes("<")) return title;
  return written(shortened([plainText(title)], room)[0]);
}

/**
 * Cuts the titles of a figure with one pair of axes.
 * @param {import("#types").Figure["layout"]} layout is changed
 * @param {{clientWidth: number, clientHeight: number}} host
 */
export function cutTitles({ xaxis, yaxis, xaxis2, yaxis2, margin }, host) {
  if (!xaxis || xaxis2 || yaxis2 || !host.clientWidth) return;
  const { l: left, r: right, t: top, b: bottom } = /** @type {Margin} */ (margin);
  const lengths = [host.clientWidth - left - right, host.clientHeight - top - bottom];
  [xaxis, yaxis].forEach(({ title }, k) => {
    if (title?.text) title.text = fittingTitle(title.text, lengths[k], titleSize());
  });
}

/**
 * A loss along an axis or a colour bar without its name where that is longer; its unit stays.
 * @param {string} title
 * @param {import("#types").Figure["layout"]} layout
 * @param {{clientHeight: number}} host
 */
export function lossThatFits(title, { margin }, { clientHeight: height }) {
  const { t: top, b: bottom } = /** @type {Margin} */ (margin);
  const isLong = title.length * LETTER * titleSize() > height - top - bottom;
  return isLong ? title.replace(/^[^,]+, /, "loss, ") : title;
}

// Between two numbers, across and up, in sizes of the text.
const [APART, LINES] = [1.2, 1.6];

/**
 * How wide the numbers of an axis are, about.
 * @param {Record<string, any>} axis
 */
const widthOfNumbers = ({ range, nticks }) =>
  Math.max(...evenTicks(range, nticks).map((tick) => plain(tick).length)) * LETTER * size();

/**
 * Fewer numbers where they would lie on each other.
 * @param {import("#types").Figure["layout"]} layout is changed
 * @param {{clientWidth: number, clientHeight: number}} host
 */
export function thinTicks(layout, { clientWidth: width, clientHeight: height }) {
  const { l: left, r: right, t: top, b: bottom } = /** @type {Margin} */ (layout.margin);
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    const axis = layout[name];
    if (!width || !axis.nticks || axis.tickvals) continue;
    const [from, to] = axis.domain ?? [0, 1];
    const isAcross = name[0] === "x";
    const length = (to - from) * (isAcross ? width - left - right : height - top - bottom);
    const each = isAcross ? widthOfNumbers(axis) + APART * size() : LINES * size();
    while (axis.nticks > 1 && evenTicks(axis.range, axis.nticks).length * each > length)
      axis.nticks--;
  }
}

/**
 * Room for long numbers at the left of the path.
 * @param {import("#types").Figure["layout"]} layout is changed
 */
export function widenLeft({ yaxis, margin }) {
  const sides = /** @type {Margin} */ (margin);
  const needed = widthOfNumbers(yaxis) + 1.4 * titleSize() + size();
  sides.l = Math.max(sides.l, Math.round(needed));
}

/* ---- what fits a card ---- */

// Below this width of a card, in pixels at the usual size of text, titles are short; below this
// height of a 3D scene there are none.
const SHORT_TITLES = 460;
const SMALL_SCENE = 230;

/**
 * How much of the axes' titles fits: those of two directions would lie on each other or be cut.
 * @param {Overlay} overlay
 * @returns {"whole" | "short" | "none"}
 */
function titlesThatFit(overlay) {
  const { clientWidth: width } = overlay.host;
  if (isSmallScene(overlay)) return "none";
  return width > 0 && width < grown(SHORT_TITLES) ? "short" : "whole";
}

// What titles and numbers of these are fitted to, in steps of so many pixels.
const STEP = 40;
const FITTED = ["cross-sections", "descent-path"];

/** Changes where a picture's titles and numbers are to be fitted anew. @param {Overlay} overlay */
export function roomFor(overlay) {
  const { id, clientHeight: height } = overlay.host;
  const rows = FITTED.includes(id) ? Math.round(height / STEP) : "";
  return `${titlesThatFit(overlay)} ${rows}`;
}

/** A 3D scene in which words would take the room of the surface; the path has them.
 * @param {Overlay} overlay */
export const isSmallScene = ({ host: { id, clientHeight: height } }) =>
  id === "loss-surface" && !drawn.isFlat && height > 0 && height < grown(SMALL_SCENE);

/**
 * Titles that fit the picture: of a figure's own layout, which is changed.
 * @param {Figure["layout"]} layout
 * @param {Overlay} overlay
 */
export function fitTitles(layout, overlay) {
  overlay.room = roomFor(overlay);
  const titles = titlesThatFit(overlay);
  if (titles !== "whole") shortenTitles(layout, overlay.host.id === "descent-path");
  if (titles === "none")
    for (const name of ["xaxis", "yaxis", "zaxis"]) layout.scene[name].title.text = "";
  thinTicks(layout, overlay.host);
  if (layout.yaxis2)
    layout.yaxis.title.text = lossThatFits(layout.yaxis.title.text, layout, overlay.host);
  if (overlay.host.id === "descent-path") widenLeft(layout);
  cutTitles(layout, overlay.host);
}

/**
 * A direction of many parameters has a long name, which the path spells out at the usual size.
 * @param {Figure["layout"]} layout
 * @param {boolean} isPath
 */
function shortenTitles({ scene, ...layout }, isPath) {
  const up = isPath && state.textSize ? layout.yaxis : layout.xaxis2;
  const [first, second] = scene ? [scene.xaxis, scene.yaxis] : [layout.xaxis, up];
  // In 3D the numbers would lie on each other; the contour has them.
  if (scene) for (const axis of [first, second, scene.zaxis]) axis.showticklabels = false;
  if (!second || !/[ <]/.test(first.title.text)) return;
  first.title.text = "direction 1";
  second.title.text = "direction 2";
}

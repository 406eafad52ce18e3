/* Figures for the back of a room: larger text, and all that is to be seen from as far. */
import { state } from "#lab/state/store.mjs";
import { grown } from "#lab/views/canvas.mjs";
import { titleSize } from "#lab/views/titles.mjs";

/** @typedef {import("#types").Figure} Figure */

// Of a large picture's margin, whose titles are no larger than its numbers.
const MARGIN = 0.94;

/** Markers and lines that can be seen as far as the text can be read.
 * @param {Record<string, any>} part of a trace */
export function enlarged({ size, width, line, ...others }) {
  return {
    ...others,
    ...(size && { size: grown(size) }),
    ...(width && { width: grown(width) }),
    ...(line && { line: { ...line, ...(line.width && { width: grown(line.width) }) } }),
  };
}

/** @param {Record<string, any>} bar */
export const enlargedBar = ({ title, thickness, ...others }) => ({
  ...others,
  thickness: grown(thickness),
  title: { ...title, font: { size: titleSize() } },
});

/** Text and margins for the back of a room. @param {Figure["layout"]} layout */
export function enlarge(layout) {
  if (!state.textSize) return;
  layout.font.size = grown(layout.font.size);
  if (!layout.scene) {
    for (const side of "ltb") layout.margin[side] = MARGIN * grown(layout.margin[side]);
    // At the right there is room for a colour bar, or none for words.
    if (layout.margin.r > layout.margin.l) layout.margin.r = grown(layout.margin.r);
    for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key)))
      if (layout[name].title) layout[name].title.font = { size: titleSize() };
    return;
  }
  for (const name of ["xaxis", "yaxis", "zaxis"]) {
    layout.scene[name].tickfont.size = grown(layout.scene[name].tickfont.size);
    // Larger numbers need more room between them.
    layout.scene[name].nticks = 3;
  }
}

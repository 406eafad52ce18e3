/* What moves in the five views, drawn on a canvas above each figure. A view gets the snapshot and
   draws; it never calls Plotly. */
import { drawCurves } from "#lab/views/curves.mjs";
import { drawFit } from "#lab/views/fit.mjs";
import { drawContour } from "#lab/views/path.mjs";
import { drawSections } from "#lab/views/sections.mjs";
import { drawSurface } from "#lab/views/surface.mjs";

/** @type {Record<import("#types").View, import("#types").Draw>} */
export const DRAW = {
  "loss-surface": drawSurface,
  "descent-path": drawContour,
  "cross-sections": drawSections,
  fit: drawFit,
  curves: drawCurves,
};

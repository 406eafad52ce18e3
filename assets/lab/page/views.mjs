/* The views, a record each: what moves in it, the values under a pointer, the note beside its
   title, its sentence and its table. What is known before it is drawn is in app/domain/views.py. */
import { curvesNote, fitNote, pathNote, sectionsNote, surfaceNote } from "#lab/page/notes.mjs";
import {
  curveTable,
  fitTable,
  pathTable,
  sectionTable,
  surfaceTable,
} from "#lab/page/view-tables.mjs";
import {
  curveWords,
  fitWords,
  pathWords,
  sectionWords,
  surfaceWords,
} from "#lab/page/view-words.mjs";
import { drawCurves } from "#lab/views/curves.mjs";
import { drawFit } from "#lab/views/fit.mjs";
import { drawFlat, figureOf } from "#lab/views/flat.mjs";
import { drawContour } from "#lab/views/path.mjs";
import { readCurves, readFit, readPath, readSections, readSurface } from "#lab/views/readings.mjs";
import { drawSections } from "#lab/views/sections.mjs";
import { drawSurface } from "#lab/views/surface.mjs";

/** @typedef {import("#types").View} View */

/** @type {Record<View, import("#types").ViewParts>} */
export const VIEWS = {
  "loss-surface": {
    draw: drawSurface,
    readings: readSurface,
    note: surfaceNote,
    sentence: surfaceWords,
    table: surfaceTable,
  },
  "descent-path": {
    draw: drawContour,
    readings: readPath,
    note: pathNote,
    sentence: pathWords,
    table: pathTable,
  },
  "cross-sections": {
    draw: drawSections,
    readings: readSections,
    note: sectionsNote,
    sentence: sectionWords,
    table: sectionTable,
  },
  fit: { draw: drawFit, readings: readFit, note: fitNote, sentence: fitWords, table: fitTable },
  curves: {
    draw: drawCurves,
    readings: readCurves,
    note: curvesNote,
    sentence: curveWords,
    table: curveTable,
  },
};

/** @param {string} name @returns {name is View} */
export const isView = (name) => name in VIEWS;

/** How a view draws what moves. @param {View} name */
export const drawingOf = (name) => (figureOf(name) === name ? VIEWS[name].draw : drawFlat);

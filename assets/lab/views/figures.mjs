/* The static figures from Python: put into the theme's colours, shown and updated. */
import { isHidden } from "#lab/state/curtain.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { enlarge, enlarged, enlargedBar } from "#lab/views/large-type.mjs";
import { fitTitles, isSmallScene, lossThatFits } from "#lab/views/titles.mjs";

/**
 * @typedef {import("#types").Figure} Figure
 * @typedef {import("#lab/state/drawn.mjs").Camera} Camera
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 */

const CONFIG = {
  displaylogo: false,
  showSendToCloud: false,
  displayModeBar: false,
  responsive: false,
  doubleClick: false,
  scrollZoom: "gl3d",
};

/* ---- figures ---- */

/**
 * Colours of the theme, put into a figure before Plotly sees it, and titles that fit.
 * @param {Figure} figure
 * @param {Overlay} overlay
 */
function themed(figure, overlay) {
  const layout = structuredClone(figure.layout);
  layout.font.color = colors.text;
  enlarge(layout);
  fitTitles(layout, overlay);
  const axes = Object.keys(layout)
    .filter((key) => /^[xy]axis/.test(key))
    .map((key) => layout[key]);
  if (layout.scene) axes.push(layout.scene.xaxis, layout.scene.yaxis, layout.scene.zaxis);
  for (const axis of axes) {
    Object.assign(axis, { gridcolor: colors.grid, linecolor: colors.line, tickcolor: colors.line });
  }
  const data = figure.data.map((trace) => painted(trace, layout, overlay));
  return { data, layout };
}

/**
 * A trace in the colour of what it shows: a copy, as Plotly writes into what it is given, and the
 * contour may be shown in two places.
 * @param {Record<string, any>} trace
 * @param {Figure["layout"]} layout
 * @param {Overlay} overlay
 */
function painted(trace, layout, { host }) {
  const color = colors[trace.meta];
  const copy = { ...trace };
  // Where training should arrive is what a class is to guess.
  if (trace.meta === "optimum") copy.visible = !isHidden("optimum");
  if (trace.colorbar) {
    const bar = state.textSize ? enlargedBar(trace.colorbar) : trace.colorbar;
    const title = { ...bar.title, text: lossThatFits(bar.title.text, layout, host) };
    copy.colorbar = { ...bar, title };
  }
  if (!color) return copy;
  for (const part of ["marker", "line"])
    if (trace[part]) copy[part] = { ...enlarged(trace[part]), color };
  return copy;
}

/* ---- the camera ---- */

// At this ratio of width to height and above, the usual camera shows the axes' titles whole.
const WIDE = 2.05;
const FARTHEST = 1.35;
const LARGE_TEXT = 1.15;
// Without titles the surface may fill the picture, and stands in its middle.
const BARE = 0.84;
const BARE_CENTER = -0.2;

/**
 * In a narrow card the camera stands farther off.
 * @param {Overlay} overlay
 * @param {Camera} usual
 * @returns {Camera}
 */
export function fittingCamera(overlay, usual) {
  const { clientWidth: width, clientHeight: height } = overlay.host;
  const isBare = isSmallScene(overlay);
  const farther = Math.min(Math.max((WIDE * height) / Math.max(width, 1), 1), FARTHEST);
  const distance = farther * (isBare ? BARE : state.textSize ? LARGE_TEXT : 1);
  const eye = Object.fromEntries(
    Object.entries(usual.eye).map(([axis, value]) => [axis, value * distance]),
  );
  return { ...usual, eye, center: isBare ? { ...usual.center, z: BARE_CENTER } : usual.center };
}

/** @param {Camera} a @param {Camera} b */
export const isElsewhere = (a, b) =>
  [a.eye, a.center].some((place, k) =>
    ["x", "y", "z"].some((axis) => Math.abs(place[axis] - [b.eye, b.center][k][axis]) > 1e-3),
  );

/** A camera that the person has not moved fits the card's new size. @param {Overlay} overlay */
export function refitCamera(overlay) {
  const { usualCamera: usual, placedCamera: placed } = drawn;
  if (!overlay.hasScene || !placed || !usual) return;
  const now = overlay.plot._fullLayout.scene._scene.getCamera();
  const next = fittingCamera(overlay, usual);
  if (isElsewhere(now, placed) || !isElsewhere(next, placed)) return;
  drawn.placedCamera = next;
  window.Plotly.relayout(overlay.plot, { "scene.camera": next });
}

/**
 * A new 2D figure replaces the old one; the 3D one is updated in place and keeps its camera.
 * @param {Overlay} overlay
 * @param {Figure} figure
 * @returns {Promise<unknown>}
 */
export function show(overlay, figure) {
  const { data, layout } = themed(figure, overlay);
  if (!overlay.plot._fullLayout) {
    if (layout.scene) {
      /** @type {Camera} */
      const usual = layout.scene.camera;
      drawn.usualCamera = usual;
      layout.scene.camera = drawn.placedCamera = fittingCamera(overlay, usual);
    }
    return window.Plotly.newPlot(overlay.plot, data, layout, CONFIG);
  }
  if (!layout.scene) return window.Plotly.react(overlay.plot, data, layout, CONFIG);
  if (!overlay.hasScene) return Promise.resolve();
  const camera = overlay.plot._fullLayout.scene._scene.getCamera();
  const { style, changes } = surfaceUpdate(data[0], layout, camera);
  return window.Plotly.update(overlay.plot, style, changes);
}

/** Fits a figure to the size of its card. @param {Overlay} overlay */
export const resize = ({ plot }) => window.Plotly.Plots.resize(plot);

/** Gives up a figure. @param {Overlay["plot"]} plot */
export const purge = (plot) => window.Plotly.purge(plot);

/**
 * The surface's arrays and colours.
 * @param {Record<string, any>} surface
 * @param {Figure["layout"]} layout
 * @param {Camera} camera
 */
function surfaceUpdate(surface, { scene, font }, camera) {
  /** @type {Record<string, unknown[]>} */
  const style = { "contours.z": [surface.contours.z] };
  for (const key of ["x", "y", "z", "surfacecolor", "cmin", "cmax"]) style[key] = [surface[key]];
  /** @type {Record<string, unknown>} */
  const changes = { "font.color": font.color, "font.size": font.size, "scene.camera": camera };
  for (const name of ["xaxis", "yaxis", "zaxis"]) {
    const axis = scene[name];
    changes[`scene.${name}.range`] = axis.range;
    changes[`scene.${name}.title.text`] = axis.title.text;
    changes[`scene.${name}.nticks`] = axis.nticks;
    changes[`scene.${name}.showticklabels`] = axis.showticklabels ?? true;
    changes[`scene.${name}.tickfont.size`] = axis.tickfont.size;
    changes[`scene.${name}.gridcolor`] = axis.gridcolor;
    changes[`scene.${name}.linecolor`] = axis.linecolor;
  }
  return { style, changes };
}

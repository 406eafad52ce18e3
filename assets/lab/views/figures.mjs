/* The static figures from Python: put into the theme's colours, shown, updated, and followed by
   Plotly's own invisible traces once nothing moves. The only file that calls Plotly. */
import { format } from "#lab/lib/format.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { enlarge, enlarged, enlargedBar } from "#lab/views/large-type.mjs";
import { fitTitles, isSmallScene } from "#lab/views/titles.mjs";

/**
 * @typedef {import("#types").Figure} Figure
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/model/track.mjs").Track} Track
 * @typedef {import("#lab/state/drawn.mjs").Camera} Camera
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 * @typedef {(number | null)[]} Places
 * @typedef {{x: Places, y: Places, text: string[]}} Rest an invisible trace
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
  return { data: figure.data.map(painted), layout };
}

/**
 * A trace in the colour of what it shows: a copy, as Plotly writes into what it is given, and the
 * contour may be shown in two places.
 * @param {Record<string, any>} trace
 */
function painted(trace) {
  const color = colors[trace.meta];
  const copy = { ...trace };
  // Where training should arrive is what a class is to guess.
  if (trace.meta === "optimum") copy.visible = !isHidden("optimum");
  if (trace.colorbar && state.textSize) copy.colorbar = enlargedBar(trace.colorbar);
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
 * The surface's arrays and colours; the points of the last sweep at rest are taken away.
 * @param {Record<string, any>} surface
 * @param {Figure["layout"]} layout
 * @param {Camera} camera
 */
function surfaceUpdate(surface, { scene, font }, camera) {
  /** @type {Record<string, unknown[]>} */
  const style = { "contours.z": [surface.contours.z, undefined] };
  for (const key of ["x", "y", "z"]) style[key] = [surface[key], []];
  for (const key of ["surfacecolor", "cmin", "cmax"]) style[key] = [surface[key], undefined];
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

/* ---- at rest: Plotly's own invisible traces follow, for hover, export and screen readers ---- */

/**
 * SVG takes no pixel of 1e10 and more: a diverging run's farthest points are left out.
 * @param {number} value
 */
const near = (value) => (Math.abs(value) < 1e6 ? value : null);

/** @param {number} epoch @param {number} loss */
const hoverText = (epoch, loss) => `epoch ${epoch}<br>train loss ${format(loss, 5)}`;

/**
 * The traces of a view, in the order of the figure's own.
 * @param {string} name
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {Rest[]}
 */
function restTraces(name, sweep, moment) {
  switch (name) {
    case "loss-surface":
      return [surfaceAtRest(sweep, moment)];
    case "descent-path":
      return [pathAtRest(moment)];
    case "cross-sections":
      return sectionsAtRest(moment);
    default:
      return [fitAtRest(sweep, moment)];
  }
}

/** The indices of the epochs up to the one on show, and what is said of each.
 * @param {Snapshot} moment */
function passed({ track, index }) {
  const kept = Array.from({ length: index + 1 }, (_, k) => k);
  return { kept, text: kept.map((k) => hoverText(track.epochs[k], track.loss[k])) };
}

/** @param {Snapshot} moment @returns {Rest} */
function pathAtRest(moment) {
  const { kept, text } = passed(moment);
  const { track } = moment;
  return {
    x: kept.map((k) => near(track.first(k))),
    y: kept.map((k) => near(track.second(k))),
    text,
  };
}

/**
 * Points above the box stay out: in 3D they would hide the rest.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function surfaceAtRest({ box }, moment) {
  const { x, y, text } = pathAtRest(moment);
  const z = x.map((_, k) => moment.track.loss[k]);
  /** @template Value @param {Value[]} values */
  const keep = (values) => values.filter((_, k) => z[k] <= box.height);
  return { x: keep(x), y: keep(y), z: keep(z), text: keep(text) };
}

/** @param {Snapshot} moment @returns {Rest[]} */
function sectionsAtRest({ first, second, loss, shownEpoch }) {
  const text = [hoverText(shownEpoch, loss)];
  return [first, second].map((place) => ({ x: [near(place)], y: [near(loss)], text }));
}

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function fitAtRest(sweep, { track, index }) {
  const { x, fit } = fitPoints(sweep, track, index);
  const y = fit.map((target) => near(sweep.targetIn(target)));
  // A place far beyond the picture has no number, and cannot be pointed at.
  const words = y.map((value) => (value === null ? "off the chart" : format(value, 4)));
  const text = x.map((input, k) => `current fit<br>x ${format(input, 4)}<br>y ${words[k]}`);
  return { x, y, text };
}

/**
 * The ends of a line, or the places at which a network's fit is known.
 * @param {Sweep} sweep
 * @param {Track} track
 * @param {number} index
 * @returns {{x: number[], fit: number[]}}
 */
function fitPoints(sweep, track, index) {
  if (sweep.isLine) {
    const [low, high] = sweep.views.fit.layout.xaxis.range;
    const x = [low, high];
    const line = (/** @type {number} */ input) =>
      track.first(index) * sweep.inputFrom(input) + track.second(index);
    return { x, fit: x.map(line) };
  }
  const x = sweep.fit?.places.map((place) => sweep.placeIn(place)) ?? [];
  const fit = track.fit?.subarray(index * x.length, (index + 1) * x.length);
  return { x, fit: Array.from(fit ?? []) };
}

/**
 * Puts what is on show into the figure's traces at rest.
 * @param {string} name
 * @param {Overlay} overlay
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
export function rest(name, overlay, sweep, moment) {
  /** @type {Record<string, unknown>[]} */
  const traces = restTraces(name, sweep, moment);
  const indices = overlay.plot.data.flatMap((trace, k) => (trace.meta === "rest" ? [k] : []));
  const keys = Object.keys(traces[0]);
  const style = Object.fromEntries(keys.map((key) => [key, traces.map((trace) => trace[key])]));
  const scene = overlay.plot._fullLayout.scene;
  if (!scene) return window.Plotly.restyle(overlay.plot, style, indices);
  const changes = { "scene.camera": scene._scene.getCamera() };
  return window.Plotly.update(overlay.plot, style, changes, indices);
}

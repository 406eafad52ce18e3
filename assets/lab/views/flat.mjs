/* Where a browser cannot draw in 3D the contour stands in for the surface: the same loss over the
   same plane, seen from above, with the two sections through the point that the surface would
   show. */
import { element, setText } from "#lab/lib/dom.mjs";
import { clamp } from "#lab/lib/geometry.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { invalidate, state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { stroke } from "#lab/views/canvas.mjs";
import { purge, resize, show } from "#lab/views/figures.mjs";
import { flatAxes, placeCamera, plotPlace } from "#lab/views/overlay.mjs";
import { drawContour } from "#lab/views/path.mjs";

/**
 * @typedef {import("#types").View} View
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 */

const NEVER = "No WebGL in this browser: a contour instead.";
const LOST = "This browser has stopped drawing in 3D; a contour replaces the surface.";
// How long Plotly may try to get back a drawing context that was lost.
const RECOVERY = 3000;

function canDrawScenes() {
  const context = document.createElement("canvas").getContext("webgl");
  // A browser has few of them: this one is given back at once.
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(context);
}

/**
 * Whose figure a view shows: the surface's place may be the contour's.
 * @param {View} name
 * @returns {View}
 */
export const figureOf = (name) => (drawn.isFlat && name === "loss-surface" ? "descent-path" : name);

/** @param {string} sentence */
function standIn(sentence) {
  drawn.isFlat = true;
  setText("flat-note", sentence);
  element("flat-note").hidden = false;
}

/**
 * At the start, and again when the browser takes the context away and gives none back in time.
 * @param {Overlay} overlay
 */
export function watchScene(overlay) {
  if (!canDrawScenes()) return standIn(NEVER);
  const lost = (/** @type {Event} */ event) => {
    // Else the browser gives none back.
    event.preventDefault();
    setTimeout(leaveScene, RECOVERY, overlay);
  };
  // The event does not bubble, so it is caught on its way down.
  return overlay.host.addEventListener("webglcontextlost", lost, true);
}

/** @param {Overlay} overlay */
function leaveScene(overlay) {
  const context = overlay.plot._fullLayout?.scene?._scene?.glplot?.gl;
  if (drawn.isFlat || !context?.isContextLost()) return;
  // Plotly goes on asking for its context, so its own element is left to it.
  const scene = overlay.plot;
  exchange(overlay, plotPlace());
  standIn(LOST);
  show(overlay, state.sweep.views[figureOf("loss-surface")]).then(invalidate);
  const back = () => returnToScene(overlay, scene);
  scene.addEventListener("webglcontextrestored", back, { capture: true, once: true });
}

/** @param {Overlay} overlay @param {Overlay["plot"]} plot that takes the place of the one there */
function exchange(overlay, plot) {
  overlay.plot.replaceWith(plot);
  overlay.plot = plot;
}

/**
 * The context has come back late, as in a tab that was hidden; Plotly makes its scene anew within
 * a few frames.
 * @param {Overlay} overlay
 * @param {Overlay["plot"]} plot
 */
async function returnToScene(overlay, plot) {
  const { _scene: scene } = plot._fullLayout.scene;
  const lost = scene.glplot;
  const camera = scene.getCamera();
  const contour = overlay.plot;
  drawn.isFlat = false;
  element("flat-note").hidden = true;
  exchange(overlay, plot);
  while (scene.glplot === lost) await new Promise((done) => requestAnimationFrame(done));
  placeCamera(overlay, camera, 1);
  purge(contour);
  await show(overlay, state.sweep.views["loss-surface"]);
  overlay.dropSketch();
  resize(overlay);
  invalidate();
}

/**
 * The descent path, and under it where the two cross sections cut the surface.
 * @type {import("#types").Draw}
 */
export function drawFlat(overlay, sweep, moment, shown) {
  drawContour(overlay, sweep, moment, shown);
  const axes = flatAxes(overlay);
  const [x, y] = [clamp(axes.x(moment.first)), clamp(axes.y(moment.second))];
  const { context } = overlay;
  axes.inside(context, () => {
    context.globalCompositeOperation = "destination-over";
    drawCut(context, [axes.left, y], [axes.right, y], { color: colors.first, dash: [] });
    drawCut(context, [x, axes.top], [x, axes.bottom], { color: colors.second, dash: [6, 5] });
  });
}

/**
 * A line with its halo, under what is there already.
 * @param {CanvasRenderingContext2D} context
 * @param {import("#types").Point} from
 * @param {import("#types").Point} to
 * @param {{color: string, dash: number[]}} look
 */
function drawCut(context, from, to, look) {
  stroke(context, [from, to], { ...look, width: 2.5 });
  stroke(context, [from, to], { color: "#ffffff", width: 4.5, alpha: 0.6 });
}

/* A transparent canvas above each Plotly figure, and the way from data to its pixels.
   The only file that reads Plotly's internals (plotly.js 4.1: _fullLayout, _scene.glplot); the
   alignment tests in tests/browser hold it to Plotly's own marks. */
import { make } from "#lab/lib/dom.mjs";
import { isPlotted } from "#lab/state/store.mjs";
import { clear, clipTo } from "#lab/views/canvas.mjs";

/** An element that Plotly fills. */
export const plotPlace = () =>
  /** @type {PlotElement} */ (/** @type {unknown} */ (make("div", { className: "plot-inner" })));

export class Overlay {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.plot = host.appendChild(plotPlace());
    this.canvas = host.appendChild(document.createElement("canvas"));
    this.canvas.className = "overlay";
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    /** The room that its titles and numbers were fitted to, see figures.mjs. */
    this.room = "";
    /** Paints the still layers where Plotly has not drawn them yet, see sketch.mjs.
     * @type {((context: CanvasRenderingContext2D) => void) | null} */
    this.still = null;
    /** Their ranges by Plotly's name of the axis.
     * @type {Record<string, [number, number]> | null} */
    this.ranges = null;
    /** Where these axes are, if not where Plotly's are, see sketch.mjs.
     * @type {import("#types").Area | null} */
    this.area = null;
    /** What a picture shows in the place of Plotly's while a run is far out, see zoom.mjs.
     * @type {import("#lab/views/zoom.mjs").Zoomed | null} */
    this.zoomed = null;
    /** The axes of a view that is drawn here alone, by their suffix.
     * @type {Record<string, import("#types").Axes> | null} */
    this.axes = null;
    /** Whether the frame on show has it: asking `ready` once the page has been written to would lay
     * all of it out again. */
    this.isDrawn = false;
  }

  /** Plotly has drawn the still layers itself. */
  dropSketch() {
    this.still = this.ranges = this.area = null;
  }

  /** Clears the canvas and fits it to its host; drawing is in CSS pixels. */
  begin() {
    clear(this.context, this.host);
    (this.zoomed?.paint ?? this.still)?.(this.context);
    return this.context;
  }

  /** On show and drawn by Plotly, if it is Plotly's; a 3D scene without WebGL never is. */
  get ready() {
    if (!isPlotted(this.host.id)) return this.host.clientWidth > 0;
    const layout = this.plot._fullLayout;
    return this.host.clientWidth > 0 && Boolean(layout) && (!layout.scene || this.hasScene);
  }

  get hasScene() {
    return Boolean(this.plot._fullLayout?.scene?._scene?.glplot);
  }
}

/**
 * Whether Plotly has drawn at the host's size: an observer's first news is the size of the moment.
 * @param {Overlay} overlay
 */
export function fits({ host, plot }) {
  const { width, height } = plot._fullLayout;
  return Math.abs(width - host.clientWidth) < 1 && Math.abs(height - host.clientHeight) < 1;
}

/**
 * A pair of 2D axes: `x`, `y` give pixels, `inside` clips what is drawn to their rectangle.
 * @param {Overlay} overlay
 * @param {string} suffix of Plotly's names for the axes
 * @returns {import("#types").Axes}
 */
export function flatAxes(overlay, suffix = "") {
  if (overlay.axes) return overlay.axes[suffix];
  const layout = overlay.plot._fullLayout;
  const across = layout["xaxis" + suffix];
  const up = layout["yaxis" + suffix];
  const area = overlay.area ?? {
    left: across._offset,
    right: across._offset + across._length,
    top: up._offset,
    bottom: up._offset + up._length,
  };
  return axesIn(
    area,
    [`xaxis${suffix}`, `yaxis${suffix}`].map(
      (name, k) => (overlay.zoomed?.ranges ?? overlay.ranges)?.[name] ?? [across, up][k].range,
    ),
  );
}

/**
 * Linear axes in a rectangle of the canvas.
 * @param {import("#types").Area} area
 * @param {[number, number][]} ranges across, up
 * @returns {import("#types").Axes}
 */
export const axesIn = (area, ranges) => ({
  ...area,
  ...scalesOf(area, ranges),
  inside: (context, draw) => clipTo(context, area, draw),
});

/**
 * From data to pixels and back, on linear axes.
 * @param {import("#types").Area} area
 * @param {[number, number][]} ranges across, up
 */
function scalesOf({ left, right, top, bottom }, [[west, east], [south, north]]) {
  const [width, height] = [right - left, bottom - top];
  return {
    x: (/** @type {number} */ value) => left + ((value - west) / (east - west)) * width,
    y: (/** @type {number} */ value) => bottom - ((value - south) / (north - south)) * height,
    toX: (/** @type {number} */ pixel) => west + ((pixel - left) / width) * (east - west),
    toY: (/** @type {number} */ pixel) => south + ((bottom - pixel) / height) * (north - south),
  };
}

/**
 * The product of two column-major 4 x 4 matrices.
 * @param {ArrayLike<number>} left
 * @param {ArrayLike<number>} right
 */
function times(left, right) {
  const product = new Float64Array(16);
  for (let at = 0; at < 16; at++) {
    const [row, column] = [at % 4, at - (at % 4)];
    for (let k = 0; k < 4; k++) product[at] += left[row + 4 * k] * right[column + k];
  }
  return product;
}

/**
 * The 3D scene: `point` gives pixels of a data point.
 * @param {Overlay} overlay
 * @returns {import("#types").SceneAxes}
 */
export function sceneAxes(overlay) {
  const scene = overlay.plot._fullLayout.scene._scene;
  const { model, view, projection } = scene.glplot.cameraParams;
  const [scaleX, scaleY, scaleZ] = scene.dataScale;
  const box = scene.container.getBoundingClientRect();
  const host = overlay.host.getBoundingClientRect();
  const [left, top] = [box.left - host.left, box.top - host.top];
  const toScene = [scaleX, 0, 0, 0, 0, scaleY, 0, 0, 0, 0, scaleZ, 0, 0, 0, 0, 1];
  const m = times(projection, times(view, times(model, toScene)));
  const place = inScene(overlay);
  return {
    depth(x, y, z) {
      const [a, b, c] = place(x, y, z);
      return m[3] * a + m[7] * b + m[11] * c + m[15];
    },
    point(...data) {
      const [x, y, z] = place(...data);
      const depth = m[3] * x + m[7] * y + m[11] * z + m[15];
      const across = (m[0] * x + m[4] * y + m[8] * z + m[12]) / depth;
      const up = (m[1] * x + m[5] * y + m[9] * z + m[13]) / depth;
      return [left + box.width * (0.5 + 0.5 * across), top + box.height * (0.5 - 0.5 * up)];
    },
  };
}

/** Where the camera of the 3D scene stands. @param {Overlay} overlay */
export const cameraOf = ({ plot }) => plot._fullLayout.scene._scene.getCamera();

/**
 * Puts the camera nearer, or farther off, in the way that it looks.
 * @param {Overlay} overlay
 * @param {ReturnType<typeof cameraOf>} from where it stood before
 * @param {number} share of its distance then
 */
export function placeCamera({ plot }, { eye, center, up }, share) {
  const places = ["x", "y", "z"].map((axis) => [
    center[axis] + (eye[axis] - center[axis]) * share,
    center[axis],
    up[axis],
  ]);
  const [to, at, above] = [0, 1, 2].map((part) => places.map((place) => place[part]));
  plot._fullLayout.scene._scene.camera.lookAt(to, at, above);
}

/**
 * A data point where the scene on show has it: the ranges of a sketch take the place of Plotly's.
 * @param {Overlay} overlay
 * @returns {(x: number, y: number, z: number) => [number, number, number]}
 */
function inScene({ plot, ranges }) {
  if (!ranges) return (...point) => point;
  const { scene } = plot._fullLayout;
  const scales = ["xaxis", "yaxis", "zaxis"].map((name) => {
    const [[low, high], [from, to]] = [ranges[name], scene[name].range];
    return (/** @type {number} */ value) => from + ((value - low) / (high - low)) * (to - from);
  });
  return (x, y, z) => [scales[0](x), scales[1](y), scales[2](z)];
}

/** Plotly keeps the camera as it stands, as it does after a turn. @param {Overlay} overlay */
export function keepCamera({ plot }) {
  plot._fullLayout.scene._scene.saveLayout(plot.layout);
}

/** Changes whenever the camera moves. @param {Overlay} overlay */
export function cameraKey(overlay) {
  if (!overlay.hasScene) return "";
  const scene = overlay.plot._fullLayout.scene._scene;
  return Array.from(scene.glplot.cameraParams.view).join() + scene.container.clientWidth;
}

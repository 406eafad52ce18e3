/* A new sweep's still layers, painted at once: axes, contour, data and surface as Plotly will draw
   them when the page has come to rest. A call into Plotly takes a tenth of a second a view, and a
   setting that is held changes more often. */
import { floatsOf } from "#lab/lib/arrays.mjs";
import { make } from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { evenTicks } from "#lab/lib/ticks.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { colors } from "#lab/state/theme.mjs";
import { clear, dot, grown, size, star, stroke } from "#lab/views/canvas.mjs";
import { shadeOf, shades } from "#lab/views/color-scale.mjs";
import { enlarge } from "#lab/views/large-type.mjs";
import { flatAxes } from "#lab/views/overlay.mjs";
import { paintScene } from "#lab/views/sketch-scene.mjs";
import { fitTitles, titleSize } from "#lab/views/titles.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Figure} Figure
 * @typedef {import("#types").Point} Point
 * @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {Record<string, any>} Trace
 */

const AXES = /^([xy]axis\d?)$/;

/** @param {Record<string, any>} layout */
const axesOf = (layout) =>
  Object.keys(layout)
    .filter((name) => AXES.test(name))
    .sort();

/**
 * Paints a figure in place of the one that Plotly shows. False where that has other axes: then only
 * Plotly can.
 * @param {Overlay} overlay
 * @param {Figure} figure
 */
export function sketch(overlay, { data, layout: usual }) {
  const layout = structuredClone(usual);
  enlarge(layout);
  fitTitles(layout, overlay);
  const shown = overlay.plot._fullLayout;
  if (!overlay.ready || axesOf(shown).join() !== axesOf(layout).join()) return false;
  if (Boolean(layout.scene) !== overlay.hasScene) return false;
  overlay.ranges = rangesOf(layout);
  overlay.area = areaOf(overlay, layout);
  overlay.still = layout.scene
    ? (context) => {
        paintBackground(context, overlay);
        paintScene(context, overlay, data[0], layout.scene);
      }
    : pictureOf(overlay, (context) => paintFlat(context, overlay, data, layout));
  return true;
}

/**
 * Where Plotly will have the axes, if not where it still has those of the sweep before: a fit's
 * margins are fixed, but each kind of fit has its own; the path's left one goes with its numbers.
 * @param {Overlay} overlay
 * @param {Record<string, any>} layout
 * @returns {import("#types").Area | null}
 */
function areaOf(overlay, { margin: { l: left, r, t: top, b } }) {
  const { id, clientWidth: width, clientHeight: height } = overlay.host;
  overlay.area = null;
  if (id === "descent-path") return { ...flatAxes(overlay), left };
  return id === "fit" ? { left, right: width - r, top, bottom: height - b } : null;
}

/** @param {Record<string, any>} layout @returns {Record<string, [number, number]>} */
export function rangesOf(layout) {
  const holder = layout.scene ?? layout;
  const names = layout.scene ? ["xaxis", "yaxis", "zaxis"] : axesOf(layout);
  return Object.fromEntries(names.map((name) => [name, holder[name].range]));
}

/**
 * Painted once; each frame copies it.
 * @param {Overlay} overlay
 * @param {(context: Context) => void} paint
 * @returns {(context: Context) => void}
 */
export function pictureOf({ host }, paint) {
  const canvas = make("canvas");
  const context = /** @type {Context} */ (canvas.getContext("2d"));
  const { clientWidth: width, clientHeight: height } = host;
  canvas.width = 0;
  clear(context, host);
  paint(context);
  return (target) => target.drawImage(canvas, 0, 0, width, height);
}

/** @param {Context} context @param {Overlay} overlay */
function paintBackground(context, { host }) {
  context.fillStyle = colors.background;
  context.fillRect(0, 0, host.clientWidth, host.clientHeight);
}

/* ---- 2D ---- */

/**
 * @param {Context} context
 * @param {Overlay} overlay
 * @param {Trace[]} data
 * @param {Record<string, any>} layout
 */
export function paintFlat(context, overlay, data, layout) {
  paintBackground(context, overlay);
  for (const suffix of axesOf(layout).flatMap((name) => (name[0] === "x" ? [name.slice(5)] : []))) {
    const axes = flatAxes(overlay, suffix);
    paintAxis(context, axes, layout[`xaxis${suffix}`], true);
    paintAxis(context, axes, layout[`yaxis${suffix}`], false);
    const own = data.filter((trace) => (trace.xaxis ?? "x").slice(1) === suffix);
    for (const trace of own) paintTrace(context, axes, trace);
  }
}

/** @param {Record<string, any>} axis @returns {[number, string][]} */
function ticksOf({ tickvals, ticktext, range, nticks }) {
  if (tickvals)
    return tickvals.map((/** @type {number} */ at, /** @type {number} */ k) => [at, ticktext[k]]);
  return evenTicks(range, nticks).map((at) => [at, plain(at).replace("-", "−")]);
}

/**
 * Lines, numbers and title of one axis.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Record<string, any>} axis
 * @param {boolean} isAcross
 */
function paintAxis(context, axes, axis, isAcross) {
  const [low, high] = axis.range;
  for (const [value, text] of ticksOf(axis)) {
    if (value < low || value > high) continue;
    const shown = axis.showticklabels === false ? "" : text;
    if (isAcross) paintTickAcross(context, axes, axes.x(value), shown);
    else paintTickUp(context, axes, axes.y(value), shown);
  }
  if (axis.title) paintTitle(context, axes, axis.title.text.split("<br>"), isAcross);
}

/** @param {Context} context @param {Axes} axes @param {number} x @param {string} text */
function paintTickAcross(context, { top, bottom }, x, text) {
  stroke(
    context,
    [
      [x, top],
      [x, bottom],
    ],
    { color: colors.grid, width: 1 },
  );
  write(context, "center", "top");
  const room = context.canvas.width / (window.devicePixelRatio || 1);
  if (x + context.measureText(text).width / 2 < room) context.fillText(text, x, bottom + 6);
}

/** @param {Context} context @param {Axes} axes @param {number} y @param {string} text */
function paintTickUp(context, { left, right }, y, text) {
  stroke(
    context,
    [
      [left, y],
      [right, y],
    ],
    { color: colors.grid, width: 1 },
  );
  write(context, "right", "middle");
  context.fillText(text, left - 6, y);
}

/**
 * How the next numbers are written.
 * @param {Context} context
 * @param {CanvasTextAlign} textAlign
 * @param {CanvasTextBaseline} textBaseline
 */
function write(context, textAlign, textBaseline) {
  Object.assign(context, { textAlign, textBaseline, fillStyle: colors.text });
  context.font = `${size()}px system-ui, sans-serif`;
}

/** @param {Context} context @param {Axes} axes @param {string[]} lines @param {boolean} isAcross */
function paintTitle(context, axes, lines, isAcross) {
  context.save();
  context.font = `${titleSize()}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = isAcross ? "top" : "bottom";
  if (isAcross) context.translate((axes.left + axes.right) / 2, axes.bottom + 8 + 1.2 * size());
  else {
    context.translate(
      Math.max(axes.left - 16 - 1.6 * size(), 1.3 * size()),
      (axes.top + axes.bottom) / 2,
    );
    context.rotate(-Math.PI / 2);
  }
  lines.forEach((line, k) => context.fillText(line, 0, 1.3 * titleSize() * k));
  context.restore();
}

/** @param {Context} context @param {Axes} axes @param {Trace} trace */
function paintTrace(context, axes, trace) {
  if (trace.type === "contour") {
    axes.inside(context, () => paintContour(context, axes, trace));
    if (trace.colorbar) paintColorBar(context, axes, trace);
    return;
  }
  if (trace.meta === "optimum" && isHidden("optimum")) return;
  const [xs, ys] = [numbersOf(trace.x), numbersOf(trace.y)];
  const points = Array.from(xs, (x, k) => /** @type {Point} */ ([axes.x(x), axes.y(ys[k])]));
  axes.inside(context, () => paintPoints(context, points, trace));
}

/** @param {any} values Plotly's own form, or a list @returns {ArrayLike<number>} */
const numbersOf = (values) => (values.bdata ? floatsOf(values) : values);

/** @param {Context} context @param {Point[]} points @param {Trace} trace */
function paintPoints(context, points, { mode, meta, marker, line, fillcolor }) {
  const color = colors[meta] || line?.color || colors.data;
  if (mode === "lines") {
    if (fillcolor) fillArea(context, points, fillcolor);
    stroke(context, points, { color, width: line.width, dash: line.dash === "dot" ? [3, 3] : [] });
    return;
  }
  points.forEach((point) => {
    if (marker.symbol.startsWith("star")) star(context, point, !marker.symbol.endsWith("open"));
    else if (marker.symbol.endsWith("open")) ring(context, point, marker.size / 2, color);
    else dot(context, point, marker.size / 2, color, color, 0.5);
  });
}

/** @param {Context} context @param {Point[]} corners @param {string} color */
function fillArea(context, corners, color) {
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(x, y);
  context.fillStyle = color;
  context.fill();
}

/** @param {Context} context @param {Point} point @param {number} radius @param {string} color */
function ring(context, [x, y], radius, color) {
  context.beginPath();
  context.arc(x, y, grown(radius), 0, 2 * Math.PI);
  Object.assign(context, { lineWidth: grown(1.5), strokeStyle: color });
  context.stroke();
}

/* ---- contour ---- */

/**
 * The grid as a picture of one pixel a place, stretched.
 * @param {Context} context
 * @param {Axes} axes
 * @param {Trace} trace
 */
function paintContour(context, axes, { x, y, z, colorscale, zmin, zmax }) {
  const [xs, ys, values] = [x, y, z.flat?.() ?? z].map(numbersOf);
  const [columns, rows, tones] = [xs.length, ys.length, shades(colorscale)];
  const image = new ImageData(columns, rows);
  for (let at = 0; at < values.length; at++) {
    const row = rows - 1 - Math.floor(at / columns);
    const shade = 4 * shadeOf(values[at], zmin, zmax);
    image.data.set(tones.subarray(shade, shade + 4), 4 * (row * columns + (at % columns)));
  }
  const canvas = make("canvas", { width: columns, height: rows });
  /** @type {Context} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
  const [left, right] = [axes.x(xs[0]), axes.x(xs[columns - 1])];
  const [top, bottom] = [axes.y(ys[rows - 1]), axes.y(ys[0])];
  const [halfColumn, halfRow] = [
    (right - left) / (columns - 1) / 2,
    (bottom - top) / (rows - 1) / 2,
  ];
  context.imageSmoothingQuality = "high";
  context.drawImage(
    canvas,
    left - halfColumn,
    top - halfRow,
    right - left + 2 * halfColumn,
    bottom - top + 2 * halfRow,
  );
}

/** @param {Context} context @param {Axes} axes @param {Trace} trace */
function paintColorBar(context, axes, { colorscale, colorbar, zmin, zmax }) {
  const [left, width, height] = [
    axes.right + colorbar.xpad + 4,
    colorbar.thickness,
    axes.bottom - axes.top,
  ];
  const gradient = context.createLinearGradient(0, axes.bottom, 0, axes.top);
  for (const [at, color] of colorscale) gradient.addColorStop(at, color);
  context.fillStyle = gradient;
  context.fillRect(left, axes.top, width, height);
  write(context, "left", "middle");
  colorbar.tickvals.forEach((/** @type {number} */ value, /** @type {number} */ k) => {
    const share = (value - zmin) / (zmax - zmin);
    if (share >= 0 && share <= 1)
      context.fillText(colorbar.ticktext[k], left + width + 3, axes.bottom - share * height);
  });
}

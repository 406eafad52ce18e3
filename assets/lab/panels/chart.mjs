/* Charts of the side panels: a canvas with its own axes. Their ranges move with the playhead, at
   every frame, which Plotly could not follow. What they show is said in words below each. */
import { slot } from "#lab/lib/dom.mjs";
import { format, plain } from "#lab/lib/format.mjs";
import { clamp } from "#lab/lib/geometry.mjs";
import { evenTicks, logTicks } from "#lab/lib/ticks.mjs";
import { onPick } from "#lab/lib/touch.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { colors } from "#lab/state/theme.mjs";
import { clear, clipTo, label, stroke } from "#lab/views/canvas.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Area} Area
 * @typedef {import("#types").ChartContents} ChartContents
 * @typedef {object} Axis
 * @property {[number, number]} range
 * @property {string} title
 * @property {boolean} [log]
 * @property {number[]} [ticks] instead of round numbers
 * @property {(tick: number) => string} [words] what a tick is called
 * @typedef {object} Scales from data to pixels and back
 * @property {(value: number) => number} x
 * @property {(value: number) => number} y
 * @property {(pixel: number) => number} toX
 * @property {(pixel: number) => number} toY
 * @typedef {Area & Scales & {context: Context}} ChartAxes
 */

const FONT = "12px system-ui, sans-serif";
const MARGIN = { left: 58, right: 12, top: 10, bottom: 40 };

/** @param {number} value */
const short = (value) =>
  value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5)
    ? format(value, 1)
        .replace(/^1\.00 × /, "")
        .replace(/\.00 ×/, " ×")
    : plain(value).replace("-", "−");

/** @param {Axis} axis */
const ticksOf = ({ ticks, log, range }) => ticks || (log ? logTicks : evenTicks)(range);

/** @param {Axis} axis @param {number} tick */
const nameOf = ({ words = short }, tick) => words(tick);

/**
 * An axis from one pixel to another.
 * @param {Axis} axis
 * @param {number} from
 * @param {number} to
 */
function scaled({ log, range }, from, to) {
  const place = log ? Math.log10 : (/** @type {number} */ value) => value;
  const [low, high] = range.map(place);
  return {
    to: (/** @type {number} */ value) =>
      clamp(from + ((place(value) - low) / (high - low)) * (to - from)),
    back: (/** @type {number} */ pixel) => {
      const at = low + ((pixel - from) / (to - from)) * (high - low);
      return log ? 10 ** at : at;
    },
  };
}

export class Chart {
  /** There once the chart has been drawn.
   * @type {ChartAxes | null} */
  axes = null;

  /** @param {keyof ChartContents} name @param {HTMLElement} host @param {number} height */
  constructor(name, host, height = 250) {
    this.name = name;
    this.canvas = host.appendChild(document.createElement("canvas"));
    this.canvas.className = "chart";
    this.canvas.style.height = `${height}px`;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-labelledby", `${name}-words`);
    this.context = /** @type {Context} */ (this.canvas.getContext("2d"));
  }

  /** A clean canvas with axes. @param {{x: Axis, y: Axis}} axes @returns {ChartAxes} */
  begin({ x, y }) {
    const { context, canvas } = this;
    clear(context, canvas);
    const area = {
      left: MARGIN.left,
      right: canvas.clientWidth - MARGIN.right,
      top: MARGIN.top,
      bottom: canvas.clientHeight - MARGIN.bottom,
    };
    const [across, up] = [scaled(x, area.left, area.right), scaled(y, area.bottom, area.top)];
    const axes = { ...area, x: across.to, y: up.to, toX: across.back, toY: up.back, context };
    this.axes = axes;
    context.font = FONT;
    context.lineWidth = 1;
    context.strokeStyle = colors.grid;
    context.fillStyle = colors.muted;
    context.textBaseline = "middle";
    drawRows(axes, y);
    drawColumns(axes, x);
    drawTitles(axes, x.title, y.title);
    return axes;
  }

  /** Draws clipped to the axes' rectangle. @param {(context: Context) => void} draw */
  inside(draw) {
    const { context, axes } = this;
    if (axes) clipTo(context, axes, () => draw(context));
  }

  /**
   * A vertical line at a value, named at its top.
   * @param {number} value
   * @param {string} text
   * @param {string} color
   * @param {{dash?: number[], row?: number}} options the row of the name, from the top
   */
  mark(value, text, color, { dash = [5, 4], row = 0 } = {}) {
    const { context, axes } = this;
    if (!axes) return;
    const x = axes.x(value);
    if (!(x >= axes.left - 1 && x <= axes.right + 1)) return;
    verticalLine(axes, x, { color, width: 1.5, dash });
    context.font = `600 ${FONT}`;
    const fits = x + 5 + context.measureText(text).width < axes.right;
    label(context, text, fits ? x + 5 : x - 5, axes.top + 9 + 16 * row, {
      color,
      align: fits ? "left" : "right",
    });
  }

  /** The nearest edge of a device pixel: neighbours that share an edge leave no seam.
   * @param {number} pixel */
  snap(pixel) {
    const ratio = window.devicePixelRatio || 1;
    return Math.round(pixel * ratio) / ratio;
  }

  /**
   * The chart's sentence, the numbers for tests, and what the chart is drawn of.
   * @param {string} words
   * @param {Record<string, string | number | boolean>} numbers
   * @param {ChartContents[keyof ChartContents] | null} shown
   */
  say(words, numbers = {}, shown = null) {
    say(this.name, words, shown);
    for (const [name, value] of Object.entries(numbers)) this.canvas.dataset[name] = String(value);
  }

  /** The data values at a pointer; null before the chart has been drawn.
   * @param {PointerEvent | MouseEvent} event */
  valuesAt(event) {
    const box = this.canvas.getBoundingClientRect();
    if (!this.axes) return null;
    const { toX, toY } = this.axes;
    return { x: toX(event.clientX - box.left), y: toY(event.clientY - box.top) };
  }

  /** Calls back with the data value under a click or a drag.
   * @param {(x: number, y: number) => void} pick */
  onPick(pick) {
    onPick(this.canvas, (event) => {
      const values = this.valuesAt(event);
      if (values) pick(values.x, values.y);
    });
    this.canvas.classList.add("pickable");
  }
}

/**
 * A line from the top of the axes to their bottom.
 * @param {ChartAxes} axes
 * @param {number} x a pixel
 * @param {Parameters<typeof stroke>[2]} look
 */
export function verticalLine({ context, top, bottom }, x, look) {
  stroke(
    context,
    [
      [x, top],
      [x, bottom],
    ],
    look,
  );
}

/** The horizontal lines of the grid. @param {ChartAxes} axes @param {Axis} axis */
function drawRows({ context, left, right, y }, axis) {
  context.textAlign = "right";
  for (const tick of ticksOf(axis)) {
    const at = y(tick);
    gridLine(context, [left, at], [right, at]);
    context.fillText(nameOf(axis, tick), left - 6, at);
  }
}

/** The vertical lines of the grid. @param {ChartAxes} axes @param {Axis} axis */
function drawColumns({ context, top, bottom, right, x }, axis) {
  context.textAlign = "center";
  let taken = -Infinity;
  for (const tick of ticksOf(axis)) {
    const at = x(tick);
    gridLine(context, [at, top], [at, bottom]);
    const text = nameOf(axis, tick);
    const half = context.measureText(text).width / 2;
    // A label that would touch the last one is left out; its line stays.
    if (at - half < taken + 6) continue;
    context.fillText(text, Math.min(at, right + MARGIN.right - half), bottom + 11);
    taken = at + half;
  }
}

/** @param {ChartAxes} axes @param {string} across @param {string} up */
function drawTitles({ context, left, right, top, bottom }, across, up) {
  context.fillStyle = colors.text;
  context.textAlign = "center";
  context.fillText(across, (left + right) / 2, bottom + 29);
  context.save();
  context.translate(9, (top + bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(up, 0, 0);
  context.restore();
}

/**
 * @param {Context} context
 * @param {import("#types").Point} from
 * @param {import("#types").Point} to
 */
function gridLine(context, from, to) {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

/**
 * Writes a chart's sentence below it, and keeps it for those who listen, with what the chart is
 * drawn of for its table.
 * @param {keyof ChartContents} name
 * @param {string} words
 * @param {ChartContents[keyof ChartContents] | null} shown
 */
export function say(name, words, shown) {
  slot(`${name}-reading`).textContent = words;
  drawn.said.set(slot(name), { words, shown });
}

/**
 * The chart of a slot, made when the slot is new.
 * @param {keyof ChartContents} name
 * @param {(chart: Chart) => void} setUp
 * @param {number} [height]
 */
export function chartIn(name, setUp = () => {}, height) {
  const target = slot(name);
  const kept = drawn.charts.get(target);
  if (kept) return kept;
  const chart = new Chart(name, target, height);
  drawn.charts.set(target, chart);
  setUp(chart);
  return chart;
}

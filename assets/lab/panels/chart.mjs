/* Charts of the side panels: a canvas with its own axes. Their ranges move with the playhead, at
   every frame, which Plotly could not follow. What they show is said in words below each. */
import { slot } from "#lab/lib/dom.mjs";
import { tickText } from "#lab/lib/format.mjs";
import { clamp } from "#lab/lib/geometry.mjs";
import { evenTicks, logTicks } from "#lab/lib/ticks.mjs";
import { onPick } from "#lab/lib/touch.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { invalidate } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import {
  clear,
  clipTo,
  dot,
  grown,
  placeLabel,
  size,
  stroke,
  widthOf,
} from "#lab/views/canvas.mjs";
import { Room } from "#lab/views/labels.mjs";

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
 * @typedef {Area & Scales & {context: Context, room: Room}} ChartAxes `room` keeps the texts off
 *   what is drawn
 * @typedef {object} Mark a vertical line
 * @property {number} value
 * @property {string} text at its top
 * @property {string} color
 * @property {number[]} [dash]
 */

const chartFont = () => `${size()}px system-ui, sans-serif`;
const MARGIN = { right: 12, top: 10, bottom: 40 };
// Between the upright title and the widest number beside the axis; and its least width.
const TITLE = 24;
const LEAST_NUMBERS = 28;
// Between two names on an axis.
const APART = 8;

/** @param {Axis} axis */
const ticksOf = ({ ticks, log, range }) => ticks || (log ? logTicks : evenTicks)(range);

/** @param {Axis} axis @param {number} tick */
const nameOf = ({ words = tickText }, tick) => words(tick);

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

  /** @param {keyof ChartContents} name @param {HTMLElement} host @param {number} height at
   * least: alone in its panel it takes what there is */
  constructor(name, host, height = 250) {
    this.name = name;
    this.canvas = host.appendChild(document.createElement("canvas"));
    this.canvas.className = "chart";
    this.canvas.style.setProperty("--height", `${height}px`);
    // Its sentence may take room from it when the page is at rest.
    new ResizeObserver(invalidate).observe(this.canvas);
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-labelledby", `${name}-words`);
    this.context = /** @type {Context} */ (this.canvas.getContext("2d"));
  }

  /**
   * A clean canvas with axes.
   * @param {{x: Axis, y: Axis}} axes
   * @param {number} [margin] at the right
   * @returns {ChartAxes}
   */
  begin({ x, y }, margin = MARGIN.right) {
    const { context, canvas } = this;
    clear(context, canvas);
    context.font = chartFont();
    const area = areaOf(canvas, widestName(context, y), margin);
    const [across, up] = [scaled(x, area.left, area.right), scaled(y, area.bottom, area.top)];
    const scales = { x: across.to, y: up.to, toX: across.back, toY: up.back };
    const axes = { ...area, ...scales, context, room: roomIn(area) };
    this.axes = axes;
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
   * Vertical lines at values, each named at its top, beside it.
   * @param {Mark[]} marks
   */
  marks(marks) {
    const { axes } = this;
    if (!axes) return;
    const { context, room, left, right, top, bottom } = axes;
    const shown = marks
      .map((mark) => ({ ...mark, at: axes.x(mark.value) }))
      .filter(({ at }) => at >= left - 1 && at <= right + 1);
    for (const { at, color, dash = [5, 4] } of shown) {
      verticalLine(axes, at, { color, width: 1.5, dash });
      room.avoidSegment([at, top], [at, bottom]);
    }
    for (const { at, text, color } of shown)
      placeLabel(context, room, text, (box) => besideTop(axes, at, box), { color });
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

/**
 * A line of data: names keep off it.
 * @param {ChartAxes} axes
 * @param {import("#types").Line} points
 * @param {Parameters<typeof stroke>[2]} look
 */
export function trace({ context, room }, points, look) {
  stroke(context, points, look);
  room.avoidLine(points);
}

/**
 * A point of data: names keep off it.
 * @param {ChartAxes} axes
 * @param {import("#types").Point} at
 * @param {number} radius
 * @param {string} color
 */
export function point({ context, room }, at, radius, color) {
  dot(context, at, radius, color, colors.background);
  room.avoidDot(at, radius + 2);
}

/**
 * Places for a name beside a vertical line: at its top, then a line lower, each right and left.
 * @param {ChartAxes} axes
 * @param {number} at
 * @param {import("#lab/views/labels.mjs").Size} box
 * @returns {import("#types").Point[]}
 */
const besideTop = ({ top }, at, { width, height }) =>
  Array.from({ length: 8 }, (_, k) => {
    const across = at + (k % 2 ? -1 : 1) * (width / 2 + 4);
    return [across, top + 2 + height / 2 + Math.floor(k / 2) * (height + 1)];
  });

/** @param {Context} context @param {Axis} axis */
const widestName = (context, axis) =>
  Math.max(LEAST_NUMBERS, ...ticksOf(axis).map((tick) => widthOf(context, nameOf(axis, tick))));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} names the width of the widest
 * @param {number} margin at the right
 */
const areaOf = ({ clientWidth, clientHeight }, names, margin) => ({
  left: grown(TITLE) + names + 6,
  right: clientWidth - margin,
  top: MARGIN.top,
  bottom: clientHeight - grown(MARGIN.bottom),
});

/** Names may reach into the margin at the right. @param {Area} area */
const roomIn = (area) => new Room({ ...area, right: area.right + MARGIN.right - 2 });

/** The horizontal lines of the grid. @param {ChartAxes} axes @param {Axis} axis */
function drawRows({ context, left, right, y }, axis) {
  context.textAlign = "right";
  let taken = Infinity;
  for (const tick of ticksOf(axis)) {
    const at = y(tick);
    gridLine(context, [left, at], [right, at]);
    // A name that would touch the last one is left out; its line stays.
    if (at > taken - size() - 2) continue;
    context.fillText(nameOf(axis, tick), left - 6, at);
    taken = at;
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
    const half = widthOf(context, text) / 2;
    const middle = Math.min(at, right + MARGIN.right - half);
    if (middle - half < taken + APART) continue;
    context.fillText(text, middle, bottom + grown(13));
    taken = middle + half;
  }
}

/** @param {ChartAxes} axes @param {string} across @param {string} up */
function drawTitles({ context, left, right, top, bottom }, across, up) {
  context.fillStyle = colors.text;
  context.textAlign = "center";
  context.fillText(across, (left + right) / 2, bottom + grown(31));
  // Where it is longer than its axis it may take the chart's whole height.
  const height = context.canvas.clientHeight;
  const half = Math.min(widthOf(context, up), height) / 2;
  context.save();
  context.translate(grown(10), Math.max(half, Math.min((top + bottom) / 2, height - half)));
  context.rotate(-Math.PI / 2);
  context.fillText(up, 0, 0, 2 * half);
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

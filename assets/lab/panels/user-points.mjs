/* Points clicked on a chart are text as well, so that there is one way for all. */
import { input, makeSvg, slot } from "#lab/lib/dom.mjs";
import { readText, sayOfData } from "#lab/panels/user-reading.mjs";
import { invalidate } from "#lab/state/store.mjs";

/** @typedef {import("#types").Point} Point */

// The chart's size, and its numbers from 0 to 10 both ways.
const [WIDTH, HEIGHT, PAD, REACH] = [300, 190, 22, 10];

// How near in pixels a click must be to a point to mean it.
const NEAR = 9;
const LINE = /^\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*$/;

/** The text as points, or null where it is another table. */
function points() {
  const lines = input("own-text")
    .value.split("\n")
    .filter((line) => line.trim());
  if (lines.length && lines[0].trim() === "x,y") lines.shift();
  const read = lines.map(pointOf);
  return read.every((point) => point !== null) ? read : null;
}

/**
 * A line of the text as a point of the chart, or null.
 * @param {string} line
 * @returns {Point | null}
 */
function pointOf(line) {
  const parts = LINE.exec(line);
  if (!parts) return null;
  const [x, y] = [Number(parts[1]), Number(parts[2])];
  return x <= REACH && y <= REACH ? [x, y] : null;
}

/** @param {number} x */
const toX = (x) => PAD + (x / REACH) * (WIDTH - 2 * PAD);
/** @param {number} y */
const toY = (y) => HEIGHT - PAD - (y / REACH) * (HEIGHT - 2 * PAD);

export function drawChart() {
  const target = slot("own-chart");
  const { value } = input("own-text");
  if (target.firstChild && target.dataset.text === value) return;
  target.dataset.text = value;
  const chart = makeSvg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "own-chart",
    role: "img",
    "aria-label": "points; type them as text, one line each, as an alternative",
  });
  for (const end of [0, 5, 10]) chart.append(...axesAt(end));
  for (const [x, y] of points() || [])
    chart.append(makeSvg("circle", { cx: toX(x), cy: toY(y), r: 5 }));
  chart.addEventListener("click", (event) => click(chart, event));
  target.replaceChildren(chart);
}

/** The lines and labels of a number on both axes. @param {number} end */
function axesAt(end) {
  const d = `M${toX(end)} ${toY(0)}V${toY(REACH)}M${toX(0)} ${toY(end)}H${toX(REACH)}`;
  const below = makeSvg("text", { x: toX(end), y: HEIGHT - 6, "text-anchor": "middle" });
  const beside = makeSvg("text", { x: PAD - 6, y: toY(end) + 4, "text-anchor": "end" });
  for (const text of [below, beside]) text.textContent = String(end);
  return [makeSvg("path", { d }), below, beside];
}

/**
 * A click on a point takes it away; one elsewhere adds a point.
 * @param {SVGElement} chart
 * @param {MouseEvent} event
 */
function click(chart, event) {
  const box = chart.getBoundingClientRect();
  const across = ((event.clientX - box.left) / box.width) * WIDTH;
  const up = ((event.clientY - box.top) / box.height) * HEIGHT;
  const before = points();
  if (!before) {
    sayOfData("There is another table in the text above: clear it first.");
    return;
  }
  const kept = before.filter(([x, y]) => Math.hypot(toX(x) - across, toY(y) - up) > NEAR);
  writePoints(kept.length < before.length ? kept : [...kept, pointAt(across, up)]);
}

/**
 * The point at a place of the chart, to one decimal.
 * @param {number} across
 * @param {number} up
 * @returns {Point}
 */
function pointAt(across, up) {
  const inside = (/** @type {number} */ share) =>
    Math.min(Math.max(Math.round(share * REACH * 10) / 10, 0), REACH);
  return [
    inside((across - PAD) / (WIDTH - 2 * PAD)),
    inside((HEIGHT - PAD - up) / (HEIGHT - 2 * PAD)),
  ];
}

/** @param {Point[]} kept */
function writePoints(kept) {
  const lines = kept.map((point) => point.join(","));
  input("own-text").value = lines.length ? `x,y\n${lines.join("\n")}\n` : "";
  // From three points on there is something to fit: what can be chosen is laid out at once.
  if (kept.length >= 3) readText();
  else sayOfData("It takes three points.");
  invalidate();
}

/* Points clicked on a chart are text as well, so that there is one way for all. */
import { input, make, makeSvg, slot } from "#lab/lib/dom.mjs";
import { readText, sayOfData } from "#lab/panels/user-reading.mjs";
import { invalidate } from "#lab/state/store.mjs";
import { userTable } from "#lab/state/user-table.mjs";

/** @typedef {[number, number, string]} Point across, up, and its class or nothing */

// The chart's size, and its numbers from 0 to 10 both ways.
const [WIDTH, HEIGHT, PAD, REACH] = [300, 190, 22, 10];

// How near in pixels a click must be to a point to mean it.
const NEAR = 9;
const LINE = /^\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*(?:,\s*([AB])\s*)?$/;
const [OF_NUMBERS, OF_CLASSES] = ["x,y", "x1,x2,class"];
/** What a click sets, and how it looks. @type {[string, string][]} */
const KINDS = [
  ["", "a number: x, y"],
  ["A", "■ class A"],
  ["B", "● class B"],
];

/** The text as points, all of one kind, or null where it is another table. */
function points() {
  const lines = input("own-text")
    .value.split("\n")
    .filter((line) => line.trim());
  if ([OF_NUMBERS, OF_CLASSES].includes(lines[0]?.trim())) lines.shift();
  const read = lines.map(pointOf).filter((point) => point !== null);
  const isWhole = read.length === lines.length && new Set(read.map(hasClass)).size < 2;
  return isWhole ? read : null;
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
  return x <= REACH && y <= REACH ? [x, y, parts[3] ?? ""] : null;
}

/** @param {Point} point */
const hasClass = ([, , name]) => name !== "";

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
  const shown = points() || [];
  chart.append(...shown.map(markOf));
  chart.addEventListener("click", (event) => click(chart, event));
  target.replaceChildren(kindChoice(shown), chart);
}

/** @param {Point} point */
function markOf([x, y, name]) {
  const [across, up] = [toX(x), toY(y)];
  if (name !== "A") return makeSvg("circle", { cx: across, cy: up, r: 5, class: name && "own-b" });
  return makeSvg("rect", { x: across - 4.5, y: up - 4.5, width: 9, height: 9, class: "own-a" });
}

/** What the next click sets; points of both kinds are no table. @param {Point[]} shown */
function kindChoice(shown) {
  const isOpen = (/** @type {string} */ name) =>
    !shown.length || hasClass(shown[0]) === (name !== "");
  if (!isOpen(userTable.pointClass)) userTable.pointClass = shown[0][2];
  const kinds = KINDS.map(([value, text]) => {
    const box = make("input", { type: "radio", name: "own-kind", value });
    Object.assign(box, { checked: value === userTable.pointClass, disabled: !isOpen(value) });
    box.addEventListener("change", () => (userTable.pointClass = value));
    return make("label", { className: `own-kind own-kind-${value || "number"}` }, [box, text]);
  });
  const legend = make("legend", { className: "visually-hidden", textContent: "a click sets" });
  return make("fieldset", { className: "own-kinds" }, [legend, ...kinds]);
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
 * The point at a place of the chart, to one decimal, of the class that is chosen.
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
    userTable.pointClass,
  ];
}

/** @param {Point[]} kept */
const lackingOfNumbers = (kept) => (kept.length < 3 ? "It takes three points." : "");

/** @param {Point[]} kept */
const lackingOfClasses = (kept) =>
  ["A", "B"].some((name) => kept.filter(([, , one]) => one === name).length < 2)
    ? "It takes two points of each class."
    : "";

/** @param {Point[]} kept */
function writePoints(kept) {
  const areOfClasses = kept.some(hasClass);
  const lines = kept.map((point) => point.filter((part) => part !== "").join(","));
  const head = areOfClasses ? OF_CLASSES : OF_NUMBERS;
  input("own-text").value = lines.length ? `${head}\n${lines.join("\n")}\n` : "";
  // From then on there is something to fit: what can be chosen is laid out at once.
  const lacking = areOfClasses ? lackingOfClasses(kept) : lackingOfNumbers(kept);
  if (lacking) sayOfData(lacking);
  else readText();
  invalidate();
}

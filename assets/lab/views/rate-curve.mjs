/* The loss of all rates over the slider's own axis: solid at the playhead, dotted at the end. */
import { plain } from "#lab/lib/format.mjs";
import { THUMB } from "#lab/lib/scale.mjs";
import { lossRange } from "#lab/model/loss-range.mjs";
import { rateLosses } from "#lab/model/rate-losses.mjs";
import { shadeOf } from "#lab/model/verdicts.mjs";
import { isEndHidden, isHidden } from "#lab/state/curtain.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { STOPS, selectedRate, state } from "#lab/state/store.mjs";
import { colors, measures } from "#lab/state/theme.mjs";
import { dot, font, label, size, star, stroke } from "#lab/views/canvas.mjs";
import { drawLogAxis } from "#lab/views/curves.mjs";
import { Room, beside, boxAt } from "#lab/views/labels.mjs";
import { axesIn } from "#lab/views/overlay.mjs";

/**
 * @typedef {import("#types").Axes} Axes
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Point} Point
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/model/rate-losses.mjs").RateLosses} RateLosses
 * @typedef {import("#lab/model/rate-losses.mjs").Losses} Losses
 */

// Below this width the words at the mark leave no room for others.
const NARROW = 500;
// As far from the left as the name of the start reaches.
const NAMED_STOPS = 6;
// In this order: the curve comes down from the left and leaves upwards on the right.
const SIDES_OF_BEST = /** @type {import("#lab/views/labels.mjs").Side[]} */ ([
  "above left",
  "above",
  "above right",
  "left",
]);
// Below this height, in lines of text, every name would lie on a curve.
const LOW = 3.5;
// Where a loss is drawn that an overflow has ended, in decades above the picture.
const BEYOND = 2;

/**
 * @param {import("#lab/views/overlay.mjs").Overlay} overlay
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
export function drawRateCurve(overlay, sweep, moment) {
  if (!overlay.ready) return;
  const context = overlay.begin();
  const axes = axesOf(overlay, sweep);
  const losses = rateLosses(sweep, moment.epoch);
  overlay.axes = { "": axes };
  shadeBeyondEdge(context, axes, sweep);
  drawLogAxis(context, axes);
  if (isEndHidden()) drawRevealed(context, axes, losses, sweep);
  else drawEnds(context, axes, losses);
  drawNow(context, axes, losses);
  const isRoomy = overlay.host.clientWidth > NARROW && areNamesApart(axes);
  if (moment.epoch === 0 && isRoomy) nameStart(context, axes, losses);
  drawBest(context, axes, losses);
  drawPoint(context, axes, sweep, moment);
}

/**
 * @param {import("#lab/views/overlay.mjs").Overlay} overlay
 * @param {Sweep} sweep
 */
function axesOf({ host: { clientWidth: width, clientHeight: height } }, sweep) {
  const area = {
    left: measures.axis + THUMB / 2,
    right: width - THUMB / 2,
    top: size() / 2,
    bottom: height - size() / 2,
  };
  return axesIn(area, [[0, STOPS - 1], lossRange(sweep, STOPS)]);
}

/**
 * From the mark on every step of a linear model climbs.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {Sweep} sweep
 */
function shadeBeyondEdge(context, { x, right, top, bottom }, sweep) {
  const { stability_edge: edge, learning_rates: rates } = sweep;
  if (
    isHidden("mark") ||
    isHidden("strip") ||
    !sweep.hasCriticalRate ||
    edge === null ||
    edge > rates[STOPS - 1]
  )
    return;
  const left = x(sweep.place(edge));
  context.save();
  context.globalAlpha = 0.08;
  context.fillStyle = colors.diverged;
  context.fillRect(left, top, right + THUMB / 2 - left, bottom - top);
  context.restore();
}

/**
 * The points of a curve, null where a curtain hides one.
 * @param {Axes} axes
 * @param {Losses} losses
 * @returns {Line}
 */
const pointsOf = ({ x, y, top }, losses) =>
  losses.map((loss, run) => {
    if (loss === undefined) return null;
    const isFinite = loss !== null && Number.isFinite(loss);
    return [x(run), isFinite ? y(Math.log10(Math.max(loss, 1e-30))) : top - BEYOND * (y(0) - y(1))];
  });

/**
 * Behind a curtain the ends of the revealed runs alone.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {RateLosses} losses
 * @param {Sweep} sweep
 */
function drawRevealed(context, axes, { ends }, { verdicts, arrived }) {
  pointsOf(axes, ends).forEach((point, run) => {
    if (!point) return;
    const color = colors[shadeOf(verdicts[run], arrived[run])];
    const [x, y] = point;
    if (y < axes.top) arrowUp(context, x, axes.top, color);
    else dot(context, point, 5, color, colors.text, 1.5);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {RateLosses} losses
 */
function drawEnds(context, axes, { ends }) {
  const points = pointsOf(axes, ends);
  axes.inside(context, () =>
    stroke(context, points, { color: colors.text, width: 2, dash: [2, 4] }),
  );
  drawLeaving(context, axes, points, colors.text);
}

/** @param {Axes} axes */
const areNamesApart = ({ top, bottom }) => bottom - top > LOW * size();

/**
 * The best end; nothing behind a curtain.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {RateLosses} losses
 */
function drawBest(context, axes, { rates, ends, best, now }) {
  if (best < 0) return;
  const points = /** @type {Point[]} */ (pointsOf(axes, ends));
  star(context, points[best], false);
  if (areNamesApart(axes))
    nameBest(
      context,
      axes,
      { points, best, now: pointsOf(axes, now) },
      `best ${plain(rates[best])}`,
    );
}

/**
 * Beside the star, off the curve's end, the start and the mark. It does not follow the playhead, as
 * it would hop: while the curve passes there is none.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {{points: Point[], best: number, now: Line}} curves
 * @param {string} text
 */
function nameBest(context, axes, { points, best, now }, text) {
  context.font = font();
  const box = { width: context.measureText(text).width, height: size() };
  const { stability_edge: edge, train_loss: losses } = state.sweep;
  const start = axes.y(Math.log10(losses[0]));
  const mark = edge === null ? -1 : axes.x(state.sweep.place(edge));
  const room = new Room(axes).avoidLine(points).avoidDot(points[best], 9);
  room.avoidSegment([axes.left, start], [axes.right, start]);
  room.avoidSegment([mark, axes.top], [mark, axes.bottom]);
  avoidMarkWords(room, axes);
  const overStart = beside([points[best][0], start], box, ["above", ...SIDES_OF_BEST], 4);
  const { at } = room.place(box, [...beside(points[best], box, SIDES_OF_BEST, 12), ...overStart]);
  if (new Room(axes).avoidLine(now).overlap(boxAt(at, box))) return;
  label(context, text, ...at, { color: colors.optimum, align: "center" });
}

/** What stands over the picture as text of the page. @param {Room} room @param {Axes} axes */
function avoidMarkWords(room, { x, top, bottom }) {
  const { markWords: words } = drawn;
  if (!words) return;
  const [left, right, height] = [x(words.from), x(words.to), 1.5 * size()];
  const high = { left, right, top: 0, bottom: top + height };
  room.avoidBox(words.isLow ? { ...high, top: bottom - height, bottom } : high);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {RateLosses} losses
 */
function drawNow(context, axes, { now }) {
  const points = pointsOf(axes, now);
  axes.inside(context, () => stroke(context, points, { color: colors.path, width: 3 }));
  drawLeaving(context, axes, points, colors.path);
}

/**
 * An arrow where a curve leaves by the upper edge.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {Line} points
 * @param {string} color
 */
function drawLeaving(context, { top }, points, color) {
  for (let k = 1; k < points.length; k++) {
    const [from, to] = [points[k - 1], points[k]];
    if (!from || !to || from[1] < top || to[1] >= top) continue;
    const share = (top - from[1]) / (to[1] - from[1]);
    arrowUp(context, from[0] + share * (to[0] - from[0]), top, color);
    return;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} top
 * @param {string} color
 */
function arrowUp(context, x, top, color) {
  context.beginPath();
  context.moveTo(x, top - 6);
  context.lineTo(x - 5, top + 4);
  context.lineTo(x + 5, top + 4);
  context.closePath();
  context.fillStyle = color;
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {RateLosses} losses
 */
function nameStart(context, axes, { now }) {
  // The mark's words stand there.
  if (drawn.markWords && drawn.markWords.from < NAMED_STOPS) return;
  const y = axes.y(Math.log10(now[0] ?? NaN));
  const above = y - size();
  label(context, "all start here", axes.left + 12, above > size() / 2 ? above : y + size(), {
    color: colors.muted,
    weight: 400,
  });
}

/**
 * The run on show, and its way down to the slider.
 * @param {CanvasRenderingContext2D} context
 * @param {Axes} axes
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function drawPoint(context, axes, sweep, { loss, overflowed }) {
  const x = axes.x(sweep.place(selectedRate()));
  const y = overflowed ? -Infinity : axes.y(Math.log10(loss));
  const from = Math.max(y, axes.top);
  const ends = /** @type {Point[]} */ ([
    [x, from],
    [x, context.canvas.height],
  ]);
  stroke(context, ends, { color: colors.path, width: 1.5 });
  if (y < axes.top) arrowUp(context, x, axes.top, colors.path);
  else dot(context, [x, y], 5, colors.path, colors.background);
}

/* What moves on the loss surface: sections, path, point. */
import { format } from "#lab/lib/format.mjs";
import { clipSegment } from "#lab/lib/geometry.mjs";
import { lossSaid } from "#lab/model/glide.mjs";
import { isHidden, isStarHidden } from "#lab/state/curtain.mjs";
import { colors } from "#lab/state/theme.mjs";
import { FAINT, dot, isNear, label, size, star, stroke } from "#lab/views/canvas.mjs";
import { sceneAxes } from "#lab/views/overlay.mjs";
import { drawPinsOnSurface } from "#lab/views/pins.mjs";
import { SECTION_SAMPLES } from "#lab/views/sections.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#types").Box} Box
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Point3} Point3
 * @typedef {import("#types").SceneAxes} SceneAxes
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {(from: Point3, to: Point3) => Line} Segment the pixels of what lies in the box
 */

/** @type {import("#types").Draw} */
export function drawSurface(overlay, sweep, moment, { run }) {
  // The contour may have stood here, zoomed out.
  overlay.zoomed = null;
  const context = overlay.begin();
  const axes = sceneAxes(overlay);
  const { box, optimum } = sweep;
  const segment = segmentsIn(box, axes);
  const isShown = isOver(box, moment);
  if (isShown) drawSectionLines(context, sweep, moment, segment);
  drawPinsOnSurface(context, axes, moment, segment, box);
  drawSurfacePath(context, axes, moment, segment, isHidden("ahead", run));
  const [first, second] = optimum.coordinates;
  if (!isStarHidden(sweep))
    star(context, axes.point(first, second, optimum.train_loss), optimum.is_exact);
  const isOutside = !isShown || moment.loss > box.height;
  if (!isOutside) drawPoint(context, axes, sweep, moment);
  const outside = isOutside ? outsideWords(box, moment, overlay.host.clientWidth) : "";
  sayAbove(context, overlay.host.clientWidth / 2, [outside, sweep.hiddenMotion(run)]);
}

/** @param {Box} box @param {Snapshot} moment @param {number} room across */
function outsideWords({ height }, moment, room) {
  const [isNarrow, loss] = [room < 26 * size(), lossSaid(moment)];
  if (!(loss > height)) return `epoch ${moment.shownEpoch} is off the chart`;
  return `↑ far above${isNarrow ? "" : " the chart"}: loss ${format(loss, 3)}`;
}

/** Whether the current point lies over or under what is shown of the plane.
 * @param {Box} box
 * @param {Snapshot} moment */
const isOver = (box, { first, second }) =>
  first >= box.first[0] &&
  first <= box.first[1] &&
  second >= box.second[0] &&
  second <= box.second[1];

/** @param {Box} box @param {SceneAxes} axes @returns {Segment} */
const segmentsIn = (box, axes) => (from, to) => {
  const inside = clipSegment(
    from,
    to,
    [box.first[0], box.second[0], 0],
    [box.first[1], box.second[1], box.height],
  );
  return inside ? [axes.point(...inside[0]), axes.point(...inside[1]), null] : [];
};

/**
 * Where the two cross sections cut the surface.
 * @param {Context} context
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Segment} segment
 */
function drawSectionLines(context, { box, grid }, { first, second }, segment) {
  const firstLine = along(box.first, segment, (u) => [u, second, grid.at(u, second)]);
  const secondLine = along(box.second, segment, (v) => [first, v, grid.at(first, v)]);
  drawSection(context, firstLine, colors.first, []);
  drawSection(context, secondLine, colors.second, [6, 5]);
}

/**
 * @param {number[]} range
 * @param {Segment} segment
 * @param {(place: number) => Point3} point
 */
function along([low, high], segment, point) {
  const points = Array.from({ length: SECTION_SAMPLES }, (_, k) =>
    point(low + (k / (SECTION_SAMPLES - 1)) * (high - low)),
  );
  return points.slice(1).flatMap((to, k) => segment(points[k], to));
}

/**
 * @param {Context} context
 * @param {Line} line
 * @param {string} color
 * @param {number[]} dash
 */
function drawSection(context, line, color, dash) {
  stroke(context, line, { color: "#ffffff", width: 4.5, alpha: 0.6 });
  stroke(context, line, { color, width: 2.5, dash });
}

/**
 * What leaves the plane floats: a thin line joins it to the surface below or above it.
 * @param {Context} context
 * @param {SceneAxes} axes
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function drawPoint(context, axes, { box, grid }, { first, second, loss }) {
  const point = axes.point(first, second, loss);
  const foot = axes.point(first, second, Math.min(grid.at(first, second), box.height));
  stroke(context, [point, foot], { color: colors.text, width: 1 });
  dot(context, point, 6, colors.path);
}

/** @param {Context} context @param {number} middle @param {string[]} lines */
function sayAbove(context, middle, lines) {
  lines
    .filter(Boolean)
    .forEach((line, k) =>
      label(context, line, middle, size() * (1 + 1.4 * k), { color: colors.text, align: "center" }),
    );
}

/**
 * @param {Context} context
 * @param {SceneAxes} axes
 * @param {Snapshot} moment
 * @param {Segment} segment
 * @param {boolean} endsHere whether what lies ahead is hidden
 */
function drawSurfacePath(context, axes, moment, segment, endsHere) {
  const { past, pastGaps, ahead, aheadGaps } = pathParts(axes, moment, segment);
  const [color, dash] = [colors.path, [1, 6]];
  if (!endsHere) {
    stroke(context, ahead, { color, width: 2.5, alpha: FAINT });
    stroke(context, aheadGaps, { color, width: 2.5, alpha: FAINT, dash });
  }
  stroke(context, past, { color: "#ffffff", width: 5, alpha: 0.85 });
  stroke(context, pastGaps, { color: "#ffffff", width: 4, alpha: 0.85, dash });
  stroke(context, past, { color, width: 2.8 });
  stroke(context, pastGaps, { color, width: 2.8, dash });
}

/**
 * The path before and after the playhead; gaps, where epochs are left out between two points, are
 * dotted.
 * @param {SceneAxes} axes
 * @param {Snapshot} moment
 * @param {Segment} segment
 */
function pathParts(axes, { track, index, glide, first, second, loss }, segment) {
  /** @type {Record<"past" | "pastGaps" | "ahead" | "aheadGaps", Line>} */
  const parts = { past: [], pastGaps: [], ahead: [], aheadGaps: [] };
  /** @type {Point3[]} */
  const places = Array.from({ length: track.length }, (_, k) => [
    track.first(k),
    track.second(k),
    track.loss[k],
  ]);
  const pixels = places.map((place) => axes.point(...place));
  let last = 0;
  for (let k = 1; k < track.length; k++) {
    if (k !== index && isNear(pixels[k], pixels[last])) continue;
    const when = k <= index ? "past" : "ahead";
    const isGap = track.epochs[k] - track.epochs[k - 1] > 1;
    parts[isGap ? /** @type {const} */ (`${when}Gaps`) : when].push(
      ...segment(places[last], places[k]),
    );
    last = k;
  }
  if (glide) parts.past.push(...segment(places[index], [first, second, loss]));
  return parts;
}

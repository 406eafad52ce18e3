/* What moves in the five views, drawn on a canvas above each figure. A view gets the moment
   (20-sweep.js) and draws; it never calls Plotly. */
(function (lab) {
  "use strict";

  // The theme's colours by meaning, as 35-figures.js reads them.
  const { colors } = lab;
  const FAINT = 0.35;
  // While presenting, all text on the pictures is larger.
  const size = () => lab.textSize || 12;
  const font = () => `600 ${size()}px system-ui, sans-serif`;
  // The smallest distance in pixels between two marks on a path.
  const MARK_GAP = 7;
  const SECTION_SAMPLES = 61;
  // Points of a path closer than this to the last one drawn add nothing to see.
  const POINT_GAP = 0.75;

  /* ---- drawing ---- */

  function stroke(context, points, { color, width, dash = [], alpha = 1 }) {
    context.save();
    context.globalAlpha *= alpha;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.lineJoin = context.lineCap = "round";
    context.setLineDash(dash);
    context.beginPath();
    let pen = false;
    for (const point of points) {
      if (point) pen ? context.lineTo(point[0], point[1]) : context.moveTo(point[0], point[1]);
      pen = Boolean(point);
    }
    context.stroke();
    context.restore();
  }

  function dot(context, [x, y], radius, color, halo = "#ffffff", width = 2) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = color;
    context.fill();
    context.lineWidth = width;
    context.strokeStyle = halo;
    context.stroke();
  }

  function label(context, text, x, y, { color, align = "left", halo = colors.background }) {
    context.font = font();
    context.textAlign = align;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = halo;
    context.strokeText(text, x, y);
    context.fillStyle = color;
    context.fillText(text, x, y);
  }

  const isNear = (a, b) => Math.abs(a[0] - b[0]) < POINT_GAP && Math.abs(a[1] - b[1]) < POINT_GAP;

  /** A path of pixel points with a halo; where epochs are left out between two points it is dotted. */
  function drawPath(context, axes, points, epochs, alpha) {
    const [whole, gaps] = [[], []];
    let last = 0;
    for (let index = 1; index < points.length; index++) {
      if (index < points.length - 1 && isNear(points[index], points[last])) continue;
      const ends = [points[last], points[index]];
      const target = epochs[index] - epochs[index - 1] > 1 ? gaps : whole;
      last = index;
      // A diverging run leaps across the picture from beyond it to beyond it: that is no path on it.
      if (ends.some((end) => isInside(axes, end))) target.push(...ends, null);
    }
    context.save();
    context.globalAlpha = alpha;
    stroke(context, whole, { color: "#ffffff", width: 5 });
    stroke(context, gaps, { color: "#ffffff", width: 4, dash: [1, 6] });
    stroke(context, whole, { color: colors.path, width: 2.5 });
    stroke(context, gaps, { color: colors.path, width: 2.5, dash: [1, 6] });
    context.restore();
  }

  function drawMarks(context, points) {
    let last = [-1e9, -1e9];
    for (const point of points) {
      if (!point || Math.hypot(point[0] - last[0], point[1] - last[1]) < MARK_GAP) continue;
      dot(context, point, 2.5, colors.path, "#ffffff", 1);
      last = point;
    }
  }

  function arrowHead(context, [x, y], [towardX, towardY], color) {
    const angle = Math.atan2(towardY - y, towardX - x);
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.beginPath();
    context.moveTo(0, 0);
    context.lineTo(-14, -8);
    context.lineTo(-14, 8);
    context.closePath();
    context.fillStyle = color;
    context.strokeStyle = "#ffffff";
    context.lineWidth = 2;
    context.stroke();
    context.fill();
    context.restore();
  }

  /** Pixels that a canvas can still take: a diverging run's go to 1e38. */
  const tame = (pixel) => Math.min(Math.max(pixel, -1e5), 1e5);

  /* ---- loss surface ---- */

  function drawSurface(overlay, sweep, moment, { hidden }) {
    const context = overlay.begin();
    const axes = lab.sceneAxes(overlay);
    const { box, grid } = sweep;
    const low = [box.first[0], box.second[0], 0];
    const high = [box.first[1], box.second[1], box.height];
    const { first, second, loss } = moment;
    const segment = (from, to) => {
      const inside = lab.clipSegment(from, to, low, high);
      return inside ? [axes.point(...inside[0]), axes.point(...inside[1]), null] : [];
    };
    const along = (point) => {
      const lines = [];
      for (let index = 1; index < SECTION_SAMPLES; index++) {
        const ends = [index - 1, index].map((k) => point(k / (SECTION_SAMPLES - 1)));
        lines.push(...segment(...ends));
      }
      return lines;
    };
    const mix = ([from, to], share) => from + share * (to - from);
    const inBox = first >= low[0] && first <= high[0] && second >= low[1] && second <= high[1];

    if (inBox) {
      const firstLine = along((share) => { const u = mix(box.first, share); return [u, second, grid.at(u, second)]; });
      const secondLine = along((share) => { const v = mix(box.second, share); return [first, v, grid.at(first, v)]; });
      for (const [line, color, dash] of [[firstLine, colors.first, []], [secondLine, colors.second, [6, 5]]]) {
        stroke(context, line, { color: "#ffffff", width: 4.5, alpha: 0.6 });
        stroke(context, line, { color, width: 2.5, dash });
      }
    }
    lab.drawPinsOnSurface(context, axes, moment, segment, box);
    drawSurfacePath(context, axes, moment, segment, hidden);
    const { coordinates, train_loss: floor } = sweep.optimum;
    if (!hidden.has("optimum")) star(context, axes.point(...coordinates, floor), sweep.optimum.is_exact);
    if (!inBox || loss > box.height) {
      const middle = overlay.host.clientWidth / 2;
      label(context, `epoch ${moment.shownEpoch} is outside this picture`, middle, 12, { color: colors.text, align: "center" });
      return;
    }
    const point = axes.point(first, second, loss);
    // What leaves the plane floats: a thin line joins it to the surface below or above it.
    stroke(context, [point, axes.point(first, second, Math.min(grid.at(first, second), box.height))], { color: colors.text, width: 1 });
    dot(context, point, 6, colors.path);
  }

  function drawSurfacePath(context, axes, { track, index }, segment, hidden) {
    const at = (k) => [track.first(k), track.second(k), track.loss[k]];
    // Dotted where epochs are left out between two points.
    const parts = { past: [], pastGaps: [], ahead: [], aheadGaps: [] };
    const pixels = Array.from({ length: track.length }, (_, k) => axes.point(...at(k)));
    let last = 0;
    for (let k = 1; k < track.length; k++) {
      if (k !== index && isNear(pixels[k], pixels[last])) continue;
      const gap = track.epochs[k] - track.epochs[k - 1] > 1 ? "Gaps" : "";
      parts[(k <= index ? "past" : "ahead") + gap].push(...segment(at(last), at(k)));
      last = k;
    }
    const dash = [1, 6];
    if (!hidden.has("ahead")) {
      stroke(context, parts.ahead, { color: colors.path, width: 2.5, alpha: FAINT });
      stroke(context, parts.aheadGaps, { color: colors.path, width: 2.5, alpha: FAINT, dash });
    }
    stroke(context, parts.past, { color: "#ffffff", width: 5, alpha: 0.85 });
    stroke(context, parts.pastGaps, { color: "#ffffff", width: 4, alpha: 0.85, dash });
    stroke(context, parts.past, { color: colors.path, width: 2.8 });
    stroke(context, parts.pastGaps, { color: colors.path, width: 2.8, dash });
  }

  function star(context, [x, y], isFull) {
    context.save();
    context.translate(x, y);
    context.beginPath();
    for (let k = 0; k < 10; k++) {
      const radius = k % 2 ? 3.6 : 8.5;
      context.lineTo(radius * Math.sin((k * Math.PI) / 5), -radius * Math.cos((k * Math.PI) / 5));
    }
    context.closePath();
    context.strokeStyle = "#ffffff";
    context.lineWidth = isFull ? 2 : 4;
    context.stroke();
    context.fillStyle = context.strokeStyle = colors.optimum;
    context.lineWidth = 2;
    isFull ? context.fill() : context.stroke();
    context.restore();
  }

  /* ---- descent path ---- */

  function drawContour(overlay, sweep, moment, { hidden }) {
    const context = overlay.begin();
    const axes = lab.flatAxes(overlay);
    const { track, index } = moment;
    const points = [];
    for (let k = 0; k < track.length; k++) {
      points.push([tame(axes.x(track.first(k))), tame(axes.y(track.second(k)))]);
    }
    axes.inside(context, () => {
      if (!hidden.has("ahead")) drawPath(context, axes, points.slice(index), track.epochs.slice(index, track.length), FAINT);
      drawPath(context, axes, points.slice(0, index + 1), track.epochs.slice(0, index + 1), 1);
      drawMarks(context, points.slice(0, index + 1));
      dot(context, points[0], 4.5, "#ffffff", colors.path, 2.5);
      label(context, "start", points[0][0], points[0][1] + 15, { color: "#ffffff", align: "center", halo: "rgba(0,0,0,0.65)" });
    });
    lab.drawPinPaths(context, axes, moment);
    for (const { rate, first, second } of lab.rateArrows(sweep, moment)) {
      drawRateArrow(context, axes, points[index], [tame(axes.x(first)), tame(axes.y(second))], lab.plain(rate));
    }
    const now = points[index];
    if (isInside(axes, now)) dot(context, now, 6.5, colors.path);
    else drawLeaving(context, axes, points, moment);
  }

  /** One possible step, named by its learning rate at its end or, beyond the picture, at the border. */
  function drawRateArrow(context, axes, from, to, name) {
    const inside = lab.clipSegment([...from, 0], [...to, 0], [axes.left + 2, axes.top + 2, -1], [axes.right - 2, axes.bottom - 2, 1]);
    if (!inside || Math.hypot(to[0] - from[0], to[1] - from[1]) < 3) return;
    const [x, y] = inside[1];
    stroke(context, [from, [x, y]], { color: "#ffffff", width: 4 });
    stroke(context, [from, [x, y]], { color: "#111111", width: 2 });
    arrowHead(context, [x, y], [x + to[0] - from[0], y + to[1] - from[1]], "#111111");
    const isRight = x > (axes.left + axes.right) / 2;
    label(context, name, isRight ? x - 8 : x + 8, y - 16, { color: "#ffffff", align: isRight ? "right" : "left", halo: "rgba(0,0,0,0.65)" });
  }

  const isInside = (axes, [x, y]) => x >= axes.left && x <= axes.right && y >= axes.top && y <= axes.bottom;

  /** A far point drawn nearer in the same direction: a diverging run's pixels go to 1e38. */
  function shortened([fromX, fromY], [toX, toY]) {
    const share = Math.min(1, 1e4 / Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1));
    return [fromX + share * (toX - fromX), fromY + share * (toY - fromY)];
  }

  /** An arrow where the path leaves the picture on its way to the current point. */
  function drawLeaving(context, axes, points, { track, index, shownEpoch }) {
    const middle = [(axes.left + axes.right) / 2, (axes.top + axes.bottom) / 2];
    const from = isInside(axes, points[Math.max(index - 1, 0)]) ? points[index - 1] : middle;
    const to = shortened(middle, [axes.x(track.first(index)), axes.y(track.second(index))]);
    const out = lab.clipSegment(
      [...from, 0], [...to, 0],
      [axes.left + 2, axes.top + 2, -1], [axes.right - 2, axes.bottom - 2, 1],
    );
    if (!out) return;
    const [x, y] = out[1];
    arrowHead(context, [x, y], [x + to[0] - from[0], y + to[1] - from[1]], colors.path);
    const isRight = x > middle[0];
    label(context, `epoch ${shownEpoch} is outside this picture`, isRight ? axes.right - 20 : axes.left + 20,
      Math.min(Math.max(y, axes.top + 24), axes.bottom - 24),
      { color: "#ffffff", align: isRight ? "right" : "left", halo: "rgba(0,0,0,0.65)" });
  }

  /* ---- cross sections ---- */

  function drawSections(overlay, sweep, moment, { slices }) {
    const context = overlay.begin();
    const exact = slices && slices.at(moment.shownEpoch);
    sections(sweep, moment, exact).forEach(({ side, curve, count }) => {
      const axes = lab.flatAxes(overlay, side.suffix);
      const line = curve ? Array.from({ length: count }, (_, k) => {
        const u = side.range[0] + (k / (count - 1)) * (side.range[1] - side.range[0]);
        return [axes.x(u), tame(axes.y(curve(u, k)))];
      }) : [];
      const isTrue = exact || sweep.plane.is_exact;
      axes.inside(context, () => {
        stroke(context, line, { color: side.color, width: isTrue ? 3 : 1.25, dash: side.dash });
      });
      drawTangent(context, axes, side, moment.loss);
    });
  }

  /** Both sections through the current point: how each is drawn, its curve, and at how many places. */
  function sections(sweep, moment, exact) {
    const sides = [
      { suffix: "", at: moment.first, slope: moment.firstSlope, range: sweep.box.first, color: colors.first, dash: [], onPlane: (u) => sweep.grid.at(u, moment.second) },
      { suffix: "2", at: moment.second, slope: moment.secondSlope, range: sweep.box.second, color: colors.second, dash: [7, 5], onPlane: (v) => sweep.grid.at(moment.first, v) },
    ];
    const isOnGrid = sides.every(({ at, range }) => at >= range[0] && at <= range[1]);
    const count = exact ? exact.samples : SECTION_SAMPLES;
    return sides.map((side, which) => ({ side, count, curve: sectionCurve(sweep, side, moment.loss, which, exact, isOnGrid) }));
  }

  /** The loss along one direction: the parabola that a line's loss is, exact slices, or the grid's.
      Outside of the grid nothing is known of a network's plane, so nothing is drawn. */
  function sectionCurve(sweep, { at, slope, onPlane }, loss, which, exact, isOnGrid) {
    if (sweep.curvature) return (u) => loss + slope * (u - at) + 0.5 * sweep.curvature[which] * (u - at) ** 2;
    if (exact) return (_, k) => exact[which][k];
    return isOnGrid ? onPlane : null;
  }

  /** The slope at the current point, and its value beside it: the gradient along this direction. */
  function drawTangent(context, axes, { at, slope }, loss) {
    const point = [tame(axes.x(at)), tame(axes.y(loss))];
    const rise = axes.y(slope) - axes.y(0);
    const run = axes.x(1) - axes.x(0);
    const length = Math.hypot(run, rise);
    if (isInside(axes, point) && Number.isFinite(length)) {
      const [dx, dy] = [(42 * run) / length, (42 * rise) / length];
      axes.inside(context, () => {
        stroke(context, [[point[0] - dx, point[1] - dy], [point[0] + dx, point[1] + dy]], { color: colors.gradient, width: 4.5 });
      });
      dot(context, point, 5.5, colors.path);
    }
    const isNarrow = axes.right - axes.left < 12.5 * size();
    const text = `${isNarrow ? "" : "gradient "}${lab.format(slope, 4)}`;
    if (isInside(axes, point)) return placeLabel(context, axes, point, text, rise > 0 ? 1 : -1);
    const middle = (axes.left + axes.right) / 2;
    label(context, `↑ ${isNarrow ? "" : "train loss "}${lab.format(loss, 4)}`, middle, axes.top + 14, { color: colors.text, align: "center" });
    label(context, text, middle, axes.top + 20 + size(), { color: colors.gradient, align: "center" });
  }

  /** Beside the point, on the side where the curve is not, and always inside the axes. */
  function placeLabel(context, axes, [x, y], text, side) {
    context.font = font();
    const width = context.measureText(text).width;
    const left = Math.min(Math.max(x + 14 * side - (side < 0 ? width : 0), axes.left + 6), axes.right - width - 6);
    const top = Math.min(Math.max(y - 22, axes.top + 12), axes.bottom - 34);
    label(context, text, left, top, { color: colors.gradient });
  }

  /* ---- fit ---- */

  function drawFit(overlay, sweep, moment) {
    const context = overlay.begin();
    const axes = lab.flatAxes(overlay);
    const { track, index } = moment;
    let line;
    if (sweep.plane.is_exact) {
      line = [axes.left, axes.right].map((pixel) => [pixel, tame(axes.y(sweep.targetIn(moment.first * sweep.inputFrom(axes.toX(pixel)) + moment.second)))]);
    } else {
      const { places } = sweep.fit;
      line = places.map((place, k) => [axes.x(sweep.placeIn(place)), tame(axes.y(sweep.targetIn(track.fit[index * places.length + k])))]);
    }
    axes.inside(context, () => lab.drawPinFits(context, axes, sweep, moment));
    if (sweep.predictors > 1) return axes.inside(context, () => line.forEach((point) => dot(context, point, 4, colors.path, colors.background, 1)));
    axes.inside(context, () => {
      stroke(context, line, { color: colors.background, width: 6, alpha: 0.8 });
      stroke(context, line, { color: colors.path, width: 3.2 });
    });
    const isVisible = line.some((point) => isInside(axes, point)) || crosses(line, axes);
    if (!isVisible) {
      const isNarrow = axes.right - axes.left < 13.5 * size();
      label(context, isNarrow ? "fit: off picture" : "the fit is off the picture", (axes.left + axes.right) / 2, axes.top + 16, { color: colors.text, align: "center" });
    }
  }

  const crosses = (line, axes) => line.some((point, k) => k > 0 && (line[k - 1][1] - axes.top) * (point[1] - axes.bottom) < 0);

  /* ---- over training ---- */

  function drawCurves(overlay, sweep, moment, { hidden }) {
    const context = overlay.begin();
    const { track, index } = moment;
    const top = lab.flatAxes(overlay);
    const rows = [{ axes: top, value: (k) => Math.log10(track.loss[k]), color: colors.path, dash: [] }];
    if (sweep.plane.is_exact) {
      const bottom = lab.flatAxes(overlay, "2");
      rows.push({ axes: bottom, value: (k) => track.first(k), color: colors.first, dash: [], name: sweep.plane.names[0] });
      rows.push({ axes: bottom, value: (k) => track.second(k), color: colors.second, dash: [7, 5], name: sweep.plane.names[1] });
    }
    if (track.validation) rows.push({ axes: top, value: (k) => Math.log10(track.validation[k]), color: colors.path, dash: [3, 5] });
    const share = (k) => Math.log10(1 + track.epochs[k]);
    for (const { axes, value, color, dash } of rows) {
      const points = Array.from({ length: track.length }, (_, k) => [axes.x(share(k)), tame(axes.y(value(k)))]);
      axes.inside(context, () => {
        if (!hidden.has("ahead")) stroke(context, onPicture(axes, points, index, points.length - 1), { color, width: 2.2, dash, alpha: FAINT });
        stroke(context, onPicture(axes, points, 0, index), { color, width: 2.5, dash });
      });
      if (isInside(axes, points[index])) dot(context, points[index], 4, color, colors.background, 1.5);
    }
    top.inside(context, () => lab.drawPinCurves(context, top, moment));
    const last = sweep.plane.is_exact ? lab.flatAxes(overlay, "2") : top;
    const x = top.x(Math.log10(1 + moment.epoch));
    stroke(context, [[x, top.top], [x, last.bottom]], { color: colors.text, width: 1.5, dash: [5, 4] });
    nameCurves(context, rows.filter(({ name }) => name), track);
  }

  /** Part of a curve, with breaks where it leaps from beyond the picture to beyond it. */
  function onPicture(axes, points, from, to) {
    const line = [];
    let last = from;
    for (let k = from + 1; k <= to; k++) {
      if (k < to && isNear(points[k], points[last])) continue;
      const ends = [points[last], points[k]];
      last = k;
      if (ends.some((end) => isInside(axes, end))) line.push(...(line[line.length - 1] === ends[0] ? [ends[1]] : [null, ...ends]));
    }
    return line;
  }

  /** Curves carry their names at their start, where they are apart; no legend to look up. */
  function nameCurves(context, rows, track) {
    rows.forEach(({ axes, value, color, name }, which) => {
      const other = rows[1 - which].value(0);
      const y = axes.y(value(0)) + (value(0) > other ? -11 : 11);
      label(context, name, axes.left + 12, Math.min(Math.max(y, axes.top + 8), axes.bottom - 8), { color });
    });
  }

  const DRAW = {
    "loss-surface": drawSurface,
    "descent-path": drawContour,
    "cross-sections": drawSections,
    "fit": drawFit,
    "curves": drawCurves,
  };

  Object.assign(lab, { DRAW, sections, stroke, dot, label, star, tame });
})(window.descentLab);

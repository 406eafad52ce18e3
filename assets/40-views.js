/* The five views: the static figure from Python, and what moves above it, drawn on a canvas.
   A view's `draw` gets the moment (20-sweep.js) and draws only; it never calls Plotly. */
(function (lab) {
  "use strict";

  const CONFIG = {
    displaylogo: false, showSendToCloud: false, displayModeBar: false, responsive: false,
    doubleClick: false, scrollZoom: "gl3d",
  };
  const FAINT = 0.35;
  const FONT = "12px system-ui, sans-serif";
  // The smallest distance in pixels between two marks on a path.
  const MARK_GAP = 7;
  const SECTION_SAMPLES = 61;
  // Points of a path closer than this to the last one drawn add nothing to see.
  const POINT_GAP = 0.75;

  let colors = {};

  function readColors() {
    const style = getComputedStyle(document.documentElement);
    const names = ["text", "muted", "line", "grid", "background", "path", "first", "second", "gradient", "optimum", "data"];
    colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

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
    context.font = `600 ${FONT}`;
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

  function drawMarks(context, points, alpha) {
    context.save();
    context.globalAlpha = alpha;
    let last = [-1e9, -1e9];
    for (const point of points) {
      if (!point || Math.hypot(point[0] - last[0], point[1] - last[1]) < MARK_GAP) continue;
      dot(context, point, 2.5, colors.path, "#ffffff", 1);
      last = point;
    }
    context.restore();
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

  function drawSurface(overlay, sweep, moment) {
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
    drawSurfacePath(context, axes, moment, segment);
    const { coordinates, train_loss: floor } = sweep.optimum;
    star(context, axes.point(...coordinates, floor), sweep.optimum.is_exact);
    if (!inBox || loss > box.height) return;
    const point = axes.point(first, second, loss);
    // What leaves the plane floats: a thin line joins it to the surface below or above it.
    stroke(context, [point, axes.point(first, second, Math.min(grid.at(first, second), box.height))], { color: colors.text, width: 1 });
    dot(context, point, 6, colors.path);
  }

  function drawSurfacePath(context, axes, { track, index }, segment) {
    const at = (k) => [track.first(k), track.second(k), track.loss[k]];
    const [past, ahead] = [[], []];
    const pixels = Array.from({ length: track.length }, (_, k) => axes.point(...at(k)));
    let last = 0;
    for (let k = 1; k < track.length; k++) {
      if (k !== index && isNear(pixels[k], pixels[last])) continue;
      (k <= index ? past : ahead).push(...segment(at(last), at(k)));
      last = k;
    }
    stroke(context, ahead, { color: colors.path, width: 2.5, alpha: FAINT });
    stroke(context, past, { color: "#ffffff", width: 5, alpha: 0.8 });
    stroke(context, past, { color: colors.path, width: 2.8 });
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

  function drawContour(overlay, sweep, moment) {
    const context = overlay.begin();
    const axes = lab.flatAxes(overlay);
    const { track, index } = moment;
    const points = [];
    for (let k = 0; k < track.length; k++) {
      points.push([tame(axes.x(track.first(k))), tame(axes.y(track.second(k)))]);
    }
    axes.inside(context, () => {
      drawPath(context, axes, points.slice(index), track.epochs.slice(index, track.length), FAINT);
      drawPath(context, axes, points.slice(0, index + 1), track.epochs.slice(0, index + 1), 1);
      drawMarks(context, points.slice(0, index + 1), 1);
      dot(context, points[0], 4.5, "#ffffff", colors.path, 2.5);
      label(context, "start", points[0][0], points[0][1] + 15, { color: "#ffffff", align: "center", halo: "rgba(0,0,0,0.65)" });
    });
    const now = points[index];
    if (isInside(axes, now)) dot(context, now, 6.5, colors.path);
    else drawLeaving(context, axes, points, moment);
  }

  const isInside = (axes, [x, y]) => x >= axes.left && x <= axes.right && y >= axes.top && y <= axes.bottom;

  /** An arrow where the path leaves the picture on its way to the current point. */
  function drawLeaving(context, axes, points, { index, epoch }) {
    const middle = [(axes.left + axes.right) / 2, (axes.top + axes.bottom) / 2];
    const from = isInside(axes, points[Math.max(index - 1, 0)]) ? points[index - 1] : middle;
    const out = lab.clipSegment(
      [...from, 0], [...points[index], 0],
      [axes.left + 2, axes.top + 2, -1], [axes.right - 2, axes.bottom - 2, 1],
    );
    if (!out) return;
    const [x, y] = out[1];
    arrowHead(context, [x, y], points[index], colors.path);
    const isRight = x > middle[0];
    label(context, `off the picture at epoch ${epoch}`, isRight ? axes.right - 20 : axes.left + 20,
      Math.min(Math.max(y, axes.top + 24), axes.bottom - 24),
      { color: "#ffffff", align: isRight ? "right" : "left", halo: "rgba(0,0,0,0.65)" });
  }

  /* ---- cross sections ---- */

  function drawSections(overlay, sweep, moment, slices) {
    const context = overlay.begin();
    const exact = slices && slices.at(moment.epoch);
    const sides = [
      { suffix: "", at: moment.first, slope: moment.firstSlope, range: sweep.box.first, color: colors.first, dash: [], curve: (u) => sweep.grid.at(u, moment.second) },
      { suffix: "2", at: moment.second, slope: moment.secondSlope, range: sweep.box.second, color: colors.second, dash: [7, 5], curve: (v) => sweep.grid.at(moment.first, v) },
    ];
    sides.forEach((side, which) => {
      const axes = lab.flatAxes(overlay, side.suffix);
      const count = exact ? exact.samples : SECTION_SAMPLES;
      const values = exact ? exact[which] : null;
      const line = Array.from({ length: count }, (_, k) => {
        const u = side.range[0] + (k / (count - 1)) * (side.range[1] - side.range[0]);
        return [axes.x(u), tame(axes.y(values ? values[k] : side.curve(u)))];
      });
      const isTrue = exact || sweep.plane.is_exact;
      axes.inside(context, () => {
        stroke(context, line, { color: side.color, width: isTrue ? 3 : 1.25, dash: side.dash });
      });
      drawTangent(context, axes, side, moment.loss);
    });
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
    const text = `gradient ${lab.format(slope, 4)}`;
    if (isInside(axes, point)) return placeLabel(context, axes, point, text, rise > 0 ? 1 : -1);
    const middle = (axes.left + axes.right) / 2;
    label(context, `↑ train loss ${lab.format(loss, 4)}`, middle, axes.top + 14, { color: colors.text, align: "center" });
    label(context, text, middle, axes.top + 32, { color: colors.gradient, align: "center" });
  }

  /** Beside the point, on the side where the curve is not, and always inside the axes. */
  function placeLabel(context, axes, [x, y], text, side) {
    context.font = `600 ${FONT}`;
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
    if (sweep.is_linear) {
      line = [axes.left, axes.right].map((pixel) => [pixel, tame(axes.y(moment.first * axes.toX(pixel) + moment.second))]);
    } else {
      const { inputs } = sweep.fit;
      line = inputs.map((input, k) => [axes.x(input), tame(axes.y(track.fit[index * inputs.length + k]))]);
    }
    axes.inside(context, () => {
      stroke(context, line, { color: colors.background, width: 6, alpha: 0.8 });
      stroke(context, line, { color: colors.path, width: 3.2 });
    });
    const isVisible = line.some((point) => isInside(axes, point)) || crosses(line, axes);
    if (!isVisible) {
      label(context, "the fit is off the picture", (axes.left + axes.right) / 2, axes.top + 16, { color: colors.text, align: "center" });
    }
  }

  const crosses = (line, axes) => line.some((point, k) => k > 0 && (line[k - 1][1] - axes.top) * (point[1] - axes.bottom) < 0);

  /* ---- over training ---- */

  function drawCurves(overlay, sweep, moment) {
    const context = overlay.begin();
    const { track, index } = moment;
    const top = lab.flatAxes(overlay);
    const rows = [{ axes: top, value: (k) => Math.log10(track.loss[k]), color: colors.path, dash: [] }];
    if (sweep.is_linear) {
      const bottom = lab.flatAxes(overlay, "2");
      rows.push({ axes: bottom, value: (k) => track.first(k), color: colors.first, dash: [], name: sweep.plane.names[0] });
      rows.push({ axes: bottom, value: (k) => track.second(k), color: colors.second, dash: [7, 5], name: sweep.plane.names[1] });
    }
    const share = (k) => Math.log10(1 + track.epochs[k]);
    for (const { axes, value, color, dash } of rows) {
      const points = Array.from({ length: track.length }, (_, k) => [axes.x(share(k)), tame(axes.y(value(k)))]);
      axes.inside(context, () => {
        stroke(context, onPicture(axes, points, index, points.length - 1), { color, width: 2.2, dash, alpha: FAINT });
        stroke(context, onPicture(axes, points, 0, index), { color, width: 2.5, dash });
      });
      if (isInside(axes, points[index])) dot(context, points[index], 4, color, colors.background, 1.5);
    }
    const last = rows[rows.length - 1].axes;
    const x = top.x(Math.log10(1 + moment.epoch));
    stroke(context, [[x, top.top], [x, last.bottom]], { color: colors.text, width: 1.5, dash: [5, 4] });
    nameCurves(context, rows.slice(1), track);
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

  /* ---- figures ---- */

  /** Colours of the theme, put into a figure before Plotly sees it. */
  function themed(figure) {
    const layout = structuredClone(figure.layout);
    layout.font.color = colors.text;
    const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).map((key) => layout[key]);
    if (layout.scene) axes.push(layout.scene.xaxis, layout.scene.yaxis, layout.scene.zaxis);
    for (const axis of axes) {
      Object.assign(axis, { gridcolor: colors.grid, linecolor: colors.line, tickcolor: colors.line });
    }
    const data = figure.data.map((trace) => {
      const color = colors[trace.meta];
      if (!color) return trace;
      const painted = { ...trace };
      for (const part of ["marker", "line"]) if (trace[part]) painted[part] = { ...trace[part], color };
      return painted;
    });
    return { data, layout };
  }

  /** A new 2D figure replaces the old one; the 3D one is updated in place and keeps its camera. */
  function show(overlay, figure) {
    const { data, layout } = themed(figure);
    if (!overlay.plot._fullLayout) return window.Plotly.newPlot(overlay.plot, data, layout, CONFIG);
    if (!layout.scene) return window.Plotly.react(overlay.plot, data, layout, CONFIG);
    const camera = overlay.plot._fullLayout.scene._scene.getCamera();
    return window.Plotly.update(overlay.plot, ...surfaceUpdate(data[0], layout, camera), [0]);
  }

  function surfaceUpdate(surface, { scene, font }, camera) {
    const style = { "contours.z": [surface.contours.z] };
    for (const key of ["x", "y", "z", "surfacecolor", "cmin", "cmax", "hovertemplate"]) style[key] = [surface[key]];
    const layout = { "font.color": font.color, "scene.camera": camera };
    for (const name of ["xaxis", "yaxis", "zaxis"]) {
      const axis = scene[name];
      layout[`scene.${name}.range`] = axis.range;
      layout[`scene.${name}.title.text`] = axis.title.text;
      layout[`scene.${name}.gridcolor`] = axis.gridcolor;
      layout[`scene.${name}.linecolor`] = axis.linecolor;
    }
    return [style, layout];
  }

  /* ---- at rest: Plotly's own invisible traces follow, for hover, export and screen readers ---- */

  function restTraces(name, sweep, { track, index, first, second, loss, epoch }) {
    const kept = Array.from({ length: index + 1 }, (_, k) => k);
    const text = kept.map((k) => `epoch ${track.epochs[k]}<br>train loss ${lab.format(track.loss[k], 5)}`);
    const shares = kept.map((k) => Math.log10(1 + track.epochs[k]));
    const of = (values) => ({ x: shares, y: kept.map(values), text });
    const here = [`epoch ${epoch}<br>train loss ${lab.format(loss, 5)}`];
    const { height } = sweep.box;
    const visible = kept.filter((k) => track.loss[k] <= height);
    switch (name) {
      case "loss-surface": return [{ x: visible.map((k) => track.first(k)), y: visible.map((k) => track.second(k)), z: visible.map((k) => track.loss[k]), text: visible.map((k) => text[k]) }];
      case "descent-path": return [{ x: kept.map((k) => track.first(k)), y: kept.map((k) => track.second(k)), text }];
      case "cross-sections": return [{ x: [first], y: [loss], text: here }, { x: [second], y: [loss], text: here }];
      case "fit": return [fitAtRest(sweep, track, index)];
      default: return [of((k) => Math.log10(track.loss[k])), ...(sweep.is_linear ? [of((k) => track.first(k)), of((k) => track.second(k))] : [])];
    }
  }

  function fitAtRest(sweep, track, index) {
    const [low, high] = [0, 1].map((k) => sweep.views.fit.layout.xaxis.range[k]);
    const inputs = sweep.is_linear ? [low, high] : sweep.fit.inputs;
    const y = sweep.is_linear
      ? inputs.map((input) => track.first(index) * input + track.second(index))
      : Array.from(track.fit.subarray(index * inputs.length, (index + 1) * inputs.length));
    return { x: inputs, y, text: inputs.map((input, k) => `current fit<br>x ${lab.format(input, 4)}<br>y ${lab.format(y[k], 4)}`) };
  }

  function rest(name, overlay, sweep, moment) {
    const traces = restTraces(name, sweep, moment);
    const indices = overlay.plot.data.flatMap((trace, k) => (trace.meta === "rest" ? [k] : []));
    const keys = Object.keys(traces[0]);
    const style = Object.fromEntries(keys.map((key) => [key, traces.map((trace) => trace[key])]));
    const scene = overlay.plot._fullLayout.scene;
    if (!scene) return window.Plotly.restyle(overlay.plot, style, indices);
    return window.Plotly.update(overlay.plot, style, { "scene.camera": scene._scene.getCamera() }, indices);
  }

  const DRAW = {
    "loss-surface": drawSurface,
    "descent-path": drawContour,
    "cross-sections": drawSections,
    "fit": drawFit,
    "curves": drawCurves,
  };

  Object.assign(lab, { DRAW, readColors, show, rest });
})(window.descentLab);

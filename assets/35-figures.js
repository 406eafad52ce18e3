/* The static figures from Python: put into the theme's colours, shown, updated, and followed by
   Plotly's own invisible traces once nothing moves. The only file that calls Plotly. */
(function (lab) {
  "use strict";

  const CONFIG = {
    displaylogo: false, showSendToCloud: false, displayModeBar: false, responsive: false,
    doubleClick: false, scrollZoom: "gl3d",
  };
  // The theme's colours by meaning; the same object for all, so that a change of theme reaches them.
  const colors = {};

  function readColors() {
    const style = getComputedStyle(document.documentElement);
    const names = [
      "text", "muted", "line", "grid", "background", "path", "first", "second", "gradient", "optimum", "data",
      "pin-1", "pin-2", "pin-3", "pin-4", "too-slow", "converging", "oscillating", "diverged", "overflow", "stuck",
    ];
    for (const name of names) colors[name] = style.getPropertyValue(`--${name}`).trim();
  }

  /* ---- figures ---- */

  /** Colours of the theme, put into a figure before Plotly sees it. */
  function themed(figure) {
    const layout = structuredClone(figure.layout);
    layout.font.color = colors.text;
    enlarge(layout);
    const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).map((key) => layout[key]);
    if (layout.scene) axes.push(layout.scene.xaxis, layout.scene.yaxis, layout.scene.zaxis);
    for (const axis of axes) {
      Object.assign(axis, { gridcolor: colors.grid, linecolor: colors.line, tickcolor: colors.line });
    }
    const data = figure.data.map((trace) => {
      const color = colors[trace.meta];
      // Plotly writes into what it is given, and the contour may be shown in two places.
      const painted = { ...trace };
      // Where training should arrive is what a class is to guess.
      if (trace.meta === "optimum") painted.visible = !lab.state.hidden.has("optimum");
      if (!color) return painted;
      for (const part of ["marker", "line"]) if (trace[part]) painted[part] = { ...trace[part], color };
      if (trace.textfont) painted.textfont = { ...trace.textfont, size: lab.textSize || 12 };
      return painted;
    });
    return { data, layout };
  }

  /** Text and margins for the back of a room. */
  function enlarge(layout) {
    const scale = (lab.textSize || 12) / 12;
    if (scale === 1) return;
    layout.font.size *= scale;
    if (!layout.scene) for (const side of "ltb") layout.margin[side] *= 0.8 * scale;
    for (const name of ["xaxis", "yaxis", "zaxis"]) {
      if (!layout.scene) continue;
      layout.scene[name].tickfont.size *= scale;
      // Larger numbers need more room between them.
      layout.scene[name].nticks = 3;
    }
  }

  /* ---- the camera ---- */

  // At this ratio of width to height and above, the usual camera shows the axes' titles whole.
  const WIDE = 1.9;
  const FARTHEST = 1.35;
  const LARGE_TEXT = 1.15;
  // The camera as the figure has it, and where it was last put; one that the person moved stays.
  let [usual, placed] = [null, null];

  /** In a narrow card the camera stands farther off. */
  function fittingCamera({ host }) {
    const ratio = host.clientWidth / Math.max(host.clientHeight, 1);
    const distance = Math.min(Math.max(WIDE / ratio, 1), FARTHEST) * (lab.textSize ? LARGE_TEXT : 1);
    const eye = Object.fromEntries(Object.entries(usual.eye).map(([axis, value]) => [axis, value * distance]));
    return { ...usual, eye };
  }

  function refitCamera(overlay) {
    if (!overlay.hasScene || !placed) return;
    const now = overlay.plot._fullLayout.scene._scene.getCamera();
    const isMoved = ["eye", "center"].some((part) => ["x", "y", "z"].some((axis) => Math.abs(now[part][axis] - placed[part][axis]) > 1e-3));
    const next = fittingCamera(overlay);
    if (isMoved || Math.abs(next.eye.x - placed.eye.x) < 1e-3) return;
    placed = next;
    window.Plotly.relayout(overlay.plot, { "scene.camera": next });
  }

  /** A new 2D figure replaces the old one; the 3D one is updated in place and keeps its camera. */
  function show(overlay, figure) {
    const { data, layout } = themed(figure);
    if (!overlay.plot._fullLayout) {
      if (layout.scene) {
        usual = layout.scene.camera;
        layout.scene.camera = placed = fittingCamera(overlay);
      }
      return window.Plotly.newPlot(overlay.plot, data, layout, CONFIG);
    }
    if (!layout.scene) return window.Plotly.react(overlay.plot, data, layout, CONFIG);
    if (!overlay.hasScene) return Promise.resolve();
    const camera = overlay.plot._fullLayout.scene._scene.getCamera();
    return window.Plotly.update(overlay.plot, ...surfaceUpdate(data[0], layout, camera));
  }

  /** The surface's arrays and colours; the points of the last sweep at rest are taken away. */
  function surfaceUpdate(surface, { scene, font }, camera) {
    const style = { "contours.z": [surface.contours.z, undefined] };
    for (const key of ["x", "y", "z"]) style[key] = [surface[key], []];
    for (const key of ["surfacecolor", "cmin", "cmax", "hovertemplate"]) style[key] = [surface[key], undefined];
    const layout = { "font.color": font.color, "font.size": font.size, "scene.camera": camera };
    for (const name of ["xaxis", "yaxis", "zaxis"]) {
      const axis = scene[name];
      layout[`scene.${name}.range`] = axis.range;
      layout[`scene.${name}.title.text`] = axis.title.text;
      layout[`scene.${name}.nticks`] = axis.nticks;
      layout[`scene.${name}.tickfont.size`] = axis.tickfont.size;
      layout[`scene.${name}.gridcolor`] = axis.gridcolor;
      layout[`scene.${name}.linecolor`] = axis.linecolor;
    }
    return [style, layout];
  }

  /* ---- at rest: Plotly's own invisible traces follow, for hover, export and screen readers ---- */

  /** SVG takes no pixel of 1e10 and more: a diverging run's farthest points are left out. */
  const near = (value) => (Math.abs(value) < 1e6 ? value : null);

  function restTraces(name, sweep, { track, index, first, second, loss, shownEpoch }) {
    const kept = Array.from({ length: index + 1 }, (_, k) => k);
    const words = (epoch, value) => `epoch ${epoch}<br>train loss ${lab.format(value, 5)}`;
    const text = kept.map((k) => words(track.epochs[k], track.loss[k]));
    const along = (values) => ({ x: kept.map((k) => Math.log10(1 + track.epochs[k])), y: kept.map(values), text });
    const path = { x: kept.map((k) => near(track.first(k))), y: kept.map((k) => near(track.second(k))), text };
    const here = [words(shownEpoch, loss)];
    switch (name) {
      case "loss-surface": return [surfaceAtRest(sweep, track, path)];
      case "descent-path": return [path];
      case "cross-sections": return [{ x: [near(first)], y: [near(loss)], text: here }, { x: [near(second)], y: [near(loss)], text: here }];
      case "fit": return [fitAtRest(sweep, track, index)];
      default: return [
        along((k) => Math.log10(track.loss[k])),
        ...(sweep.plane.is_exact ? [along((k) => near(track.first(k))), along((k) => near(track.second(k)))] : []),
      ];
    }
  }

  /** Points above the box stay out: in 3D they would hide the rest. */
  function surfaceAtRest(sweep, track, path) {
    const z = path.x.map((_, k) => track.loss[k]);
    const keep = (values) => values.filter((_, k) => z[k] <= sweep.box.height);
    return { x: keep(path.x), y: keep(path.y), z: keep(z), text: keep(path.text) };
  }

  function fitAtRest(sweep, track, index) {
    const [low, high] = [0, 1].map((k) => sweep.views.fit.layout.xaxis.range[k]);
    const x = sweep.plane.is_exact ? [low, high] : sweep.fit.places.map((place) => sweep.placeIn(place));
    const y = (sweep.plane.is_exact
      ? x.map((input) => track.first(index) * sweep.inputFrom(input) + track.second(index))
      : Array.from(track.fit.subarray(index * x.length, (index + 1) * x.length))).map((target) => near(sweep.targetIn(target)));
    return { x, y, text: x.map((input, k) => `current fit<br>x ${lab.format(input, 4)}<br>y ${lab.format(y[k], 4)}`) };
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

  Object.assign(lab, { colors, readColors, show, rest, refitCamera });
})(window.descentLab);

/* Where a browser cannot draw in 3D the contour stands in for the surface: the same loss over the same
   plane, seen from above, with the two sections through the point that the surface would show. */
(function (lab) {
  "use strict";

  const NEVER = "This browser has no WebGL: the contour stands in for the 3D surface.";
  const LOST = "This browser has stopped drawing in 3D: the contour stands in for the surface.";
  // How long Plotly may try to get back a drawing context that was lost.
  const RECOVERY = 3000;

  let isFlat = false;

  function canDrawScenes() {
    const context = document.createElement("canvas").getContext("webgl");
    // A browser has few of them: this one is given back at once.
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return Boolean(context);
  }

  /** Whose figure a view shows: the surface's place may be the contour's. */
  const figureOf = (name) => (isFlat && name === "loss-surface" ? "descent-path" : name);

  function standIn(sentence) {
    isFlat = true;
    lab.setText("flat-note", sentence);
    lab.element("flat-note").hidden = false;
  }

  /** At the start, and again when the browser takes the context away and Plotly gets none back. */
  function watchScene(overlay) {
    if (!canDrawScenes()) return standIn(NEVER);
    // The event does not bubble, so it is caught on its way down.
    return overlay.host.addEventListener("webglcontextlost", () => setTimeout(leaveScene, RECOVERY, overlay), true);
  }

  function leaveScene(overlay) {
    const context = overlay.plot._fullLayout?.scene?._scene?.glplot?.gl;
    if (isFlat || (context && !context.isContextLost())) return;
    // Plotly goes on asking for its context, so its own element is left to it.
    const place = Object.assign(document.createElement("div"), { className: "plot-inner" });
    overlay.plot.replaceWith(place);
    overlay.plot = place;
    standIn(LOST);
    lab.show(overlay, lab.state.sweep.views[figureOf("loss-surface")]).then(lab.touch);
  }

  /** The descent path, and under it where the two cross sections cut the surface. */
  function drawFlat(overlay, sweep, moment, state) {
    lab.DRAW["descent-path"](overlay, sweep, moment, state);
    const axes = lab.flatAxes(overlay);
    const [x, y] = [axes.x(moment.first), axes.y(moment.second)];
    const { colors } = lab;
    const { context } = overlay;
    axes.inside(context, () => {
      context.globalCompositeOperation = "destination-over";
      for (const [line, color, dash] of [
        [[[axes.left, lab.tame(y)], [axes.right, lab.tame(y)]], colors.first, []],
        [[[lab.tame(x), axes.top], [lab.tame(x), axes.bottom]], colors.second, [6, 5]],
      ]) {
        lab.stroke(context, line, { color, width: 2.5, dash });
        lab.stroke(context, line, { color: "#ffffff", width: 4.5, alpha: 0.6 });
      }
    });
  }

  /** How a view draws what moves. */
  const drawingOf = (name) => (figureOf(name) === name ? lab.DRAW[name] : drawFlat);

  Object.assign(lab, { watchScene, figureOf, drawingOf, isFlat: () => isFlat });
})(window.descentLab);

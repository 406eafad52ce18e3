"""What the page draws itself sits where Plotly would draw it: within two pixels."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from app.domain.settings import Settings
from tests.browser import driver

MAGENTA = (255, 0, 255)
# The point of the current epoch on each pair of axes of a view: the axes, and where.
POINTS = {
    "descent-path": [("", "[track.first(index), track.second(index)]")],
    "cross-sections": [
        ("", "[track.first(index), track.loss[index]]"),
        ("2", "[track.second(index), track.loss[index]]"),
    ],
}
# A mark of Plotly's own there.
ADD_MARK = """([name, suffix, [x, y]]) => window.Plotly.addTraces(
  window.descentLab.overlays[name].plot,
  { type: "scatter", mode: "markers", x: [x], y: [y], meta: "test", opacity: 0,
    xaxis: `x${suffix}`, yaxis: `y${suffix}` })"""
MARKS = """([name, which]) => {
  const overlay = window.descentLab.overlays[name];
  const traces = overlay.plot._fullData.filter((trace) => trace.meta === which);
  return traces.map((trace) => {
    const group = overlay.plot.querySelectorAll(".scatterlayer .trace");
    const found = Array.from(group).find((one) => one.__data__[0].trace === trace);
    return Array.from(found.querySelectorAll(".points path")).map((mark) => {
      const box = mark.getBoundingClientRect();
      return [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    });
  });
}"""

RESIZES = """{
  window.resizes = 0;
  let Plotly;
  Object.defineProperty(window, "Plotly", {
    get: () => Plotly,
    set: (made) => {
      const resize = made.Plots.resize;
      made.Plots.resize = (plot) => (window.resizes++, resize(plot));
      Plotly = made;
    },
  });
}"""


# The current point, for a function that returns it.
NOW = """() => {
  const { track, wanted } = window.descentLab.state;
  const index = track.indexOf(track.nearest(wanted));"""


def marks(page: Page, view: str, meaning: str) -> list[np.ndarray]:
    """The centres of Plotly's own marks, trace by trace, in pixels of the page."""
    return [np.array(trace) for trace in page.evaluate(MARKS, [view, meaning])]


def projected(page: Page, view: str, suffix: str, points: str, count: int) -> np.ndarray:
    """Where the page's own axes put points; `points` is an expression of k."""
    return np.array(
        page.evaluate(
            f"""([view, suffix, count]) => {{
              const lab = window.descentLab;
              const axes = lab.flatAxes(lab.overlays[view], suffix);
              const host = lab.overlays[view].canvas.getBoundingClientRect();
              return Array.from({{ length: count }}, (_, k) => {{
                const [x, y] = {points};
                return [host.left + axes.x(x), host.top + axes.y(y)];
              }});
            }}""",
            [view, suffix, count],
        )
    )


def test_figures_are_drawn_at_their_size_at_once_and_a_run_needs_no_plotly(
    blank: Page, address: str
) -> None:
    """Each call more makes the page stand still: it opened with five resizes too many."""
    page = blank
    page.add_init_script(RESIZES)
    page.goto(address)
    driver.wait_ready(page)
    driver.rest(page)
    assert page.evaluate("() => window.resizes") == 0
    calls = driver.count_plotly_calls(page)
    driver.choose_rate(page, 0.05)
    driver.rest(page)
    assert calls() == []
    page.set_viewport_size({"width": 1600, "height": 900})
    driver.wait(page, "window.plotlyCalls.includes('Plots.resize')")


def test_flat_overlays_sit_on_plotlys_marks(page: Page) -> None:
    for choices in ({}, {"dataset": "parabola", "hidden_units": 10, "epochs": 500}):
        driver.train(page, **choices)
        driver.choose(page, "playhead", 300)
        driver.rest(page)
        check_flat_overlays(page)


def check_flat_overlays(page: Page) -> None:
    """At Plotly's mark of the current point the canvas has the path's colour."""
    for view, points in POINTS.items():
        for suffix, point in points:
            page.evaluate(ADD_MARK, [view, suffix, page.evaluate(f"{NOW} return {point}; }}")])
        for (suffix, point), [centre] in zip(points, marks(page, view, "test"), strict=True):
            now = str(page.evaluate(f"{NOW} return {point}; }}"))
            np.testing.assert_allclose(projected(page, view, suffix, now, 1)[0], centre, atol=1)
            assert driver.pixel(page, view, *centre) == driver.themed(page, "path")
    # The fit's own marks are the data.
    data = "lab.overlays.fit.plot._fullData.filter((one) => one.meta === 'data')[0]"
    (centres,) = marks(page, "fit", "data")
    points = f"[{data}.x[k], {data}.y[k]]"
    np.testing.assert_allclose(projected(page, "fit", "", points, len(centres)), centres, atol=1)


# ---- in three dimensions ----


def scene_point(page: Page, point: list[float]) -> np.ndarray:
    """Where the page's own projection puts a point of the 3D view."""
    return np.array(
        page.evaluate(
            """(point) => {
              const { overlays, sceneAxes } = window.descentLab;
              const overlay = overlays["loss-surface"];
              const host = overlay.canvas.getBoundingClientRect();
              const [x, y] = sceneAxes(overlay).point(...point);
              return [host.left + x, host.top + y];
            }""",
            point,
        )
    )


def plotly_point(page: Page, point: list[float]) -> np.ndarray:
    """Where Plotly draws a small level patch there: its centre in a screenshot."""
    page.evaluate(
        """async (point) => {
          const { plot, canvas } = window.descentLab.overlays["loss-surface"];
          canvas.style.visibility = "hidden";
          const scene = plot._fullLayout.scene._scene;
          const { xaxis, yaxis } = plot._fullLayout.scene;
          const around = (value, { range: [low, high] }) =>
            [-1, 1].map((side) => value + side * 0.03 * (high - low));
          const [x, y] = [around(point[0], xaxis), around(point[1], yaxis)];
          const z = [[point[2], point[2]], [point[2], point[2]]];
          await window.Plotly.update(plot, { x: [x], y: [y], z: [z] },
            { "scene.camera": scene.getCamera() }, [plot.data.length - 1]);
        }""",
        point,
    )
    driver.next_frames(page, 3)
    box = page.locator("#loss-surface").bounding_box()
    assert box is not None
    centre = driver.blob(page, dict(box), MAGENTA)
    page.evaluate("() => (window.descentLab.overlays['loss-surface'].canvas.style.visibility = '')")
    return np.array(centre)


def add_patch(page: Page) -> None:
    """A bright patch of Plotly's own, and no surface that could hide it."""
    page.evaluate(
        """async () => {
          const { plot } = window.descentLab.overlays["loss-surface"];
          await window.Plotly.restyle(plot, { visible: false }, [0]);
          await window.Plotly.addTraces(plot, {
            type: "surface", x: [0, 1], y: [0, 1], z: [[0, 0], [0, 0]],
            colorscale: [[0, "#ff00ff"], [1, "#ff00ff"]], showscale: false,
            cmin: 0, cmax: 1, lighting: { ambient: 1, diffuse: 0, specular: 0 },
          });
        }"""
    )


SCENE_TITLES = """() => {
  const { scene } = descentLab.overlays["loss-surface"].plot._fullLayout;
  return [scene.xaxis, scene.yaxis, scene.zaxis].map((axis) => axis.title.text); }"""


@pytest.mark.scene
def test_the_scenes_overlay_sits_on_plotlys_marks(page: Page) -> None:
    # The small card has room for the surface alone; a turned one is cut off there.
    assert page.evaluate(SCENE_TITLES) == ["", "", ""]
    page.locator('[data-swaps="loss-surface"]').click()
    driver.go_to(page, 3)
    assert page.evaluate(SCENE_TITLES) == ["weight", "bias", "train loss"]
    box = driver.state(page, "sweep.box")
    (left, right), (front, back), height = box["first"], box["second"], box["height"]
    # Shares of the box's three sides.
    shares = [(0.2, 0.3, 0.0), (0.8, 0.7, 0.1), (0.5, 0.5, 0.5), (0.3, 0.8, 0.8)]
    points = [
        [left + a * (right - left), front + b * (back - front), c * height] for a, b, c in shares
    ]
    add_patch(page)
    zoom_out = 240.0
    for move in (
        lambda: None,
        lambda: driver.turn_scene(page),
        lambda: driver.zoom_scene(page, zoom_out),
    ):
        move()
        for point in points:
            gap = np.abs(scene_point(page, point) - plotly_point(page, point))
            assert gap.max() <= 2, (point, gap)
    # Where a patch of Plotly's own lies at the current point, the canvas has the path's colour.
    detail = driver.engine_run(Settings())
    centre = plotly_point(page, [*map(float, detail.params[3]), float(detail.train_loss[3])])
    assert driver.pixel(page, "loss-surface", *centre) == driver.themed(page, "path")

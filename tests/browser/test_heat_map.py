"""The fit of two predictors is the plane of their values, in the colours of what the model says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy import ndarray
from playwright.sync_api import Page

from app.domain.link import query
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from tests.browser import driver
from tests.engine.torch_runs import module_for

CIRCLES = Settings(
    dataset="circles",
    loss="cross_entropy",
    hidden_units=8,
    activation="tanh",
    epochs=150,
    learning_rate=1.0,
)
PLANE = Settings(dataset="plane", epochs=30, learning_rate=0.1)
BREAST = Settings(dataset="breast_cancer", loss="cross_entropy", epochs=20, learning_rate=0.1)
# While some examples are still on the wrong side.
EARLY = 25
# Half of a class's colour is mixed into the background where the model is sure.
STRENGTH = 0.5
# What is said at places of the plane of the model that is drawn.
SAID = """async (places) => {
  const { state, snapshot } = window.descentLab;
  const { saidAt } = await import("#lab/views/class-readings.mjs");
  const { drawnParams } = await import("#lab/model/plane-map.mjs");
  return places.map((place) => saidAt(state.sweep, drawnParams(snapshot()), place));
}"""

# The middle of each unit's map in *The network*, and how far its canvas is off the drawing.
UNITS = """async () => {
  const canvas = document.querySelector(".network-maps");
  const [ours, drawing] = [canvas, canvas.nextElementSibling].map((part) =>
    part.getBoundingClientRect());
  const { width: across } = canvas.nextElementSibling.viewBox.baseVal;
  const sharpness = canvas.width / across;
  const middles = [...document.querySelectorAll("[data-slot=network] .unit")].map((unit) => {
    const [x, y] = unit.getAttribute("transform").match(/[\\d.]+/g).map(Number);
    const rect = unit.querySelector("rect");
    const [width, height] = ["width", "height"].map((name) => Number(rect.getAttribute(name)));
    const at = [x + width / 2, y + height / 2].map((value) => Math.round(sharpness * value));
    return [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
  });
  const sides = ["left", "right", "top", "bottom"];
  return { middles, off: Math.max(...sides.map((side) => Math.abs(ours[side] - drawing[side]))) };
}"""
# Where the fit's axes are in each frame that Plotly has not drawn yet.
WATCH_SKETCH = """async () => {
  const { on } = await import("#lab/state/events.mjs");
  const { overlays, flatAxes } = window.descentLab;
  const place = () => {
    const { left, right, top, bottom } = flatAxes(overlays.fit);
    return [left, right, top, bottom];
  };
  Object.assign(window, { sketched: [], place });
  on("frame", () => overlays.fit.still && window.sketched.push(place()));
}"""

Open = Callable[[Settings, int], Page]


@pytest.fixture
def opened(open_page: Callable[..., Page], address: str) -> Open:
    """The page with these settings, inspected, at an epoch."""

    def show(settings: Settings, epoch: int) -> Page:
        page = open_page()
        page.goto(f"{address}?{query(settings)}")
        driver.wait_ready(page)
        driver.wait_fact(page, "sweep", settings.sweep_id)
        driver.go_to(page, epoch)
        return page

    return show


def said(settings: Settings, epoch: int, inputs: ndarray) -> ndarray:
    """What torch's own layers make of inputs, with the engine's parameters of an epoch."""
    model = module_for(settings, driver.engine_run(settings).params[epoch])
    outputs = model(torch.tensor(inputs).double())[:, 0].detach()
    return (outputs.sigmoid() if settings.loss == "cross_entropy" else outputs).numpy()


def places(span: float, count: int = 50) -> ndarray:
    return np.random.RandomState(0).uniform(-span, span, (count, 2))


def mark_free(settings: Settings, spots: ndarray) -> ndarray:
    """Those places that no example is near."""
    gaps = np.linalg.norm(spots[:, None] - dataset_for(settings).inputs[None], axis=2)
    return spots[gaps.min(axis=1) > 0.5]


def test_the_heat_map_is_the_engines_model(opened: Open) -> None:
    page, spots = opened(CIRCLES, 150), places(5.5)
    expected = said(CIRCLES, 150, spots)
    assert np.ptp(expected) > 0.8, "nothing to see otherwise"
    np.testing.assert_allclose(page.evaluate(SAID, spots.tolist()), expected, atol=1e-4)
    # The colours themselves, where no boundary is near.
    ground = np.array(driver.themed(page, "background"))
    ends = [np.array(driver.themed(page, f"class-{which}")) for which in (0, 1)]
    sure = [
        at for at in mark_free(CIRCLES, spots) if abs(said(CIRCLES, 150, at[None])[0] - 0.5) > 0.2
    ]
    assert len(sure) >= 10
    for at in sure:
        share = said(CIRCLES, 150, at[None])[0]
        end = ends[int(share > 0.5)]
        colour = ground + STRENGTH * abs(2 * share - 1) * (end - ground)
        found = driver.pixel(page, "fit", *driver.place(page, "fit", *at))
        np.testing.assert_allclose(found, colour, atol=8, err_msg=f"{at} {share}")
    check_units(page)


def check_units(page: Page) -> None:
    """In *The network* the middle of each unit's map says what the unit adds there."""
    page.evaluate("() => window.descentLab.openPanels(['network'])")
    page.locator(".network-maps").wait_for()
    driver.next_frames(page, 3)
    seen = page.evaluate(UNITS)
    assert seen["off"] < 1
    middle = page.evaluate(
        """() => ["xaxis", "yaxis"].map((name) => {
          const [low, high] = window.descentLab.state.sweep.views.fit.layout[name].range;
          return (low + high) / 2;
        })"""
    )
    units = CIRCLES.hidden_units
    params = driver.engine_run(CIRCLES).params[150]
    inner = params[: 2 * units].reshape(units, 2) @ np.array(middle)
    added = np.tanh(inner + params[2 * units : 3 * units]) * params[3 * units : 4 * units]
    ends = np.array([driver.themed(page, f"class-{which}") for which in (0, 1)])
    assert len(seen["middles"]) == units
    for found, value in zip(seen["middles"], added, strict=True):
        if abs(value) > 0.2 * abs(added).max():
            nearest = np.abs(ends - np.array(found)).sum(axis=1).argmin()
            assert nearest == int(value > 0)


def test_the_boundary_is_where_the_probability_is_one_half(opened: Open) -> None:
    page = opened(CIRCLES, 150)
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radii = np.linspace(0, 5.5, 1101)
    found = 0
    for angle in angles:
        ray = radii[:, None] * np.array([np.cos(angle), np.sin(angle)])
        inside = said(CIRCLES, 150, ray) > 0.5
        crossings = np.flatnonzero(inside[1:] != inside[:-1])
        for spot in mark_free(CIRCLES, ray[crossings]):
            colour = driver.pixel(page, "fit", *driver.place(page, "fit", *spot))
            np.testing.assert_allclose(colour, driver.themed(page, "path"), atol=30)
            found += 1
    assert found >= 4


def test_sentence_and_table_name_who_is_on_the_wrong_side(opened: Open) -> None:
    page, data = opened(CIRCLES, EARLY), dataset_for(CIRCLES)
    shares = said(CIRCLES, EARLY, data.inputs)
    wrong = (shares > 0.5) != (data.targets > 0.5)
    words = page.evaluate("() => window.descentLab.wordsFor('fit')")
    assert 0 < wrong.sum() < 100
    assert f"of 200 points {200 - wrong.sum()} are on the right side" in words
    for which, name in enumerate(("outside", "inside")):
        count = int((wrong & (data.targets == which)).sum())
        assert (f"{count} of class {name}" in words) == (count > 0)
    page.locator("[data-table=fit]").click()
    page.locator("#table tbody tr").first.wait_for()
    rows = page.locator("#table tbody tr").all_inner_texts()
    assert len(rows) == 200
    for k in (0, 99, 100, 199, int(np.flatnonzero(wrong)[0])):
        _, _, _, name, share, side = rows[k].split("\t")
        assert name == ("outside", "inside")[int(data.targets[k])]
        assert driver.close(share, float(shares[k])) and side == ("right", "wrong")[int(wrong[k])]


def test_the_arrow_keys_walk_over_the_plane(opened: Open) -> None:
    page = opened(CIRCLES, 150)
    page.locator("#fit").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
        driver.next_frames(page)
        place, probability = page.locator(".reading").inner_text().split("\n")
        at = [driver.value(part.split(" ")[1]) for part in place.split(", ")]
        assert probability.startswith("probability of inside ")
        expected = said(CIRCLES, 150, np.array([at]))[0]
        assert abs(driver.value(probability.split(" ")[-1]) - expected) < 2e-3
        seen.append(at)
    first, right, up = seen
    assert right[0] > first[0] and right[1] == first[1]
    assert up[0] == right[0] and up[1] > right[1]


def test_playing_and_dragging_ask_nobody(opened: Open) -> None:
    page = opened(CIRCLES, 0)
    calls, requests = driver.count_plotly_calls(page), []
    page.on("request", lambda request: requests.append(request.url))
    # Pictures of the canvas show that something moves.
    before = page.evaluate("() => window.descentLab.overlays.fit.canvas.toDataURL()")
    page.evaluate("() => window.descentLab.play()")
    driver.wait(page, "lab.snapshot().epoch > 20")
    assert calls() == [] and requests == []
    page.evaluate("() => window.descentLab.pause()")
    driver.stay(page)
    calls(), requests.clear()
    driver.grab(page, "learning-rate", 0.8)
    driver.drag_to(page, "learning-rate", 0.3)
    assert page.evaluate("() => window.descentLab.overlays.fit.canvas.toDataURL()") != before
    assert calls() == [] and requests == []
    page.mouse.up()


def test_two_predictors_of_a_number_are_a_plane_too(opened: Open) -> None:
    page, spots = opened(PLANE, 30), places(1)
    expected = said(PLANE, 30, spots)
    np.testing.assert_allclose(page.evaluate(SAID, spots.tolist()), expected, atol=1e-5)
    assert not page.locator("#squares").is_visible()
    assert not page.locator(".line-handle").first.is_visible()
    words = page.evaluate("() => window.descentLab.wordsFor('fit')")
    predicted = said(PLANE, 30, dataset_for(PLANE).inputs)
    low, high = words.partition("lie between ")[2].partition(",")[0].split(" and ")
    assert driver.close(low, float(predicted.min()))
    assert driver.close(high, float(predicted.max()))
    # Another kind of fit has other margins, in its sketch too.
    page.evaluate(WATCH_SKETCH)
    driver.train(page, dataset="breast_cancer")
    driver.rest(page)
    sketched, place = page.evaluate("() => [window.sketched, window.place()]")
    assert sketched and sketched == [place] * len(sketched)


def test_several_predictors_are_two_strips(opened: Open) -> None:
    page, data = opened(BREAST, 20), dataset_for(BREAST)
    shares = said(BREAST, 20, data.inputs)
    wrong = (shares > 0.5) != (data.targets > 0.5)
    words = page.evaluate("() => window.descentLab.wordsFor('fit')")
    assert f"of 569 points {569 - wrong.sum()} are on the right side" in words
    points = page.evaluate(
        """async () => {
          const { readFit } = await import("#lab/views/readings.mjs");
          const { overlays, state, snapshot } = window.descentLab;
          return readFit(overlays.fit, state.sweep, snapshot()).points.map(({ lines }) => lines);
        }"""
    )
    assert len(points) == 569
    for lines in points[::80]:
        k = int(lines[0].split(" ")[1]) - 1
        assert driver.close(lines[2].split(" ")[-1], float(shares[k]))
        assert ("wrong side" in lines[1]) == wrong[k]

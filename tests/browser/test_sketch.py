"""While a setting is held the views follow without Plotly; at rest Plotly has the exact picture."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from app.domain.settings import Settings
from app.engine import train_sweep
from tests.browser import driver
from tests.browser.driver import count_plotly_calls, rest, state, train, wait, wait_ready

FIGURES = """() => {
  const shown = ({ layout, data }) => [layout, data.map((one) => one.z ?? one.x)];
  const views = Object.entries(window.descentLab.overlays).filter(([, { plot }]) => plot.data);
  return Object.fromEntries(views.map(([name, { plot }]) => [name, JSON.stringify(shown(plot))]));
}"""
SKETCHED = "Object.values(lab.overlays).some(({ still }) => still)"
# Where the point of the current epoch is, in pixels of the contour, and its colour there.
POINT = """() => {
  const { overlays, snapshot, flatAxes } = window.descentLab;
  const overlay = overlays["descent-path"];
  const [axes, { first, second }] = [flatAxes(overlay), snapshot()];
  const at = [axes.x(first), axes.y(second)].map((pixel) => Math.round(pixel * devicePixelRatio));
  return [at, [...overlay.context.getImageData(...at, 1, 1).data].slice(0, 3)];
}"""


@pytest.mark.parametrize("units", [0, 3])
def test_a_held_slider_is_followed_without_plotly_and_at_rest_plotly_has_the_picture(
    page: Page, units: int
) -> None:
    if units:
        train(page, hidden_units=units)
    rest(page)
    calls = count_plotly_calls(page)
    driver.grab(page, "seed", 0)
    driver.drag_to(page, "seed", 4 / 99, steps=4)
    wait(page, "lab.state.sweep.settings.seed === 4")
    driver.next_frames(page, 3)
    assert calls() == []
    wait(page, SKETCHED)
    place, colour = page.evaluate(POINT)
    losses = train_sweep(Settings(seed=4, hidden_units=units)).train_loss
    assert state(page, "sweep.train_loss[0]") == pytest.approx(float(losses[0, 0]), rel=1e-6)
    page.mouse.up()
    rest(page)
    wait(page, f"!{SKETCHED}")
    # What was sketched is where Plotly has it, and the same page opened anew shows the same.
    assert page.evaluate(POINT) == [place, colour]
    shown = page.evaluate(FIGURES)
    page.reload()
    wait_ready(page)
    rest(page)
    anew = page.evaluate(FIGURES)
    assert {name for name in shown if shown[name] != anew[name]} <= {"loss-surface"}


def test_a_held_key_is_followed_without_plotly_until_it_is_let_go(page: Page) -> None:
    rest(page)
    calls = count_plotly_calls(page)
    page.locator("#seed").focus()
    for _ in range(3):
        page.keyboard.down("ArrowRight")
    wait(page, f"lab.state.sweep.settings.seed === 3 && {SKETCHED}")
    # Longer than the page takes for a rest.
    page.wait_for_timeout(500)
    assert calls() == []
    page.keyboard.up("ArrowRight")
    wait(page, f"!{SKETCHED}")
    assert calls()
    # A window in the background hears no release: what is held next ends with a change as ever.
    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowRight")
    held = page.evaluate(
        """() => {
          const { state } = window.descentLab;
          const held = [state.held];
          for (const [target, event] of [
            [window, new Event("blur")],
            [document.body, new PointerEvent("pointerdown", { button: 0 })],
            [document.body, new Event("change")],
          ]) {
            target.dispatchEvent(event);
            held.push(state.held);
          }
          return held;
        }"""
    )
    assert held == [True, False, True, False]
    page.keyboard.up("ArrowRight")


@pytest.mark.scene
def test_the_sketched_surface_lies_where_plotlys_does(page: Page) -> None:
    rest(page)
    corner = """(height) => {
      const { overlays, state, sceneAxes } = window.descentLab;
      const { box } = state.sweep;
      return sceneAxes(overlays["loss-surface"]).point(box.first[1], box.second[0], box.height);
    }"""
    driver.grab(page, "seed", 0)
    driver.drag_to(page, "seed", 7 / 99, steps=4)
    wait(page, f"lab.state.sweep.settings.seed === 7 && {SKETCHED}")
    sketched = page.evaluate(corner)
    page.mouse.up()
    rest(page)
    np.testing.assert_allclose(page.evaluate(corner), sketched, atol=1)

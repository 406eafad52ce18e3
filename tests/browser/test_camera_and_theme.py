"""What the person set stays: the camera and the theme."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser import driver
from tests.browser.driver import PLOTTED, camera, facts

THEME = "() => document.documentElement.dataset.bsTheme"

FLAT_VIEWS = [view for view in PLOTTED if view != "loss-surface"]
# On a canvas alone.
DRAWN = ("curves", "rate-curve")


@pytest.mark.scene
def test_the_camera_stays_where_the_person_put_it(page: Page) -> None:
    driver.rest(page)
    chosen = camera(page)
    for move, rate, choice in (
        (driver.turn_scene, 0.05, {"hidden_units": 3}),
        (driver.zoom_scene, 0.02, {"seed": 2}),
    ):
        before, canvas = chosen, driver.canvases(page)["loss-surface"]
        move(page)
        chosen = camera(page)
        assert not np.allclose(before, chosen, atol=1e-2)
        driver.next_frames(page)
        assert driver.canvases(page)["loss-surface"] != canvas
        driver.stay(page)
        driver.choose_rate(page, rate)
        driver.rest(page)
        np.testing.assert_allclose(camera(page), chosen, atol=1e-5)
        driver.train(page, **choice)
        driver.rest(page)
        np.testing.assert_allclose(camera(page), chosen, atol=1e-5)
    for plane in ("random", "sharpest"):
        driver.choose_plane(page, plane)
        np.testing.assert_allclose(camera(page), chosen, atol=1e-5)
    seen = []
    for _ in range(3):
        page.locator("#theme").click()
        driver.rest(page)
        np.testing.assert_allclose(camera(page), chosen, atol=1e-5)
        seen.append(colours(page))
        assert seen[-1]["loss-surface"] == seen[-1]["page"]
    assert seen[0]["page"] != seen[2]["page"] != seen[1]["page"]
    # And it can be moved again.
    driver.turn_scene(page)
    assert not np.allclose(camera(page), chosen, atol=1e-2)


def colours(page: Page) -> dict[str, list[str]]:
    """Of each view, the colours that Plotly uses for words and lines; of the page, its own."""
    return page.evaluate(
        """() => {
          const plotted = Object.entries(window.descentLab.overlays).filter(
            ([, { plot }]) => plot._fullLayout);
          const layouts = plotted.map(([name, { plot }]) => {
            const { font, xaxis, scene } = plot._fullLayout;
            const axis = scene ? scene.xaxis : xaxis;
            return [name, [font.color, axis.gridcolor]];
          });
          const style = getComputedStyle(document.documentElement);
          const page = ["--text", "--grid"].map((name) => style.getPropertyValue(name).trim());
          return { ...Object.fromEntries(layouts), page };
        }"""
    )


def test_the_theme_there_and_back_loses_nothing(page: Page) -> None:
    driver.train(page, hidden_units=3, seed=5)
    driver.choose_rate(page, 0.05)
    driver.choose(page, "playhead", 640)
    driver.rest(page)
    before, light, drawn = facts(page), colours(page), driver.canvases(page)
    assert page.evaluate(THEME) == "light"
    page.locator("#theme").click()
    driver.rest(page)
    assert page.evaluate(THEME) == "dark"
    dark = colours(page)
    assert facts(page) == before
    for view in FLAT_VIEWS:
        assert light[view] == light["page"]
        assert dark[view] == dark["page"] != light["page"]
    assert all(driver.canvases(page)[name] != drawn[name] for name in DRAWN)
    page.locator("#theme").click()
    driver.rest(page)
    projector = colours(page)
    for view in FLAT_VIEWS:
        assert projector[view] == projector["page"] != light["page"]
    page.locator("#theme").click()
    driver.rest(page)
    assert (facts(page), colours(page)) == (before, light)
    assert [driver.canvases(page)[name] for name in DRAWN] == [drawn[name] for name in DRAWN]


def test_the_systems_theme_holds_until_the_person_chooses(open_page: Callable[..., Page]) -> None:
    page = open_page(color_scheme="dark")
    assert page.evaluate(THEME) == "dark"
    assert colours(page)["fit"] == colours(page)["page"]
    page.locator("#theme").click()
    assert page.evaluate(THEME) == "light"
    page.reload()
    driver.wait_ready(page)
    assert page.evaluate(THEME) == "light"


def elevation(page: Page) -> float:
    """How many degrees above the horizon the surface is looked at from."""
    eye, centre, _ = camera(page)
    x, y, z = eye - centre
    return float(np.degrees(np.arctan2(z, np.hypot(x, y))))


@pytest.mark.scene
def test_the_surface_is_looked_at_from_above_and_turns_back_by_a_button_or_double_click(
    page: Page,
) -> None:
    driver.rest(page)
    usual = camera(page)
    button = page.locator("#reset-view")
    assert not button.is_visible()
    # Far beyond what is allowed, in either way; and then sideways.
    for down, limit in ((400, 85), (-800, 5)):
        driver.turn_scene(page, right=0, down=down)
        assert abs(elevation(page) - limit) < 0.5
        driver.turn_scene(page, right=150, down=0)
        assert abs(elevation(page) - limit) < 0.5
        assert np.allclose(camera(page)[2], [0, 0, 1], atol=1e-6)
        if limit == 85:
            button.click()
        else:
            page.locator("#loss-surface").dblclick()
        driver.steady_camera(page)
        np.testing.assert_allclose(camera(page), usual, atol=1e-4)
        driver.stay(page)
        assert not button.is_visible()

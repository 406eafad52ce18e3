"""Fingers on the page: what scrolls, what sets a value, what turns the surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser import driver
from tests.browser.driver import facts, state, wait_detail

# A phone, and the rest as Playwright calls it.
PHONE = {"size": (390, 844), "has_touch": True, "is_mobile": True}


def scroll_from(page: Page, name: str, distance: float = -150) -> None:
    """A finger comes down on an element, at another value than it has, and moves up or down."""
    box = page.locator(f"#{name}").bounding_box()
    assert box is not None
    x, y = box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2
    with driver.fingers(page, (x, y)) as move:
        for step in range(1, 16):
            move((x, y + distance * step / 15))
            driver.next_frames(page, 1)
    driver.next_frames(page, 6)


def scrolled(page: Page) -> float:
    return float(page.evaluate("() => scrollY"))


def test_a_finger_that_scrolls_changes_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page(**PHONE)
    wait_detail(page)
    before, wanted = facts(page), state(page, "wanted")
    slider = page.locator("#learning-rate").input_value()
    for name in ("learning-rate", "strip", "playhead"):
        page.evaluate("() => scrollTo(0, 100)")
        scroll_from(page, name)
        assert scrolled(page) > 200, name
        assert (facts(page), state(page, "wanted")) == (before, wanted), name
    assert page.locator("#learning-rate").input_value() == slider
    place = scrolled(page)
    scroll_from(page, "curves", 120)
    assert scrolled(page) < place - 60 and state(page, "wanted") == wanted
    # The rail's sliders as well.
    page.locator("#open-rail").tap()
    units = page.locator("#hidden-units")
    units.scroll_into_view_if_needed()
    held = units.input_value()
    page.wait_for_timeout(300)
    scroll_from(page, "hidden-units", -100)
    assert units.input_value() == held and facts(page)["sweep"] == before["sweep"]
    # A tap on it sets it.
    box = units.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    driver.wait(
        page, "document.getElementById('facts').dataset.sweep !== argument", before["sweep"]
    )
    assert units.input_value() != held


@pytest.mark.scene
def test_two_fingers_zoom_the_surface_and_never_turn_it(open_page: Callable[..., Page]) -> None:
    page = open_page(has_touch=True)
    wait_detail(page)
    box = page.locator("#loss-surface").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    start, middle, up = driver.camera(page)
    distances = []
    with driver.fingers(page, (x - 30, y)) as one:
        one((x - 30, y))
    with driver.fingers(page, (x - 30, y), (x + 30, y)) as move:
        for half in (35, 45, 60):
            move((x - half, y), (x + half, y))
            driver.next_frames(page, 2)
            eye, center, now = driver.camera(page)
            distances.append(np.linalg.norm(eye - center) / np.linalg.norm(start - middle))
            # The same way of looking, from nearer.
            np.testing.assert_allclose(np.cross(eye - center, start - middle), 0, atol=1e-3)
            np.testing.assert_allclose([center, now], [middle, up], atol=1e-3)
    np.testing.assert_allclose(distances, [30 / 35, 30 / 45, 30 / 60], rtol=1e-2)
    driver.steady_camera(page)
    eye, center, _ = driver.camera(page)
    assert np.linalg.norm(eye - center) == pytest.approx(np.linalg.norm(start - middle) / 2, 1e-2)
    # One finger turns it, as before.
    with driver.fingers(page, (x, y)) as turn:
        for step in range(1, 6):
            turn((x + 12 * step, y))
            driver.next_frames(page, 1)
    driver.steady_camera(page)
    assert not np.allclose(driver.camera(page)[0], eye, atol=1e-2)

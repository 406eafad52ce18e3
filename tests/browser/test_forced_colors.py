"""In a contrast theme of the operating system, which takes the page's own colours away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import driver


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    page = open_page(forced_colors="active")
    driver.wait_detail(page)
    return page


def background(page: Page) -> tuple[int, ...]:
    return driver.row(page.locator("#rail"))[2]


def test_a_slider_has_its_track_and_its_thumb(page: Page) -> None:
    for name in ("learning-rate", "playhead", "epochs"):
        driver.show_control(page, name)
        colours = driver.row(page.locator(f"#{name}"))[12:-12]
        # The line, another colour than what is behind it, and the thumb, another than both.
        assert background(page) not in (colours[0], colours[-1]), name
        assert len(set(colours)) >= 3, name


def test_boxes_and_switches_show_their_state(page: Page) -> None:
    page.locator("#panel").select_option("own-data")
    page.locator("#own-text").fill("x,y,z\n1,2,5\n2,3,1\n3,5,2\n")
    page.locator("#own-read").click()
    for box in (page.locator(".own-predictor input").first, page.locator("#own-standardize")):
        box.set_checked(False)
        page.mouse.move(2, 2)
        off = driver.row(box)
        box.set_checked(True)
        page.mouse.move(2, 2)
        on = driver.row(box)
        assert sum(one != other for one, other in zip(on, off, strict=True)) > len(on) / 5
    # The knob, in a colour of its own, is at one end or at the other.
    middle = len(off) // 2
    assert off[middle + 2 : -4] != off[4 : middle - 2][::-1]
    assert len(set(off[4 : middle - 2])) > 1 and len(set(on[middle + 2 : -4])) > 1
    # What is pressed as well.
    loop = page.locator("#loop")
    before = driver.row(loop)
    loop.click()
    page.mouse.move(2, 2)
    assert driver.row(loop)[4] != before[4]

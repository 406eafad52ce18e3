"""What a hand does by mistake changes nothing, and what goes wrong can be put right."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from tests.browser import driver
from tests.browser.driver import facts


def middle(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_across(page: Page, start: Locator, *over: Locator) -> None:
    """Presses on one element, moves over others from left to right, and lets go on the last."""
    page.mouse.move(*middle(start))
    page.mouse.down()
    for part in over:
        box = part.bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 0.2 * box["width"], y, steps=4)
        page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=8)
    page.mouse.up()
    driver.next_frames(page)


def test_a_drag_that_began_elsewhere_changes_nothing(page: Page) -> None:
    driver.open_panel(page, "loss-by-rate")
    chart = page.locator('[data-slot="loss-by-rate"] canvas')
    before = facts(page)
    strip, curves = page.locator("#strip"), page.locator("#curves")
    for start in ("loss-surface", "fit", "descent-path"):
        drag_across(page, page.locator(f"#{start}"), strip, curves, chart)
        assert facts(page) == before, start
    # From one of them to another: each follows only what was pressed on it.
    drag_across(page, curves, strip)
    assert facts(page)["learningRate"] == before["learningRate"]
    before = facts(page)
    drag_across(page, strip, curves, chart)
    after = facts(page)
    assert after["epoch"] == before["epoch"] and after["learningRate"] != before["learningRate"]


def test_only_the_main_button_sets_a_value(page: Page) -> None:
    before = facts(page)
    for button in ("right", "middle"):
        page.locator("#strip").click(button=button, position={"x": 20, "y": 5})  # type: ignore[arg-type]
        driver.next_frames(page)
        assert facts(page) == before

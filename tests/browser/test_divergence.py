"""Divergence is something to see: the pictures zoom out with the run, up to the overflow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch

PATH, SECTIONS = "descent-path", "cross-sections"
BREAKING = 0.1
START = "the picture at the start"


def is_in_view(page: Page, view: str, at: tuple[float, float]) -> bool:
    box = page.locator(f"#{view}").bounding_box()
    assert box is not None
    across, down = at[0] - box["x"], at[1] - box["y"]
    return 0 < across < box["width"] and 0 < down < box["height"]


def test_the_pictures_zoom_out_with_the_run(page: Page) -> None:
    driver.choose_rate(page, BREAKING)
    run = driver.engine_run(replace(Settings(), learning_rate=BREAKING))
    path = driver.themed(page, "path")
    for epoch in (20, 100, 180):
        driver.go_to(page, epoch)
        (weight, bias), loss = run.params[epoch].tolist(), float(run.train_loss[epoch])
        places = [
            (PATH, driver.place(page, PATH, weight, bias)),
            (SECTIONS, driver.place(page, SECTIONS, weight, loss)),
            (SECTIONS, driver.place(page, SECTIONS, bias, loss, "2")),
            # The line in the middle of the data.
            ("fit", driver.place(page, "fit", 3.4, 3.4 * weight + bias)),
        ]
        for view, at in places:
            assert is_in_view(page, view, at), (view, epoch)
            # In the sections the arrow of a short step lies over the point.
            assert view == SECTIONS or driver.pixel(page, view, *at) == path, (view, epoch)
        assert START in driver.words_drawn(page, PATH)
        assert START in driver.words_drawn(page, "fit")
    driver.go_to(page, 0)
    assert START not in driver.words_drawn(page, PATH)
    assert START not in driver.words_drawn(page, "fit")


def test_playing_stops_at_the_overflow_and_calls_neither_server_nor_plotly(
    page: Page, watch: Watch
) -> None:
    driver.choose_rate(page, 1)
    driver.rest(page)
    run = SLIDER_LEARNING_RATES.index(1)
    overflow = int(driver.engine_sweep(Settings()).overflow_at[run])
    calls, before = driver.count_plotly_calls(page), len(watch.requests)
    for _ in range(2):
        page.locator("#play").click()
        driver.wait(page, "lab.state.playing")
        # The second time it begins again.
        assert driver.number(page, "epoch") < overflow
        driver.wait(page, "!lab.state.playing")
        assert driver.number(page, "epoch") == overflow
    assert calls() == []
    assert len(watch.requests) == before


def test_the_timeline_marks_the_overflow_and_the_sentence_says_when_and_why(page: Page) -> None:
    driver.choose_rate(page, BREAKING)
    driver.rest(page)
    run = SLIDER_LEARNING_RATES.index(BREAKING)
    sweep = driver.engine_sweep(Settings())
    overflow = int(sweep.overflow_at[run])
    assert f"overflow, epoch {overflow}" in driver.words_drawn(page, "curves")
    assert page.locator(".overflow-tick").count() == 1
    said = page.locator("#outcome-sentence").inner_text()
    works = max(rate for rate, ok in zip(SLIDER_LEARNING_RATES, sweep.arrived, strict=False) if ok)
    for part in ("higher up", f"at epoch {overflow}", f"works: {driver.plain(works)}"):
        assert part in said
    driver.choose_rate(page, 0.01)
    driver.stay(page)
    assert page.locator(".overflow-tick").count() == 0
    # What lies ahead is no secret that the timeline tells.
    driver.choose_rate(page, BREAKING)
    page.locator("body").press("c")
    driver.stay(page)
    assert page.locator(".overflow-tick").count() == 0
    assert not any("overflow" in text for text in driver.words_drawn(page, "curves"))


def test_it_is_seen_while_presenting_too(page: Page) -> None:
    driver.choose_rate(page, BREAKING)
    page.locator("body").press("p")
    driver.go_to(page, 60)
    for view in (PATH, "fit"):
        assert START in driver.words_drawn(page, view)


@pytest.mark.scene
def test_the_surface_says_that_the_point_is_far_above(page: Page) -> None:
    driver.choose_rate(page, BREAKING)
    driver.go_to(page, 100)
    words = driver.words_drawn(page, "loss-surface")
    assert any(text.startswith("↑ far above the chart: loss ") for text in words)

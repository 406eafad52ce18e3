"""The step that the selected rate takes next, as the views draw it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from playwright.sync_api import Page

from app.domain.settings import Settings
from tests.browser import driver

PATH, SECTIONS = "descent-path", "cross-sections"


def arrow_colours(page: Page, view: str, ends: list[tuple[float, float]]) -> list[list[int]]:
    """The colours at two fifths and three fifths of the way between two places."""
    (left, top), (right, bottom) = ends
    return [
        driver.pixel(page, view, left + share * (right - left), top + share * (bottom - top))
        for share in (0.4, 0.6)
    ]


def test_an_arrow_leads_to_where_the_next_step_lands(page: Page) -> None:
    driver.choose_rate(page, 0.08)
    driver.go_to(page, 0)
    params = driver.engine_run(replace(Settings(), learning_rate=0.08)).params
    gradient = [driver.themed(page, "gradient")] * 2
    for epoch, (here, there) in enumerate(pairwise(params[:4].tolist())):
        driver.go_to(page, epoch)
        ends = [driver.place(page, PATH, *point) for point in (here, there)]
        assert arrow_colours(page, PATH, ends) == gradient
        assert "next step at 0.08" in driver.words_drawn(page, PATH)


def test_a_step_beyond_the_picture_says_where_it_lands(page: Page) -> None:
    driver.choose_rate(page, 0.5)
    driver.go_to(page, 0)
    weight, bias = driver.engine_run(replace(Settings(), learning_rate=0.5)).params[1]
    low, high = page.evaluate("descentLab.overlays['descent-path'].plot._fullLayout.xaxis.range")
    far = (weight - high) / (high - low)
    words = driver.words_drawn(page, PATH)
    assert "next step lands at" in words
    assert f"weight {weight:.2f}, bias {bias:.2f}," in words
    assert f"{far:.1f} picture widths past the edge" in words
    in_sections = " ".join(driver.words_drawn(page, SECTIONS))
    assert f"lands at {weight:.2f}" in in_sections


def test_a_step_too_short_to_see_is_a_ring_with_its_length(page: Page) -> None:
    driver.go_to(page, 600)
    run = driver.engine_run(Settings())
    length = float(np.linalg.norm(run.params[601] - run.params[600]))
    (words,) = (text for text in driver.words_drawn(page, PATH) if text.startswith("next step: "))
    assert np.isclose(
        float(words.removeprefix("next step: ").removesuffix(" long")), length, rtol=5e-3
    )
    x, y = driver.place(page, PATH, *run.params[600].tolist())
    ring = [driver.pixel(page, PATH, x + across, y) for across in (-11, 11)]
    assert ring == [driver.themed(page, "gradient")] * 2


def test_cross_sections_draw_the_step_along_the_tangent_to_the_loss_found_there(page: Page) -> None:
    driver.choose_rate(page, 0.02)
    driver.go_to(page, 0)
    run = driver.engine_run(replace(Settings(), learning_rate=0.02))
    for k, suffix in enumerate(("", "2")):
        (here, there), slope = run.params[:2, k].tolist(), float(run.gradients[0, k])
        start = float(run.train_loss[0])
        points = [(here, start), (there, start + slope * (there - here))]
        ends = [driver.place(page, SECTIONS, *point, suffix) for point in points]
        gradient = driver.themed(page, "gradient")
        assert arrow_colours(page, SECTIONS, ends) == [gradient] * 2
        # The ring at the loss that is found: its upper edge has the path's colour.
        x, y = driver.place(page, SECTIONS, there, float(run.train_loss[1]), suffix)
        near = [driver.pixel(page, SECTIONS, x + across, y) for across in (-4.5, 4.5)]
        assert driver.themed(page, "path") in near


def test_of_minibatches_it_is_the_step_of_the_next_batch(page: Page) -> None:
    settings = driver.set_up(page, batch_size=2, optimizer="momentum", epochs=20)
    driver.go_to(page, 0)
    assert "next step (one batch)" in driver.words_drawn(page, PATH)
    run = driver.engine_run(settings)
    assert run.updates is not None
    landing = run.params[0] + settings.learning_rate * run.updates[0]
    ends = [driver.place(page, PATH, *point.tolist()) for point in (run.params[0], landing)]
    gradient = driver.themed(page, "gradient")
    assert arrow_colours(page, PATH, ends) == [gradient] * 2


def test_a_curtain_hides_the_step(page: Page) -> None:
    driver.go_to(page, 0)
    assert "next step at 0.01" in driver.words_drawn(page, PATH)
    page.locator("body").press("c")
    assert "next step at 0.01" not in driver.words_drawn(page, PATH)

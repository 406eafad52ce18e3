"""The fit shows how far each example is from the model, and on demand the squares."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Page

from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from tests.browser import driver

EPOCH = 100


def nearly(page: Page, colour: list[int], meaning: str) -> bool:
    """Whether a half transparent pixel has the colour, which rounding may change by a little."""
    return bool(np.allclose(colour, driver.themed(page, meaning), atol=4))


def lowest_example(settings: Settings) -> tuple[float, float, float]:
    """Input, target and prediction of the example farthest below the line, where its square has
    room: the line rises, and so runs through the squares above it."""
    dataset, run = dataset_for(settings), driver.engine_run(settings)
    weight, bias = run.params[EPOCH].tolist()
    inputs, targets = dataset.inputs[:, 0], dataset.targets
    worst = int((weight * inputs + bias - targets).argmax())
    x = float(inputs[worst])
    return x, float(targets[worst]), weight * x + bias


def test_a_line_joins_each_example_to_the_model(page: Page) -> None:
    driver.go_to(page, EPOCH)
    x, target, predicted = lowest_example(Settings())
    at = driver.place(page, "fit", x, (target + predicted) / 2)
    assert nearly(page, driver.pixel(page, "fit", *at), "data")
    loss = float(driver.engine_run(Settings()).train_loss[EPOCH])
    words = driver.words_drawn(page, "fit")
    assert f"mean squared error {loss:.4f}" in words
    assert page.locator("#fit-note").inner_text() == ""


def test_squares_are_as_wide_as_the_errors_are_high(page: Page) -> None:
    driver.go_to(page, EPOCH)
    x, target, predicted = lowest_example(Settings())
    left, start = driver.place(page, "fit", x, target)
    _, end = driver.place(page, "fit", x, predicted)
    side, middle = abs(end - start), (start + end) / 2

    def edge() -> list[list[int]]:
        across = [left + side + off for off in (-0.5, 0.5)]
        return [driver.pixel(page, "fit", at, middle) for at in across]

    assert not any(nearly(page, colour, "data") for colour in edge())
    page.locator("#squares").click()
    driver.stay(page)
    assert page.locator("#squares").get_attribute("aria-pressed") == "true"
    assert any(nearly(page, colour, "data") for colour in edge())
    assert "squared" in page.locator("#fit-note").inner_text()
    page.locator("#squares").click()
    driver.stay(page)
    assert not any(nearly(page, colour, "data") for colour in edge())

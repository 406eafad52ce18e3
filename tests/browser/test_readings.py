"""Every view gives its values under a pointer or a finger, and by the arrow keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from tests.browser import driver
from tests.browser.driver import close

BOX = ".reading"


def read(page: Page) -> list[str]:
    """The lines of the box with values; none where it is not shown."""
    driver.next_frames(page)
    box = page.locator(BOX)
    return box.inner_text().split("\n") if box.is_visible() else []


def after(line: str, name: str) -> str:
    assert line.startswith(f"{name} "), (line, name)
    return line.removeprefix(f"{name} ")


def test_a_pointer_reads_path_ground_star_and_data(page: Page) -> None:
    driver.go_to(page, 100)
    run, dataset = driver.engine_run(Settings()), dataset_for(Settings())
    weight, bias = run.params[3].tolist()
    page.mouse.move(*driver.place(page, "descent-path", weight, bias))
    epoch, loss, place = read(page)
    assert epoch == "epoch 3" and close(after(loss, "train loss"), float(run.train_loss[3]))
    assert place.startswith("weight ") and ", bias " in place
    # The ground: mean squared error of a line that no run has.
    page.mouse.move(*driver.place(page, "descent-path", 1.5, 1.5))
    place, loss = read(page)
    weight, bias = (driver.value(part.split(" ")[1]) for part in place.split(", "))
    errors = weight * dataset.inputs[:, 0] + bias - dataset.targets
    expected = float((errors**2).mean())
    assert abs(driver.value(after(loss, "train loss")) / expected - 1) < 5e-3
    page.mouse.move(*driver.place(page, "descent-path", *dataset.least_squares.tolist()))
    assert read(page)[0] == "least squares"
    x, y = float(dataset.inputs[5, 0]), float(dataset.targets[5])
    page.mouse.move(*driver.place(page, "fit", x, y))
    point, model, error = read(page)
    weight, bias = run.params[100].tolist()
    assert close(after(model, "model"), weight * x + bias)
    assert abs(driver.value(after(error, "error")) - (weight * x + bias - y)) < 1e-3
    assert point.startswith("x ")
    page.mouse.move(5, 5)
    assert read(page) == []


def test_curves_and_sections_give_the_loss(page: Page) -> None:
    driver.go_to(page, 10)
    run, sweep = driver.engine_run(Settings()), driver.engine_sweep(Settings())
    weight, _ = run.params[10].tolist()
    page.mouse.move(*driver.place(page, "cross-sections", weight, 3.0))
    place, loss = read(page)
    assert place.startswith("weight ")
    near = driver.value(after(loss, "train loss"))
    assert abs(near - float(run.train_loss[10])) < 0.2
    box = page.locator("#curves").bounding_box()
    assert box is not None
    page.mouse.move(driver.place(page, "curves", 1.0, 0.0)[0], box["y"] + box["height"] / 2)
    epoch, loss, *_ = read(page)
    assert epoch == "epoch 9" and close(after(loss, "train loss"), float(run.train_loss[9]))
    rate = SLIDER_LEARNING_RATES.index(0.05)
    box = page.locator("#rate-curve").bounding_box()
    assert box is not None
    page.mouse.move(driver.place(page, "rate-curve", rate, 0.0)[0], box["y"] + box["height"] / 2)
    name, now, end = read(page)
    assert name == "learning rate 0.05"
    assert close(now.removeprefix("epoch 10: "), float(sweep.train_loss[rate, 10]))
    assert close(end.removeprefix("epoch 1000: "), float(sweep.last_loss[rate]))


def test_the_arrow_keys_read_a_view_that_was_reached_by_the_keyboard(page: Page) -> None:
    driver.go_to(page, 100)
    page.locator("#descent-path").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    assert read(page)[0] == "epoch 0"
    page.keyboard.press("ArrowRight")
    assert read(page)[0] == "epoch 1"
    assert page.locator(BOX).get_attribute("aria-live") == "polite"
    assert driver.number(page, "epoch") == 100
    page.keyboard.press("Escape")
    assert read(page) == []
    # Who pressed into a picture means the timeline.
    page.locator("#cross-sections").click()
    page.keyboard.press("ArrowRight")
    driver.wait_fact(page, "epoch", 101)


def test_a_curtain_keeps_its_secrets(page: Page) -> None:
    driver.go_to(page, 0)
    page.locator("body").press("c")
    driver.stay(page)
    run, best = driver.engine_run(Settings()), dataset_for(Settings()).least_squares.tolist()
    for point in (run.params[5].tolist(), best):
        page.mouse.move(*driver.place(page, "descent-path", *point))
        assert len(read(page)) == 2, "the ground alone"
    box = page.locator("#rate-curve").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2)
    assert not any("1000" in line for line in read(page))


def test_a_finger_reads_what_it_taps(open_page: Callable[..., Page]) -> None:
    page = open_page(has_touch=True)
    driver.wait_detail(page)
    driver.go_to(page, 100)
    dataset = dataset_for(Settings())
    at = driver.place(page, "fit", float(dataset.inputs[5, 0]), float(dataset.targets[5]))
    page.touchscreen.tap(*at)
    assert read(page)[2].startswith("error ")


@pytest.mark.scene
def test_the_surface_is_read_too(page: Page) -> None:
    driver.go_to(page, 0)
    driver.rest(page)
    run = driver.engine_run(Settings())
    across, down = page.evaluate(
        """(point) => {
          const { overlays, sceneAxes } = window.descentLab;
          const overlay = overlays["loss-surface"];
          const host = overlay.canvas.getBoundingClientRect();
          const [x, y] = sceneAxes(overlay).point(...point);
          return [host.left + x, host.top + y];
        }""",
        [*run.params[0].tolist(), float(run.train_loss[0])],
    )
    page.mouse.move(across, down)
    epoch, loss, _ = read(page)
    assert epoch == "epoch 0" and close(after(loss, "train loss"), float(run.train_loss[0]))

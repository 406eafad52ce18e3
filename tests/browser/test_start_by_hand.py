"""Start by hand: the line in Fit is dragged, a point of the path clicked, two numbers are typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from tests.browser import driver
from tests.browser.driver import asks, place, state, wait
from tests.browser.test_saved_page import open_file, save  # noqa: F401

NETWORK = "?v=1&dataset=parabola&hidden_units=6&epochs=200&learning_rate=0.1&epoch=0"


@pytest.fixture
def open_link(blank: Page, address: str) -> Callable[[str], Page]:
    """Opens a link and waits until it is trained."""

    def make(query: str) -> Page:
        blank.goto(f"{address}/{query}")
        driver.wait_ready(blank)
        settled(blank)
        return blank

    return make


def settled(page: Page) -> None:
    wait(page, "!lab.isTraining()")
    driver.stay(page)


def middle(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def handle(page: Page, at: int) -> Locator:
    return page.locator(".line-handle").nth(at)


def line_on_show(page: Page) -> list[float]:
    return page.evaluate("() => { const now = window.descentLab.snapshot();"
                         " return [now.first, now.second, now.loss]; }")  # fmt: skip


def starts_of_all(page: Page) -> np.ndarray:
    """The first coordinates of every run."""
    return np.array(
        page.evaluate("""() => {
      const { sweep } = window.descentLab.state;
      return sweep.learning_rates.map((_, run) =>
        [sweep.track(run).first(0), sweep.track(run).second(0)]);
    }""")
    )


def count_trainings(page: Page) -> Callable[[], int]:
    asked: list[str | None] = []
    page.on("request", lambda one: asked.append(one.post_data))
    return lambda: sum(asks(body, "train-request") for body in asked)


def loss_of(weight: float, bias: float) -> float:
    data = dataset_for(Settings())
    return float(np.mean((weight * data.inputs[:, 0] + bias - data.targets) ** 2))


def test_a_dragged_line_is_shown_at_once_and_trained_once_it_is_let_go(page: Page) -> None:
    driver.stay(page)
    trainings, before = count_trainings(page), line_on_show(page)
    x, y = middle(handle(page, 1))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 90, steps=12)
    driver.next_frames(page)
    # What is held stays under the hand.
    assert middle(handle(page, 1)) == pytest.approx((x, y - 90), abs=2)
    weight, bias, loss = line_on_show(page)
    # The right end is up by 90 pixels, the left one where it was; the loss is that of the line.
    unit = place(page, "fit", 4, 0)[1] - place(page, "fit", 4, 1)[1]
    left, right = page.evaluate("""() => {
      const { left, right, toX } = window.descentLab.flatAxes(window.descentLab.overlays.fit);
      return [0.2, 0.8].map((share) => toX(left + share * (right - left)));
    }""")
    assert weight * left + bias == pytest.approx(before[0] * left + before[1], abs=0.02)
    up = (weight - before[0]) * right + bias - before[1]
    assert up == pytest.approx(90 / unit, abs=0.02)
    assert loss == pytest.approx(loss_of(weight, bias), rel=1e-4)
    assert trainings() == 0 and state(page, "sweep.settings.start") == ""
    page.mouse.up()
    settled(page)
    assert trainings() == 1
    assert starts_of_all(page) == pytest.approx(np.tile([weight, bias], (41, 1)), abs=1e-6)
    assert line_on_show(page)[:2] == pytest.approx([weight, bias], abs=1e-6)
    assert state(page, "preview") is None and driver.facts(page)["epoch"] == "0"
    address = page.evaluate("() => location.search")
    assert f"start={state(page, 'sweep.settings.start')}" in address
    # The link opens the same.
    page.reload()
    driver.wait_ready(page)
    settled(page)
    assert line_on_show(page)[:2] == pytest.approx([weight, bias], abs=1e-6)


def test_the_line_itself_moves_up_and_down_and_escape_puts_it_back(page: Page) -> None:
    driver.stay(page)
    trainings, before = count_trainings(page), line_on_show(page)
    ends = [middle(handle(page, at)) for at in (0, 1)]
    x, y = (sum(parts) / 2 for parts in zip(*ends, strict=True))
    page.mouse.move(x, y + 2)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=6)
    driver.next_frames(page)
    weight, bias, _ = line_on_show(page)
    assert weight == pytest.approx(before[0], abs=0.01) and bias > before[1] + 0.3
    page.mouse.up()
    settled(page)
    assert trainings() == 1 and starts_of_all(page)[0] == pytest.approx([weight, bias], abs=1e-6)
    handle(page, 0).focus()
    page.mouse.move(*middle(handle(page, 0)))
    page.mouse.down()
    page.mouse.move(x, y - 120, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    driver.stay(page)
    assert trainings() == 1
    assert line_on_show(page)[:2] == pytest.approx([weight, bias], abs=1e-6)


def test_handles_are_sliders_for_the_keyboard(page: Page) -> None:
    driver.stay(page)
    sides = page.get_by_role("slider", name="side of the line")
    expect(sides).to_have_count(2)
    right = page.get_by_role("slider", name="right side of the line")
    right.focus()
    before, epoch = line_on_show(page), driver.facts(page)["epoch"]
    for key, way in (("ArrowUp", 1), ("ArrowRight", 1), ("PageUp", 1), ("ArrowDown", -1)):
        page.keyboard.press(key)
        settled(page)
        after = line_on_show(page)
        assert way * (after[0] - before[0]) > 0, key
        assert starts_of_all(page)[5] == pytest.approx(after[:2], abs=1e-6)
        before = after
    assert driver.facts(page)["epoch"] == epoch == "0"
    said = right.get_attribute("aria-valuetext") or ""
    assert f"weight {before[0]:.3g}"[:10] in said.replace("−", "-")
    expect(right).to_be_focused()


def test_a_line_that_has_left_the_picture_can_be_pulled_back(
    open_link: Callable[[str], Page],
) -> None:
    page = open_link("?v=1&start=60,-400&epoch=0")
    box = page.locator("#fit").bounding_box()
    x, y = middle(handle(page, 0))
    assert box and box["y"] < y < box["y"] + box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    settled(page)
    weight, bias, _ = line_on_show(page)
    assert abs(weight) < 60 and abs(bias) < 400


@pytest.mark.parametrize("query", ["", NETWORK])
def test_a_click_on_the_path_starts_there_and_one_click_leads_back(
    open_link: Callable[[str], Page], query: str
) -> None:
    page = open_link(query)
    names = state(page, "sweep.plane.names")
    box = state(page, "sweep.box")
    point = [0.3 * low + 0.7 * high for low, high in (box["first"], box["second"])]
    page.mouse.click(*place(page, "descent-path", *point))
    settled(page)
    assert starts_of_all(page) == pytest.approx(np.tile(point, (41, 1)), abs=0.02)
    start = state(page, "sweep.settings.start")
    assert start.startswith("anchored,") == bool(query)
    if query:
        # The plane is that of the seed's own sweep.
        assert state(page, "sweep.plane.names")[1] == names[1]
        assert "seed's" in state(page, "sweep.plane.names")[0]
    back = page.get_by_role("button", name="Back to the seed's start")
    expect(back).to_be_visible()
    back.click()
    settled(page)
    assert state(page, "sweep.settings.start") == "" and "start=" not in page.url
    assert state(page, "sweep.plane.names") == names
    expect(back).to_be_hidden()


def test_a_drag_a_swipe_and_a_press_from_elsewhere_are_no_click(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(size=(390, 844), has_touch=True, is_mobile=True)
    settled(page)
    trainings = count_trainings(page)
    path = page.locator("#descent-path")
    x, y = middle(path)
    page.mouse.move(x - 40, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20, steps=4)
    page.mouse.up()
    page.mouse.move(*middle(page.locator("#descent-path-title")))
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.mouse.click(x, y, button="right")
    with driver.fingers(page, (x, y)) as move:
        for step in range(1, 11):
            move((x, y - 8 * step))
            driver.next_frames(page, 1)
    driver.stay(page)
    assert trainings() == 0
    page.touchscreen.tap(*middle(path))
    settled(page)
    assert trainings() == 1 and state(page, "sweep.settings.start") != ""


def test_two_numbers_can_be_typed_and_what_is_wrong_is_said_there(page: Page) -> None:
    page.locator("#more > summary").click()
    first, second = page.locator("#start-first"), page.locator("#start-second")
    first.fill("2,5")
    first.press("Enter")
    driver.stay(page)
    # One number is no start yet.
    assert state(page, "sweep.settings.start") == ""
    second.fill("-1")
    second.press("Enter")
    settled(page)
    assert state(page, "sweep.settings.start") == "2.5,-1"
    assert starts_of_all(page)[40] == pytest.approx([2.5, -1])
    why = page.locator("#explanation").text_content() or ""
    assert "start at weight 2.500, bias −1.000, where you put them, and share the same" in why
    for text in ("x", "2000000"):
        first.fill(text)
        first.press("Enter")
        expect(page.locator("#start-error")).to_contain_text("Start must be a weight and a bias")
        settled(page)
        assert state(page, "sweep.settings.start") == "2.5,-1"
        expect(first).to_have_value("2.5")
        assert line_on_show(page)[:2] == pytest.approx([2.5, -1])
    # Emptied, it is the seed's start again.
    first.fill("")
    second.fill("")
    second.press("Enter")
    settled(page)
    assert state(page, "sweep.settings.start") == ""


def test_another_seed_begins_at_its_own_start_and_another_rate_stays(page: Page) -> None:
    page.locator("#more > summary").click()
    page.locator("#start-first").fill("2")
    page.locator("#start-second").fill("1")
    page.locator("#start-second").press("Enter")
    settled(page)
    driver.choose_rate(page, 0.05)
    driver.set_control(page, "weight_decay", 0.1)
    settled(page)
    assert state(page, "sweep.settings.weight_decay") == 0.1
    assert state(page, "sweep.settings.start") == "2,1"
    driver.set_control(page, "seed", 3)
    settled(page)
    assert state(page, "sweep.settings.start") == ""
    expect(page.locator("#start-first")).to_have_value("")


def test_planes_of_the_new_sweep_take_no_start(open_link: Callable[[str], Page]) -> None:
    page = open_link(NETWORK + "&plane=random")
    page.mouse.click(*place(page, "descent-path", 0.25, 0.5))
    settled(page)
    start = state(page, "sweep.settings.start")
    assert start.startswith("random,") and state(page, "sweep.plane.kind") == "random"
    menu = page.locator("#plane")
    expect(menu).to_have_value("anchored")
    expect(menu.locator("option:checked")).to_have_text("plane of your start")
    driver.choose_plane(page, "sharpest")
    settled(page)
    page.mouse.click(*middle(page.locator("#descent-path .plot-inner")))
    assert "No start can be set on this plane" in driver.wait_message(page)
    assert state(page, "sweep.settings.start") == start
    # Back to the seed's start from the plane of the start: that plane stays.
    menu.select_option("anchored")
    settled(page)
    page.get_by_role("button", name="Back to the seed's start").first.click()
    settled(page)
    assert state(page, "sweep.plane.kind") == "random"
    expect(menu).to_have_value("random")


def test_a_start_can_be_set_while_presenting_behind_a_curtain(
    open_link: Callable[[str], Page],
) -> None:
    page = open_link("?v=1&present=fit&epoch=0")
    page.keyboard.press("c")
    driver.stay(page)
    x, y = middle(handle(page, 1))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 50, steps=5)
    page.mouse.up()
    settled(page)
    assert state(page, "sweep.settings.start") != "" and state(page, "hidden.has('verdict')")
    back = page.get_by_role("button", name="Back to the seed's start")
    back.click()
    settled(page)
    assert state(page, "sweep.settings.start") == ""


def test_a_saved_page_shows_the_start_and_sets_none(
    open_link: Callable[[str], Page],
    tmp_path: pytest.TempPathFactory,
    open_file: Callable,  # noqa: F811
) -> None:
    page = open_link("?v=1&start=2,-1&epochs=100&epoch=0")
    saved = open_file(save(page, tmp_path))
    assert line_on_show(saved)[:2] == pytest.approx([2, -1])
    expect(saved.locator(".line-handle").first).to_be_hidden()
    for back in saved.locator(".start-back").all():
        expect(back).to_be_hidden()
    saved.mouse.click(*place(saved, "descent-path", 1, 1))
    driver.stay(saved)
    assert line_on_show(saved)[:2] == pytest.approx([2, -1]) and driver.message(saved) == ""


def test_a_run_that_plays_has_no_handles(page: Page) -> None:
    driver.stay(page)
    expect(handle(page, 0)).to_be_visible()
    page.locator("#play").click()
    expect(handle(page, 0)).to_be_hidden()
    page.locator("#play").click()
    expect(handle(page, 0)).to_be_visible()


def test_the_line_goes_back_where_the_server_refuses(page: Page) -> None:
    """A link of an earlier time may have one; here the answer is made up."""
    driver.stay(page)
    before = line_on_show(page)
    page.locator("#more > summary").click()
    page.locator("#start-first").fill("1e7")
    page.locator("#start-second").fill("0")
    page.locator("#start-second").press("Enter")
    expect(page.locator("#start-error")).to_contain_text("from -1000000 to 1000000")
    settled(page)
    assert line_on_show(page) == before and state(page, "preview") is None


def test_links_with_a_start_that_does_not_fit_say_so_and_open_the_rest(
    open_link: Callable[[str], Page],
) -> None:
    page = open_link("?v=1&hidden_units=4&epochs=100&start=1,2&learning_rate=0.1&epoch=0")
    said = driver.wait_message(page)
    assert "Start must be a plane" in said and "Using the seed's start instead" in said
    settled(page)
    shown = state(page, "sweep.settings")
    assert (shown["hidden_units"], shown["start"]) == (4, "")
    assert replace(Settings(), hidden_units=4).hidden_units == shown["hidden_units"]

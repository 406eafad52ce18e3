"""The learning rate: dragged, stepped, typed; its strip and its mark."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Page

from app.settings import SLIDER_LEARNING_RATES, Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import facts, press, type_rate, wait_detail, wait_fact

LAST = len(SLIDER_LEARNING_RATES) - 1
STOP = SLIDER_LEARNING_RATES.index(0.01)
MAGENTA = (255, 0, 255)


def test_a_drag_moves_all_views_and_calls_nobody(page: Page, watch: Watch) -> None:
    driver.rest(page)
    calls = driver.count_plotly_calls(page)
    before, requests = driver.canvases(page), len(watch.requests)
    driver.grab(page, "learning-rate", STOP / LAST)
    # To 0.05 and back in single steps, then far away, with a pause in which the hand holds still.
    driver.drag_to(page, "learning-rate", 27 / LAST, steps=30)
    page.wait_for_timeout(600)
    driver.next_frames(page)
    after = driver.canvases(page)
    assert [name for name in driver.VIEWS if before[name] == after[name]] == []
    assert facts(page)["learningRate"] == "0.05"
    driver.drag_to(page, "learning-rate", 1, steps=30)
    driver.drag_to(page, "learning-rate", 0, steps=60)
    driver.next_frames(page)
    assert facts(page)["learningRate"] == "0.0001"
    assert watch.requests[requests:] == []
    assert calls() == []
    # The hand lets go: now the run is inspected, and Plotly's own traces follow.
    page.mouse.up()
    wait_detail(page)
    driver.rest(page)
    assert len(watch.requests) > requests
    assert set(calls()) <= {"restyle", "update"}


def test_playing_calls_nobody(page: Page, watch: Watch) -> None:
    driver.rest(page)
    press(page, "playhead", "Home")
    driver.rest(page)
    calls = driver.count_plotly_calls(page)
    requests = len(watch.requests)
    page.locator("#play").click()
    driver.wait(page, "lab.state.share > 0.3")
    assert page.evaluate("() => window.descentLab.state.playing")
    assert calls() == []
    assert watch.requests[requests:] == []
    page.locator("#play").click()


def test_the_frames_scripts_are_timed(page: Page) -> None:
    """No time is asserted: `python -m tests.browser.measure` prints them."""
    driver.drag_slider(page, "learning-rate", STOP / LAST, 1)
    timings = page.evaluate("() => window.descentLab.timings")
    assert len(timings) > 5
    assert all(time >= 0 for time in timings)


def test_keys_on_the_slider(page: Page) -> None:
    for keys, stop in (
        ("ArrowRight", STOP + 1),
        ("ArrowLeft ArrowLeft", STOP - 1),
        ("ArrowUp", STOP),
        ("ArrowDown", STOP - 1),
        ("End", LAST),
        ("ArrowRight", LAST),
        ("Home", 0),
        ("ArrowLeft", 0),
    ):
        press(page, "learning-rate", keys)
        assert facts(page)["learningRate"] == driver.plain(SLIDER_LEARNING_RATES[stop])
    typed = page.locator("#learning-rate-value").input_value()
    assert float(typed) == SLIDER_LEARNING_RATES[0]


def test_the_two_buttons_go_one_stop(page: Page) -> None:
    page.locator("#faster").click()
    wait_fact(page, "learningRate", "0.0125")
    page.locator("#slower").click()
    page.locator("#slower").click()
    wait_fact(page, "learningRate", "0.008")
    press(page, "learning-rate", "Home")
    page.locator("#slower").click()
    driver.next_frames(page)
    assert facts(page)["learningRate"] == "0.0001"


def test_a_cell_selects_its_rate(page: Page) -> None:
    page.locator("#strip .cell").nth(30).click()
    wait_fact(page, "learningRate", "0.1")


# ---- the scale ----


def thumb(page: Page) -> float:
    """Where the thumb's centre is drawn."""
    box = page.locator("#learning-rate").bounding_box()
    assert box is not None
    return driver.blob(page, dict(box), MAGENTA)[0]


def paint_thumb(page: Page) -> None:
    page.add_style_tag(
        content="#learning-rate, #learning-rate:focus { outline: none !important }"
        "#learning-rate::-webkit-slider-thumb { background: #f0f !important;"
        " border-color: #f0f !important; box-shadow: none !important }"
    )


def cells(page: Page) -> list[float]:
    return page.eval_on_selector_all(
        "#strip .cell",
        """cells => cells.map((cell) => {
             const box = cell.getBoundingClientRect();
             return (box.left + box.right) / 2;
           })""",
    )


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
def test_cells_and_stops_are_aligned(open_page, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    paint_thumb(page)
    centres = cells(page)
    for stop in (0, 7, 20, 33, LAST):
        driver.choose(page, "learning-rate", stop)
        driver.next_frames(page)
        assert abs(thumb(page) - centres[stop]) <= 1


def test_the_edge_is_marked_at_its_exact_place(page: Page) -> None:
    """2/22.50876 = 0.08885 stands between 0.08 and 0.1, by its logarithm."""
    centres = cells(page)
    edge = driver.number(page, "criticalLearningRate")
    low, high = SLIDER_LEARNING_RATES.index(0.08), SLIDER_LEARNING_RATES.index(0.1)
    share = math.log(edge / 0.08) / math.log(0.1 / 0.08)
    expected = centres[low] + share * (centres[high] - centres[low])
    mark = page.evaluate(
        """() => {
          const edge = document.getElementById("edge");
          return edge.getBoundingClientRect().left + edge.clientLeft / 2;
        }"""
    )
    assert high - low == 1
    assert abs(mark - expected) <= 1


# ---- typed ----


@pytest.mark.parametrize(
    ("text", "shown"),
    [("0.05", "0.05"), ("0,05", "0.05"), ("1e-3", "0.001"), (" .1 ", "0.1"), ("1", "1")],
)
def test_a_typed_stop_is_selected_at_once(page: Page, watch: Watch, text: str, shown: str) -> None:
    gate = driver.Gate(page, "train-request")
    type_rate(page, text)
    wait_fact(page, "learningRate", shown)
    wait_detail(page)
    assert gate.waiting == []
    assert facts(page)["sweep"] == Settings().sweep_id
    assert float(page.locator("#learning-rate").input_value()) == SLIDER_LEARNING_RATES.index(
        float(shown)
    )
    assert page.locator("#learning-rate-value").input_value() == shown
    assert driver.message(page) == ""


def test_a_rate_between_two_stops_is_one_more_run(page: Page) -> None:
    paint_thumb(page)
    before = facts(page)["sweep"]
    type_rate(page, "0,09")
    wait_fact(page, "learningRate", "0.09")
    wait_detail(page)
    settings = Settings(learning_rate=0.09)
    assert facts(page)["sweep"] == settings.sweep_id != before
    assert driver.state(page, "run") == 41
    assert len(driver.state(page, "sweep.learning_rates")) == 42
    assert driver.number(page, "trainLoss") == float(driver.engine_run(settings).train_loss[3])
    # The thumb stands between its neighbours, by its logarithm.
    centres, low = cells(page), SLIDER_LEARNING_RATES.index(0.08)
    share = math.log(0.09 / 0.08) / math.log(0.1 / 0.08)
    assert abs(thumb(page) - centres[low] - share * (centres[low + 1] - centres[low])) <= 1
    assert page.locator("#learning-rate-value").input_value() == "0.09"
    # From there the arrows lead to the stops next to it.
    press(page, "learning-rate", "ArrowLeft")
    assert facts(page)["learningRate"] == "0.08"
    type_rate(page, "0.09")
    wait_fact(page, "learningRate", "0.09")
    page.locator("#faster").click()
    wait_fact(page, "learningRate", "0.1")


def test_a_typed_rate_leaves_the_picture_alone(page: Page) -> None:
    """Planes, box and ranges come from the slider's runs."""
    before = driver.state(page, "sweep.box"), driver.state(page, "sweep.optimum")
    type_rate(page, "5")
    wait_fact(page, "learningRate", "5")
    assert (driver.state(page, "sweep.box"), driver.state(page, "sweep.optimum")) == before
    # Beyond the slider's end the thumb rests there.
    assert float(page.locator("#learning-rate").input_value()) == LAST


def test_a_typed_rate_can_be_dragged_away_from(page: Page) -> None:
    type_rate(page, "0.0123")
    wait_fact(page, "learningRate", "0.0123")
    wait_detail(page)
    place = float(page.locator("#learning-rate").input_value())
    assert STOP < place < STOP + 1
    driver.drag_slider(page, "learning-rate", place / LAST, 30 / LAST)
    wait_fact(page, "learningRate", "0.1")
    wait_detail(page)
    assert driver.number(page, "trainLoss") == float(
        driver.engine_run(Settings(learning_rate=0.1)).train_loss[3]
    )


@pytest.mark.parametrize(
    "text", ["50", "0", "-0.1", "1e-7", "much", "", "NaN", "Infinity", "1e999", "9" * 20, "0.1.1"]
)
def test_a_bad_rate_is_refused_with_a_sentence(page: Page, text: str) -> None:
    before = facts(page)
    type_rate(page, text)
    said = driver.wait_message(page)
    assert "0.000001" in said and "10" in said and said.endswith(".")
    assert facts(page) == before
    assert page.locator("#learning-rate-value").input_value() == "0.01"
    assert float(page.locator("#learning-rate").input_value()) == STOP
    type_rate(page, "0.05")
    driver.wait_no_message(page)
    wait_fact(page, "learningRate", "0.05")


def test_an_absurdly_long_rate_is_refused_shortly(page: Page) -> None:
    page.locator("#learning-rate-value").evaluate(
        """(field) => {
          field.value = "7x".repeat(50000);
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }"""
    )
    assert len(driver.wait_message(page)) < 300
    assert page.locator("#learning-rate-value").input_value() == "0.01"
    assert facts(page)["learningRate"] == "0.01"


def test_a_message_goes_when_the_person_drags_on(page: Page) -> None:
    type_rate(page, "much")
    driver.wait_message(page)
    driver.drag_slider(page, "learning-rate", STOP / LAST, 25 / LAST)
    wait_detail(page)
    assert driver.message(page) == ""


def test_a_refused_rate_is_put_back_after_a_long_press_elsewhere(page: Page) -> None:
    """Leaving the field by a press on a view sends it; the answer comes while the mouse is down."""
    page.locator("#learning-rate-value").fill("much")
    page.locator("#descent-path").hover()
    page.mouse.down()
    driver.wait_message(page)
    page.mouse.up()
    driver.next_frames(page)
    page.wait_for_timeout(300)
    assert page.locator("#learning-rate-value").input_value() == "0.01"


def test_every_rate_between_the_stops_can_be_typed_one_after_the_other(page: Page) -> None:
    for text in ("0.011", "0.000001", "10", "0.33"):
        type_rate(page, text)
        wait_fact(page, "learningRate", driver.plain(float(text)).replace("1e-06", "0.000001"))
        wait_detail(page)
        assert facts(page)["sweep"] == Settings(learning_rate=float(text)).sweep_id
        assert float(page.locator("#learning-rate-value").input_value()) == float(text)

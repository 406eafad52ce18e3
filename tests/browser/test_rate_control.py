"""The learning rate: dragged, stepped, typed; its strip and its mark."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Page

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import facts, press, type_rate, wait, wait_detail, wait_fact

LAST = len(SLIDER_LEARNING_RATES) - 1
STOP = SLIDER_LEARNING_RATES.index(0.01)
MAGENTA = (255, 0, 255)


@pytest.mark.scene
def test_a_drag_moves_all_views_and_calls_nobody_nor_does_playing(page: Page, watch: Watch) -> None:
    # At the start, where the page opens, all runs are equal.
    driver.go_to(page, 3)
    calls = driver.count_plotly_calls(page)
    before, requests = driver.canvases(page), len(watch.requests)
    driver.grab(page, "learning-rate", STOP / LAST)
    driver.drag_to(page, "learning-rate", 26 / LAST, steps=30)
    # The hand holds still for longer than the page takes for a rest.
    driver.next_frames(page, 40)
    after = driver.canvases(page)
    assert [name for name in driver.VIEWS if before[name] == after[name]] == []
    driver.drag_to(page, "learning-rate", 1, steps=30)
    driver.drag_to(page, "learning-rate", 0, steps=60)
    driver.next_frames(page)
    assert facts(page)["learningRate"] == "0.0001"
    assert watch.requests[requests:] == []
    assert calls() == []
    # The hand lets go: now the run is inspected.
    page.mouse.up()
    driver.rest(page)
    assert len(watch.requests) > requests
    assert calls() == []
    before, requests = driver.canvases(page), len(watch.requests)
    page.locator("#play").click()
    driver.wait(page, "lab.state.share > 0.5")
    after = driver.canvases(page)
    assert [name for name in driver.VIEWS if before[name] == after[name]] == []
    assert driver.state(page, "playing")
    assert watch.requests[requests:] == []
    assert calls() == []
    page.locator("#play").click()


def test_keys_buttons_and_cells(page: Page) -> None:
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
        assert float(typed) == SLIDER_LEARNING_RATES[stop]
    page.locator("#slower").click()
    wait_fact(page, "learningRate", "0.0001")
    page.locator("#faster").click()
    wait_fact(page, "learningRate", "0.000125")
    page.locator("#slower").click()
    wait_fact(page, "learningRate", "0.0001")
    page.locator("#strip .cell").nth(30).click()
    wait_fact(page, "learningRate", "0.1")
    assert page.locator("#learning-rate").input_value() == "30"


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


def test_cells_stops_and_the_edge_are_aligned(page: Page) -> None:
    paint_thumb(page)
    check_edge(page)
    for width in (1366, 1920, 390):
        page.set_viewport_size({"width": width, "height": 844})
        driver.next_frames(page)
        for stop in (0, 7, 20, 33, LAST):
            driver.choose(page, "learning-rate", stop)
            driver.next_frames(page)
            assert abs(thumb(page) - cells(page)[stop]) <= 1


def check_edge(page: Page) -> None:
    """2/22.50876 = 0.08885 is marked between 0.08 and 0.1, by its logarithm."""
    centres = cells(page)
    edge = driver.number(page, "criticalLearningRate")
    low, high = SLIDER_LEARNING_RATES.index(0.08), SLIDER_LEARNING_RATES.index(0.1)
    share = math.log(edge / 0.08) / math.log(0.1 / 0.08)
    mark = page.evaluate(
        """() => {
          const edge = document.getElementById("edge");
          return edge.getBoundingClientRect().left + edge.clientLeft / 2;
        }"""
    )
    assert high - low == 1
    assert abs(mark - centres[low] - share * (centres[high] - centres[low])) <= 1


def test_nothing_moves_under_the_hand(page: Page) -> None:
    """Words and numbers change in length; no control and no view may move or grow with them."""
    measure = """() => ["learning-rate", "strip", "playhead", "play", "facts", "loss-surface"]
      .map((name) => {
        const { left, top, width, height } = document.getElementById(name).getBoundingClientRect();
        return [name, left, top, width, height].join(" ");
      })"""
    for width, height in ((1366, 768), (1920, 1080), (1024, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        driver.next_frames(page)
        expected = page.evaluate(measure)
        for stop in (0, 3, 21, 27, 32, LAST):
            driver.choose(page, "learning-rate", stop)
            for key in ("Home", "End"):
                press(page, "playhead", key)
                assert page.evaluate(measure) == expected, (width, stop, key)


# ---- typed ----


def test_a_typed_stop_is_selected_at_once(page: Page) -> None:
    gate = driver.Gate(page, "train-request")
    typed = {"0.05": "0.05", "0,063": "0.063", "1e-3": "0.001", " .1 ": "0.1", "1": "1"}
    for text, shown in typed.items():
        type_rate(page, text)
        wait_fact(page, "learningRate", shown)
        stop = SLIDER_LEARNING_RATES.index(float(shown))
        assert float(page.locator("#learning-rate").input_value()) == stop
        assert page.locator("#learning-rate-value").input_value() == shown
    wait_detail(page)
    assert gate.waiting == []
    assert facts(page)["sweep"] == Settings().sweep_id
    assert driver.message(page) == ""


def test_a_rate_between_two_stops_is_one_more_run(page: Page) -> None:
    paint_thumb(page)
    driver.go_to(page, 3)
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
    # From there the arrows, the buttons and the hand lead to the stops next to it.
    press(page, "learning-rate", "ArrowLeft")
    assert facts(page)["learningRate"] == "0.08"
    type_rate(page, "0.09")
    wait_fact(page, "learningRate", "0.09")
    page.locator("#faster").click()
    wait_fact(page, "learningRate", "0.1")
    type_rate(page, "0.09")
    wait_fact(page, "learningRate", "0.09")
    place = float(page.locator("#learning-rate").input_value())
    assert low < place < low + 1
    driver.drag_slider(page, "learning-rate", place / LAST, 0)
    wait_fact(page, "learningRate", "0.0001")
    wait_detail(page)
    last = driver.engine_run(Settings(learning_rate=0.0001)).train_loss[3]
    assert driver.number(page, "trainLoss") == float(last)


def test_any_rate_in_range_can_be_typed_and_leaves_the_picture_alone(page: Page) -> None:
    """Planes, box and ranges come from the slider's runs."""
    before = driver.state(page, "sweep.box"), driver.state(page, "sweep.optimum")
    for text in ("0.011", "0.000001", "10"):
        type_rate(page, text)
        wait(
            page,
            "Number(document.getElementById('facts').dataset.learningRate) === argument",
            float(text),
        )
        wait_detail(page)
        assert facts(page)["sweep"] == Settings(learning_rate=float(text)).sweep_id
        assert float(page.locator("#learning-rate-value").input_value()) == float(text)
        assert (driver.state(page, "sweep.box"), driver.state(page, "sweep.optimum")) == before
    # Beyond the slider's end the thumb rests there, and an arrow stands beside the last tick.
    assert float(page.locator("#learning-rate").input_value()) == LAST
    assert page.locator("#fact-learning-rate").inner_text() == "→"
    assert page.locator(".rate-ticks .tick:visible").last.inner_text() == "1"


def test_a_bad_rate_is_refused_with_a_sentence(page: Page) -> None:
    before = facts(page)
    bad = ("50", "0", "-0.1", "1e-7", "much", "", "NaN", "Infinity", "1e999", "9" * 20, "0.1.1")
    for text in (*bad, "7x" * 50_000):
        refuse(page, text)
        assert facts(page) == before
        assert page.locator("#learning-rate-value").input_value() == "0.01"
        assert float(page.locator("#learning-rate").input_value()) == STOP
    type_rate(page, "0.05")
    driver.wait_no_message(page)
    wait_fact(page, "learningRate", "0.05")


def refuse(page: Page, text: str) -> None:
    """Enters a text, also one that is longer than the field takes, and reads what is said."""
    driver.close_messages(page)
    page.locator("#learning-rate-value").evaluate(
        """(field, text) => {
          field.value = text;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        text,
    )
    said = driver.wait_message(page)
    assert "0.000001" in said and "10" in said and said.endswith("."), said
    assert len(said) < 300


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
    driver.stay(page)
    assert page.locator("#learning-rate-value").input_value() == "0.01"


def test_a_mark_beyond_the_slider_says_on_which_side(page: Page, address: str) -> None:
    for query, is_beyond in (("dataset=xor", True), ("", False)):
        page.goto(f"{address}/?{query}")
        driver.wait_ready(page)
        driver.rest(page)
        edge = driver.state(page, "sweep.stability_edge")
        assert (edge > SLIDER_LEARNING_RATES[-1]) == is_beyond
        assert page.locator("#edge-words").inner_text().endswith("→") == is_beyond

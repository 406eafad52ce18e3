"""The two curves, whose axes are the sliders below them: where they are drawn, what they say, and
what a hand on them does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from playwright.sync_api import Page

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.driver import facts, wait_fact

LAST = len(SLIDER_LEARNING_RATES) - 1
SIZES = ((1366, 768), (1920, 1080), (2560, 1440), (1024, 768), (390, 844))
# Where the page's own axes put a point of a curve, in pixels of the window.
POINT = """([name, x, y]) => {
  const { overlays } = window.descentLab;
  const axes = overlays[name].axes[""];
  const box = document.getElementById(name).getBoundingClientRect();
  return [box.left + axes.x(x), box.top + axes.y(y)];
}"""
# The bounds of a curve's axes in its own numbers.
BOUNDS = """(name) => {
  const { left, right, top, bottom, toX, toY } = window.descentLab.overlays[name].axes[""];
  return [toX(left), toX(right), toY(bottom), toY(top)];
}"""
CENTRE = """(cell) => {
  const { left, right } = cell.getBoundingClientRect();
  return (left + right) / 2;
}"""
PIXEL = """([name, x, y]) => {
  const { canvas, context } = window.descentLab.overlays[name];
  const box = canvas.getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const at = [(x - box.left) * ratio, (y - box.top) * ratio].map(Math.round);
  return [...context.getImageData(...at, 1, 1).data];
}"""


def point(page: Page, name: str, x: float, y: float) -> tuple[float, float]:
    left, top = page.evaluate(POINT, [name, x, y])
    return left, top


def thumb(page: Page, name: str) -> float:
    """Where a slider's thumb has its centre, by the slider's value."""
    share = page.locator(f"#{name}").evaluate("(one) => Number(one.value) / Number(one.max)")
    return page.evaluate(driver.THUMB_CENTRE, [name, share])[0]


def check_dot(page: Page, name: str, x: float, y: float) -> None:
    """At this place of the window the canvas has the run's colour."""
    red, green, blue, _ = page.evaluate(PIXEL, [name, x, y])
    assert [red, green, blue] == driver.themed(page, "path")


def test_thumb_cell_and_point_stand_on_one_line(page: Page) -> None:
    sweep = driver.engine_sweep(Settings())
    for size in SIZES:
        driver.resize(page, *size)
        for rate in (0.0001, 0.01, 1.0):
            driver.choose_rate(page, rate)
            driver.next_frames(page)
            stop = SLIDER_LEARNING_RATES.index(rate)
            loss = math.log10(float(sweep.train_loss[stop, 0]))
            x, y = point(page, "rate-curve", stop, loss)
            cell = page.locator("#strip .cell").nth(stop).evaluate(CENTRE)
            assert abs(thumb(page, "learning-rate") - x) <= 1, (size, rate)
            assert abs(cell - x) <= 1, (size, rate)
            check_dot(page, "rate-curve", x, y)


def test_the_playheads_thumb_stands_under_the_training_curves_point(page: Page) -> None:
    losses = driver.engine_run(Settings()).train_loss
    for size in SIZES:
        driver.resize(page, *size)
        for epoch in (0, 1, 7, 100, 1000):
            page.evaluate("(epoch) => window.descentLab.goTo(epoch)", epoch)
            driver.next_frames(page)
            x, y = point(page, "curves", math.log10(1 + epoch), math.log10(float(losses[epoch])))
            assert abs(thumb(page, "playhead") - x) <= 1, (size, epoch)
            check_dot(page, "curves", x, y)


def test_ticks_stand_under_their_numbers(page: Page) -> None:
    for decade, stop in zip((0.0001, 0.001, 0.1, 1.0), (0, 10, 30, 40), strict=True):
        assert SLIDER_LEARNING_RATES[stop] == decade
        tick = page.locator(f".rate-ticks .tick[data-stop='{stop}']")
        assert tick.inner_text() == driver.plain(decade)
        assert abs(tick.evaluate(CENTRE) - point(page, "rate-curve", stop, 0)[0]) <= 1
    for tick in page.locator("#ticks span").all():
        x, _ = point(page, "curves", math.log10(1 + int(tick.inner_text())), 0)
        assert abs(tick.evaluate(CENTRE) - x) <= 1


def test_a_click_and_a_drag_on_a_curve_move_its_slider(page: Page) -> None:
    for stop in (30, 12):
        page.mouse.click(*point(page, "rate-curve", stop, 0))
        wait_fact(page, "learningRate", driver.plain(SLIDER_LEARNING_RATES[stop]))
        assert page.locator("#learning-rate").input_value() == str(stop)
    page.mouse.down()
    for stop in (20, 25, LAST):
        page.mouse.move(*point(page, "rate-curve", stop, 0), steps=4)
        wait_fact(page, "learningRate", driver.plain(SLIDER_LEARNING_RATES[stop]))
    # The hand leaves the curve, and still moves the slider.
    x, y = point(page, "rate-curve", 5, 0)
    page.mouse.move(x, y + 300, steps=4)
    wait_fact(page, "learningRate", driver.plain(SLIDER_LEARNING_RATES[5]))
    page.mouse.up()
    page.mouse.move(*point(page, "rate-curve", 30, 0), steps=4)
    driver.next_frames(page)
    assert page.locator("#learning-rate").input_value() == "5"
    driver.choose_rate(page, 0.01)
    parts = float(page.locator("#playhead").get_attribute("max") or 0)
    page.mouse.move(*point(page, "curves", math.log10(11), 0))
    page.mouse.down()
    for epoch in (10, 100, 1000, 0):
        page.mouse.move(*point(page, "curves", math.log10(1 + epoch), 0), steps=4)
        driver.next_frames(page)
        assert abs(driver.number(page, "epoch") - epoch) <= 0.02 * epoch
        share = float(page.locator("#playhead").input_value()) / parts
        assert share == pytest.approx(math.log10(1 + epoch) / math.log10(1001), abs=0.003)
    page.mouse.up()


def test_the_rates_curve_keeps_its_axis(page: Page) -> None:
    """From the lowest loss of a run that never rises above its start to 20 times the start."""
    for settings in (Settings(), Settings(seed=3)):
        losses = driver.engine_sweep(settings).train_loss[:41]
        start = float(losses[0, 0])
        calm = [run for run in losses if not (np.isnan(run) | (run > start)).any()]
        low, high = math.log10(min(float(run.min()) for run in calm)), math.log10(20 * start)
        expected = [0, LAST, low - 0.06 * (high - low), high]
        for rate in (0.0001, 0.05, 1.0):
            driver.choose_rate(page, rate)
            for key in ("Home", "End"):
                driver.press(page, "playhead", key)
                assert page.evaluate(BOUNDS, "rate-curve") == pytest.approx(expected, abs=1e-5)
        driver.choose_rate(page, 0.01)
        if settings.seed == 0:
            driver.train(page, seed=3)


def test_the_rates_curve_is_said_and_listed_as_the_sweep_has_it(page: Page) -> None:
    settings = driver.set_up(page, epochs=200)
    driver.go_to(page, 10)
    sweep = driver.engine_sweep(settings)
    frame = sweep.epochs.tolist().index(10)
    now, ends = sweep.train_loss[:41, frame], sweep.train_loss[:41, -1]
    best = int(np.nanargmin(ends))
    driver.wait(
        page, "document.getElementById('rate-curve-words').textContent.includes('epoch 10 ')"
    )
    said = page.locator("#rate-curve-words").text_content() or ""
    for part in (
        f"from {now[0]:.3f} at 0.0001 ",
        f"After 200 epochs the best is {ends[best]:.5f}, "
        f"at {driver.plain(SLIDER_LEARNING_RATES[best])} ",
    ):
        assert part in said, said
    page.locator("[data-table=rate-curve]").click()
    rows = page.locator("#table tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    assert [float(row[0].removesuffix(", now")) for row in rows] == list(SLIDER_LEARNING_RATES)
    assert [row[3] for row in rows] == [driver.word(one) for one in sweep.verdicts[:41]]
    for row, *losses in zip(rows, now, ends, strict=True):
        for text, loss in zip(row[1:3], losses, strict=True):
            if not np.isfinite(loss):
                assert text == "overflow", row
                continue
            # Powers of ten have three digits.
            rel = 5e-3 if "×" in text else 6e-4
            assert driver.value(text) == pytest.approx(loss, rel=rel), row


def test_the_mark_stands_on_the_curve_unless_it_is_hidden(page: Page) -> None:
    edge = driver.number(page, "criticalLearningRate")
    place = 30 - 10 * math.log10(0.1 / edge)
    mark = page.locator("#edge").evaluate(
        "(one) => one.getBoundingClientRect().left + one.clientLeft / 2"
    )
    assert abs(mark - point(page, "rate-curve", place, 0)[0]) <= 2
    assert page.locator("#fact-edge").inner_text() == "0.0888"
    # Beyond it the curve's ground is shaded; 0.5 decades above the start nothing else is drawn.
    free = point(page, "rate-curve", 36.5, 1.2)
    assert page.evaluate(PIXEL, ["rate-curve", *free])[3] > 0
    page.evaluate("() => window.descentLab.drawCurtain(['mark'])")
    driver.stay(page)
    assert not page.locator("#edge").is_visible()
    assert page.locator("#fact-edge").text_content() == ""
    assert page.evaluate(PIXEL, ["rate-curve", *free])[3] == 0
    assert facts(page)["criticalLearningRate"] == ""
    assert "0.0888" not in (page.locator(".rate").text_content() or "")


def test_where_all_runs_are_equal_one_label_says_so_and_a_curtain_hides_their_ends(
    page: Page,
) -> None:
    """The end of a run tells its outcome, so a curtain hides it, and the losses after the start."""
    best = int(np.nanargmin(driver.engine_sweep(Settings()).train_loss[:41, -1]))
    low = math.log10(float(driver.engine_sweep(Settings()).train_loss[best, -1]))
    star = point(page, "rate-curve", best, low)
    assert page.evaluate(PIXEL, ["rate-curve", *star])[3] > 0
    page.evaluate("() => window.descentLab.drawCurtain(['strip'])")
    driver.stay(page)
    # Nothing but the axis is left where the star was, and nothing is said of it.
    assert page.evaluate(PIXEL, ["rate-curve", *star])[3] == 0
    assert page.locator("#legend-end").text_content() == ""
    assert page.locator("#legend .cell").count() == 0
    driver.go_to(page, 300)
    driver.wait(page, "document.getElementById('rate-curve-words').textContent === ''")
    for stop in (5, 15, 25):
        loss = driver.engine_sweep(Settings()).train_loss[stop]
        at = driver.engine_sweep(Settings()).epochs.tolist()
        frame = int(np.argmin(np.abs(np.array(at) - 300)))
        place = point(page, "rate-curve", stop + 0.4, math.log10(float(loss[frame])))
        assert page.evaluate(PIXEL, ["rate-curve", *place])[3] == 0

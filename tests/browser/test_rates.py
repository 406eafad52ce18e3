"""The panels about the learning rate itself, each number held to torch in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy import ndarray
from playwright.sync_api import Page

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import (
    chart,
    chart_place,
    choose_rate,
    click_chart,
    engine_run,
    engine_sweep,
    facts,
    go_to,
    next_frames,
    open_panel,
    set_up,
    wait_fact,
)
from tests.engine.torch_runs import gradient_of, hessian_of, loss_of

# What the chart tries: the slider's range.
TRIED = np.geomspace(1e-4, 1, 97)
RATES = np.array(SLIDER_LEARNING_RATES)


@dataclass(frozen=True)
class Step:
    """The step that a run takes at an epoch: where from, and where to at learning rate 1."""

    settings: Settings
    params: ndarray
    update: ndarray

    def loss(self, rate: float) -> float:
        """By torch, in float64."""
        return loss_of(self.settings, self.params + rate * self.update)


def step_at(settings: Settings, epoch: int) -> Step:
    run = engine_run(settings)
    at = int(np.flatnonzero(run.epochs == epoch)[0])
    update = -run.gradients[at] if run.updates is None else run.updates[at]
    factor = float(run.rate_factors[at])
    return Step(settings, run.params[at].astype(float), factor * update.astype(float))


def shown_step(page: Page) -> dict[str, float | None]:
    shown = chart(page, "rate-axis")
    return {
        name: float(shown[name]) if shown[name] else None
        for name in ("now", "landing", "best", "rise", "slope")
    }


def check_step(page: Page, settings: Settings, epoch: int) -> dict[str, float | None]:
    """Where the chart says that this step leads, with every learning rate."""
    go_to(page, epoch)
    assert facts(page)["epoch"] == str(epoch)
    step, shown = step_at(settings, epoch), shown_step(page)
    now, landing = step.loss(0), step.loss(settings.learning_rate)
    assert shown["now"] == pytest.approx(now, rel=1e-7)
    assert shown["landing"] == pytest.approx(landing, rel=1e-6)
    # The tangent: what the gradient alone promises for each unit of learning rate.
    slope = gradient_of(settings, step.params) @ step.update
    assert shown["slope"] == pytest.approx(slope, rel=1e-4)
    tried = np.array([step.loss(rate) for rate in TRIED])
    check_best(step, shown["best"], tried)
    check_rise(step, shown["rise"], tried, now)
    return shown


def check_best(step: Step, best: float | None, tried: ndarray) -> None:
    """None of the tried rates is better, and the curve is level there."""
    if tried.min() >= step.loss(0):
        assert best is None
        return
    assert best is not None
    assert step.loss(best) <= tried.min() * (1 + 1e-9)
    if best < 0.99:
        assert step.loss(best) <= min(step.loss(best * 0.999), step.loss(best * 1.001))


def check_rise(step: Step, rise: float | None, tried: ndarray, now: float) -> None:
    """Up to there the loss falls, from there on it grows."""
    if not (tried > now).any():
        assert rise is None
        return
    assert rise is not None
    if tried[0] > now:  # a minibatch's step may lead nowhere but up
        assert rise == TRIED[0]
        return
    assert (tried[rise * 0.9999 > TRIED] <= now).all()
    assert step.loss(rise * 0.9999) <= now < step.loss(rise * 1.0001)


def test_the_rate_axis_of_a_line_has_the_closed_form(page: Page) -> None:
    open_panel(page, "rate-axis")
    settings = Settings()
    hessian = hessian_of(settings, engine_run(settings).params[0])
    for epoch in (0, 3, 60):
        shown = check_step(page, settings, epoch)
        gradient = gradient_of(settings, engine_run(settings).params[epoch])
        # The loss along the gradient is a parabola: least halfway, back at its height at twice it.
        least = gradient @ gradient / (gradient @ hessian @ gradient)
        rise = 2 * least if 2 * least <= TRIED[-1] else None
        assert shown["best"] == pytest.approx(min(least, TRIED[-1]), rel=1e-4)
        assert shown["rise"] == (rise and pytest.approx(rise, rel=1e-5))
    choose_rate(page, 0.1)
    check_step(page, Settings(learning_rate=0.1), 2)
    reading = page.locator('[data-slot="rate-axis-reading"]').inner_text()
    assert "At 0.1 this step takes the train loss up" in reading


def test_the_rate_axis_of_networks_of_adam_and_of_minibatches(page: Page) -> None:
    open_panel(page, "rate-axis")
    settings = set_up(page, dataset="parabola", epochs=200, hidden_units=10, learning_rate=0.05)
    for epoch in (0, 40, 157):
        check_step(page, settings, epoch)
    settings = set_up(page, settings, optimizer="adam", schedule="cosine")
    for epoch in (1, 101):
        check_step(page, settings, epoch)
    assert "by the schedule here" in page.locator('[data-slot="rate-axis-reading"]').inner_text()
    # The step of a minibatch, which the loss over all examples may not like.
    settings = set_up(page, settings, schedule="constant", optimizer="sgd", batch_size=5)
    for epoch in (1, 150):
        check_step(page, settings, epoch)


def test_a_click_selects_the_nearest_rate(page: Page) -> None:
    for name in ("rate-axis", "loss-by-rate"):
        check_clicks(page, name)


def check_clicks(page: Page, name: str) -> None:
    open_panel(page, name)
    clicks = {0.03: 0.032, 0.0017: 0.0016, 0.1: 0.1, 0.95: 1}
    for clicked, selected in clicks.items():
        click_chart(page, name, clicked)
        wait_fact(page, "learningRate", driver.plain(selected))
    page.mouse.move(*chart_place(page, name, 0.01))
    page.mouse.down()
    page.mouse.move(*chart_place(page, name, 0.05), steps=8)
    page.mouse.up()
    wait_fact(page, "learningRate", "0.05")


def test_the_charts_follow_a_playing_run_on_their_own(page: Page, watch: Watch) -> None:
    settings = Settings(learning_rate=0.02)
    choose_rate(page, 0.02)
    open_panel(page, "rate-axis")
    driver.press(page, "playhead", "Home")
    driver.rest(page)
    calls, requests = driver.count_plotly_calls(page), len(watch.requests)
    page.locator("#play").click()
    seen = [read_while_playing(page) for _ in range(6)]
    assert driver.state(page, "playing")
    assert watch.requests[requests:] == []
    assert calls() == []
    page.locator("#play").click()
    assert len({epoch for epoch, _, _ in seen}) > 3
    for epoch, now, landing in seen:
        step = step_at(settings, epoch)
        assert (now, landing) == pytest.approx((step.loss(0), step.loss(0.02)), rel=1e-6)


def read_while_playing(page: Page) -> tuple[int, float, float]:
    """The epoch on show and what the chart says of it, from one and the same frame."""
    page.wait_for_timeout(250)
    epoch, now, landing = page.evaluate(
        """async () => {
          await new Promise((done) => requestAnimationFrame(done));
          const { now, landing } = document.querySelector('[data-slot="rate-axis"] canvas').dataset;
          return [document.getElementById("facts").dataset.epoch, now, landing].map(Number);
        }"""
    )
    return int(epoch), now, landing


# ---- loss against learning rate ----


def check_loss_by_rate(page: Page, settings: Settings) -> None:
    sweep, shown = engine_sweep(settings), chart(page, "loss-by-rate")
    count = len(RATES)
    assert float(shown["best"]) == RATES[np.nanargmin(sweep.last_loss[:count])]
    epoch = int(shown["epoch"])
    assert epoch == int(facts(page)["epoch"])
    # Where the loss at the playhead falls fastest from a rate's left to its right neighbour.
    losses = sweep.train_loss[:count, np.abs(sweep.epochs - epoch).argmin()].astype(float)
    slopes = np.log(losses[2:] / losses[:-2]) / np.log(RATES[2:] / RATES[:-2])
    steepest = RATES[1 + np.nanargmin(slopes)] if np.nanmin(slopes) < -1e-3 else None
    assert (float(shown["steepest"]) if shown["steepest"] else None) == steepest


def test_the_loss_by_rate_and_the_range_test_of_minibatches(page: Page) -> None:
    open_panel(page, "loss-by-rate")
    reading = page.locator('[data-slot="loss-by-rate-reading"]')
    for epoch in (0, 20, 1000):
        go_to(page, epoch)
        check_loss_by_rate(page, Settings())
    settings = set_up(page, epochs=100, dataset="parabola", hidden_units=5)
    check_loss_by_rate(page, settings)
    assert driver.state(page, "sweep.range_test") is None
    assert "range test" not in reading.inner_text()
    plain_pixels = second_pixels(page)
    settings = set_up(page, settings, batch_size=20)
    check_loss_by_rate(page, settings)
    assert "range test" in reading.inner_text()
    assert second_pixels(page) > plain_pixels + 100
    expected = driver.experiment_cache().experiment(settings).range_test
    assert expected is not None
    shown = driver.state(page, "sweep.range_test")
    np.testing.assert_allclose(shown["learning_rates"], expected.learning_rates)
    for name in ("batch_loss", "smoothed"):
        found = np.array(shown[name], dtype=float)  # null becomes NaN
        np.testing.assert_array_equal(np.isfinite(found), np.isfinite(getattr(expected, name)))
        known = np.isfinite(found)
        np.testing.assert_allclose(found[known], getattr(expected, name)[known])


def second_pixels(page: Page) -> int:
    """How many pixels of the chart have the colour of the range test."""
    return page.evaluate(
        """() => {
          const { canvas } = window.descentLab.chartIn("loss-by-rate");
          const { second } = window.descentLab.colors;
          const wanted = [1, 3, 5].map((at) => parseInt(second.slice(at, at + 2), 16));
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            const gaps = wanted.map((part, k) => Math.abs(part - data[at + k]));
            count += data[at + 3] > 200 && Math.max(...gaps) < 12;
          }
          return count;
        }"""
    )


# ---- sharpness over training ----

# optimizer -> what sharpness x learning rate settles at, with torch's betas.
LIMITS: dict[str, Callable[[float], float]] = {
    "sgd": lambda momentum: 2,
    "momentum": lambda momentum: 2 + 2 * momentum,
    "nesterov": lambda momentum: (2 + 2 * momentum) / (1 + 2 * momentum),
    "adam": lambda momentum: (2 + 2 * 0.9) / (1 - 0.9),
}


def check_sharpness(page: Page, settings: Settings) -> None:
    driver.rest(page)
    run, shown = engine_run(settings), chart(page, "sharpness")
    adaptive = settings.optimizer == "adam"
    expected = run.rescaled_sharpness if adaptive else run.sharpness
    assert expected is not None
    assert float(shown["first"]) == pytest.approx(expected[0], rel=1e-9)
    assert float(shown["last"]) == pytest.approx(expected[-1], rel=1e-9)
    limit = LIMITS[settings.optimizer](settings.momentum) / settings.learning_rate
    limit -= settings.weight_decay if settings.optimizer in ("sgd", "momentum") else 0
    assert float(shown["threshold"]) == pytest.approx(limit, rel=1e-6)
    if not adaptive:
        for name, at in (("first", 0), ("last", -1)):
            params = run.params[np.flatnonzero(run.epochs == run.sharpness_epochs[at])[0]]
            largest = np.linalg.eigvalsh(hessian_of(settings, params))[-1]
            assert float(shown[name]) == pytest.approx(largest, rel=1e-6)


def test_sharpness_and_its_limit(page: Page) -> None:
    open_panel(page, "sharpness")
    check_sharpness(page, Settings())
    choices = {"epochs": 100, "hidden_units": 6, "activation": "tanh", "learning_rate": 0.4}
    settings = set_up(page, dataset="parabola", **choices)
    check_sharpness(page, settings)
    settings = set_up(page, settings, optimizer="momentum", momentum=0.6, weight_decay=0.5)
    check_sharpness(page, settings)
    settings = set_up(page, settings, weight_decay=0)
    settings = set_up(page, settings, optimizer="nesterov")
    check_sharpness(page, settings)
    settings = set_up(page, settings, momentum=0.9, optimizer="adam")
    check_sharpness(page, settings)
    settings = set_up(page, settings, optimizer="nadam")
    next_frames(page)
    assert chart(page, "sharpness")["threshold"] == ""
    assert "No fixed limit" in page.locator('[data-slot="sharpness-reading"]').inner_text()

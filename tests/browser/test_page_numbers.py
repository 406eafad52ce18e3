"""The numbers on the page are the engine's, to the last bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from playwright.sync_api import Page

from app.engine import datasets
from app.engine.training import network_of
from app.settings import SLIDER_LEARNING_RATES, Settings
from tests.browser import driver
from tests.browser.driver import facts, press, state, wait_detail

PARAMS = ("weight", "bias", "gradientWeight", "gradientBias")


def check(page: Page, settings: Settings) -> None:
    """The facts at the epoch on show are the engine's."""
    shown, detail = facts(page), driver.engine_run(settings)
    sweep, run, epoch = driver.engine_sweep(settings), settings.run(), int(shown["epoch"])
    at = int(np.searchsorted(detail.epochs, epoch))
    assert detail.epochs[at] == epoch
    assert float(shown["trainLoss"]) == float(detail.train_loss[at])
    check_run(shown, settings)
    if settings.is_linear:
        expected = [*detail.params[at], *detail.gradients[at]]
        assert [float(shown[name]) for name in PARAMS] == [float(value) for value in expected]
    else:
        assert not set(PARAMS) & set(shown)
    assert driver.engine_sweep(settings).sweep_overflow(run) if False else sweep is not None


def check_run(shown: dict[str, str], settings: Settings) -> None:
    """What is true of the whole run."""
    sweep, run = driver.engine_sweep(settings), settings.run()
    assert float(shown["learningRate"]) == settings.learning_rate
    assert float(shown["criticalLearningRate"]) == sweep.edge
    assert shown["verdict"] == sweep.verdicts[run]
    assert int(shown["divergedAt"]) == sweep.diverged_at[run]
    assert shown["sweep"] == settings.sweep_id


def test_it_opens_on_the_line_at_a_hundredth_and_the_third_epoch(page: Page) -> None:
    shown = facts(page)
    assert (shown["learningRate"], shown["epoch"]) == ("0.01", "3")
    check(page, Settings(dataset="line", seed=0, hidden_units=0, epochs=1000, learning_rate=0.01))


def test_the_notebooks_first_step(page: Page) -> None:
    """0.01 takes the notebook's start to weight 0.1321, bias 0.5790, loss 2.8808."""
    press(page, "playhead", "Home")
    shown = {name: float(facts(page)[name]) for name in ("trainLoss", *PARAMS)}
    rounded = {name: round(value, 4) for name, value in shown.items()}
    assert rounded == {
        "trainLoss": 4.7714,
        "weight": -0.0075,
        "bias": 0.5364,
        "gradientWeight": -13.9623,
        "gradientBias": -4.2524,
    }
    press(page, "playhead", "ArrowRight")
    shown = {name: round(float(facts(page)[name]), 4) for name in ("trainLoss", "weight", "bias")}
    assert shown == {"trainLoss": 2.8808, "weight": 0.1321, "bias": 0.5790}


@pytest.mark.parametrize(
    ("choices", "learning_rates"),
    [
        ({}, (0.0001, 0.05, 0.08, 0.1, 1.0)),
        ({"seed": 7, "epochs": 200}, (0.004, 0.063)),
        ({"dataset": "parabola", "hidden_units": 10, "epochs": 500}, (0.05, 0.5, 1.0)),
        ({"dataset": "parabola"}, (0.25,)),
        ({"hidden_units": 5, "seed": 3}, (0.01,)),
    ],
    ids=["line", "line-seed-7", "parabola-10-units", "parabola-linear", "line-5-units"],
)
def test_facts_equal_the_engines(
    page: Page, choices: dict[str, int | str], learning_rates: tuple[float, ...]
) -> None:
    driver.train(page, **choices)
    for learning_rate in learning_rates:
        settings = Settings(**{**choices, "learning_rate": learning_rate})  # type: ignore[arg-type]
        driver.choose_rate(page, learning_rate)
        wait_detail(page)
        for keys in ("Home", "ArrowRight", "ArrowRight ArrowRight ArrowRight"):
            press(page, "playhead", keys)
            check(page, settings)
        for place in (520, 930, 1000):
            driver.choose(page, "playhead", place)
            driver.next_frames(page)
            if int(facts(page)["epoch"]) > driver.engine_run(settings).epochs[-1]:
                assert facts(page)["trainLoss"] == "NaN"
                check_run(facts(page), settings)
            else:
                check(page, settings)


def test_a_dragged_rate_shows_the_sweeps_frames_before_any_answer(page: Page) -> None:
    """Without an inspection the numbers come from the sweep itself, and are the same."""
    gate = driver.Gate(page, "inspect-request")
    for learning_rate in (0.0001, 0.0063, 0.02, 0.08, 0.1):
        driver.choose_rate(page, learning_rate)
        settings = Settings(learning_rate=learning_rate)
        assert state(page, "detail") is None
        check(page, settings)
        press(page, "playhead", "ArrowRight")
        check(page, settings)
    gate.open()


def test_every_cell_of_the_strip_has_its_runs_verdict(page: Page) -> None:
    for choices in ({}, {"dataset": "parabola", "hidden_units": 10, "epochs": 500}):
        driver.train(page, **choices)
        verdicts = page.eval_on_selector_all(
            "#strip .cell", "cells => cells.map((cell) => cell.dataset.verdict)"
        )
        expected = driver.engine_sweep(Settings(**choices)).verdicts  # type: ignore[arg-type]
        assert tuple(verdicts) == expected
        assert len(verdicts) == len(SLIDER_LEARNING_RATES)


def test_a_tenth_on_the_line_diverges_and_the_page_says_since_when_and_why(page: Page) -> None:
    driver.choose_rate(page, 0.1)
    wait_detail(page)
    shown = facts(page)
    assert (shown["verdict"], shown["divergedAt"]) == ("overflow", "1")
    explanation = page.locator("#explanation").inner_text()
    for said in (r"diverges", r"since epoch 1\b", r"epoch 190\b", r"sharpness", r"more than 2"):
        assert pytest.approx(0) == 0 and __import__("re").search(said, explanation), explanation
    driver.choose(page, "playhead", 1000)
    driver.next_frames(page)
    assert (facts(page)["epoch"], facts(page)["trainLoss"]) == ("1000", "NaN")
    assert math.isnan(driver.number(page, "weight"))
    # The page goes on: one epoch back is still beyond the overflow, 189 is not.
    press(page, "playhead", "ArrowLeft")
    assert (facts(page)["epoch"], facts(page)["trainLoss"]) == ("999", "NaN")
    page.evaluate("() => window.descentLab.goTo(190)")
    driver.next_frames(page)
    assert (facts(page)["epoch"], facts(page)["trainLoss"]) == ("190", "NaN")
    press(page, "playhead", "ArrowLeft")
    assert facts(page)["epoch"] == "189"
    check(page, Settings(learning_rate=0.1))
    driver.choose_rate(page, 0.01)
    press(page, "playhead", "Home")
    check(page, Settings(learning_rate=0.01))


def test_the_parabola_with_ten_units_plays_its_fit(page: Page) -> None:
    driver.train(page, dataset="parabola", hidden_units=10, epochs=500)
    driver.choose_rate(page, 0.05)
    wait_detail(page)
    driver.choose(page, "playhead", 600)
    driver.next_frames(page)
    driver.rest(page)
    began = int(facts(page)["epoch"])
    settings = Settings(dataset="parabola", hidden_units=10, epochs=500, learning_rate=0.05)
    for epoch in (began, began + 1, began + 2):
        assert int(facts(page)["epoch"]) == epoch
        assert state(page, "slices.at(window.descentLab.momentOf("
                     "window.descentLab.state.track, window.descentLab.state.wanted).epoch) !== undefined")
        assert "exact" in page.locator("#cross-sections-note").inner_text()
        check(page, settings)
        check_fit(page, settings, epoch)
        page.locator("#epoch-on").click()
        driver.next_frames(page)


def check_fit(page: Page, settings: Settings, epoch: int) -> None:
    """The curve on show is the network's, to within half a step of its 16-bit scale."""
    inputs = state(page, "sweep.fit.inputs")
    shown = state(
        page,
        f"track.fit.slice({epoch} * {len(inputs)}, {epoch + 1} * {len(inputs)}).reduce"
        "((all, one) => [...all, one], [])",
    )
    params = torch.tensor(driver.engine_run(settings).params[epoch][None])
    stacked = torch.tensor(inputs, dtype=torch.float32)[:, None]
    expected = network_of(settings).predict(params, stacked)[0].numpy()
    targets = datasets.load(settings.dataset).targets
    # Scaled to three times the targets' range in 65534 steps; float32 rounds a little as well.
    step = 3 * float(targets.max() - targets.min()) / 65534
    np.testing.assert_allclose(shown, expected, atol=0.5 * step + 1e-6)


def test_the_fit_moves_while_it_is_played(page: Page) -> None:
    driver.train(page, dataset="parabola", hidden_units=10, epochs=500)
    driver.choose_rate(page, 0.05)
    wait_detail(page)
    press(page, "playhead", "Home")
    before = driver.canvases(page)
    page.locator("#speed").select_option("4")
    page.locator("#play").click()
    driver.wait(page, "!lab.state.playing")
    after = driver.canvases(page)
    assert facts(page)["epoch"] == "500"
    assert [name for name in driver.VIEWS if before[name] == after[name]] == []

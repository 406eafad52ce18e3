"""The numbers on the page are the engine's, to the last bit."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import torch
from playwright.sync_api import Page

from app.domain.settings import Settings
from app.engine import datasets
from app.engine.network import network_for
from app.exports.encoding import STEPS
from app.exports.payload import FIT_ROOM
from tests.browser import driver
from tests.browser.driver import facts, press, state, wait_detail

PARAMS = ("weight", "bias", "gradientWeight", "gradientBias")
PARABOLA = {"dataset": "parabola", "hidden_units": 10, "epochs": 500}


def check(page: Page, settings: Settings) -> None:
    """All facts at the epoch on show are the engine's."""
    shown, detail = facts(page), driver.engine_run(settings)
    epoch = int(shown["epoch"])
    at = int(np.searchsorted(detail.epochs, epoch))
    assert detail.epochs[at] == epoch
    assert float(shown["trainLoss"]) == float(detail.train_loss[at])
    check_run(shown, settings)
    if settings.is_linear:
        expected = [*detail.params[at], *detail.gradients[at]]
        assert [float(shown[name]) for name in PARAMS] == [float(value) for value in expected]
    else:
        assert not set(PARAMS) & set(shown)


def check_run(shown: dict[str, str], settings: Settings) -> None:
    """What is true of the whole run."""
    sweep, run = driver.engine_sweep(settings), settings.run_index
    assert float(shown["learningRate"]) == settings.learning_rate
    assert float(shown["criticalLearningRate"]) == sweep.stability_edge
    assert shown["verdict"] == sweep.verdicts[run]
    assert int(shown["divergedAt"]) == sweep.diverged_at[run]
    assert shown["sweep"] == settings.sweep_id


def check_strip(page: Page, settings: Settings) -> None:
    verdicts = page.eval_on_selector_all(
        "#strip .cell", "cells => cells.map((cell) => cell.dataset.verdict)"
    )
    assert tuple(verdicts) == driver.engine_sweep(settings).verdicts[:41]


def test_it_opens_on_the_line_and_shows_the_notebooks_first_step(page: Page) -> None:
    """0.01 takes the notebook's start to weight 0.1321, bias 0.5790, loss 2.8808."""
    shown = facts(page)
    assert (shown["learningRate"], shown["epoch"]) == ("0.01", "0")
    check(page, Settings(dataset="line", seed=0, hidden_units=0, epochs=1000, learning_rate=0.01))
    press(page, "playhead", "Home")
    shown = facts(page)
    assert {name: round(float(shown[name]), 4) for name in ("trainLoss", *PARAMS)} == {
        "trainLoss": 4.7714,
        "weight": -0.0075,
        "bias": 0.5364,
        "gradientWeight": -13.9623,
        "gradientBias": -4.2524,
    }
    press(page, "playhead", "ArrowRight")
    shown = facts(page)
    rounded = [round(float(shown[name]), 4) for name in ("trainLoss", "weight", "bias")]
    assert rounded == [2.8808, 0.1321, 0.5790]


def test_facts_equal_the_engines(page: Page) -> None:
    settings = Settings()
    for choices, learning_rates in (
        ({}, (0.0001, 0.05, 0.08)),
        ({"seed": 7, "epochs": 200}, (0.004, 0.063)),
        ({"dataset": "parabola"}, (0.25,)),
        ({"hidden_units": 3}, (0.8,)),
        ({"seed": 0, "hidden_units": 10, "epochs": 500}, (0.05, 0.5, 1.0)),
    ):
        driver.train(page, **choices)
        settings = replace(settings, **choices)
        check_strip(page, settings)
        for learning_rate in learning_rates:
            driver.choose_rate(page, learning_rate)
            wait_detail(page)
            settings = replace(settings, learning_rate=learning_rate)
            for keys in ("Home", "ArrowRight", "ArrowRight ArrowRight ArrowRight", "End"):
                press(page, "playhead", keys)
                check(page, settings)
            for place in (520, 930):
                driver.choose(page, "playhead", place)
                driver.next_frames(page)
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


def test_a_tenth_on_the_line_diverges_and_the_page_says_since_when_and_why(page: Page) -> None:
    driver.choose_rate(page, 0.1)
    wait_detail(page)
    shown = facts(page)
    assert (shown["verdict"], shown["divergedAt"]) == ("overflow", "1")
    explanation = driver.explanation(page)
    for said in (r"diverges", r"From epoch 1 on\b", r"epoch 190\b", r"sharpness", r"more than 2"):
        assert re.search(said, explanation), explanation
    press(page, "playhead", "End")
    check_overflowed(page, 1000)
    press(page, "playhead", "ArrowLeft")
    check_overflowed(page, 999)
    # Plotly's own traces, too, have to bear a run that goes to 1e38.
    driver.stay(page)
    # The last finite epoch is 189; the arrows lead over the border in both directions.
    page.evaluate("() => window.descentLab.goTo(189)")
    driver.next_frames(page)
    check(page, Settings(learning_rate=0.1))
    press(page, "playhead", "ArrowRight")
    check_overflowed(page, 190)
    press(page, "playhead", "ArrowLeft")
    assert facts(page)["epoch"] == "189"
    check(page, Settings(learning_rate=0.1))
    driver.stay(page)
    # And everything still works.
    driver.choose_rate(page, 0.01)
    press(page, "playhead", "Home")
    check(page, Settings(learning_rate=0.01))


def check_overflowed(page: Page, epoch: int) -> None:
    shown = facts(page)
    assert shown["epoch"] == str(epoch)
    assert {shown[name] for name in ("trainLoss", *PARAMS)} == {"NaN"}
    check_run(shown, Settings(learning_rate=0.1))


def test_the_parabola_with_ten_units_plays_its_fit(page: Page) -> None:
    driver.train(page, **PARABOLA)
    driver.choose_rate(page, 0.05)
    driver.choose(page, "playhead", 600)
    driver.rest(page)
    began = int(facts(page)["epoch"])
    settings = Settings(**PARABOLA, learning_rate=0.05)
    for epoch in (began, began + 1, began + 2):
        assert int(facts(page)["epoch"]) == epoch
        assert state(page, f"slices.at({epoch}) !== undefined")
        assert "exact" in page.locator("#cross-sections-note").inner_text()
        check(page, settings)
        check_fit(page, settings, epoch)
        page.locator("#epoch-on").click()
        driver.next_frames(page)
    check_playing(page)


def check_fit(page: Page, settings: Settings, epoch: int) -> None:
    """The curve on show is the network's, to within half a step of its 16-bit scale."""
    inputs = state(page, "sweep.fit.places")
    first, last = epoch * len(inputs), (epoch + 1) * len(inputs)
    shown = page.evaluate(
        "([first, last]) => Array.from(window.descentLab.state.track.fit.slice(first, last))",
        [first, last],
    )
    params = torch.tensor(driver.engine_run(settings).params[epoch][None])
    stacked = torch.tensor(inputs, dtype=torch.float32)[:, None]
    expected = network_for(settings).predict(params, stacked)[0].numpy()
    targets = datasets.builtin(settings.dataset).targets
    # Scaled to the targets' range and FIT_ROOM of it on either side; float32 rounds as well.
    step = (1 + 2 * FIT_ROOM) * float(targets.max() - targets.min()) / STEPS
    np.testing.assert_allclose(shown, expected, atol=0.5 * step + 1e-6)


def check_playing(page: Page) -> None:
    """From start to end every view has moved."""
    press(page, "playhead", "Home")
    before = driver.canvases(page)
    page.locator("#speed").select_option("4")
    page.locator("#play").click()
    driver.wait(page, "!lab.state.playing")
    after = driver.canvases(page)
    assert facts(page)["epoch"] == "500"
    assert not [name for name in before if before[name] == after[name]]

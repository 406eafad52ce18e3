"""The estimate knows every part of the work that the engine does. What it says in seconds is
measured by `make work`, not here: a test must not depend on the machine."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from app.choices import NUMBERS, SettingsError
from app.domain import cost_model
from app.engine import curvature, fit, optimizers, range_test, training
from app.engine.deadline import time_limit
from app.engine.landscape import surface
from app.settings import ADAPTIVE, Settings, estimated_seconds
from app.trainers.base import run_experiment
from tests.test_settings import valid

BIG = dict(dataset="diabetes", hidden_units=20, hidden_layers=2, epochs=40)
# A core's products and sums in a second, of matrices as large as these and in 32 bits, at best.
FASTEST = 40e9


def test_it_has_the_engines_sizes() -> None:
    assert cost_model.GRID_POINTS == surface.GRID**2
    assert cost_model.FIT_SAMPLES == fit.SAMPLES
    assert cost_model.RANGE_TEST_STEPS == range_test.STEPS
    assert cost_model.DENSE_PARAMS == curvature.DENSE_PARAMS
    assert 4 * cost_model.MOST_HISTORY == training.HISTORY_BYTES
    assert set(ADAPTIVE) == set(optimizers.SQUARES)
    assert set(cost_model.SECONDS_PER_UPDATE) | set(ADAPTIVE) >= set(optimizers.OPTIMIZERS)


@given(valid, st.integers(1, 500))
def test_more_epochs_never_take_less(settings: Settings, more: int) -> None:
    """Else the number of epochs that a refusal names would not be the most that fit."""
    seconds = settings.cost_model.seconds
    assert seconds(settings.epochs) < seconds(settings.epochs + more)


@pytest.mark.parametrize(
    ("change", "times"),
    [
        (dict(epochs=80), 1.3),
        (dict(learning_rate=3.0), 1.001),
        (dict(hidden_units=40), 2),
        (dict(hidden_layers=3), 1.4),
        (dict(activation="tanh"), 1.3),
        (dict(activation="logistic"), 1.1),
        (dict(optimizer="momentum"), 1.001),
        (dict(optimizer="adam"), 1.01),
        (dict(optimizer="nadam"), 1.01),
        (dict(weight_decay=0.1), 1.001),
        (dict(batch_size=100), 1.5),
        (dict(batch_size=50), 1.7),
    ],
)
def test_each_kind_of_more_work_takes_longer(change: dict[str, Any], times: float) -> None:
    settings = Settings(**BIG)
    more = dataclasses.replace(settings, **change)
    assert estimated_seconds(more) > times * estimated_seconds(settings)


def test_examples_that_are_held_back_are_measured_at_every_frame_of_every_run() -> None:
    half = Settings(**BIG, validation_fraction=0.5)
    unmeasured = dataclasses.replace(half.cost_model, held_back=0)
    assert half.cost_model.seconds(40) > 1.05 * unmeasured.seconds(40)


@pytest.mark.parametrize(
    "chosen",
    [
        dict(hidden_units=64, hidden_layers=3, epochs=50),
        dict(dataset="parabola", hidden_units=64, epochs=100, optimizer="adam"),
        dict(dataset="diabetes", hidden_units=64, hidden_layers=3, epochs=10),
        dict(dataset="diabetes", hidden_units=32, epochs=50, validation_fraction=0.5),
        dict(dataset="diabetes", hidden_units=32, hidden_layers=2, epochs=10, batch_size=100),
    ],
)
def test_no_machine_multiplies_as_fast_as_an_estimate_without_a_part_would_have_it(
    chosen: dict[str, Any],
) -> None:
    """torch counts its own products. An estimate that forgot some would need FASTEST and more."""
    settings = Settings(**chosen)
    # Counting takes longer than what is counted, so the clock stands still.
    with FlopCounterMode(display=False) as counter, time_limit(settings, lambda: 0.0):
        run_experiment(settings)
    assert counter.get_total_flops() / estimated_seconds(settings) < FASTEST


def test_the_largest_network_fits_on_the_largest_data_for_the_fewest_epochs() -> None:
    largest = dict(dataset="diabetes", hidden_units=64, hidden_layers=3)
    least = int(NUMBERS["epochs"].low)
    assert Settings(**largest, epochs=least).epochs == least
    with pytest.raises(SettingsError, match=r"3 layers of 64 hidden units at most \d0 epochs fit"):
        Settings(**largest, epochs=100)


def test_what_the_notebook_trains_fits_with_every_optimizer() -> None:
    for optimizer in ("sgd", *optimizers.OPTIMIZERS):
        assert Settings(optimizer=optimizer, epochs=5000)
        assert Settings(dataset="parabola", hidden_units=10, optimizer=optimizer, epochs=2000)

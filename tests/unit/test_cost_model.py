"""The estimate grows with everything that makes a training longer, and it alone decides what is
allowed. How close it comes to measured seconds is in docs/performance.md: a test must not depend on
the machine."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from app.domain.cost_model import epoch_limit, estimated_seconds
from app.domain.errors import InvalidSetting
from app.domain.fields import NAMES, NUMBERS
from app.domain.settings import Settings
from app.engine.deadline import time_limit
from app.trainers.base import run_experiment
from tests.unit.test_settings import valid

BIG = dict(dataset="diabetes", hidden_units=20, hidden_layers=2, epochs=40)
# Products and sums that one core does in a second at best, on 32-bit matrices as large as these.
FASTEST = 40e9


@given(valid, st.integers(1, 500))
def test_estimate_grows_with_epochs(settings: Settings, more: int) -> None:
    assert estimated_seconds(settings) < estimated_seconds(settings, settings.epochs + more)


@pytest.mark.parametrize(
    "change",
    [
        dict(epochs=80), dict(learning_rate=3.0), dict(hidden_units=21), dict(hidden_layers=3),
        dict(activation="logistic"), dict(activation="tanh"), dict(optimizer="momentum"),
        dict(optimizer="adam"), dict(batch_size=100),
    ],
)  # fmt: skip
def test_estimate_grows_with_every_setting_that_adds_work(change: dict[str, Any]) -> None:
    settings = Settings(**BIG)
    more = dataclasses.replace(settings, **change)
    assert estimated_seconds(more) > 1.01 * estimated_seconds(settings)


@pytest.mark.slow
@pytest.mark.parametrize(
    "chosen",
    [
        dict(hidden_units=64, hidden_layers=3, epochs=50),
        dict(dataset="parabola", hidden_units=64, epochs=100, optimizer="adam"),
        dict(dataset="diabetes", hidden_units=32, hidden_layers=2, epochs=10, batch_size=100),
    ],
)
def test_estimate_covers_the_products_that_torch_counts(chosen: dict[str, Any]) -> None:
    """torch counts its own products. An estimate that left some out would need FASTEST and more."""
    settings = Settings(**chosen)
    # Counting takes longer than what is counted, so the clock stands still.
    with FlopCounterMode(display=False) as counter, time_limit(cpu=lambda: 0.0):
        run_experiment(settings)
    assert counter.get_total_flops() / estimated_seconds(settings) < FASTEST


def test_largest_network_fits_on_the_largest_data_set() -> None:
    largest = dict(dataset="diabetes", hidden_units=64, hidden_layers=3)
    least = int(NUMBERS["epochs"].low)
    assert Settings(**largest, epochs=least).epochs == least
    with pytest.raises(InvalidSetting, match=r"With 3 layers of 64 hidden units the limit is \d0 "):
        Settings(**largest, epochs=100)


def test_notebook_trainings_fit_with_every_optimizer() -> None:
    for optimizer in NAMES["optimizer"].options:
        assert Settings(optimizer=optimizer, epochs=5000)
        assert Settings(dataset="parabola", hidden_units=10, optimizer=optimizer, epochs=2000)


@pytest.mark.parametrize(
    ("chosen", "limit", "sentence"),
    [
        (dict(hidden_units=64), 3360, "With 64 hidden units the limit is 3360 epochs."),
        (dict(), 900, "The limit is 900 epochs."),
        (dict(hidden_units=5, hidden_layers=2, batch_size=5), 70,
         "With 2 layers of 5 hidden units and 2 steps an epoch the limit is 70 epochs."),
        (dict(hidden_units=64, batch_size=5), 0,
         "With 2 steps an epoch this network is too large to train here."),
    ],
)  # fmt: skip
def test_error_names_the_epoch_limit_and_its_cause(
    chosen: dict[str, Any], limit: int, sentence: str
) -> None:
    assert epoch_limit(Settings(**chosen, epochs=10), limit) == sentence

"""Learning-rate schedules, compared with torch's schedulers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy import ndarray

from app.domain.options import SCHEDULES
from app.domain.settings import Settings
from app.engine import train_sweep
from app.engine.schedules import rate_factors
from tests.engine.torch_runs import advance, lone_training, scheduler_for
from tests.oracles import ROUNDING, stop

CHANGING = sorted(set(SCHEDULES) - {"constant"})
# Numbers of steps: every small one, and some large ones.
STEPS = (*range(10, 61), 119, 500, 1000, 2048)


def torchs_factors(settings: Settings, rate: float = 0.5) -> ndarray:
    """The rate at each step of torch's scheduler, divided by the base rate."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler, rates = scheduler_for(settings, optimizer), []
    for _ in range(settings.step_count):
        rates.append(optimizer.param_groups[0]["lr"])
        advance(optimizer, scheduler)
    return np.array(rates) / rate


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_rate_factors_equal_torchs_schedulers(name: str) -> None:
    warmup = {"warmup_epochs": 7} if name == "warmup_cosine" else {}
    for steps in STEPS:
        settings = Settings(schedule=name, epochs=steps, **warmup)
        # torch multiplies the rate at each step, and each time rounds.
        expected, near = torchs_factors(settings), 1e-15 * steps
        np.testing.assert_allclose(rate_factors(settings), expected, rtol=1e-9, atol=near)


@pytest.mark.parametrize("warmup", [1, 2, 10, 29])
def test_warm_up_of_any_length_equals_torchs(warmup: int) -> None:
    settings = Settings(schedule="warmup_cosine", epochs=30, warmup_epochs=warmup)
    np.testing.assert_allclose(rate_factors(settings), torchs_factors(settings), atol=1e-13)


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_schedule_advances_at_each_minibatch(name: str) -> None:
    warmup = {"warmup_epochs": 3} if name == "warmup_cosine" else {}
    settings = Settings(schedule=name, epochs=11, batch_size=3, **warmup)
    assert len(rate_factors(settings)) == settings.step_count == 44
    np.testing.assert_allclose(rate_factors(settings), torchs_factors(settings), atol=1e-13)


def test_rate_factors_lie_between_0_and_1() -> None:
    for name in SCHEDULES:
        factors = rate_factors(Settings(schedule=name, epochs=300))
        assert factors.max() <= 1 + 1e-12 and factors.min() >= 0


def test_cosine_schedule_halves_the_rate_half_way() -> None:
    assert rate_factors(Settings(schedule="cosine", epochs=100))[50] == pytest.approx(0.5)


def test_exponential_schedule_is_at_a_tenth_half_way() -> None:
    assert rate_factors(Settings(schedule="exponential", epochs=100))[50] == pytest.approx(0.1)


@pytest.mark.parametrize("batch_size", [0, 4])
@pytest.mark.parametrize("name", CHANGING)
def test_training_follows_its_schedule_as_in_torch(name: str, batch_size: int) -> None:
    settings = Settings(schedule=name, epochs=40, batch_size=batch_size)
    sweep = train_sweep(settings)
    for rate in (0.001, 0.02, 0.05):
        lone = lone_training(settings, sweep.start, rate)
        # Both round a few times at each step, in a different order.
        close = 4 * ROUNDING * settings.step_count
        assert np.abs(sweep.params[stop(rate)] - lone.params).max() <= close


@pytest.mark.parametrize("name", CHANGING)
def test_every_schedule_trains_differently(name: str) -> None:
    constant, changing = (
        train_sweep(Settings(epochs=40, schedule=schedule)).params[stop(0.05), -1]
        for schedule in ("constant", name)
    )
    assert np.abs(changing - constant).max() > 1e-3

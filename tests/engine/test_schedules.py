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

# Numbers of steps: every small one, and some large ones.
STEPS = (*range(10, 40), 119, 500, 1000)
each_schedule = pytest.mark.parametrize("name", sorted(SCHEDULES))


def torchs_factors(settings: Settings, rate: float = 0.5) -> ndarray:
    """The rate at each step of torch's scheduler, divided by the base rate."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler, rates = scheduler_for(settings, optimizer), []
    for _ in range(settings.step_count):
        rates.append(optimizer.param_groups[0]["lr"])
        advance(optimizer, scheduler)
    return np.array(rates) / rate


def chosen(name: str, warmup: int = 7, **others: int) -> Settings:
    more = {"warmup_epochs": warmup} if name == "warmup_cosine" else {}
    return Settings(schedule=name, **others, **more)


@each_schedule
def test_rate_factors_equal_torchs_schedulers(name: str) -> None:
    for steps in STEPS:
        settings = chosen(name, epochs=steps)
        # torch multiplies the rate at each step, and each time rounds.
        expected, near = torchs_factors(settings), 1e-15 * steps
        np.testing.assert_allclose(rate_factors(settings), expected, rtol=1e-9, atol=near)


@pytest.mark.parametrize("warmup", [1, 2, 10, 29])
def test_warm_up_of_any_length_equals_torchs(warmup: int) -> None:
    settings = chosen("warmup_cosine", warmup, epochs=30)
    np.testing.assert_allclose(rate_factors(settings), torchs_factors(settings), atol=1e-13)


@each_schedule
def test_training_follows_its_schedule_at_each_minibatch_as_in_torch(name: str) -> None:
    settings = chosen(name, epochs=20, batch_size=3)
    assert len(rate_factors(settings)) == settings.step_count == 80
    np.testing.assert_allclose(rate_factors(settings), torchs_factors(settings), atol=1e-13)
    sweep = train_sweep(settings)
    for rate in (0.001, 0.05):
        lone = lone_training(settings, sweep.start, rate)
        # Both round a few times at each step, in a different order.
        close = 4 * ROUNDING * settings.step_count
        assert np.abs(sweep.params[stop(rate)] - lone.params).max() <= close

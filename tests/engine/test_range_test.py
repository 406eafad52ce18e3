"""The learning-rate range test, compared with a plain torch loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.engine import train_sweep
from app.engine.range_test import range_test
from app.trainers.base import run_experiment
from tests.engine.torch_runs import data_for, module_for, optimizer_for, orders
from tests.oracles import experiment, same

TANH = dict(dataset="sine", hidden_units=4, activation="tanh", epochs=20)
KINDS = [
    Settings(dataset="sine", epochs=20, batch_size=16),
    Settings(**TANH, batch_size=16),
    Settings(**TANH, batch_size=7, optimizer="momentum", weight_decay=0.1),
    Settings(**TANH, batch_size=25, optimizer="adam", hidden_layers=2),
    Settings(**TANH, batch_size=60 - 1, optimizer="adamw", weight_decay=0.1, seed=3),
    Settings(dataset="diabetes", hidden_units=3, epochs=20, batch_size=200, hidden_layers=3),
]


def torchs_losses(settings: Settings, rates: np.ndarray) -> list[float]:
    """Each batch's loss before its step, whose rate is the next of `rates`."""
    module, (inputs, targets) = module_for(settings, dtype=torch.float32), data_for(settings)
    inputs, targets = inputs.float(), targets.float()
    optimizer = optimizer_for(settings, module, 1.0)
    batches = (batch for order in orders(settings) for batch in order.split(settings.batch_size))
    losses = []
    for rate, batch in zip(rates, batches, strict=False):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = F.mse_loss(module(inputs[batch]), targets[batch])
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    return losses


@pytest.mark.parametrize("settings", KINDS)
def test_range_test_losses_equal_torchs_own_loop_at_geometric_rates(settings: Settings) -> None:
    test = range_test(settings)
    rates = test.learning_rates
    ends = SLIDER_LEARNING_RATES[0], SLIDER_LEARNING_RATES[-1]
    assert (rates[0], rates[-1]) == pytest.approx(ends, rel=1e-12)
    assert rates[1:] / rates[:-1] == pytest.approx(rates[1] / rates[0], rel=1e-9)
    # Only up to where large steps start to magnify roundings.
    count = int((rates <= 0.02).sum())
    assert count > 100
    expected = torchs_losses(settings, rates[:count])
    assert test.batch_loss[:count] == pytest.approx(expected, rel=2e-4)
    for step in (0, 1, 5, 80):
        weights = 0.9 ** np.arange(step, -1, -1)
        expected = np.average(test.batch_loss[: step + 1], weights=weights)
        assert test.smoothed[step] == pytest.approx(expected, rel=1e-9)


def test_range_test_exists_for_minibatches_only() -> None:
    assert experiment(KINDS[0]).range_test is not None
    for batch_size in (0, 60):
        settings = Settings(dataset="sine", epochs=10, batch_size=batch_size)
        assert run_experiment(settings).range_test is None


def test_range_test_does_not_change_the_training() -> None:
    settings = KINDS[1]
    assert same(range_test(settings).batch_loss, range_test(settings).batch_loss)
    assert same(train_sweep(settings).params, experiment(settings).sweep.params)


def test_range_test_that_overflows_still_ends() -> None:
    """With curvatures far above 2, plain gradient descent at rate 1 overflows."""
    test = range_test(Settings(batch_size=5, optimizer="momentum", momentum=0.99))
    assert len(test.batch_loss) == len(test.smoothed) == len(test.learning_rates)
    assert not test.batch_loss[-1] < 1e3

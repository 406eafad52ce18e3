"""Both losses compared with torch's own, at any output, and the accuracy beside them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.domain.options import LOSSES as OPTIONS
from app.domain.settings import Settings
from app.engine import inspect_run, train_sweep
from app.engine.losses import LOSSES
from tests.engine.torch_runs import LOSSES as TORCHS
from tests.engine.torch_runs import data_for, lone_training, module_for
from tests.oracles import experiment, stop

outputs = st.lists(st.floats(-1e30, 1e30) | st.floats(-120, 120), min_size=1, max_size=9)
CIRCLES = Settings(
    dataset="circles", loss="cross_entropy", hidden_units=6, activation="tanh", epochs=60,
    learning_rate=0.5, validation_fraction=0.2,
)  # fmt: skip


def torchs(name: str, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Value and two derivatives of each example, by autograd. torch's cross-entropy is a
    difference, which keeps 16 digits of the logit, not of a small loss."""
    z = z.clone().requires_grad_()
    value = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    value = value if name == "cross_entropy" else (z - y).square()
    (slope,) = torch.autograd.grad(value.sum(), z, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), z)
    return value.detach(), slope.detach(), bend


def test_there_is_a_function_for_each_row_of_the_options() -> None:
    assert [*LOSSES] == [*OPTIONS] == [*TORCHS]


@pytest.mark.parametrize("name", LOSSES)
@given(outputs, st.integers(0, 1))
def test_value_and_derivatives_are_torchs_at_any_output(
    name: str, numbers: list[float], target: int
) -> None:
    z, loss = torch.tensor(numbers).double(), LOSSES[name]
    y = torch.full_like(z, target)
    value, slope, bend = torchs(name, z, y)
    assert loss.value(z, y).tolist() == pytest.approx(value.tolist(), rel=1e-12, abs=1e-13)
    assert (loss.factor * loss.error(z, y)).tolist() == pytest.approx(
        slope.tolist(), rel=1e-12, abs=1e-15
    )
    assert loss.bend(z).tolist() == pytest.approx(bend.tolist(), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", LOSSES)
@given(
    st.lists(st.floats(-(2.0**50), 2.0**50, width=32), min_size=1, max_size=9), st.integers(0, 1)
)
def test_in_place_they_are_the_same_in_32_bits(
    name: str, numbers: list[float], target: int
) -> None:
    z, loss = torch.tensor(numbers), LOSSES[name]
    y = torch.full_like(z, target)
    value, slope, _ = torchs(name, z.double(), y.double())
    values = torch.empty_like(z)
    loss.errors_(z, loss.known(y), values)
    assert values.tolist() == pytest.approx(value.tolist(), rel=1e-5, abs=1e-35)
    assert (loss.factor * z).tolist() == pytest.approx(slope.tolist(), rel=1e-5, abs=2e-7)


def test_cross_entropy_of_known_probabilities() -> None:
    """A coin's loss is log 2 nats; at p = 3/4 it is log 4/3, and log 4 for the other class; where a
    model is sure and wrong, the loss is the logit."""
    z = torch.tensor([0.0, math.log(3), math.log(3), 1e30, -1e30], dtype=torch.float64)
    y = torch.tensor([1.0, 1.0, 0.0, 0.0, 1.0], dtype=torch.float64)
    found = LOSSES["cross_entropy"].value(z, y).tolist()
    assert found == pytest.approx([math.log(2), math.log(4 / 3), math.log(4), 1e30, 1e30])
    assert LOSSES["cross_entropy"].predict(z)[1] == pytest.approx(0.75)
    # Nothing is cut off: right and very sure is e^-100, not 0.
    sure = LOSSES["cross_entropy"].value(torch.tensor([-100.0]).double(), torch.zeros(1).double())
    assert float(sure) == pytest.approx(math.exp(-100), rel=1e-12, abs=0)


@pytest.mark.parametrize("loss", LOSSES)
def test_accuracy_is_the_share_of_the_classes_that_torchs_model_predicts(loss: str) -> None:
    settings = Settings(**CIRCLES.choices() | dict(loss=loss))
    made = experiment(settings)
    sweep, data, run = made.sweep, made.dataset, stop(0.5)
    held = torch.tensor(data.validation_inputs), torch.tensor(data.validation_targets)
    for frame in (0, 20, -1):
        module = module_for(settings, sweep.params[run, frame], torch.float32)
        for (inputs, targets), shares in (
            (data_for(settings, torch.float32), sweep.accuracy),
            (held, sweep.validation_accuracy),
        ):
            probabilities = module(inputs)[:, 0]
            if loss == "cross_entropy":
                probabilities = probabilities.sigmoid()
            right = ((probabilities > 0.5) == (targets.flatten() == 1)).float().mean()
            assert shares[run, frame] == pytest.approx(float(right), abs=1e-6)
    detail = inspect_run(settings, made.training, made.surface)
    assert detail.accuracy[sweep.epochs] == pytest.approx(sweep.accuracy[run])
    assert detail.validation_accuracy[-1] == pytest.approx(sweep.validation_accuracy[run, -1])


def test_accuracy_is_missing_after_an_overflow_and_without_classes() -> None:
    settings = Settings(dataset="circles", features="squares,product", epochs=60)
    sweep = experiment(settings).sweep
    assert (sweep.overflow_at >= 0).any()
    assert np.array_equal(np.isnan(sweep.accuracy), np.isnan(sweep.train_loss))
    line = experiment(Settings(epochs=10)).sweep
    assert line.accuracy is None and line.validation_accuracy is None


@pytest.mark.parametrize(
    "change",
    [dict(), dict(hidden_units=3, hidden_layers=2), dict(optimizer="momentum", momentum=0.99)],
)
def test_a_run_overflows_at_the_epoch_at_which_torchs_does(change: dict) -> None:
    """Weight decay of 1 at a rate of 10 turns all params around, nine times as long: logits of any
    size, until one is infinite."""
    settings = Settings(
        dataset="two_clouds", loss="cross_entropy", weight_decay=1, learning_rate=10, epochs=60,
        **change,
    )  # fmt: skip
    sweep = train_sweep(settings)
    alone = lone_training(settings, sweep.start, 10.0).train_loss
    overflow = int(sweep.overflow_at[settings.run_index])
    assert overflow == int(np.isfinite(alone).argmin()) > 0
    assert np.isfinite(alone[:overflow]).all()
    before = sweep.train_loss[settings.run_index][sweep.epochs < overflow]
    assert before == pytest.approx(alone[sweep.epochs[sweep.epochs < overflow]], rel=1e-3)

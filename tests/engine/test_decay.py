"""Weight decay: where it leads the linear model, compared with a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.data_options import DATASETS
from app.domain.settings import Settings
from app.engine import datasets, train_sweep
from app.engine.datasets import dataset_for
from app.engine.optima import linear_optimum
from tests.engine.torch_runs import loss_of
from tests.oracles import experiment, quadratic, stop


@pytest.mark.parametrize("weight_decay", [0.01, 1])
@pytest.mark.parametrize("name", DATASETS)
def test_linear_optimum_with_l2_decay_solves_the_ridge_equations(
    name: str, weight_decay: float
) -> None:
    settings = Settings(dataset=name, weight_decay=weight_decay, validation_fraction=0.2)
    optimum, loss, name = linear_optimum(settings)
    best = quadratic(settings)[1]
    assert name == "least squares with weight decay"
    assert optimum == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert loss == pytest.approx(loss_of(settings, best), rel=1e-9)
    assert loss > dataset_for(settings).least_squares_loss


@pytest.mark.parametrize("change", [dict(), dict(optimizer="adamw", weight_decay=0.3)])
def test_linear_optimum_without_l2_decay_is_least_squares(change: dict) -> None:
    data, (optimum, loss, _) = datasets.builtin("line"), linear_optimum(Settings(**change))
    assert optimum.tolist() == data.least_squares.tolist() and loss == data.least_squares_loss


@pytest.mark.parametrize(
    ("name", "optimizer"), [("line", "sgd"), ("plane", "momentum"), ("parabola", "nesterov")]
)
def test_long_training_with_l2_decay_reaches_the_ridge_optimum(name: str, optimizer: str) -> None:
    settings = Settings(dataset=name, optimizer=optimizer, weight_decay=0.3, epochs=1000)
    made, run, best = experiment(settings), stop(0.04), quadratic(settings)[1]
    assert made.sweep.params[run, -1] == pytest.approx(best, abs=1e-4)
    assert made.sweep.arrived[run] and made.sweep.verdicts[run] == "converging"
    assert made.sweep.reference_loss == pytest.approx(loss_of(settings, best), rel=1e-9)
    if settings.is_line:
        assert made.surface.optimum == pytest.approx(best, rel=1e-6)
        assert made.surface.optimum_loss == made.sweep.reference_loss
        assert made.surface.optimum_name == "least squares with weight decay"


@pytest.mark.parametrize(
    ("change", "factors"),
    [
        (dict(), np.ones(50)),
        (dict(optimizer="adamw", schedule="cosine"), (1 + np.cos(np.pi * np.arange(50) / 50)) / 2),
    ],
    ids=["L2", "AdamW"],
)
def test_decay_shrinks_weights_without_gradient_by_the_scheduled_rate(
    change: dict, factors: np.ndarray
) -> None:
    """No gradient passes threshold units, so their weights lose their share at each step."""
    settings = Settings(
        dataset="parabola", hidden_units=4, activation="threshold", weight_decay=0.5, epochs=50,
        **change,
    )  # fmt: skip
    sweep = train_sweep(settings)
    shares = np.append(1, np.cumprod(1 - 0.5 * 0.01 * factors))
    expected = shares[:, None] * sweep.start[:8]
    assert sweep.params[stop(0.01), :, :8] == pytest.approx(expected, rel=1e-5)


def test_kept_loss_and_sharpness_do_not_include_the_decay() -> None:
    plain, decayed = (train_sweep(Settings(weight_decay=one, epochs=10)) for one in (0, 1))
    assert plain.start_sharpness == decayed.start_sharpness
    run = stop(0.01)
    for frame in (0, 5, 10):
        expected = loss_of(decayed.settings, decayed.params[run, frame])
        assert decayed.train_loss[run, frame] == pytest.approx(expected, rel=1e-5)

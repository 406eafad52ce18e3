"""Weight decay: where it leads the linear model, compared with a closed form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray

from app.domain.options import DATASETS
from app.domain.settings import Settings
from app.engine import datasets, train_sweep
from app.engine.datasets import dataset_for
from app.trainers.base import run_experiment
from tests.engine.torch_runs import loss_of
from tests.oracles import stop

DECAYS = [0.01, 0.3, 1]


def shrunken(settings: Settings) -> ndarray:
    """The minimum of mean (X p - y)^2 + d/2 |p|^2: (2/n X'X + d I) p = 2/n X'y."""
    data = dataset_for(settings)
    columns = np.column_stack([data.inputs, np.ones(len(data.inputs))]).astype(float)
    scale, d = 2 / len(columns), settings.weight_decay
    matrix = scale * columns.T @ columns + d * np.eye(columns.shape[1])
    return np.linalg.solve(matrix, scale * columns.T @ data.targets.astype(float))


@pytest.mark.parametrize("weight_decay", DECAYS)
@pytest.mark.parametrize("name", DATASETS)
def test_linear_optimum_with_l2_decay_solves_the_ridge_equations(
    name: str, weight_decay: float
) -> None:
    settings = Settings(dataset=name, weight_decay=weight_decay, validation_fraction=0.2)
    optimum, loss, name = datasets.linear_optimum(settings)
    assert name == "least squares with weight decay"
    assert optimum == pytest.approx(shrunken(settings), rel=1e-6, abs=1e-9)
    assert loss == pytest.approx(loss_of(settings, shrunken(settings)), rel=1e-9)
    assert loss > dataset_for(settings).least_squares_loss


@pytest.mark.parametrize("change", [dict(), dict(optimizer="adamw", weight_decay=0.3)])
def test_linear_optimum_without_l2_decay_is_least_squares(change: dict) -> None:
    data, (optimum, loss, _) = datasets.builtin("line"), datasets.linear_optimum(Settings(**change))
    assert optimum.tolist() == data.least_squares.tolist() and loss == data.least_squares_loss


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
@pytest.mark.parametrize("name", ["line", "parabola", "plane"])
def test_long_training_with_l2_decay_reaches_the_ridge_optimum(name: str, optimizer: str) -> None:
    settings = Settings(dataset=name, optimizer=optimizer, weight_decay=0.3, epochs=2000)
    sweep, run = train_sweep(settings), stop(0.02)
    assert sweep.params[run, -1] == pytest.approx(shrunken(settings), abs=1e-4)
    assert sweep.arrived[run] and sweep.verdicts[run] == "converging"


@pytest.mark.parametrize("weight_decay", DECAYS)
def test_marked_optimum_and_reference_loss_are_those_of_ridge_regression(
    weight_decay: float,
) -> None:
    settings = Settings(weight_decay=weight_decay, epochs=500)
    made, best = run_experiment(settings), shrunken(settings)
    loss = loss_of(settings, best)
    assert made.surface.optimum == pytest.approx(best, rel=1e-6)
    assert made.surface.optimum_loss == pytest.approx(loss, rel=1e-9)
    assert made.surface.optimum_name == "least squares with weight decay"
    assert made.sweep.reference_loss == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("weight_decay", [0.1, 1])
@pytest.mark.parametrize(
    ("name", "seed"), [("line", 0), ("line", 42), ("parabola", 0), ("sine", 5)]
)
def test_box_with_l2_decay_holds_start_and_optimum(
    name: str, seed: int, weight_decay: float
) -> None:
    settings = Settings(dataset=name, seed=seed, weight_decay=weight_decay, epochs=10)
    made, sides = run_experiment(settings), []
    for point in (made.sweep.start, shrunken(settings)):
        for value, (low, high) in zip(
            point, (made.surface.box.first, made.surface.box.second), strict=True
        ):
            sides.append(low < value < high)
    assert all(sides)


def test_reference_loss_of_several_predictors_is_that_of_ridge_regression() -> None:
    settings = Settings(dataset="diabetes", weight_decay=0.3, epochs=300)
    sweep = train_sweep(settings)
    assert sweep.reference_loss == pytest.approx(loss_of(settings, shrunken(settings)), rel=1e-9)
    assert sweep.arrived[stop(0.1)] and not sweep.arrived[stop(0.0001)]


def test_stability_edge_counts_l2_decay_as_curvature() -> None:
    plain, decayed = (
        train_sweep(Settings(weight_decay=weight_decay, epochs=10)) for weight_decay in (0, 1)
    )
    assert plain.start_sharpness == decayed.start_sharpness
    assert 2 / decayed.stability_edge == pytest.approx(2 / plain.stability_edge + 1)


def test_l2_decay_shrinks_weights_without_gradient_by_the_same_share() -> None:
    """No gradient passes threshold units, so their weights lose the same share at each step."""
    settings = Settings(
        dataset="parabola", hidden_units=4, activation="threshold", weight_decay=0.5, epochs=50
    )
    sweep = train_sweep(settings)
    shares = (1 - 0.5 * 0.01) ** np.arange(51)
    expected = shares[:, None] * sweep.start[:8]
    assert sweep.params[stop(0.01), :, :8] == pytest.approx(expected, rel=1e-5)


def test_adamw_decay_shrinks_weights_without_gradient_by_the_scheduled_rate() -> None:
    settings = Settings(
        dataset="parabola", hidden_units=4, activation="threshold", weight_decay=0.5, epochs=50,
        optimizer="adamw", schedule="cosine",
    )  # fmt: skip
    sweep, steps = train_sweep(settings), np.arange(50)
    factors = 1 - 0.5 * 0.01 * (1 + np.cos(np.pi * steps / 50)) / 2
    expected = np.append(1, np.cumprod(factors))[:, None] * sweep.start[:8]
    assert sweep.params[stop(0.01), :, :8] == pytest.approx(expected, rel=1e-5)

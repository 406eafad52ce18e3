"""Momentum on the line, an exact quadratic: closed forms and the stability edge."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray

from app.domain.settings import Settings
from app.domain.stability import sharpness_numerator, stability_edge_numerator
from app.engine import datasets, train_sweep
from app.engine.training import descend
from tests.oracles import ROUNDING

MOMENTA = [0.0, 0.5, 0.9, 0.99]
EPOCHS = 150  # so that all are frames


def quadratic(weight_decay: float = 0.0) -> tuple[ndarray, ndarray, ndarray]:
    """Of loss + decay/2 |params|^2 on the line: eigenvalues, eigenvectors, minimum."""
    line = datasets.builtin("line")
    columns = np.column_stack([line.inputs, np.ones(10)]).astype(float)
    hessian = 0.2 * columns.T @ columns + weight_decay * np.eye(2)
    return *np.linalg.eigh(hessian), np.linalg.solve(hessian, 0.2 * columns.T @ line.targets)


def recurrence(optimizer: str, rate: float, curvature: float, b: float) -> ndarray:
    """How one step turns (error, velocity) along an eigenvector, gradient = curvature x error:
    velocity <- b velocity + gradient, then error <- error - rate x velocity; or, by Nesterov,
    error <- error - rate x (gradient + b velocity)."""
    if optimizer == "adam":  # velocity <- b velocity + (1 - b) gradient
        return np.array([[1 - rate * curvature * (1 - b), -rate * b], [curvature * (1 - b), b]])
    if optimizer == "momentum":
        return np.array([[1 - rate * curvature, -rate * b], [curvature, b]])
    return np.array([[1 - rate * curvature * (1 + b), -rate * b * b], [curvature, b]])


def closed_form(settings: Settings, start: ndarray, rate: float) -> ndarray:
    """Params (epoch, param): the recurrence's powers along each eigenvector."""
    curvatures, vectors, best = quadratic(settings.weight_decay)
    errors = []
    for curvature, error in zip(curvatures, vectors.T @ (start - best), strict=True):
        matrix = recurrence(settings.optimizer, rate, curvature, settings.momentum)
        powers = [np.linalg.matrix_power(matrix, t) for t in range(settings.epochs + 1)]
        errors.append([power[0, 0] * error for power in powers])
    return best + np.array(errors).T @ vectors.T


def edge(optimizer: str, b: float) -> float:
    """The learning rate x curvature where an eigenvalue of the recurrence reaches -1, found by
    bisection; below it all are within the unit circle."""
    low, high = 0.0, 500.0
    for _ in range(60):
        middle = (low + high) / 2
        radius = np.abs(np.linalg.eigvals(recurrence(optimizer, middle, 1.0, b))).max()
        low, high = (middle, high) if radius < 1 else (low, middle)
    return low


@pytest.mark.parametrize("weight_decay", [0, 0.5])
@pytest.mark.parametrize("momentum", MOMENTA)
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_momentum_on_a_quadratic_follows_its_recurrence(
    optimizer: str, momentum: float, weight_decay: float
) -> None:
    settings = Settings(
        optimizer=optimizer, momentum=momentum, weight_decay=weight_decay, epochs=EPOCHS, seed=2
    )
    sweep = train_sweep(settings)
    for run in range(0, len(sweep.learning_rates), 3):
        rate = float(np.float32(sweep.learning_rates[run]))
        known = np.isfinite(sweep.train_loss[run])
        expected = closed_form(settings, sweep.start.astype(float), rate)[known]
        # A step rounds a few times; the largest params so far set a rounding's size, and momentum
        # carries each on for 1 / (1 - momentum) steps.
        size = np.maximum.accumulate(np.maximum(np.abs(expected).max(axis=1), 1))
        steps = np.arange(1, len(expected) + 1)
        close = 4 * ROUNDING * steps * size * max(1, 1 / (1 - momentum) / 10)
        assert (np.abs(sweep.params[run, known] - expected).max(axis=1) <= close).all()


@pytest.mark.parametrize("momentum", MOMENTA)
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_stability_edge_with_momentum_is_where_the_recurrence_starts_to_grow(
    optimizer: str, momentum: float
) -> None:
    settings = Settings(optimizer=optimizer, momentum=momentum)
    assert stability_edge_numerator(settings) == pytest.approx(edge(optimizer, momentum), rel=1e-9)


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_adam_sharpness_settles_where_its_running_mean_starts_to_grow(optimizer: str) -> None:
    """Adam's preconditioner hardly changes between two steps: what remains is a running mean."""
    settled = sharpness_numerator(Settings(optimizer=optimizer))
    assert settled == pytest.approx(edge("adam", 0.9), rel=1e-9)


@pytest.mark.parametrize("optimizer", ["rmsprop", "adagrad"])
def test_rescaled_sharpness_without_momentum_settles_at_2(optimizer: str) -> None:
    assert sharpness_numerator(Settings(optimizer=optimizer)) == stability_edge_numerator(
        Settings()
    )


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
def test_sharpness_of_non_adaptive_optimizers_settles_at_the_stability_edge(optimizer: str) -> None:
    settings = Settings(optimizer=optimizer)
    assert sharpness_numerator(settings) == stability_edge_numerator(settings)


def test_nadam_has_no_sharpness_numerator() -> None:
    assert sharpness_numerator(Settings(optimizer="nadam")) is None


def test_plain_descent_has_stability_numerator_2() -> None:
    assert stability_edge_numerator(Settings()) == 2


@pytest.mark.parametrize("optimizer", ["rmsprop", "adagrad", "adam", "adamw", "nadam"])
def test_adaptive_optimizers_have_no_stability_edge(optimizer: str) -> None:
    settings = Settings(optimizer=optimizer, epochs=10)
    assert (
        stability_edge_numerator(settings) is None
        and train_sweep(settings).stability_edge == np.inf
    )


@pytest.mark.parametrize("weight_decay", [0, 0.5])
@pytest.mark.parametrize(
    ("optimizer", "momentum"),
    [("sgd", 0.9), *((name, b) for name in ("momentum", "nesterov") for b in (0.3, 0.6, 0.9))],
)
def test_line_with_momentum_converges_just_below_its_stability_edge_and_diverges_just_above(
    optimizer: str, momentum: float, weight_decay: float
) -> None:
    b = momentum if optimizer != "sgd" else 0.0
    numerator = edge("momentum" if optimizer == "sgd" else optimizer, b)
    critical = numerator / quadratic(weight_decay)[0].max()
    chosen = dict(optimizer=optimizer, momentum=momentum, weight_decay=weight_decay)
    sweep = train_sweep(Settings(epochs=10, **chosen))
    assert sweep.stability_edge == pytest.approx(critical, rel=1e-6)
    rates = [0.99 * critical, 1.01 * critical]
    below, above = descend(Settings(epochs=1000, **chosen), [0], learning_rates=rates).train_loss
    assert below[-1] < 1.1 * sweep.reference_loss
    assert not above[-1] < above[0]

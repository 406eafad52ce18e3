"""Momentum on the line, an exact quadratic: closed forms and the stability edge."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray

from app.domain.options import OPTIMIZERS
from app.domain.settings import Settings
from app.domain.stability import (
    sharpness_decay,
    sharpness_formula,
    sharpness_numerator,
    stability_edge_numerator,
)
from app.engine import train_sweep
from app.engine.training import descend
from tests.engine.test_optimizers import ADAPTIVE
from tests.oracles import ROUNDING, quadratic

EPOCHS = 150  # so that all are frames


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
    hessian, best = quadratic(settings)
    curvatures, vectors = np.linalg.eigh(hessian)
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


@pytest.mark.parametrize(
    ("momentum", "weight_decay"), [(0, 0), (0.5, 0.5), (0.9, 0), (0.9, 0.5), (0.99, 0)]
)
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_momentum_on_a_quadratic_follows_its_recurrence(
    optimizer: str, momentum: float, weight_decay: float
) -> None:
    settings = Settings(
        optimizer=optimizer, momentum=momentum, weight_decay=weight_decay, epochs=EPOCHS, seed=2
    )
    sweep = train_sweep(settings)
    for run in range(0, len(sweep.learning_rates), 4):
        rate = float(np.float32(sweep.learning_rates[run]))
        known = np.isfinite(sweep.train_loss[run])
        expected = closed_form(settings, sweep.start.astype(float), rate)[known]
        # A step rounds a few times; the largest params so far set a rounding's size, and momentum
        # carries each on for 1 / (1 - momentum) steps.
        size = np.maximum.accumulate(np.maximum(np.abs(expected).max(axis=1), 1))
        steps = np.arange(1, len(expected) + 1)
        close = 4 * ROUNDING * steps * size * max(1, 1 / (1 - momentum) / 10)
        assert (np.abs(sweep.params[run, known] - expected).max(axis=1) <= close).all()


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_stability_edge_with_momentum_is_where_the_recurrence_starts_to_grow(
    optimizer: str, momentum: float
) -> None:
    settings = Settings(optimizer=optimizer, momentum=momentum)
    assert stability_edge_numerator(settings) == pytest.approx(edge(optimizer, momentum), rel=1e-9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_sharpness_settles_at_the_stability_edge_of_the_rescaled_steps(optimizer: str) -> None:
    """A preconditioner hardly changes between two steps: what remains is plain descent, or the
    running mean of Adam. That of NAdam changes on the way."""
    known = dict.fromkeys(("sgd", "rmsprop", "adagrad"), 2.0)
    known |= {name: edge(name, 0.9) for name in ("momentum", "nesterov")}
    known |= dict.fromkeys(("adam", "adamw"), edge("adam", 0.9))
    settings = Settings(optimizer=optimizer, epochs=10)
    assert sharpness_numerator(settings) == pytest.approx(known.get(optimizer))
    if optimizer in ADAPTIVE:
        assert stability_edge_numerator(settings) is None
        assert train_sweep(settings).stability_edge == np.inf
    else:
        assert stability_edge_numerator(settings) == sharpness_numerator(settings)


@pytest.mark.parametrize("rate", [0.01, 0.3, 1.5])
@pytest.mark.parametrize("decay", [0, 0.1, 1])
def test_sharpness_at_the_edge_with_decay_is_where_the_recurrences_start_to_grow(
    rate: float, decay: float
) -> None:
    """Along an eigenvector of the rescaled Hessian, (error, running mean): AdamW takes its decay
    off the error alone, after the step."""

    def radius(sharpness: float) -> float:
        matrix = recurrence("adam", rate, sharpness, 0.9)
        matrix[0, 0] -= rate * decay
        return float(np.abs(np.linalg.eigvals(matrix)).max())

    settings = Settings(optimizer="adamw", weight_decay=decay)
    limit = (sharpness_numerator(settings) or 0) / rate - sharpness_decay(settings)
    assert radius(0.999 * limit) < 1 < radius(1.001 * limit)
    assert sharpness_formula(settings) == "38 / learning rate" + {
        0: "", 0.1: " − 19 × decay", 1: " − 19 × decay"
    }[decay]  # fmt: skip
    # Rescaled with the curvature, L2 decay leaves the limit where it is.
    assert sharpness_decay(Settings(optimizer="adagrad", weight_decay=decay)) == 0
    assert sharpness_decay(Settings(optimizer="momentum", weight_decay=decay)) == decay


@pytest.mark.parametrize(
    ("optimizer", "momentum", "weight_decay"),
    [("sgd", 0.9, 0), ("sgd", 0.9, 0.5), ("momentum", 0.3, 0.5), ("momentum", 0.9, 0),
     ("nesterov", 0.6, 0), ("nesterov", 0.9, 0.5)],
)  # fmt: skip
def test_line_converges_just_below_its_stability_edge_and_diverges_just_above(
    optimizer: str, momentum: float, weight_decay: float
) -> None:
    numerator = 2 if optimizer == "sgd" else edge(optimizer, momentum)
    chosen = dict(optimizer=optimizer, momentum=momentum, weight_decay=weight_decay)
    sweep = train_sweep(Settings(epochs=10, **chosen))
    critical = numerator / np.linalg.eigvalsh(quadratic(sweep.settings)[0])[-1]
    assert sweep.stability_edge == pytest.approx(critical, rel=1e-6)
    rates = [0.99 * critical, 1.01 * critical]
    below, above = descend(Settings(epochs=1000, **chosen), [0], learning_rates=rates).train_loss
    assert below[-1] < 1.1 * sweep.reference_loss
    assert not above[-1] < above[0]

"""Trainings that many tests share, and exact comparisons.

"The notebook" in the tests is the one that docs/notebook.md describes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from app.trainers.base import Experiment, run_experiment

# The largest relative change by one rounding to float32.
ROUNDING = 2.0**-24

LINE = Settings(dataset="line", seed=0, hidden_units=0, epochs=1000, learning_rate=0.01)
PARABOLA = Settings(dataset="parabola", hidden_units=10, epochs=500, learning_rate=0.05)
NARROW = Settings(dataset="parabola", hidden_units=1, epochs=100)
WIDE = Settings(dataset="parabola", hidden_units=64, epochs=200)
BENT_LINE = Settings(dataset="line", hidden_units=3, epochs=200, seed=1)
LINES = (LINE, Settings(dataset="parabola", epochs=200, seed=3))
NETWORKS = (PARABOLA, NARROW, WIDE, BENT_LINE)
ALL = LINES + NETWORKS


def name_of(value: object) -> str | None:
    """A readable test id for Settings."""
    if not isinstance(value, Settings):
        return None
    return f"{value.dataset}-{value.hidden_units}-{value.learning_rate:g}"


def stop(learning_rate: float) -> int:
    """The index of the run with this slider rate."""
    return SLIDER_LEARNING_RATES.index(learning_rate)


def with_rate(settings: Settings, learning_rate: float) -> Settings:
    return replace(settings, learning_rate=learning_rate)


@cache
def experiment(settings: Settings) -> Experiment:
    """Trained once for all tests, which must not change it."""
    return run_experiment(settings)


def quadratic(settings: Settings) -> tuple[ndarray, ndarray]:
    """Hessian and minimum of the linear model's loss with L2 decay d, by the normal equations
    (2/n X'X + d I) p = 2/n X'y."""
    data = dataset_for(settings)
    columns = np.column_stack([data.inputs, np.ones(len(data.inputs))]).astype(float)
    scale = 2 / len(columns)
    hessian = scale * columns.T @ columns + settings.weight_decay * np.eye(columns.shape[1])
    return hessian, np.linalg.solve(hessian, scale * columns.T @ data.targets.astype(float))


@contextmanager
def global_seed(seed: int) -> Iterator[None]:
    """torch.manual_seed(seed) for the CPU, as the notebook does it, undone afterwards. For all
    devices it would take a hundred times as long."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def flat(network: nn.Module) -> Tensor:
    return parameters_to_vector(network.parameters()).detach().clone()


def same(left: ndarray, right: ndarray) -> bool:
    """Whether two arrays are equal bit for bit, with NaN equal to NaN."""
    return bool(np.array_equal(left, right, equal_nan=True))


def check_same(one: Any, other: Any) -> None:
    """Asserts that two values of any depth are the same bit for bit."""
    assert type(one) is type(other)
    if isinstance(one, Tensor | np.ndarray):
        one, other = np.asarray(one), np.asarray(other)
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif is_dataclass(one):
        for part in fields(one):
            check_same(getattr(one, part.name), getattr(other, part.name))
    elif isinstance(one, tuple):
        for parts in zip(one, other, strict=True):
            check_same(*parts)
    else:
        assert one == other or (one != one and other != other)

"""Reference results: plain torch, one run at a time, and direct evaluation in float64.

"The notebook" in the tests is the one that docs/notebook.md describes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy import ndarray
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import Dataset
from app.domain.settings import Settings
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


@contextmanager
def global_seed(seed: int) -> Iterator[None]:
    """torch.manual_seed(seed) for the CPU, as the notebook does it, undone afterwards. For all
    devices it would take a hundred times as long."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def model(hidden_units: int, features: int = 1) -> nn.Sequential:
    """The network as the notebook builds it, drawn from torch's global generator."""
    if not hidden_units:
        return nn.Sequential(nn.Linear(features, 1))
    return nn.Sequential(nn.Linear(features, hidden_units), nn.ReLU(), nn.Linear(hidden_units, 1))


def flat(network: nn.Module) -> Tensor:
    return parameters_to_vector(network.parameters()).detach().clone()


def model_at(params: ndarray | Tensor, hidden_units: int, features: int = 1) -> nn.Sequential:
    """The notebook's network in float64 with the given flat parameters."""
    with global_seed(0):
        network = model(hidden_units, features).double()
    vector_to_parameters(torch.as_tensor(params).double(), network.parameters())
    return network


def loss_at(params: ndarray, settings: Settings, dataset: Dataset) -> float:
    """The train loss by plain torch in float64."""
    network = model_at(params, settings.hidden_units)
    inputs, targets = doubles(dataset)
    return F.mse_loss(network(inputs), targets).item()


def gradient_at(params: ndarray, settings: Settings, dataset: Dataset) -> ndarray:
    """The train loss's gradient by autograd in float64."""
    network = model_at(params, settings.hidden_units)
    inputs, targets = doubles(dataset)
    F.mse_loss(network(inputs), targets).backward()
    return torch.cat([part.grad.flatten() for part in network.parameters()]).numpy()


def doubles(dataset: Dataset) -> tuple[Tensor, Tensor]:
    return torch.tensor(dataset.inputs).double(), torch.tensor(dataset.targets)[:, None].double()


class LoneRun(NamedTuple):
    """params (epoch, param) and the loss at each epoch, before its step."""

    params: ndarray
    train_loss: ndarray


def lone_run(
    dataset: Dataset, start: Tensor, hidden_units: int, learning_rate: float, epochs: int
) -> LoneRun:
    """One training of one learning rate in float32, as the notebook writes it."""
    inputs, targets = torch.tensor(dataset.inputs), torch.tensor(dataset.targets)[:, None]
    network = model(hidden_units, inputs.shape[1])
    vector_to_parameters(start.clone(), network.parameters())
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
    params, losses = [], []
    for _ in range(epochs + 1):
        loss = F.mse_loss(network(inputs), targets)
        params.append(flat(network).numpy())
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return LoneRun(np.array(params), np.array(losses))


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

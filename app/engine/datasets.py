"""The data sets: one small function each, named as its row in domain/options.py. A training's seed
never changes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
import torch
from jaxtyping import Float
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from app.domain.options import DATASETS, OPTIMIZERS
from app.domain.results import Dataset, Scaling
from app.domain.settings import Settings
from app.domain.user_data import UserData

NOTEBOOK_SEED = 0
POINTS = 60
STEPS = 4


def line() -> tuple[np.ndarray, np.ndarray]:
    """Ten points around y = 0.5 x + 1. The noise is added to x before the slope halves it, so its
    standard deviation on y is 0.25."""
    random = np.random.RandomState(NOTEBOOK_SEED)
    inputs = random.uniform(0, 5, size=10).astype("float32")
    errors = random.normal(loc=0.0, scale=0.5, size=10).astype("float32")
    return inputs[:, None], 0.5 * (inputs + errors) + 1


def parabola() -> tuple[np.ndarray, np.ndarray]:
    """A hundred points on y = x^2, each lifted by up to 0.2."""
    generator = torch.Generator().manual_seed(NOTEBOOK_SEED)
    inputs = torch.linspace(-1, 1, 100)[:, None]
    targets = inputs.pow(2) + 0.2 * torch.rand(inputs.shape, generator=generator)
    return inputs.numpy(), targets[:, 0].numpy()


def plane() -> tuple[np.ndarray, np.ndarray]:
    """Sixty points around the plane y = 0.8 x1 - 0.5 x2 + 0.3, noise of standard deviation 0.1."""
    random = np.random.RandomState(NOTEBOOK_SEED)
    inputs = random.uniform(-1, 1, size=(60, 2))
    targets = inputs @ [0.8, -0.5] + 0.3 + random.normal(scale=0.1, size=60)
    return inputs.astype("float32"), targets.astype("float32")


def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """Ten measurements of 442 patients and how their diabetes went on a year later.

    scikit-learn ships them (Efron et al. 2004, https://doi.org/10.1214/009053604000000067). All
    eleven columns are standardised: mean 0, standard deviation 1.
    """
    inputs, targets = load_diabetes(return_X_y=True)
    table = StandardScaler().fit_transform(np.column_stack([inputs, targets])).astype("float32")
    return table[:, :-1], table[:, -1]


def sine(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """One wave, y = sin(pi x), between -1 and 1."""
    return _noisy(lambda x: np.sin(np.pi * x), noise)


def staircase(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """STEPS level stairs from -1 up to 1."""
    return _noisy(
        lambda x: np.floor((x + 1) / 2 * STEPS).clip(0, STEPS - 1) * 2 / (STEPS - 1) - 1, noise
    )


def noisy_parabola(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Points on y = x^2, with as much noise as one likes."""
    return _noisy(np.square, noise)


def _noisy(
    curve: Callable[[np.ndarray], np.ndarray], noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """POINTS evenly spaced inputs; more noise moves the same points farther the same way."""
    inputs = np.linspace(-1, 1, POINTS)
    errors = np.random.RandomState(NOTEBOOK_SEED).normal(size=POINTS)
    targets = curve(inputs) + noise * errors
    return inputs[:, None].astype("float32"), targets.astype("float32")


# Entries live as long as their UserData does.
_USER_DATA: WeakKeyDictionary[UserData, dict[float, Dataset]] = WeakKeyDictionary()


def dataset_for(settings: Settings) -> Dataset:
    """The data that `settings` ask for."""
    if settings.user_data is None:
        return builtin(settings.dataset, settings.noise, settings.validation_fraction)
    made = _USER_DATA.setdefault(settings.user_data, {})
    fraction = settings.validation_fraction
    if fraction not in made:
        made[fraction] = split(*user_dataset(settings.user_data), fraction)
    return made[fraction]


def user_dataset(data: UserData) -> tuple[np.ndarray, np.ndarray, Scaling]:
    """A person's examples in float32, standardised where they want it so."""
    table, columns = data.table, data.table.shape[1]
    means, scales = np.zeros(columns), np.ones(columns)
    if data.is_standardized:
        scaler = StandardScaler().fit(table)
        table, means, scales = scaler.transform(table), scaler.mean_, scaler.scale_
    scaling = Scaling(means[:-1], scales[:-1], float(means[-1]), float(scales[-1]))
    return table[:, :-1].astype("float32"), table[:, -1].astype("float32"), scaling


@lru_cache(maxsize=64)
def builtin(name: str, noise: float = 0.1, validation_fraction: float = 0.0) -> Dataset:
    """A built-in data set in float32, split the same way each time."""
    make = globals()[name]
    inputs, targets = make(noise) if DATASETS[name].is_noisy else make()
    scaling = Scaling(np.zeros(inputs.shape[1]), np.ones(inputs.shape[1]))
    return split(inputs, targets, scaling, validation_fraction)


def split(
    inputs: np.ndarray, targets: np.ndarray, scaling: Scaling, validation_fraction: float
) -> Dataset:
    """Examples with some of them held back, and the least-squares solution of the others."""
    held = round(len(targets) * validation_fraction)
    places = np.arange(len(targets))
    trained, validated = (
        train_test_split(places, test_size=held, random_state=NOTEBOOK_SEED)
        if held
        else (places, places[:0])
    )
    parts = [part[np.sort(chosen)] for chosen in (trained, validated) for part in (inputs, targets)]
    for array in parts:
        array.setflags(write=False)
    trained_inputs, trained_targets, validation_inputs, validation_targets = parts
    wide = trained_inputs.astype("float64")
    solution = LinearRegression().fit(wide, trained_targets.astype("float64"))
    residuals = trained_targets - solution.predict(wide)
    return Dataset(
        inputs=trained_inputs,
        targets=trained_targets,
        validation_inputs=validation_inputs,
        validation_targets=validation_targets,
        least_squares=np.append(solution.coef_, solution.intercept_),
        least_squares_loss=float(np.mean(residuals**2)),
        scaling=scaling,
    )


def as_tensors(
    dataset: Dataset,
) -> tuple[Float[Tensor, "example feature"], Float[Tensor, "example"]]:
    """The training examples as float32 tensors. They are copies, as a tensor cannot share the
    memory of a read-only array."""
    return torch.tensor(dataset.inputs), torch.tensor(dataset.targets)


def linear_optimum(settings: Settings) -> tuple[np.ndarray, float, str]:
    """Where the linear model's training leads, the train loss there, and what it is called.

    That is least squares. With L2 decay it is the minimum of train loss + decay/2 |params|^2, a
    ridge regression that shrinks the bias too. AdamW's decoupled decay has no such closed form.
    """
    dataset = dataset_for(settings)
    if not settings.weight_decay or OPTIMIZERS[settings.optimizer].is_decoupled:
        return dataset.least_squares, dataset.least_squares_loss, "least squares"
    inputs = np.column_stack([dataset.inputs, np.ones(len(dataset.targets))]).astype("float64")
    strength = settings.weight_decay * len(inputs) / 2
    optimum = Ridge(alpha=strength, fit_intercept=False).fit(inputs, dataset.targets).coef_
    loss = float(np.mean((inputs @ optimum - dataset.targets) ** 2))
    return optimum, loss, "least squares with weight decay"


def known_optimum(settings: Settings) -> tuple[float, str] | None:
    """The train loss that training leads to and its name, where both are known beforehand."""
    is_decoupled = OPTIMIZERS[settings.optimizer].is_decoupled and settings.weight_decay > 0
    if not settings.is_linear or is_decoupled:
        return None
    _, loss, name = linear_optimum(settings)
    return loss, name

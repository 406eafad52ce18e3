"""The data sets: one small function each, with the name of its row in domain/options.py.

They do not depend on the seed of a training.
"""

from collections.abc import Callable
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from app.domain.options import DATASETS, OPTIMIZERS
from app.domain.results import Dataset, Scaling
from app.domain.settings import Settings
from app.domain.user_data import UserData

DATA_SEED = 0
POINTS = 60
STEPS = 4
FLOAT32_ROUNDING = 2.0**-23


def line() -> tuple[np.ndarray, np.ndarray]:
    """Ten points around y = 0.5 x + 1. The noise is added to x before the slope halves it, so its
    standard deviation on y is 0.25."""
    random = np.random.RandomState(DATA_SEED)
    inputs = random.uniform(0, 5, size=10).astype("float32")
    errors = random.normal(loc=0.0, scale=0.5, size=10).astype("float32")
    return inputs[:, None], 0.5 * (inputs + errors) + 1


def parabola() -> tuple[np.ndarray, np.ndarray]:
    """A hundred points on y = x^2, each lifted by up to 0.2."""
    generator = torch.Generator().manual_seed(DATA_SEED)
    inputs = torch.linspace(-1, 1, 100)[:, None]
    targets = inputs.pow(2) + 0.2 * torch.rand(inputs.shape, generator=generator)
    return inputs.numpy(), targets[:, 0].numpy()


def plane() -> tuple[np.ndarray, np.ndarray]:
    """Sixty points around the plane y = 0.8 x1 - 0.5 x2 + 0.3, noise of standard deviation 0.1."""
    random = np.random.RandomState(DATA_SEED)
    inputs = random.uniform(-1, 1, size=(60, 2))
    targets = inputs @ [0.8, -0.5] + 0.3 + random.normal(scale=0.1, size=60)
    return inputs.astype("float32"), targets.astype("float32")


def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """Ten measurements of 442 patients, and the progression of their diabetes after a year.

    From scikit-learn (Efron et al. 2004, https://doi.org/10.1214/009053604000000067). All eleven
    columns are standardised: mean 0, standard deviation 1.
    """
    inputs, targets = load_diabetes(return_X_y=True)
    table = StandardScaler().fit_transform(np.column_stack([inputs, targets])).astype("float32")
    return table[:, :-1], table[:, -1]


def sine(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """One period of y = sin(pi x), for x between -1 and 1."""
    return _noisy(lambda x: np.sin(np.pi * x), noise)


def staircase(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """STEPS level steps from y = -1 to y = 1."""
    return _noisy(
        lambda x: np.floor((x + 1) / 2 * STEPS).clip(0, STEPS - 1) * 2 / (STEPS - 1) - 1, noise
    )


def noisy_parabola(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """The parabola y = x^2 with adjustable noise."""
    return _noisy(np.square, noise)


def _noisy(
    curve: Callable[[np.ndarray], np.ndarray], noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """POINTS evenly spaced inputs. More noise moves each point farther in the same direction."""
    inputs = np.linspace(-1, 1, POINTS)
    errors = np.random.RandomState(DATA_SEED).normal(size=POINTS)
    targets = curve(inputs) + noise * errors
    return inputs[:, None].astype("float32"), targets.astype("float32")


# Entries live as long as their UserData does.
_USER_DATA: WeakKeyDictionary[UserData, dict[float, Dataset]] = WeakKeyDictionary()


def dataset_for(settings: Settings) -> Dataset:
    """The data set that `settings` ask for."""
    if settings.user_data is None:
        return builtin(settings.dataset, settings.noise, settings.validation_fraction)
    made = _USER_DATA.setdefault(settings.user_data, {})
    fraction = settings.validation_fraction
    if fraction not in made:
        made[fraction] = split(*user_dataset(settings.user_data), fraction)
    return made[fraction]


def user_dataset(data: UserData) -> tuple[np.ndarray, np.ndarray, Scaling]:
    """A person's examples in float32, standardised if they chose so, and how to undo that."""
    table, columns = data.table, data.table.shape[1]
    means, scales = np.zeros(columns), np.ones(columns)
    if data.is_standardized:
        scaler = StandardScaler().fit(table)
        table, means, scales = scaler.transform(table), scaler.mean_, scaler.scale_
    scaling = Scaling(means[:-1], scales[:-1], float(means[-1]), float(scales[-1]))
    return table[:, :-1].astype("float32"), table[:, -1].astype("float32"), scaling


@lru_cache(maxsize=64)
def builtin(name: str, noise: float = 0.1, validation_fraction: float = 0.0) -> Dataset:
    """A built-in data set in float32. Its validation split is always the same."""
    make = globals()[name]
    inputs, targets = make(noise) if DATASETS[name].is_noisy else make()
    scaling = Scaling(np.zeros(inputs.shape[1]), np.ones(inputs.shape[1]))
    return split(inputs, targets, scaling, validation_fraction)


def split(
    inputs: np.ndarray, targets: np.ndarray, scaling: Scaling, validation_fraction: float
) -> Dataset:
    """A Dataset: a share of the examples held back, and least squares for the others."""
    held = round(len(targets) * validation_fraction)
    places = np.arange(len(targets))
    trained, validated = (
        train_test_split(places, test_size=held, random_state=DATA_SEED)
        if held
        else (places, places[:0])
    )
    parts = [part[np.sort(chosen)] for chosen in (trained, validated) for part in (inputs, targets)]
    for array in parts:
        array.setflags(write=False)
    trained_inputs, trained_targets, validation_inputs, validation_targets = parts
    solution, loss = least_squares(trained_inputs, trained_targets)
    return Dataset(
        inputs=trained_inputs,
        targets=trained_targets,
        validation_inputs=validation_inputs,
        validation_targets=validation_targets,
        least_squares=solution,
        least_squares_loss=loss,
        scaling=scaling,
    )


def least_squares(
    inputs: Float[ndarray, "example feature"],
    targets: Float[ndarray, "example"],
    decay: float = 0.0,
) -> tuple[Float[ndarray, "param"], float]:
    """The weights and, last, the bias at which mean squared error + decay/2 |params|^2 is least,
    and the mean squared error there; if there are many such, short ones.

    Solved in columns of length 1. As they come, income beside a rate makes columns so different in
    length that a solver takes the shorter one for rounding. What differs by no more than the
    rounding of float32 is rounding, though: a predictor in two units is one predictor.
    """
    columns = np.column_stack([inputs, np.ones(len(inputs))]).astype("float64")
    known = targets.astype("float64")
    # |X p - y|^2 + strength |p|^2 has the form of |X p - y|^2, with rows of p itself below X.
    strength = decay * len(columns) / 2
    rows = np.vstack([columns, np.sqrt(strength) * np.eye(columns.shape[1])])
    # A constant predictor may be 0 everywhere.
    lengths = np.linalg.norm(rows, axis=0)
    lengths[lengths == 0] = 1
    wanted = np.append(known, np.zeros(columns.shape[1]))
    params = np.linalg.lstsq(rows / lengths, wanted, FLOAT32_ROUNDING)[0] / lengths
    return params, float(np.mean((columns @ params - known) ** 2))


def as_tensors(
    dataset: Dataset,
) -> tuple[Float[Tensor, "example feature"], Float[Tensor, "example"]]:
    """The training examples as float32 tensors. They are copies, as a tensor cannot share the
    memory of a read-only array."""
    return torch.tensor(dataset.inputs), torch.tensor(dataset.targets)


def linear_optimum(settings: Settings) -> tuple[np.ndarray, float, str]:
    """The parameters that a linear model's training leads to, the train loss there, and a name.

    Without decay this is least squares. With L2 decay it is the minimum of
    train loss + decay/2 |params|^2, a ridge regression that shrinks the bias too. AdamW's decoupled
    decay has no such closed form, and least squares is returned.
    """
    dataset = dataset_for(settings)
    if not settings.weight_decay or OPTIMIZERS[settings.optimizer].is_decoupled:
        return dataset.least_squares, dataset.least_squares_loss, "least squares"
    optimum, loss = least_squares(dataset.inputs, dataset.targets, settings.weight_decay)
    return optimum, loss, "least squares with weight decay"


def known_optimum(settings: Settings) -> tuple[float, str] | None:
    """The train loss that training leads to, and its name, or None if it is not known."""
    is_decoupled = OPTIMIZERS[settings.optimizer].is_decoupled and settings.weight_decay > 0
    if not settings.is_linear or is_decoupled:
        return None
    return linear_optimum(settings)[1:]

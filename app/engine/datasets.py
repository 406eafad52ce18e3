"""The data sets: one small function each, with the name of its row in domain/data_options.py; those
of two classes are in two_classes.py.

They do not depend on the seed of a training.
"""

from collections.abc import Callable
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
import torch
from jaxtyping import Float
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from app.domain.data_options import DATASETS
from app.domain.results import Dataset, Scaling
from app.domain.settings import Settings
from app.domain.user_data import UserData
from app.engine import two_classes
from app.engine.regressions import least_squares

DATA_SEED = two_classes.DATA_SEED
POINTS = 60
STEPS = 4


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
_USER_DATA: WeakKeyDictionary[UserData, dict[tuple[float, bool, str], Dataset]] = (
    WeakKeyDictionary()
)


def dataset_for(settings: Settings) -> Dataset:
    """The data set that `settings` ask for."""
    fraction, products = settings.validation_fraction, settings.products
    if settings.user_data is None:
        return builtin(settings.dataset, settings.noise, fraction, products)
    made = _USER_DATA.setdefault(settings.user_data, {})
    key = (fraction, settings.has_classes, settings.features)
    if key not in made:
        examples = user_dataset(settings.user_data, settings.has_classes)
        made[key] = split(*examples, fraction, products)
    return made[key]


def user_dataset(
    data: UserData, has_classes: bool = False
) -> tuple[np.ndarray, np.ndarray, Scaling]:
    """A person's examples in float32, standardised if they chose so, and how to undo that.

    has_classes  whether the two values of the target become 0 and 1
    """
    table, columns = data.table, data.table.shape[1]
    means, scales = np.zeros(columns), np.ones(columns)
    if data.is_standardized:
        scaler = StandardScaler().fit(table)
        table, means, scales = scaler.transform(table), scaler.mean_, scaler.scale_
    targets = table[:, -1]
    scaling = Scaling(means[:-1], scales[:-1], float(means[-1]), float(scales[-1]))
    if has_classes:
        targets, scaling = targets == targets.max(), Scaling(means[:-1], scales[:-1])
    return table[:, :-1].astype("float32"), targets.astype("float32"), scaling


@lru_cache(maxsize=64)
def builtin(
    name: str,
    noise: float = 0.1,
    validation_fraction: float = 0.0,
    products: tuple[tuple[int, int], ...] = (),
) -> Dataset:
    """A built-in data set in float32. Its validation split is always the same."""
    make = getattr(two_classes, name, None) or globals()[name]
    inputs, targets = make(noise) if DATASETS[name].is_noisy else make()
    scaling = Scaling(np.zeros(inputs.shape[1]), np.ones(inputs.shape[1]))
    return split(inputs, targets, scaling, validation_fraction, products)


def split(
    inputs: np.ndarray,
    targets: np.ndarray,
    scaling: Scaling,
    validation_fraction: float,
    products: tuple[tuple[int, int], ...] = (),
) -> Dataset:
    """A Dataset: a share of the examples held back, and least squares for the others.

    products  the pairs of inputs whose products are inputs too
    """
    inputs = np.column_stack([inputs, *(inputs[:, one] * inputs[:, two] for one, two in products)])
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


def as_tensors(
    dataset: Dataset,
) -> tuple[Float[Tensor, "example feature"], Float[Tensor, "example"]]:
    """The training examples as float32 tensors. They are copies, as a tensor cannot share the
    memory of a read-only array."""
    return torch.tensor(dataset.inputs), torch.tensor(dataset.targets)

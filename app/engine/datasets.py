"""The data sets: one small function each. The seed never changes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from app.results import Dataset

NOTEBOOK_SEED = 0


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


FUNCTIONS: dict[str, Callable[[], tuple[np.ndarray, np.ndarray]]] = {
    "line": line,
    "parabola": parabola,
    "plane": plane,
    "diabetes": diabetes,
}


@cache
def load(name: str) -> Dataset:
    """The data set of that name in float32, with scikit-learn's least-squares solution."""
    inputs, targets = FUNCTIONS[name]()
    model = LinearRegression().fit(inputs.astype("float64"), targets.astype("float64"))
    residuals = targets - model.predict(inputs.astype("float64"))
    for array in (inputs, targets):
        array.setflags(write=False)
    return Dataset(
        inputs=inputs,
        targets=targets,
        least_squares=np.append(model.coef_, model.intercept_),
        least_squares_loss=float(np.mean(residuals**2)),
    )

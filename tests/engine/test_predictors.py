"""Several predictors: linear regression compared with scikit-learn and its closed form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.options import DATASETS
from app.domain.results import Dataset
from app.domain.settings import Settings
from app.engine import datasets, inspect_run, train_sweep
from app.engine.landscape.surface import train_losses
from app.trainers.base import run_experiment

SEVERAL = ("plane", "diabetes")


def quadratic(dataset: Dataset) -> tuple[ndarray, ndarray]:
    """Hessian and minimum of the mean squared error, by the normal equations."""
    columns = np.column_stack([dataset.inputs, np.ones(len(dataset.inputs))]).astype(float)
    hessian = 2 / len(columns) * columns.T @ columns
    return hessian, np.linalg.solve(hessian, 2 / len(columns) * columns.T @ dataset.targets)


@pytest.mark.parametrize("name", SEVERAL)
def test_least_squares_solves_the_normal_equations(name: str) -> None:
    dataset = datasets.builtin(name)
    np.testing.assert_allclose(dataset.least_squares, quadratic(dataset)[1], atol=1e-6)


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("learning_rate", [0.01, 0.1, 0.2])
def test_descent_with_several_predictors_follows_the_closed_form(
    name: str, learning_rate: float
) -> None:
    sweep = train_sweep(Settings(dataset=name, epochs=1000))
    hessian, best = quadratic(datasets.builtin(name))
    values, vectors = np.linalg.eigh(hessian)
    decay = (1 - learning_rate * values) ** 1000
    expected = best + vectors @ (decay * (vectors.T @ (sweep.start - best)))
    run = SLIDER_LEARNING_RATES.index(learning_rate)
    np.testing.assert_allclose(sweep.params[run, -1], expected, atol=2e-5)


def test_training_on_plane_reaches_scikit_learns_coefficients() -> None:
    dataset = datasets.builtin("plane")
    ended = train_sweep(Settings(dataset="plane", epochs=1000)).params[
        SLIDER_LEARNING_RATES.index(0.4), -1
    ]
    model = LinearRegression().fit(dataset.inputs, dataset.targets)
    np.testing.assert_allclose(ended, [*model.coef_, model.intercept_], atol=1e-5)


def test_diabetes_is_scikit_learns_data_standardised() -> None:
    dataset, (inputs, targets) = datasets.builtin("diabetes"), load_diabetes(return_X_y=True)
    for column, raw in zip([*dataset.inputs.T, dataset.targets], [*inputs.T, targets], strict=True):
        assert column.mean() == pytest.approx(0, abs=1e-6)
        assert column.std() == pytest.approx(1, abs=1e-6)
        assert np.corrcoef(column, raw)[0, 1] == pytest.approx(1)
    assert len(DATASETS["diabetes"].predictors) == 10


@pytest.mark.parametrize("units", [0, 5])
def test_surface_and_fit_of_several_predictors_are_true(units: int) -> None:
    settings = Settings(dataset="diabetes", hidden_units=units, epochs=100, learning_rate=0.05)
    experiment = run_experiment(settings)
    sweep, surface = experiment.sweep, experiment.surface
    assert not surface.plane.is_exact
    assert surface.optimum_name != "least squares"
    centre = (
        surface.plane.origin
        + np.array([surface.first[20], surface.second[30]]) @ surface.plane.directions
    )
    assert surface.loss[30, 20] == pytest.approx(train_losses(settings, centre[None])[0], rel=1e-5)
    assert np.all(np.diff(experiment.fit.places) >= 0)
    detail = inspect_run(settings, experiment.training, surface)
    assert (detail.train_loss == sweep.train_loss[settings.run_index]).all()


def test_linear_model_with_several_predictors_diverges_above_its_critical_learning_rate() -> None:
    """2/sharpness is critical with several predictors too, as the loss is a quadratic."""
    sweep = train_sweep(Settings(dataset="diabetes", epochs=1000))
    hessian, _ = quadratic(datasets.builtin("diabetes"))
    assert sweep.stability_edge == pytest.approx(2 / np.linalg.eigvalsh(hessian)[-1])
    breaks = [verdict in ("diverged", "overflow") for verdict in sweep.verdicts]
    assert breaks == [rate > sweep.stability_edge for rate in SLIDER_LEARNING_RATES]

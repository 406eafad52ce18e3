"""The noisy data sets, and the examples that a validation split holds back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy import ndarray

from app.domain.options import DATASETS
from app.domain.results import Dataset
from app.domain.settings import Settings
from app.engine import datasets, inspect_run, train_sweep
from app.engine.datasets import dataset_for
from app.engine.sweep import validation_loss
from tests.engine.torch_runs import module_for
from tests.oracles import experiment, same, stop

FRACTIONS = [0.1, 0.25, 0.5]
SPLIT = dict(dataset="sine", hidden_units=3, activation="tanh", epochs=30, validation_fraction=0.3)


def stair(x: float) -> float:
    """Four steps, each 2/3 higher than the last and half a unit wide."""
    return (-1, -1 / 3, 1 / 3, 1)[sum(x >= edge for edge in (-0.5, 0, 0.5))]


CURVES = {
    "sine": lambda x: np.sin(np.pi * x),
    "staircase": lambda x: np.array([stair(one) for one in x]),
    "noisy_parabola": lambda x: x**2,
}
each_curve = pytest.mark.parametrize("name", CURVES)
each_fraction = pytest.mark.parametrize("fraction", FRACTIONS)
each_dataset = pytest.mark.parametrize("name", DATASETS)


def errors(name: str, noise: float) -> ndarray:
    return datasets.builtin(name, noise).targets - datasets.builtin(name, 0.0).targets


def rows(inputs: ndarray, targets: ndarray) -> list[list[float]]:
    return np.column_stack([inputs, targets]).tolist()


@each_curve
def test_points_without_noise_lie_on_the_curve(name: str) -> None:
    data, x = datasets.builtin(name, 0.0), np.linspace(-1, 1, 60)
    assert data.inputs[:, 0] == pytest.approx(x, abs=1e-7)
    assert data.targets == pytest.approx(CURVES[name](x), abs=1e-6)


@each_curve
def test_more_noise_moves_the_same_points_farther_the_same_way(name: str) -> None:
    little = errors(name, 0.1)
    for noise in (0.2, 0.5, 1.0):
        assert errors(name, noise) == pytest.approx(little * noise / 0.1, abs=2e-6)
    assert np.array_equal(datasets.builtin(name, 0.3).inputs, datasets.builtin(name, 0.0).inputs)


@each_curve
def test_noise_is_normal_with_the_chosen_standard_deviation(name: str) -> None:
    drawn = errors(name, 0.5) / 0.5
    # Standard errors of 60 normal draws: mean 1 / sqrt(60), standard deviation 1 / sqrt(120).
    assert abs(drawn.mean()) < 4 / np.sqrt(60)
    assert abs(drawn.std() - 1) < 4 / np.sqrt(120)


@each_curve
def test_noise_of_the_settings_reaches_the_data(name: str) -> None:
    settings = Settings(dataset=name, noise=0.7)
    assert same(dataset_for(settings).targets, datasets.builtin(name, 0.7).targets)
    assert same(experiment(settings).dataset.targets, datasets.builtin(name, 0.7).targets)


@each_dataset
def test_data_do_not_depend_on_the_seed(name: str) -> None:
    for change in (dict(), dict(validation_fraction=0.3)):
        first, second = (
            dataset_for(Settings(dataset=name, seed=seed, **change)) for seed in (0, 1)
        )
        assert same(first.inputs, second.inputs) and same(first.targets, second.targets)


@each_fraction
@each_dataset
def test_validation_split_is_disjoint_and_complete(name: str, fraction: float) -> None:
    whole, split = datasets.builtin(name), datasets.builtin(name, validation_fraction=fraction)
    trained = rows(split.inputs, split.targets)
    held = rows(split.validation_inputs, split.validation_targets)
    # No two examples of a data set are equal, so their values identify them.
    assert sorted(trained + held) == sorted(rows(whole.inputs, whole.targets))
    assert len(held) == round(fraction * len(whole.targets))
    settings = Settings(dataset=name, validation_fraction=fraction, epochs=10)
    assert settings.example_count == len(trained)


@each_fraction
@each_dataset
def test_validation_split_is_reproducible_and_keeps_the_order(name: str, fraction: float) -> None:
    first = datasets.builtin(name, validation_fraction=fraction)
    datasets.builtin.cache_clear()
    again = datasets.builtin(name, validation_fraction=fraction)
    for field in ("inputs", "targets", "validation_inputs", "validation_targets"):
        assert same(getattr(first, field), getattr(again, field))
    order = rows(*part_of(datasets.builtin(name)))
    places = [order.index(row) for row in rows(*part_of(again))]
    assert places == sorted(places)


def part_of(data: Dataset) -> tuple[ndarray, ndarray]:
    return data.inputs, data.targets


def test_validation_split_of_a_curve_covers_its_whole_range() -> None:
    held = datasets.builtin("sine", validation_fraction=0.5).validation_inputs[:, 0]
    assert held.min() < -0.7 and held.max() > 0.7 and np.abs(np.diff(held)).max() < 0.5


@each_dataset
def test_least_squares_uses_the_training_examples_only(name: str) -> None:
    split = datasets.builtin(name, validation_fraction=0.3)
    columns = np.column_stack([split.inputs, np.ones(len(split.inputs))]).astype(float)
    solution, squares, _, _ = np.linalg.lstsq(columns, split.targets.astype(float))
    assert split.least_squares == pytest.approx(solution, rel=1e-9, abs=1e-12)
    assert split.least_squares_loss == pytest.approx(squares[0] / len(columns), rel=1e-9)


def held_loss(settings: Settings, params: ndarray) -> float:
    """The mean squared error over the held-back examples, by plain torch in float64."""
    data = dataset_for(settings)
    predictions = module_for(settings, params)(torch.tensor(data.validation_inputs).double())
    errors = predictions[:, 0].detach().numpy() - data.validation_targets
    return float(np.mean(errors**2))


@pytest.mark.parametrize("change", [dict(), dict(hidden_units=0), dict(hidden_layers=3)])
def test_validation_loss_is_torchs_over_the_held_back_examples(change: dict) -> None:
    settings = Settings(**(SPLIT | change))
    sweep = train_sweep(settings)
    assert sweep.validation_loss.shape == sweep.train_loss.shape
    for run in (0, stop(0.1)):
        for frame in (0, 9, 30):
            expected = held_loss(settings, sweep.params[run, frame])
            assert sweep.validation_loss[run, frame] == pytest.approx(expected, rel=1e-5)


def test_inspected_run_has_the_validation_loss_at_every_epoch() -> None:
    settings = Settings(**SPLIT, learning_rate=0.1)
    made = experiment(settings)
    detail = inspect_run(settings, made.training, made.surface)
    assert len(detail.validation_loss) == 31
    for epoch in (0, 17, 30):
        expected = held_loss(settings, detail.params[epoch])
        assert detail.validation_loss[epoch] == pytest.approx(expected, rel=1e-5)


def test_validation_loss_after_an_overflow_is_nan() -> None:
    sweep = train_sweep(Settings(epochs=400, validation_fraction=0.2))
    lost = np.isnan(sweep.train_loss)
    assert lost.any() and np.array_equal(np.isnan(sweep.validation_loss), lost)


def test_held_back_examples_change_no_step() -> None:
    """The first step follows the closed-form gradient of the training examples alone."""
    settings = Settings(dataset="plane", validation_fraction=0.3, epochs=10)
    data, sweep = dataset_for(settings), train_sweep(settings)
    columns = np.column_stack([data.inputs, np.ones(len(data.inputs))]).astype(float)
    residuals = columns @ sweep.start - data.targets
    expected = sweep.start - 0.1 * 2 / len(columns) * columns.T @ residuals
    assert sweep.params[stop(0.1), 1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("fraction", [0, 0.04])
def test_validation_fraction_below_one_example_holds_none_back(fraction: float) -> None:
    settings = Settings(validation_fraction=fraction, epochs=10)
    assert settings.example_count == 10 and len(dataset_for(settings).validation_targets) == 0
    sweep = train_sweep(settings)
    assert sweep.validation_loss is None
    assert validation_loss(settings, sweep.params) is None
    made = experiment(settings)
    assert inspect_run(settings, made.training, made.surface).validation_loss is None

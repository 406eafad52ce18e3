"""The data sets, their noise, and the examples that a validation split holds back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy import ndarray
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from app.domain.data_options import DATASETS
from app.domain.settings import Settings
from app.engine import datasets, inspect_run, train_sweep
from app.engine.datasets import dataset_for
from app.engine.sweep import validation_loss
from tests.engine.torch_runs import module_for
from tests.oracles import experiment, global_seed, quadratic, same

# Printed by the notebook, as float32.
INPUTS = [
    2.7440674, 3.5759468, 3.0138168, 2.724416, 2.118274, 3.2294705, 2.187936, 4.458865, 4.8183136,
    1.9172076,
]  # fmt: skip
TARGETS = [
    2.4080446, 3.1515417, 2.6971679, 2.3926268, 2.1701028, 2.698154, 2.4674878, 3.178143,
    3.4874237, 1.7450799,
]  # fmt: skip
SPLIT = dict(dataset="sine", hidden_units=3, activation="tanh", epochs=30, validation_fraction=0.3)
PARTS = ("inputs", "targets", "validation_inputs", "validation_targets")


def stair(x: float) -> float:
    """Four steps, each 2/3 higher than the last and half a unit wide."""
    return (-1, -1 / 3, 1 / 3, 1)[sum(x >= edge for edge in (-0.5, 0, 0.5))]


CURVES = {
    "sine": lambda x: np.sin(np.pi * x),
    "staircase": lambda x: np.array([stair(one) for one in x]),
    "noisy_parabola": lambda x: x**2,
}
each_curve = pytest.mark.parametrize("name", CURVES)
each_dataset = pytest.mark.parametrize("name", DATASETS)


class TestData:
    def test_line_equals_the_notebooks_data_to_the_last_bit(self) -> None:
        line = datasets.builtin("line")
        assert np.array_equal(line.inputs[:, 0], np.array(INPUTS, "float32"))
        assert np.array_equal(line.targets, np.array(TARGETS, "float32"))

    def test_least_squares_of_the_line_has_the_notebooks_slope_and_intercept(self) -> None:
        line = datasets.builtin("line")
        single = LinearRegression().fit(line.inputs, line.targets)
        assert f"{single.coef_[0]:.8f} {single.intercept_:.7f}" == "0.50377744 1.0885315"
        # The notebook solves in float32; in float64 the slope differs by its rounding.
        assert line.least_squares == pytest.approx([0.50377744, 1.0885315], rel=3e-7)

    def test_noise_of_the_lines_targets_is_half_the_error_of_its_inputs(self) -> None:
        random = np.random.RandomState(0)
        inputs, errors = random.uniform(0, 5, 10), random.normal(0, 0.5, 10)
        noise = datasets.builtin("line").targets - (0.5 * inputs + 1)
        assert noise == pytest.approx(errors / 2, abs=1e-6)

    def test_parabola_equals_the_notebooks_data_to_the_last_bit(self) -> None:
        with global_seed(0):
            inputs = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
            targets = inputs.pow(2) + 0.2 * torch.rand(inputs.size())
        parabola = datasets.builtin("parabola")
        assert np.array_equal(parabola.inputs, inputs.numpy())
        assert np.array_equal(parabola.targets, targets[:, 0].numpy())

    def test_diabetes_is_scikit_learns_data_standardised(self) -> None:
        dataset, raw = datasets.builtin("diabetes"), np.c_[load_diabetes(return_X_y=True)]
        table = np.column_stack([dataset.inputs, dataset.targets])
        assert table == pytest.approx((raw - raw.mean(axis=0)) / raw.std(axis=0), abs=1e-5)

    @pytest.mark.parametrize("fraction", [0, 0.3])
    @each_dataset
    def test_least_squares_of_the_training_examples_solves_the_normal_equations(
        self, name: str, fraction: float
    ) -> None:
        settings = Settings(dataset=name, validation_fraction=fraction)
        data, (_, best) = dataset_for(settings), quadratic(settings)
        assert data.least_squares == pytest.approx(best, rel=1e-8, abs=1e-12)
        errors = data.inputs.astype(float) @ best[:-1] + best[-1] - data.targets
        assert data.least_squares_loss == pytest.approx(np.mean(errors**2), rel=1e-9)

    @each_dataset
    def test_shared_data_sets_are_read_only(self, name: str) -> None:
        for part in PARTS:
            array = getattr(datasets.builtin(name), part)
            assert array.dtype == np.float32
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def errors(name: str, noise: float) -> ndarray:
    return datasets.builtin(name, noise).targets - datasets.builtin(name, 0.0).targets


class TestNoise:
    @each_curve
    def test_points_without_noise_lie_on_the_curve(self, name: str) -> None:
        data, x = datasets.builtin(name, 0.0), np.linspace(-1, 1, 60)
        assert data.inputs[:, 0] == pytest.approx(x, abs=1e-7)
        assert data.targets == pytest.approx(CURVES[name](x), abs=1e-6)

    @each_curve
    def test_more_noise_moves_the_same_points_farther_the_same_way(self, name: str) -> None:
        little = errors(name, 0.1)
        for noise in (0.2, 0.5, 1.0):
            assert errors(name, noise) == pytest.approx(little * noise / 0.1, abs=2e-6)
        assert same(datasets.builtin(name, 0.3).inputs, datasets.builtin(name, 0.0).inputs)
        assert same(
            dataset_for(Settings(dataset=name, noise=0.7)).targets,
            datasets.builtin(name, 0.7).targets,
        )

    @each_curve
    def test_noise_is_normal_with_the_chosen_standard_deviation(self, name: str) -> None:
        drawn = errors(name, 0.5) / 0.5
        # Standard errors of 60 normal draws: mean 1 / sqrt(60), standard deviation 1 / sqrt(120).
        assert abs(drawn.mean()) < 4 / np.sqrt(60)
        assert abs(drawn.std() - 1) < 4 / np.sqrt(120)


def rows(inputs: ndarray, targets: ndarray) -> list[list[float]]:
    return np.column_stack([inputs, targets]).tolist()


class TestValidation:
    @pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5])
    @each_dataset
    def test_split_is_disjoint_complete_reproducible_and_in_order(
        self, name: str, fraction: float
    ) -> None:
        split = datasets.builtin(name, validation_fraction=fraction)
        datasets.builtin.cache_clear()
        whole, again = datasets.builtin(name), datasets.builtin(name, validation_fraction=fraction)
        assert all(same(getattr(split, part), getattr(again, part)) for part in PARTS)
        trained = rows(split.inputs, split.targets)
        held = rows(split.validation_inputs, split.validation_targets)
        every = rows(whole.inputs, whole.targets)
        assert sorted(trained + held) == sorted(every)
        # Where no two examples are equal, their values identify them; petals often are.
        if name != "iris_two":
            assert trained == [row for row in every if row in trained]
        assert len(held) == round(fraction * len(every))
        settings = Settings(dataset=name, validation_fraction=fraction, seed=1, epochs=10)
        assert settings.example_count == len(trained)
        # The seed does not decide it.
        assert same(dataset_for(settings).inputs, split.inputs)

    def test_split_of_a_curve_covers_its_whole_range(self) -> None:
        held = datasets.builtin("sine", validation_fraction=0.5).validation_inputs[:, 0]
        assert held.min() < -0.7 and held.max() > 0.7 and np.abs(np.diff(held)).max() < 0.5

    @pytest.mark.parametrize("change", [dict(), dict(hidden_units=0), dict(hidden_layers=3)])
    def test_validation_loss_is_torchs_over_the_held_back_examples(self, change: dict) -> None:
        settings = Settings(**(SPLIT | change), learning_rate=0.1)
        made, run = experiment(settings), settings.run_index
        assert made.sweep.validation_loss.shape == made.sweep.train_loss.shape
        detail = inspect_run(settings, made.training, made.surface)
        assert len(detail.validation_loss) == 31
        for frame in (0, 9, 30):
            expected = held_loss(settings, made.sweep.params[run, frame])
            assert made.sweep.validation_loss[run, frame] == pytest.approx(expected, rel=1e-5)
            assert detail.validation_loss[frame] == pytest.approx(expected, rel=1e-5)

    def test_validation_loss_after_an_overflow_is_nan(self) -> None:
        sweep = train_sweep(Settings(epochs=400, validation_fraction=0.2))
        lost = np.isnan(sweep.train_loss)
        assert lost.any() and np.array_equal(np.isnan(sweep.validation_loss), lost)

    @pytest.mark.parametrize("fraction", [0, 0.04])
    def test_fraction_below_one_example_holds_none_back(self, fraction: float) -> None:
        settings = Settings(validation_fraction=fraction, epochs=10)
        assert settings.example_count == 10 and len(dataset_for(settings).validation_targets) == 0
        made = experiment(settings)
        assert made.sweep.validation_loss is None
        assert validation_loss(settings, made.sweep.params) is None
        assert inspect_run(settings, made.training, made.surface).validation_loss is None


def held_loss(settings: Settings, params: ndarray) -> float:
    """The mean squared error over the held-back examples, by plain torch in float64."""
    data = dataset_for(settings)
    predictions = module_for(settings, params)(torch.tensor(data.validation_inputs).double())
    errors = predictions[:, 0].detach().numpy() - data.validation_targets
    return float(np.mean(errors**2))

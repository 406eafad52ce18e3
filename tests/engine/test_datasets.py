from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression

from app.domain.options import DATASETS
from app.engine import datasets
from tests.oracles import global_seed

# Printed by the notebook, as float32.
INPUTS = [
    2.7440674, 3.5759468, 3.0138168, 2.724416, 2.118274, 3.2294705, 2.187936, 4.458865, 4.8183136,
    1.9172076,
]  # fmt: skip
TARGETS = [
    2.4080446, 3.1515417, 2.6971679, 2.3926268, 2.1701028, 2.698154, 2.4674878, 3.178143,
    3.4874237, 1.7450799,
]  # fmt: skip


def test_line_equals_the_notebooks_data_to_the_last_bit() -> None:
    line = datasets.builtin("line")
    assert np.array_equal(line.inputs[:, 0], np.array(INPUTS, "float32"))
    assert np.array_equal(line.targets, np.array(TARGETS, "float32"))


def test_least_squares_of_the_line_has_the_notebooks_slope_and_intercept() -> None:
    line = datasets.builtin("line")
    single = LinearRegression().fit(line.inputs, line.targets)
    assert f"{single.coef_[0]:.8f} {single.intercept_:.7f}" == "0.50377744 1.0885315"
    # The notebook solves in float32; in float64 the slope differs by its rounding.
    assert line.least_squares == pytest.approx([0.50377744, 1.0885315], rel=3e-7)


def test_noise_of_the_lines_targets_is_half_the_error_of_its_inputs() -> None:
    random = np.random.RandomState(0)
    inputs, errors = random.uniform(0, 5, 10), random.normal(0, 0.5, 10)
    noise = datasets.builtin("line").targets - (0.5 * inputs + 1)
    assert noise == pytest.approx(errors / 2, abs=1e-6)


def test_parabola_equals_the_notebooks_data_to_the_last_bit() -> None:
    with global_seed(0):
        inputs = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
        targets = inputs.pow(2) + 0.2 * torch.rand(inputs.size())
    parabola = datasets.builtin("parabola")
    assert np.array_equal(parabola.inputs, inputs.numpy())
    assert np.array_equal(parabola.targets, targets[:, 0].numpy())


@pytest.mark.parametrize("name", DATASETS)
def test_least_squares_solves_the_normal_equations(name: str) -> None:
    dataset = datasets.builtin(name)
    columns = np.column_stack([dataset.inputs, np.ones(len(dataset.inputs))]).astype(float)
    solution, squares, _, _ = np.linalg.lstsq(columns, dataset.targets.astype(float))
    assert dataset.least_squares == pytest.approx(solution, rel=1e-9, abs=1e-12)
    assert dataset.least_squares_loss == pytest.approx(squares[0] / len(columns), rel=1e-9)


@pytest.mark.parametrize("name", DATASETS)
def test_shared_data_sets_are_read_only(name: str) -> None:
    dataset = datasets.builtin(name)
    for array in (
        dataset.inputs,
        dataset.targets,
        dataset.validation_inputs,
        dataset.validation_targets,
    ):
        assert array.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0

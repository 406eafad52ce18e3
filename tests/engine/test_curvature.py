from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy import ndarray
from torch.func import functional_call

from app.domain.options import DATASETS
from app.domain.results import Dataset, Scaling
from app.engine import datasets
from app.engine.curvature import hessian, sharpest, sharpness
from app.engine.network import Network
from tests.oracles import LINE, doubles, experiment, model

CASES = [("line", 0), ("parabola", 0), ("line", 3), ("parabola", 1), ("parabola", 10)]
SEVERAL = [("two", 0), ("two", 4)]


def autograd_hessian(params: ndarray, hidden_units: int, dataset: Dataset) -> ndarray:
    """torch.autograd.functional.hessian of plain torch's loss, by the flat params, in float64."""
    inputs, targets = doubles(dataset)
    network = model(hidden_units, inputs.shape[1]).double()
    parts = list(network.named_parameters())

    def loss(flat: torch.Tensor) -> torch.Tensor:
        pieces = flat.split([part.numel() for _, part in parts])
        values = {
            name: piece.view_as(part) for (name, part), piece in zip(parts, pieces, strict=True)
        }
        return F.mse_loss(functional_call(network, values, inputs), targets)

    return torch.autograd.functional.hessian(loss, torch.as_tensor(params).double()).numpy()


def data(name: str) -> Dataset:
    """A built-in data set, or one with two predictors."""
    if name in DATASETS:
        return datasets.builtin(name)
    random = np.random.RandomState(1)
    inputs, targets = random.randn(15, 2).astype("float32"), random.randn(15).astype("float32")
    none = np.zeros((0, 2), "float32"), np.zeros(0, "float32")
    return Dataset(inputs, targets, *none, np.zeros(3), 0.0, Scaling(np.zeros(2), np.ones(2)))


@pytest.mark.parametrize(("name", "units"), CASES + SEVERAL)
def test_hessian_equals_autograd(name: str, units: int) -> None:
    dataset = data(name)
    network = Network(dataset.inputs.shape[1], units)
    stack = torch.stack([network.initial_params(seed) for seed in range(3)])
    matrices = hessian(network, stack, dataset)
    assert matrices.dtype == torch.float64
    for params, matrix in zip(stack, matrices, strict=True):
        expected = autograd_hessian(params.numpy(), units, dataset)
        assert np.allclose(matrix.numpy(), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("name", "units"), [*CASES, ("parabola", 64)])
def test_sharpest_direction_is_an_eigenvector_of_the_hessian(name: str, units: int) -> None:
    network, dataset = Network(1, units), datasets.builtin(name)
    params = network.initial_params(4)[None]
    matrix, (values, vectors) = (
        hessian(network, params, dataset)[0],
        sharpest(network, params, dataset),
    )
    value, vector = values[0, 0], vectors[0, :, 0]
    assert float(vector.norm()) == pytest.approx(1, rel=1e-12)
    assert torch.allclose(matrix @ vector, value * vector, atol=1e-10)
    assert float(value) == pytest.approx(np.linalg.eigvalsh(matrix.numpy()).max(), rel=1e-10)
    assert torch.allclose(sharpness(network, params, dataset), values[:, 0])


def test_curvatures_of_the_line_are_the_notebooks() -> None:
    network, line = Network(1, 0), datasets.builtin("line")
    values = torch.linalg.eigvalsh(hessian(network, torch.zeros(1, 2), line)[0])
    assert values.tolist() == pytest.approx([0.15119, 22.50876], abs=5.1e-6)


def test_critical_learning_rate_of_the_line_is_the_notebooks() -> None:
    assert experiment(LINE).sweep.start_sharpness == pytest.approx(22.50876, abs=5.1e-6)
    assert experiment(LINE).sweep.stability_edge == pytest.approx(0.08885, abs=5.1e-6)


def test_sharpness_is_2_if_all_units_are_off() -> None:
    # With output weights 0 and all units off, the loss depends on the output bias alone.
    params = torch.zeros(1, 31)
    params[0, 10:20] = -1
    assert sharpness(Network(1, 10), params, datasets.builtin("parabola")).tolist() == [2.0]

"""Curvature of deeper networks and under preconditioning, compared with dense Hessians."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy import ndarray

from app.domain.results import RunDetail
from app.domain.settings import Settings
from app.engine import inspect_run, train_sweep
from app.engine.curvature import DENSE_PARAMS, LANCZOS_STEPS, sharpest, sharpness
from app.engine.datasets import dataset_for
from app.engine.inspection import SHARPNESS_EPOCHS
from app.engine.landscape import planes
from app.engine.network import network_for
from tests.engine.test_optimizers import ADAPTIVE, preconditioner_of
from tests.engine.torch_runs import gradient_of, hessian_of, lone_training, module_for
from tests.oracles import experiment, flat

SHALLOW = [
    Settings(dataset="plane"),
    Settings(dataset="sine", hidden_units=4, activation="tanh"),
    Settings(dataset="diabetes", hidden_units=3, epochs=100),
]
DEEP = [
    Settings(dataset="sine", hidden_units=3, activation="tanh", hidden_layers=2, epochs=100),
    Settings(dataset="plane", hidden_units=6, activation="logistic", hidden_layers=3, epochs=100),
    Settings(dataset="parabola", hidden_units=6, hidden_layers=3, epochs=100, seed=1),
    Settings(dataset="diabetes", hidden_units=5, hidden_layers=2, epochs=100),
    Settings(dataset="line", hidden_units=2, activation="linear", hidden_layers=3, epochs=100),
]
# Most of these Hessians are 0 in most directions, so Lanczos's method runs out of new ones.
FLAT = [
    Settings(dataset="diabetes", hidden_units=2, hidden_layers=3, initial_scale=0.5, epochs=10),
    *(
        Settings(
            dataset="parabola", hidden_units=units, hidden_layers=layers, activation=activation,
            initialization="zeros", epochs=10,
        )
        for units in (1, 2, 6)
        for layers in (2, 3)
        for activation in ("relu", "tanh", "logistic", "linear", "threshold")
    ),
]  # fmt: skip


def start(settings: Settings) -> ndarray:
    return train_sweep(settings).start


def random_params(settings: Settings, seed: int = 0) -> ndarray:
    return np.random.RandomState(seed).normal(scale=0.7, size=settings.param_count)


def largest(matrix: ndarray, count: int = 1) -> ndarray:
    return np.linalg.eigvalsh(matrix)[::-1][:count]


@pytest.mark.parametrize("settings", [*SHALLOW, *DEEP])
@pytest.mark.parametrize("seed", range(3))
def test_sharpness_is_the_largest_eigenvalue_of_autograds_hessian(
    settings: Settings, seed: int
) -> None:
    params = random_params(settings, seed)
    found = sharpness(network_for(settings), torch.tensor(params)[None], dataset_for(settings))
    assert float(found[0]) == pytest.approx(largest(hessian_of(settings, params))[0], rel=1e-6)


@pytest.mark.parametrize("settings", [SHALLOW[1], *DEEP[:2]])
def test_sharpness_is_the_largest_eigenvalue_of_the_gradients_differences(
    settings: Settings,
) -> None:
    params, h = random_params(settings), 1e-5
    columns = [
        (gradient_of(settings, params + h * unit) - gradient_of(settings, params - h * unit))
        / 2
        / h
        for unit in np.eye(settings.param_count)
    ]
    matrix = (np.array(columns) + np.array(columns).T) / 2
    found = sharpness(network_for(settings), torch.tensor(params)[None], dataset_for(settings))
    # Central differences in float64: an error of h^2 and of 1e-16 / h.
    assert float(found[0]) == pytest.approx(largest(matrix)[0], rel=1e-6)


@pytest.mark.parametrize("settings", [*DEEP, *FLAT])
def test_sharpest_directions_are_orthonormal_eigenvectors(settings: Settings) -> None:
    params = start(settings)
    matrix, network = hessian_of(settings, params), network_for(settings)
    values, vectors = sharpest(network, torch.tensor(params)[None], dataset_for(settings), 2)
    assert values.shape == (1, 2) and vectors.shape == (1, settings.param_count, 2)
    value, vector = values[0].numpy(), vectors[0].numpy()
    size = np.abs(largest(matrix, settings.param_count)).max()
    assert value == pytest.approx(largest(matrix, 2), rel=1e-6, abs=1e-6 * size)
    assert vector.T @ vector == pytest.approx(np.eye(2), abs=1e-9)
    # With more parameters than steps, the second direction is found less exactly.
    close = 1e-6 if settings.param_count <= LANCZOS_STEPS else 1e-3
    assert matrix @ vector == pytest.approx(vector * value, abs=close * size)


def test_stacked_sharpness_equals_that_of_each_network_alone() -> None:
    settings = DEEP[1]
    stack = torch.stack([torch.tensor(random_params(settings, seed)) for seed in range(5)])
    # One of them is flat in almost every direction, so its iteration ends before the others'.
    stack[2] = 0
    found = sharpness(network_for(settings), stack, dataset_for(settings))
    expected = [largest(hessian_of(settings, params))[0] for params in stack.numpy()]
    assert found.tolist() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("settings", [*SHALLOW, *DEEP])
def test_preconditioned_sharpness_is_the_largest_eigenvalue_of_the_rescaled_hessian(
    settings: Settings,
) -> None:
    params = random_params(settings)
    divisors = np.random.RandomState(1).uniform(0.05, 3, settings.param_count)
    found = sharpness(
        network_for(settings), torch.tensor(params)[None], dataset_for(settings),
        torch.tensor(divisors)[None],
    )  # fmt: skip
    # P^-1 H is not symmetric, yet its eigenvalues are real.
    values = np.linalg.eigvals(np.diag(1 / divisors) @ hessian_of(settings, params))
    assert np.abs(values.imag).max() <= 1e-9 * np.abs(values).max()
    assert float(found[0]) == pytest.approx(values.real.max(), rel=1e-6)


@pytest.mark.parametrize("settings", [*SHALLOW, *DEEP, *FLAT[:3]])
def test_start_sharpness_of_a_sweep_is_that_of_torchs_initial_layers(settings: Settings) -> None:
    drawn = flat(module_for(settings, dtype=torch.float32)).numpy() * settings.initial_scale
    drawn = drawn * (settings.initialization != "zeros")
    expected = largest(hessian_of(settings, drawn))[0]
    assert train_sweep(settings).start_sharpness == pytest.approx(expected, rel=1e-5)


def inspected(settings: Settings) -> RunDetail:
    made = experiment(settings)
    return inspect_run(settings, made.training, made.surface)


@pytest.mark.parametrize("settings", DEEP)
def test_inspected_sharpness_of_a_deep_run_equals_autograds(settings: Settings) -> None:
    detail = inspected(settings)
    assert 1 < len(detail.sharpness) <= SHARPNESS_EPOCHS
    for sample in (0, 7, -1):
        params = detail.params[detail.sharpness_epochs[sample]]
        expected = largest(hessian_of(settings, params))[0]
        assert detail.sharpness[sample] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("optimizer", ADAPTIVE)
def test_inspected_rescaled_sharpness_follows_from_torchs_optimizer_state(
    optimizer: str, layers: int
) -> None:
    settings = Settings(
        dataset="sine", hidden_units=3, activation="tanh", hidden_layers=layers,
        optimizer=optimizer, epochs=30, learning_rate=0.01,
    )  # fmt: skip
    detail = inspected(settings)
    lone = lone_training(settings, detail.params[0], 0.01)
    for sample in (0, 5, -1):
        epoch = detail.sharpness_epochs[sample]
        divisors = preconditioner_of(optimizer, lone.states[epoch])
        matrix = hessian_of(settings, lone.params[epoch]) / divisors[:, None]
        expected = np.linalg.eigvals(matrix).real.max()
        assert detail.rescaled_sharpness[sample] == pytest.approx(expected, rel=1e-3)


def test_non_adaptive_optimizers_have_no_rescaled_sharpness() -> None:
    settings = Settings(dataset="sine", optimizer="momentum", epochs=10)
    assert inspected(settings).rescaled_sharpness is None


@pytest.mark.parametrize("rows", [40, 400])
def test_leading_direction_by_lanczos_equals_the_dense_eigenvector(rows: int) -> None:
    generator = torch.Generator().manual_seed(1)
    paths = torch.randn(rows, DENSE_PARAMS + 50, generator=generator, dtype=torch.float64)
    # One direction dominates, as in a descent.
    paths += 3 * torch.randn(rows, 1, generator=generator) * torch.ones(DENSE_PARAMS + 50)
    dense = np.linalg.eigh((paths.T @ paths).numpy())[1][:, -1]
    assert abs(
        dense @ planes._leading_direction(paths.view(8, -1, DENSE_PARAMS + 50)).numpy()
    ) == pytest.approx(1, abs=1e-9)

"""Hessians and sharpness, also of deep networks and under preconditioning, compared with dense
Hessians by autograd."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy import ndarray

from app.domain.fields import NAMES
from app.domain.results import RunDetail
from app.domain.settings import Settings
from app.engine import inspect_run, train_sweep
from app.engine.curvature import DENSE_PARAMS, LANCZOS_STEPS, hessian, sharpest, sharpness
from app.engine.datasets import dataset_for
from app.engine.inspection import SHARPNESS_EPOCHS
from app.engine.landscape import planes
from app.engine.losses import loss_for
from app.engine.measures import accuracies
from app.engine.network import network_for
from tests.engine.test_optimizers import ADAPTIVE, preconditioner_of
from tests.engine.torch_runs import hessian_of, lone_training, module_for
from tests.oracles import LINE, PARABOLA, WIDE, experiment, flat, with_rate

ACTIVATIONS = NAMES["activation"].options
SHALLOW = [
    Settings(dataset="plane"),
    Settings(dataset="sine", hidden_units=4, activation="tanh"),
    Settings(dataset="diabetes", hidden_units=3, epochs=100),
    Settings(
        dataset="circles", loss="cross_entropy", hidden_units=3, activation="tanh", epochs=100
    ),
]
DEEP = [
    Settings(dataset="sine", hidden_units=3, activation="tanh", hidden_layers=2, epochs=100),
    Settings(dataset="plane", hidden_units=6, activation="logistic", hidden_layers=3, epochs=100),
    Settings(dataset="parabola", hidden_units=6, hidden_layers=3, epochs=100, seed=1),
    Settings(dataset="diabetes", hidden_units=5, hidden_layers=2, epochs=100),
    Settings(dataset="line", hidden_units=2, activation="linear", hidden_layers=3, epochs=100),
    Settings(
        dataset="spiral",
        loss="cross_entropy",
        features="product",
        hidden_units=4,
        hidden_layers=2,
        activation="tanh",
        epochs=50,
    ),
]
# Most of these Hessians are 0 in most directions, so Lanczos's method runs out of new ones.
FLAT = [
    Settings(dataset="diabetes", hidden_units=2, hidden_layers=3, initial_scale=0.5, epochs=10),
    *(
        Settings(
            dataset="parabola", hidden_units=units, hidden_layers=layers, activation=activation,
            initialization="zeros", epochs=10,
        )
        for units, layers in ((1, 2), (2, 3), (6, 2))
        for activation in ACTIVATIONS
    ),
]  # fmt: skip


def random_params(settings: Settings, seeds: int = 3) -> ndarray:
    """Params (seed, param)."""
    size = settings.param_count
    return np.stack(
        [np.random.RandomState(seed).normal(scale=0.7, size=size) for seed in range(seeds)]
    )


def largest(matrix: ndarray, count: int = 1) -> ndarray:
    return np.linalg.eigvalsh(matrix)[::-1][:count]


@pytest.mark.parametrize(
    "settings",
    [
        *(Settings(dataset=name) for name in ("line", "diabetes")),
        *(Settings(dataset="line", hidden_units=units) for units in (1, 3)),
        *(
            Settings(dataset=name, hidden_units=4, activation=activation, epochs=100)
            for name in ("parabola", "plane", "diabetes")
            for activation in ACTIVATIONS
        ),
        *(
            Settings(loss="cross_entropy", dataset="iris_two", hidden_units=units, activation=name)
            for units, name in ((0, "relu"), *((3, name) for name in ACTIVATIONS))
        ),
        Settings(loss="cross_entropy", dataset="xor", features="squares,product"),
    ],
)
def test_hessian_equals_autograds(settings: Settings) -> None:
    params = random_params(settings)
    data, loss = dataset_for(settings), loss_for(settings)
    matrices = hessian(network_for(settings), torch.tensor(params), data, loss)
    assert matrices.dtype == torch.float64
    for one, matrix in zip(params, matrices, strict=True):
        np.testing.assert_allclose(matrix, hessian_of(settings, one), rtol=1e-9, atol=1e-10)


def test_curvatures_and_critical_learning_rate_of_the_line_are_the_notebooks() -> None:
    matrix = hessian(network_for(LINE), torch.zeros(1, 2), dataset_for(LINE), loss_for(LINE))[0]
    assert torch.linalg.eigvalsh(matrix).tolist() == pytest.approx([0.15119, 22.50876], abs=5.1e-6)
    assert experiment(LINE).sweep.start_sharpness == pytest.approx(22.50876, abs=5.1e-6)
    assert experiment(LINE).sweep.stability_edge == pytest.approx(0.08885, abs=5.1e-6)


def test_sharpness_is_2_if_all_units_are_off() -> None:
    # With output weights 0 and all units off, the loss depends on the output bias alone.
    params = torch.zeros(1, 31)
    params[0, 10:20] = -1
    data, loss = dataset_for(PARABOLA), loss_for(PARABOLA)
    assert sharpness(network_for(PARABOLA), params, data, loss).tolist() == [2.0]


@pytest.mark.parametrize("settings", [*SHALLOW, *DEEP])
def test_stacked_sharpness_is_the_largest_eigenvalue_of_each_hessian(settings: Settings) -> None:
    stack = torch.tensor(random_params(settings, 4))
    # One of them is flat in almost every direction, so its iteration ends before the others'.
    stack[2] = 0
    found = sharpness(network_for(settings), stack, dataset_for(settings), loss_for(settings))
    expected = [largest(hessian_of(settings, params))[0] for params in stack]
    assert found.tolist() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("settings", [LINE, PARABOLA, WIDE, *SHALLOW, *DEEP, *FLAT])
def test_sharpest_directions_are_orthonormal_eigenvectors(settings: Settings) -> None:
    network = network_for(settings)
    params = network.initial_params(settings.seed, settings.initialization, settings.initial_scale)
    matrix = hessian_of(settings, params)
    values, vectors = sharpest(network, params[None], dataset_for(settings), loss_for(settings), 2)
    assert values.shape == (1, 2) and vectors.shape == (1, settings.param_count, 2)
    value, vector = values[0].numpy(), vectors[0].numpy()
    size = np.abs(largest(matrix, settings.param_count)).max()
    assert value == pytest.approx(largest(matrix, 2), rel=1e-6, abs=1e-6 * size)
    assert vector.T @ vector == pytest.approx(np.eye(2), abs=1e-9)
    # With more parameters than steps, the second direction is found less exactly.
    close = 1e-6 if settings.param_count <= LANCZOS_STEPS else 1e-3
    assert matrix @ vector == pytest.approx(vector * value, abs=close * size)


@pytest.mark.parametrize("settings", [*SHALLOW, *DEEP])
def test_preconditioned_sharpness_is_the_largest_eigenvalue_of_the_rescaled_hessian(
    settings: Settings,
) -> None:
    params = random_params(settings, 1)
    divisors = np.random.RandomState(1).uniform(0.05, 3, params.shape)
    network, data, loss = network_for(settings), dataset_for(settings), loss_for(settings)
    found = sharpness(network, torch.tensor(params), data, loss, torch.tensor(divisors))
    # P^-1 H is not symmetric, yet its eigenvalues are real.
    values = np.linalg.eigvals(np.diag(1 / divisors[0]) @ hessian_of(settings, params[0]))
    assert np.abs(values.imag).max() <= 1e-9 * np.abs(values).max()
    assert float(found[0]) == pytest.approx(values.real.max(), rel=1e-6)


@pytest.mark.parametrize("settings", [*SHALLOW, *DEEP, *FLAT[:3]])
def test_start_sharpness_of_a_sweep_is_that_of_torchs_initial_layers(settings: Settings) -> None:
    drawn = flat(module_for(settings, dtype=torch.float32)).numpy() * settings.initial_scale
    drawn = drawn * (settings.initialization != "zeros")
    expected = largest(hessian_of(settings, drawn))[0]
    found = train_sweep(replace(settings, epochs=10)).start_sharpness
    assert found == pytest.approx(expected, rel=1e-5)


def inspected(settings: Settings) -> RunDetail:
    made = experiment(settings)
    return inspect_run(settings, made.training, made.surface)


@pytest.mark.parametrize("settings", [LINE, PARABOLA, WIDE, with_rate(LINE, 0.1), *DEEP[:3]])
def test_inspected_sharpness_is_the_largest_eigenvalue_of_autograds_hessian(
    settings: Settings,
) -> None:
    detail = inspected(settings)
    assert 1 < len(detail.sharpness) <= SHARPNESS_EPOCHS
    for sample in (0, 7, -1):
        params = detail.params[detail.sharpness_epochs[sample]]
        expected = largest(hessian_of(settings, params))[0]
        assert detail.sharpness[sample] == pytest.approx(expected, rel=1e-5)


def test_with_cross_entropy_sharpness_falls_once_the_model_is_right_and_sure() -> None:
    """What the page says beside the picture; before that point it may only rise."""
    circles = Settings(dataset="circles", loss="cross_entropy", hidden_units=8)
    clouds = Settings(dataset="two_clouds", loss="cross_entropy")
    for settings in (with_rate(circles, 1.0), with_rate(clouds, 1.0)):
        right = accuracies(settings, inspected(settings).params[None])["accuracy"]
        sharpness = inspected(settings).sharpness
        assert right is not None and right[0, -1] == 1
        assert sharpness[-1] < max(sharpness) / 3 and sharpness[-1] < min(sharpness[-4:-1])
    unsure = inspected(with_rate(circles, 0.01))
    assert max(unsure.sharpness) == unsure.sharpness[-1] > unsure.sharpness[0]


@pytest.mark.parametrize("weight_decay", [0, 1])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("optimizer", ADAPTIVE)
def test_inspected_rescaled_sharpness_follows_from_torchs_optimizer_state(
    optimizer: str, layers: int, weight_decay: float
) -> None:
    """L2 decay is part of the gradient, so it adds to the curvature before that is rescaled."""
    settings = Settings(
        dataset="sine", hidden_units=3, activation="tanh", hidden_layers=layers,
        optimizer=optimizer, epochs=30, learning_rate=0.01, weight_decay=weight_decay,
    )  # fmt: skip
    detail = inspected(settings)
    lone = lone_training(settings, detail.params[0], 0.01)
    for sample in (0, 5, -1):
        epoch = detail.sharpness_epochs[sample]
        divisors = preconditioner_of(optimizer, lone.states[epoch])
        decay = 0 if optimizer == "adamw" else weight_decay
        curvature = hessian_of(settings, lone.params[epoch]) + decay * np.eye(len(divisors))
        matrix = curvature / divisors[:, None]
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
    found = planes._leading_direction(paths.view(8, -1, DENSE_PARAMS + 50)).numpy()
    assert abs(dense @ found) == pytest.approx(1, abs=1e-9)

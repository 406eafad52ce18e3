"""Initial parameters, compared with torch.nn.init, and the symmetry that zeros never break."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy import ndarray
from torch import nn

from app.domain.fields import NAMES
from app.domain.results import Sweep
from app.domain.settings import Settings
from app.engine import train_sweep
from app.engine.network import INITIALIZATIONS
from app.engine.training import start_for
from tests.engine.torch_runs import module_for
from tests.oracles import flat, global_seed

SHAPES = [
    dict(dataset="plane"),
    dict(dataset="sine", hidden_units=5),
    dict(dataset="diabetes", hidden_units=7, hidden_layers=2),
    dict(dataset="plane", hidden_units=4, hidden_layers=3),
]
OTHERS = {"xavier": nn.init.xavier_uniform_, "he": nn.init.kaiming_uniform_}
each_shape = pytest.mark.parametrize("shape", SHAPES)


def start(**choices: object) -> ndarray:
    return start_for(Settings(**{"epochs": 10, **choices})).numpy()


def layers_of(settings: Settings) -> list[nn.Linear]:
    return [nn.Linear(*fans) for fans in pairwise(settings.widths)]


def test_every_initialization_is_tested_here() -> None:
    assert set(INITIALIZATIONS) == set(NAMES["initialization"].options)
    assert set(INITIALIZATIONS) == {"pytorch", "zeros", *OTHERS}


@pytest.mark.parametrize("seed", [0, 17])
@each_shape
def test_pytorch_initialization_is_what_linear_layers_draw(shape: dict, seed: int) -> None:
    drawn = module_for(Settings(**shape, epochs=10, seed=seed), dtype=torch.float32)
    assert start(**shape, seed=seed).tolist() == flat(drawn).tolist()


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("seed", [0, 17])
@each_shape
def test_other_initializations_are_torch_nn_init_with_zero_biases(
    shape: dict, seed: int, name: str
) -> None:
    module = nn.Sequential(*layers_of(Settings(**shape, epochs=10)))
    with global_seed(seed):
        for layer in module:
            OTHERS[name](layer.weight)
            nn.init.zeros_(layer.bias)
    found = start(**shape, seed=seed, initialization=name)
    assert found.tolist() == flat(module).tolist()


@pytest.mark.parametrize("scale", [0.01, 10])
@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_initial_scale_multiplies_every_parameter(name: str, scale: float) -> None:
    shape = dict(dataset="sine", hidden_units=5, initialization=name)
    scaled = start(**shape, initial_scale=scale)
    assert scaled == pytest.approx(start(**shape) * scale, rel=1e-6)


@each_shape
def test_zeros_initialization_is_all_zeros(shape: dict) -> None:
    assert not start(**shape, initialization="zeros", seed=5).any()


def zeros(activation: str, layers: int, optimizer: str) -> Sweep:
    return train_sweep(
        Settings(
            hidden_units=4, hidden_layers=layers, activation=activation, optimizer=optimizer,
            initialization="zeros", epochs=60,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("activation", "layers", "optimizer"),
    [("relu", 1, "sgd"), ("relu", 3, "adam"), ("tanh", 1, "adam"), ("tanh", 2, "sgd")],
)
def test_relu_and_tanh_networks_started_at_zeros_move_the_output_bias_alone(
    activation: str, layers: int, optimizer: str
) -> None:
    """Units output f(0) = 0, and no gradient passes output weights of 0."""
    sweep = zeros(activation, layers, optimizer)
    known = np.isfinite(sweep.train_loss)
    assert not sweep.params[known][:, :-1].any()
    assert (sweep.params[:, 1, -1] != 0).all()


@pytest.mark.parametrize(("layers", "optimizer"), [(1, "sgd"), (2, "momentum"), (2, "rmsprop")])
def test_logistic_units_started_at_zeros_stay_equal(layers: int, optimizer: str) -> None:
    """Equal units get equal gradients, so the network trains as if it had one unit."""
    sweep = zeros("logistic", layers, optimizer)
    for run in range(0, 31, 5):
        module = module_for(sweep.settings, sweep.params[run, -1])
        rows = [part for layer in module[:-1:2] for part in (layer.weight, layer.bias)]
        columns = [layer.weight.T for layer in module[2::2]]
        for part in (*rows, *columns):
            values = part.detach().numpy()
            assert values == pytest.approx(np.broadcast_to(values[0], values.shape), rel=1e-5)
    assert np.abs(sweep.params[30, -1, :-1]).max() > 0.01

"""Activation functions, compared with torch's modules, autograd and optimizer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from app.domain.fields import NAMES, SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.engine import datasets, train_sweep
from app.engine.activations import ACTIVATIONS
from app.engine.curvature import hessian
from app.engine.datasets import as_tensors
from app.engine.network import Network
from app.engine.training import gradient_for

SMOOTH = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "linear": nn.Identity}
DATASETS = ("parabola", "plane", "diabetes")
UNITS = 4


def model_of(name: str, features: int, params: Tensor) -> nn.Sequential:
    model = nn.Sequential(nn.Linear(features, UNITS), SMOOTH[name](), nn.Linear(UNITS, 1))
    vector_to_parameters(params.clone(), model.to(params.dtype).parameters())
    return model


def loss_of(name: str, params: Tensor, dataset: str) -> tuple[nn.Sequential, Tensor]:
    inputs, targets = (part.to(params.dtype) for part in as_tensors(datasets.builtin(dataset)))
    model = model_of(name, inputs.shape[1], params)
    return model, F.mse_loss(model(inputs)[:, 0], targets)


def start_of(name: str, dataset: str, seed: int = 3) -> tuple[Network, Tensor]:
    network = Network(datasets.builtin(dataset).inputs.shape[1], UNITS, name)
    return network, network.initial_params(seed)


def test_every_activation_is_tested_here() -> None:
    assert {*SMOOTH, "threshold"} == set(NAMES["activation"].options)


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("name", SMOOTH)
def test_gradient_with_each_activation_equals_autograd(name: str, dataset: str) -> None:
    network, params = start_of(name, dataset)
    blocks, loss = network.to_blocks(params[None]), torch.empty(1)
    state = torch.stack([blocks, torch.zeros_like(blocks)])
    gradient_for(network, state, 1, datasets.builtin(dataset)).compute(loss)
    model, expected = loss_of(name, params.double(), dataset)
    expected.backward()
    gradients = torch.cat([part.grad.flatten() for part in model.parameters()])
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    computed = network.from_blocks(state[1:], 1)[0, 0]
    torch.testing.assert_close(computed.double(), gradients, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("name", SMOOTH)
def test_hessian_with_each_activation_equals_autograd(name: str, dataset: str) -> None:
    network, params = start_of(name, dataset)
    inputs, targets = (part.double() for part in as_tensors(datasets.builtin(dataset)))
    model = model_of(name, inputs.shape[1], params.double())
    shapes = [(key, part.shape) for key, part in model.named_parameters()]

    def loss(flat: Tensor) -> Tensor:
        parts = flat.split([shape.numel() for _, shape in shapes])
        named = {key: part.view(shape) for (key, shape), part in zip(shapes, parts, strict=True)}
        return F.mse_loss(torch.func.functional_call(model, named, inputs)[:, 0], targets)

    expected = torch.autograd.functional.hessian(loss, params.double())
    computed = hessian(network, params[None], datasets.builtin(dataset))[0]
    torch.testing.assert_close(computed, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("learning_rate", [0.01, 0.1])
def test_run_with_each_activation_equals_torchs_own_training(
    name: str, learning_rate: float
) -> None:
    settings = Settings(dataset="plane", hidden_units=UNITS, epochs=60, seed=7, activation=name)
    sweep = train_sweep(settings)
    inputs, targets = as_tensors(datasets.builtin("plane"))
    model = model_of(name, 2, start_of(name, "plane", seed=7)[1])
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    for _ in range(60):
        optimizer.zero_grad()
        F.mse_loss(model(inputs)[:, 0], targets).backward()
        optimizer.step()
    ended = sweep.params[SLIDER_LEARNING_RATES.index(learning_rate), -1]
    expected = parameters_to_vector(model.parameters()).detach().numpy()
    np.testing.assert_allclose(ended, expected, rtol=2e-4, atol=2e-5)


def test_threshold_units_pass_no_gradient() -> None:
    sweep = train_sweep(
        Settings(dataset="parabola", hidden_units=6, epochs=80, activation="threshold")
    )
    hidden = slice(0, 12)
    learns = sweep.learning_rates <= 0.1
    assert not sweep.gradients[learns][..., hidden].any()
    assert (sweep.params[learns][..., hidden] == sweep.start[hidden]).all()
    assert (sweep.params[learns][:, -1, 12:] != sweep.start[12:]).any(axis=1).all()
    assert (sweep.train_loss[learns][:, -1] < sweep.train_loss[0, 0]).all()


def test_threshold_network_predicts_a_step_function() -> None:
    network, params = start_of("threshold", "parabola")
    inputs, _ = as_tensors(datasets.builtin("parabola"))
    weights, biases, outgoing, last = params.split([UNITS, UNITS, UNITS, 1])
    steps = (inputs @ weights[None] + biases > 0).float()
    torch.testing.assert_close(network.predict(params[None], inputs)[0], steps @ outgoing + last)


def test_only_relu_units_get_stuck() -> None:
    """A linear unit below 0 still learns, so a network of them is never called stuck."""
    for name in ("tanh", "logistic", "linear", "threshold"):
        sweep = train_sweep(
            Settings(dataset="parabola", hidden_units=10, epochs=100, activation=name)
        )
        assert "stuck" not in sweep.verdicts


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_fused_backward_pass_multiplies_by_the_slope(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    h, gradient = (torch.randn(50, generator=generator) for _ in range(2))
    activation = ACTIVATIONS[name]
    activation.apply_(h)
    expected = gradient * activation.slope(h)
    activation.backward_(gradient, h)
    torch.testing.assert_close(gradient, expected)

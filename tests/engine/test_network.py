from __future__ import annotations

import jaxtyping
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.engine import datasets, network
from app.engine.network import ACTIVATIONS, HiddenGradient, LinearGradient, Network
from app.engine.training import as_tensors
from tests.oracles import flat, global_seed, model, model_at

SHAPES = [(1, 0), (1, 1), (1, 10), (1, 64), (2, 0), (3, 5)]
# What the notebook prints of its linear model and of its second network, seed 0 each.
PREDICTIONS = [0.5159, 0.5097, 0.5139, 0.5160, 0.5206, 0.5123, 0.5201, 0.5031, 0.5004, 0.5221]
FIRST_PARAMS = {
    0: [-0.0075, 0.5364, -0.8230, -0.7359],
    10: [-0.3022, -0.1966, -0.9553, -0.6623],
    20: [0.1149, 0.2626, -0.0651, 0.2366],
    30: [-0.1233],
}


def random_params(shape: Network, stack: int, seed: int = 1) -> Tensor:
    return torch.randn(stack, shape.params, generator=torch.Generator().manual_seed(seed))


def random_data(features: int, examples: int = 20) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(examples, features, generator=generator)
    return inputs, torch.randn(examples, generator=generator)


def test_shapes_are_checked_while_tests_run() -> None:
    with pytest.raises(jaxtyping.TypeCheckError):
        Network(1, 10).predict(torch.zeros(31), torch.zeros(5, 1))


@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_it_has_as_many_params_as_torchs_layers(features: int, units: int) -> None:
    assert Network(features, units).params == len(flat(model(units, features)))


def test_the_notebooks_network_has_31_params() -> None:
    assert Network(1, 10).params == 31


@pytest.mark.parametrize("seed", [0, 1, 99])
@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_a_seed_draws_what_torchs_layers_draw(features: int, units: int, seed: int) -> None:
    with global_seed(seed):
        drawn = flat(model(units, features))
    assert torch.equal(Network(features, units).initial_params(seed), drawn)


def test_seed_0_is_the_start_of_the_notebooks_linear_model() -> None:
    start = Network(1, 0).initial_params(0)
    assert start.tolist() == pytest.approx([-0.0075, 0.5364], abs=5e-5)
    inputs, _ = as_tensors(datasets.load("line"))
    assert Network(1, 0).predict(start[None], inputs)[0].tolist() == pytest.approx(
        PREDICTIONS, abs=5e-5
    )


@pytest.mark.parametrize("first", FIRST_PARAMS)
def test_seed_0_is_the_start_of_the_notebooks_animated_network(first: int) -> None:
    printed = FIRST_PARAMS[first]
    start = Network(1, 10).initial_params(0)[first : first + len(printed)]
    assert start.tolist() == pytest.approx(printed, abs=5e-5)


@pytest.mark.parametrize("at_once", [1, 700, 10**6])
@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_stacked_predictions_equal_each_networks_own(
    features: int, units: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "ACTIVATIONS_AT_ONCE", at_once)
    params, (inputs, _) = random_params(Network(features, units), stack=7), random_data(features)
    predicted = Network(features, units).predict(params, inputs)
    for run, one in enumerate(params):
        expected = model_at(one, units, features)(inputs.double())[:, 0]
        assert torch.allclose(predicted[run].double(), expected, atol=1e-5)


@given(st.integers(1, 3), st.integers(0, 5), st.integers(1, 4), st.integers(1, 3))
def test_blocks_turn_back_into_flat_params(
    features: int, units: int, runs: int, frames: int
) -> None:
    shape = Network(features, units)
    params = random_params(shape, frames * runs).view(frames, runs, -1)
    blocks = torch.stack([shape.to_blocks(stacked) for stacked in params])
    assert torch.equal(shape.from_blocks(blocks, runs), params.transpose(0, 1))


def test_a_unit_is_split_off_with_its_bias_last() -> None:
    hidden, outgoing, last_bias = Network(2, 3).split(torch.arange(13.0)[None])
    assert hidden[0].tolist() == [[0, 1, 6], [2, 3, 7], [4, 5, 8]]
    assert (outgoing.tolist(), last_bias.tolist()) == ([[9, 10, 11]], [[12]])


def beside_its_gradient(blocks: torch.Tensor) -> torch.Tensor:
    return torch.stack([blocks, torch.full_like(blocks, torch.nan)])


@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_gradients_equal_autograd(features: int, units: int) -> None:
    shape, runs, (inputs, targets) = Network(features, units), 5, random_data(features)
    params, train_loss = random_params(shape, runs), torch.empty(5)
    state = beside_its_gradient(shape.to_blocks(params))
    if units:
        step = HiddenGradient(state, runs, inputs, targets, ACTIVATIONS["relu"])
    else:
        step = LinearGradient(state, runs, inputs, targets)
    step.compute(train_loss)
    gradients = shape.from_blocks(state[1:], runs)[:, 0]
    for run, one in enumerate(params):
        lone = model_at(one, units, features)
        loss = F.mse_loss(lone(inputs.double())[:, 0], targets.double())
        loss.backward()
        expected = torch.cat([part.grad.flatten() for part in lone.parameters()])
        # Sums of at most 64 x 20 products in float32.
        assert torch.allclose(gradients[run].double(), expected, rtol=1e-4, atol=1e-5)
        assert float(train_loss[run]) == pytest.approx(loss.item(), rel=1e-5)


def test_a_unit_that_is_exactly_0_gets_no_gradient_like_torchs_relu() -> None:
    # z = w x + b is exactly 0 for x = 1, w = 1, b = -1.
    params, (inputs, targets) = (
        torch.tensor([1.0, -1.0, 1.0, 0.0]),
        (torch.ones(1, 1), torch.ones(1)),
    )
    state = beside_its_gradient(params)
    HiddenGradient(state, 1, inputs, targets, ACTIVATIONS["relu"]).compute(torch.empty(1))
    lone = model_at(params, 1)
    F.mse_loss(lone(inputs.double())[:, 0], targets.double()).backward()
    expected = torch.cat([part.grad.flatten() for part in lone.parameters()])
    assert np.array_equal(state[1].double(), expected)

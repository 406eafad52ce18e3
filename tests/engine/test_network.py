from __future__ import annotations

import jaxtyping
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.domain.plane_choice import parameter_names
from app.domain.settings import Settings
from app.engine import datasets, network
from app.engine.datasets import as_tensors, dataset_for
from app.engine.network import HiddenGradient, LinearGradient, Network, network_for
from tests.engine.torch_runs import MODULES, gradient_of, loss_of, module_for
from tests.oracles import flat, global_seed, model, model_at

SHAPES = [(1, 0), (1, 1), (1, 10), (1, 64), (2, 0), (3, 5)]
# What the notebook prints for its linear model and its second network, both with seed 0.
PREDICTIONS = [0.5159, 0.5097, 0.5139, 0.5160, 0.5206, 0.5123, 0.5201, 0.5031, 0.5004, 0.5221]
FIRST_PARAMS = {
    0: [-0.0075, 0.5364, -0.8230, -0.7359],
    10: [-0.3022, -0.1966, -0.9553, -0.6623],
    20: [0.1149, 0.2626, -0.0651, 0.2366],
    30: [-0.1233],
}


def random_params(shape: Network, stack: int, seed: int = 1) -> Tensor:
    return torch.randn(stack, shape.param_count, generator=torch.Generator().manual_seed(seed))


def random_data(features: int, examples: int = 20) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(examples, features, generator=generator)
    return inputs, torch.randn(examples, generator=generator)


def test_shapes_are_checked_while_tests_run() -> None:
    with pytest.raises(jaxtyping.TypeCheckError):
        Network(1, 10).predict(torch.zeros(31), torch.zeros(5, 1))


@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_param_count_equals_that_of_torchs_layers(features: int, units: int) -> None:
    assert Network(features, units).param_count == len(flat(model(units, features)))


def test_the_notebooks_network_has_31_params() -> None:
    assert Network(1, 10).param_count == 31


@pytest.mark.parametrize("seed", [0, 1, 99])
@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_initial_params_are_what_torchs_layers_draw(features: int, units: int, seed: int) -> None:
    with global_seed(seed):
        drawn = flat(model(units, features))
    assert torch.equal(Network(features, units).initial_params(seed), drawn)


def test_initial_params_of_seed_0_are_the_notebooks_linear_model() -> None:
    start = Network(1, 0).initial_params(0)
    assert start.tolist() == pytest.approx([-0.0075, 0.5364], abs=5e-5)
    inputs, _ = as_tensors(datasets.builtin("line"))
    assert Network(1, 0).predict(start[None], inputs)[0].tolist() == pytest.approx(
        PREDICTIONS, abs=5e-5
    )


@pytest.mark.parametrize("first", FIRST_PARAMS)
def test_initial_params_of_seed_0_are_the_notebooks_animated_network(first: int) -> None:
    printed = FIRST_PARAMS[first]
    start = Network(1, 10).initial_params(0)[first : first + len(printed)]
    assert start.tolist() == pytest.approx(printed, abs=5e-5)


@pytest.mark.parametrize("at_once", [1, 700, 10**6])
@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_stacked_predictions_equal_torchs_one_by_one(
    features: int, units: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "ACTIVATIONS_AT_ONCE", at_once)
    params, (inputs, _) = random_params(Network(features, units), stack=7), random_data(features)
    predicted = Network(features, units).predict(params, inputs)
    for run, one in enumerate(params):
        expected = model_at(one, units, features)(inputs.double())[:, 0]
        assert torch.allclose(predicted[run].double(), expected, atol=1e-5)


@given(st.integers(1, 3), st.integers(0, 5), st.integers(1, 4), st.integers(1, 3))
def test_block_order_round_trips_to_flat_params(
    features: int, units: int, runs: int, frames: int
) -> None:
    shape = Network(features, units)
    params = random_params(shape, frames * runs).view(frames, runs, -1)
    blocks = torch.stack([shape.to_blocks(stacked) for stacked in params])
    assert torch.equal(shape.from_blocks(blocks, runs), params.transpose(0, 1))


def test_split_puts_a_units_bias_behind_its_weights() -> None:
    hidden, further, outgoing, last_bias = Network(2, 3).split(torch.arange(13.0)[None])
    assert further == ()
    assert hidden[0].tolist() == [[0, 1, 6], [2, 3, 7], [4, 5, 8]]
    assert (outgoing.tolist(), last_bias.tolist()) == ([[9, 10, 11]], [[12]])


@given(st.integers(1, 3), st.integers(1, 4), st.integers(2, 3), st.integers(1, 3))
def test_block_order_of_deep_networks_round_trips_to_flat_params(
    features: int, units: int, layers: int, runs: int
) -> None:
    shape = Network(features, units, "tanh", layers)
    params = random_params(shape, 2 * runs).view(2, runs, -1)
    blocks = torch.stack([shape.to_blocks(stacked) for stacked in params])
    assert torch.equal(shape.from_blocks(blocks, runs), params.transpose(0, 1))


def test_split_pairs_weights_and_biases_of_further_layers() -> None:
    parts = Network(1, 2, "relu", 3).split(torch.arange(19.0)[None])
    assert parts.hidden[0].tolist() == [[0, 2], [1, 3]]
    assert [[part[0].tolist() for part in pair] for pair in parts.further] == [
        [[[4, 5], [6, 7]], [8, 9]],
        [[[10, 11], [12, 13]], [14, 15]],
    ]
    assert (parts.outgoing.tolist(), parts.last_bias.tolist()) == ([[16, 17]], [[18]])


DEEP = [
    Settings(
        dataset=name, hidden_units=units, hidden_layers=layers, activation=activation, epochs=10
    )
    for name, units, layers in (("line", 1, 2), ("plane", 5, 3), ("diabetes", 4, 2))
    for activation in MODULES
]


@pytest.mark.parametrize("settings", [*DEEP, Settings(dataset="plane", hidden_units=5)])
def test_parameter_names_are_in_torchs_order(settings: Settings) -> None:
    """For each layer the weights, unit by unit, then the biases."""
    names, module = parameter_names(settings), module_for(settings)
    assert len(names) == len(set(names)) == settings.param_count
    weights = module[0].weight.numel()
    assert {name[0] for name in names[:weights]} == {"w"}
    assert names[weights : weights + settings.hidden_units] == [
        f"b{unit}" for unit in range(1, settings.hidden_units + 1)
    ]
    assert [name[0] for name in names[-settings.hidden_units - 1 :]] == [
        *"v" * settings.hidden_units,
        "c",
    ]


@pytest.mark.parametrize("settings", DEEP)
def test_deep_predictions_gradients_and_units_equal_torchs(settings: Settings) -> None:
    shape, params = network_for(settings), random_params(network_for(settings), 3)
    inputs, targets = as_tensors(dataset_for(settings))
    state, losses = beside_its_gradient(shape.to_blocks(params)), torch.empty(3)
    HiddenGradient(shape, state, 3, inputs, targets).compute(losses)
    gradients = shape.from_blocks(state[1:], 3)[:, 0]
    for run, one in enumerate(params):
        module = module_for(settings, one)
        expected = module(inputs.double())[:, 0]
        assert torch.allclose(shape.predict(one[None], inputs)[0].double(), expected, atol=1e-4)
        assert float(losses[run]) == pytest.approx(loss_of(settings, one), rel=1e-4)
        slope, close = gradient_of(settings, one), float(gradients[run].abs().max()) * 1e-5
        assert gradients[run].numpy() == pytest.approx(slope, rel=1e-3, abs=close)
        units = shape.unit_values(one[None], inputs)
        assert len(units) == settings.hidden_layers
        for layer, values in enumerate(units):
            passed = module[: 2 * layer + 2](inputs.double()).T
            assert torch.allclose(values[0].double(), passed, atol=1e-4)


def beside_its_gradient(blocks: torch.Tensor) -> torch.Tensor:
    return torch.stack([blocks, torch.full_like(blocks, torch.nan)])


@pytest.mark.parametrize(("features", "units"), SHAPES)
def test_gradients_of_linear_and_shallow_networks_equal_autograd(features: int, units: int) -> None:
    shape, runs, (inputs, targets) = Network(features, units), 5, random_data(features)
    params, train_loss = random_params(shape, runs), torch.empty(5)
    state = beside_its_gradient(shape.to_blocks(params))
    if units:
        step = HiddenGradient(shape, state, runs, inputs, targets)
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


def test_relu_unit_at_exactly_0_gets_no_gradient_as_in_torch() -> None:
    # z = w x + b is exactly 0 for x = 1, w = 1, b = -1.
    params, (inputs, targets) = (
        torch.tensor([1.0, -1.0, 1.0, 0.0]),
        (torch.ones(1, 1), torch.ones(1)),
    )
    state = beside_its_gradient(params)
    HiddenGradient(Network(1, 1), state, 1, inputs, targets).compute(torch.empty(1))
    lone = model_at(params, 1)
    F.mse_loss(lone(inputs.double())[:, 0], targets.double()).backward()
    expected = torch.cat([part.grad.flatten() for part in lone.parameters()])
    assert np.array_equal(state[1].double(), expected)

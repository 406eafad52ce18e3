from __future__ import annotations

import jaxtyping
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.domain.fields import NAMES
from app.domain.plane_choice import parameter_names
from app.domain.settings import Settings
from app.engine import datasets, network, train_sweep
from app.engine.activations import ACTIVATIONS
from app.engine.datasets import as_tensors, dataset_for
from app.engine.losses import LOSSES, loss_for
from app.engine.network import HiddenGradient, Network, network_for
from app.engine.training import gradient_for
from tests.engine.torch_runs import MODULES, gradient_of, loss_of, module_for

# What the notebook prints for its linear model and its second network, both with seed 0.
PREDICTIONS = [0.5159, 0.5097, 0.5139, 0.5160, 0.5206, 0.5123, 0.5201, 0.5031, 0.5004, 0.5221]
FIRST_PARAMS = {
    0: [-0.0075, 0.5364, -0.8230, -0.7359],
    10: [-0.3022, -0.1966, -0.9553, -0.6623],
    20: [0.1149, 0.2626, -0.0651, 0.2366],
    30: [-0.1233],
}
MODELS = [
    *(Settings(dataset=name, epochs=10) for name in ("line", "plane", "diabetes")),
    *(Settings(dataset="parabola", hidden_units=units, epochs=10) for units in (1, 64)),
    *(
        Settings(
            dataset=name, hidden_units=units, hidden_layers=layers, activation=activation, epochs=10
        )
        for name, units, layers in (
            ("diabetes", 4, 1), ("line", 1, 2), ("plane", 5, 3), ("diabetes", 4, 2),
        )
        for activation in MODULES
    ),
    *(
        Settings(
            loss="cross_entropy", dataset=name, features=features, hidden_units=units,
            hidden_layers=layers, activation=activation, epochs=10,
        )
        for name, features, units, layers, activation in (
            ("breast_cancer", "none", 0, 1, "relu"), ("iris_two", "squares,product", 0, 1, "relu"),
            ("circles", "none", 4, 1, "tanh"), ("xor", "product", 3, 2, "logistic"),
            ("breast_cancer", "none", 5, 3, "relu"), ("spiral", "squares", 2, 1, "threshold"),
        )
    ),
]  # fmt: skip


def random_params(shape: Network, stack: int, seed: int = 1) -> Tensor:
    return torch.randn(stack, shape.param_count, generator=torch.Generator().manual_seed(seed))


def test_shapes_are_checked_while_tests_run() -> None:
    with pytest.raises(jaxtyping.TypeCheckError):
        Network(1, 10).predict(torch.zeros(31), torch.zeros(5, 1))


def test_initial_params_of_seed_0_are_the_notebooks_linear_model() -> None:
    start = Network(1, 0).initial_params(0)
    assert start.tolist() == pytest.approx([-0.0075, 0.5364], abs=5e-5)
    inputs, _ = as_tensors(datasets.builtin("line"))
    found = Network(1, 0).predict(start[None], inputs)[0]
    assert found.tolist() == pytest.approx(PREDICTIONS, abs=5e-5)


def test_initial_params_of_seed_0_are_the_notebooks_animated_network() -> None:
    start = Network(1, 10).initial_params(0)
    assert len(start) == 31
    for first, printed in FIRST_PARAMS.items():
        found = start[first : first + len(printed)]
        assert found.tolist() == pytest.approx(printed, abs=5e-5)


@given(st.integers(1, 3), st.integers(0, 5), st.integers(1, 3), st.integers(1, 4))
def test_block_order_round_trips_to_flat_params(
    features: int, units: int, layers: int, runs: int
) -> None:
    shape = Network(features, units, "tanh", layers)
    params = random_params(shape, 2 * runs).view(2, runs, -1)
    blocks = torch.stack([shape.to_blocks(stacked) for stacked in params])
    assert torch.equal(shape.from_blocks(blocks, runs), params.transpose(0, 1))


@pytest.mark.parametrize("settings", [one for one in MODELS if not one.is_linear])
def test_parameter_names_are_in_torchs_order(settings: Settings) -> None:
    """For each layer the weights, unit by unit, then the biases."""
    names, weights = parameter_names(settings), settings.widths[0] * settings.hidden_units
    assert len(names) == len(set(names)) == settings.param_count
    assert {name[0] for name in names[:weights]} == {"w"}
    assert names[weights : weights + settings.hidden_units] == [
        f"b{unit}" for unit in range(1, settings.hidden_units + 1)
    ]
    assert "".join(name[0] for name in names).endswith("v" * settings.hidden_units + "c")


@pytest.mark.parametrize("settings", MODELS)
def test_predictions_units_losses_and_gradients_equal_torchs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape, params = network_for(settings), random_params(network_for(settings), 3)
    dataset = dataset_for(settings)
    state, losses = beside_its_gradient(shape.to_blocks(params)), torch.empty(3)
    gradient_for(shape, state, 3, dataset, loss_for(settings)).compute(losses)
    gradients = shape.from_blocks(state[1:], 3)[:, 0]
    inputs, _ = as_tensors(dataset)
    at_once = shape.predict(params, inputs)
    # The predictions of one network at a time, and of as many as fit.
    monkeypatch.setattr(network, "ACTIVATIONS_AT_ONCE", 1)
    one_by_one = shape.predict(params, inputs)
    for run, one in enumerate(params):
        module = module_for(settings, one)
        expected = module(inputs.double())[:, 0]
        for predicted in (at_once, one_by_one):
            assert torch.allclose(predicted[run].double(), expected, atol=1e-4)
        assert float(losses[run]) == pytest.approx(loss_of(settings, one), rel=1e-4)
        slope, close = gradient_of(settings, one), float(gradients[run].abs().max()) * 1e-5
        assert gradients[run].numpy() == pytest.approx(slope, rel=1e-3, abs=close)
        units = [] if settings.is_linear else shape.unit_values(one[None], inputs)
        assert len(units) == len(settings.widths) - 2
        for layer, values in enumerate(units):
            passed = module[: 2 * layer + 2](inputs.double()).T
            assert torch.allclose(values[0].double(), passed, atol=1e-4)


def beside_its_gradient(blocks: torch.Tensor) -> torch.Tensor:
    return torch.stack([blocks, torch.full_like(blocks, torch.nan)])


def test_relu_unit_at_exactly_0_gets_no_gradient() -> None:
    # z = w x + b is exactly 0 for x = 1, w = 1, b = -1, so only the output bias has a gradient.
    state = beside_its_gradient(torch.tensor([1.0, -1.0, 1.0, 0.0]))
    one, loss = torch.ones(1), LOSSES["squared_error"]
    step = HiddenGradient(Network(1, 1), state, 1, one[:, None], one, loss)
    step.compute(torch.empty(1))
    assert state[1].tolist() == [0, 0, 0, -2]


def test_every_activation_has_a_reference() -> None:
    assert set(MODULES) == set(ACTIVATIONS) == set(NAMES["activation"].options)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_fused_backward_pass_multiplies_by_the_slope(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    h, gradient = (torch.randn(50, generator=generator) for _ in range(2))
    activation = ACTIVATIONS[name]
    activation.apply_(h)
    expected = gradient * activation.slope(h)
    activation.backward_(gradient, h)
    torch.testing.assert_close(gradient, expected)


def test_threshold_network_learns_in_its_output_layer_alone() -> None:
    sweep = train_sweep(
        Settings(dataset="parabola", hidden_units=6, epochs=80, activation="threshold")
    )
    learns, hidden = sweep.learning_rates <= 0.1, slice(0, 12)
    assert not sweep.gradients[learns][..., hidden].any()
    assert (sweep.params[learns][..., hidden] == sweep.start[hidden]).all()
    assert (sweep.params[learns][:, -1, 12:] != sweep.start[12:]).any(axis=1).all()
    assert (sweep.train_loss[learns][:, -1] < sweep.train_loss[0, 0]).all()

"""Every optimizer in a batched sweep, compared with `torch.optim` run by run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy import ndarray

from app.domain.data_options import DATASETS
from app.domain.fields import NAMES
from app.domain.options import OPTIMIZERS
from app.domain.results import Sweep
from app.domain.settings import Settings
from app.engine import datasets, train_sweep
from app.engine.training import descend
from tests.engine.torch_runs import flat_state, lone_training
from tests.oracles import same, stop

ADAPTIVE = tuple(name for name, option in OPTIMIZERS.items() if option.squares)
# How far from torch's a parameter may be, as a share of the largest parameter; measured over a few
# dozen steps, with some room. Division by small square roots magnifies roundings.
CLOSE = dict.fromkeys(OPTIMIZERS, 1e-6) | dict.fromkeys(ADAPTIVE, 5e-6)


@st.composite
def choices(draw: st.DrawFn, optimizer: str) -> Settings:
    """Any settings for a short training with this optimizer."""
    name = draw(st.sampled_from(sorted(DATASETS)))
    fraction = draw(st.sampled_from([0, 0.25]))
    examples = Settings(dataset=name, validation_fraction=fraction).example_count
    schedule = draw(st.sampled_from(sorted(NAMES["schedule"].options)))
    more = {}
    if DATASETS[name].classes:
        more["loss"] = draw(st.sampled_from(sorted(NAMES["loss"].options)))
    if DATASETS[name].has_two_predictors:
        more["features"] = draw(st.sampled_from(sorted(NAMES["features"].options)))
    if optimizer in ("momentum", "nesterov"):
        more["momentum"] = draw(st.sampled_from([0, 0.5, 0.9]))
    if schedule == "warmup_cosine":
        more["warmup_epochs"] = draw(st.integers(1, 9))
    return Settings(
        dataset=name,
        optimizer=optimizer,
        schedule=schedule,
        validation_fraction=fraction,
        seed=draw(st.integers(0, 99)),
        epochs=draw(st.integers(10, 15)),
        # Up to five batches an epoch, of which the last may be smaller.
        batch_size=draw(st.just(0) | st.integers(-(-examples // 5), examples)),
        weight_decay=draw(st.sampled_from([0, 0.01, 0.3])),
        activation=draw(st.sampled_from(sorted(NAMES["activation"].options))),
        hidden_units=draw(st.integers(0, 6)),
        hidden_layers=draw(st.integers(1, 3)),
        initialization=draw(st.sampled_from(["pytorch", "xavier", "he"])),
        initial_scale=draw(st.sampled_from([0.5, 1, 1.5])),
        **more,
    )


def stable_rates(sweep: Sweep) -> tuple[float, float]:
    """Two of the slider's rates at which roundings stay small: well below the stability edge of the
    start, and low enough that minibatches, which are sharper, do not raise the loss either."""
    one = sweep.settings
    curvature = max(sweep.start_sharpness, 0) + one.weight_decay
    top = 0.02 if one.optimizer in ADAPTIVE else 0.5 / max(curvature, 1)
    highest = sweep.train_loss[:41].max(axis=1)
    is_bounded = (highest <= 1.1 * sweep.train_loss[0, 0]) & (sweep.learning_rates[:41] <= top)
    fitting = sweep.learning_rates[:41][is_bounded].tolist()
    assume(fitting)
    return fitting[-1], fitting[-7:][0]


def how_far(params: ndarray, expected: ndarray) -> float:
    return float(np.abs(params - expected).max() / max(1, np.abs(expected).max()))


def is_torchs(sweep: Sweep, rate: float) -> bool:
    """Whether a run is as close to torch's training as roundings allow. If these grow, it must be
    as close to the training in float64 as torch's own float32 is."""
    params, one = sweep.params[stop(rate)], sweep.settings
    lone = lone_training(one, sweep.start, rate)
    if how_far(params, lone.params) <= CLOSE[one.optimizer]:
        return True
    exact = lone_training(one, sweep.start, rate, torch.float64).params
    return how_far(params, exact) <= 10 * how_far(lone.params, exact)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_runs_of_a_sweep_equal_torch_optim_run_by_run(optimizer: str) -> None:
    @settings(max_examples=6, derandomize=True)
    @given(choices(optimizer))
    def compare(one: Settings) -> None:
        sweep = train_sweep(one)
        for rate in stable_rates(sweep):
            assert is_torchs(sweep, rate), rate

    compare()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_losses_of_a_long_training_equal_torch_optim(optimizer: str) -> None:
    one = Settings(
        dataset="parabola", hidden_units=8, activation="tanh", epochs=60, optimizer=optimizer,
        batch_size=32,
    )  # fmt: skip
    sweep = train_sweep(one)
    lone = lone_training(one, sweep.start, 0.01)
    np.testing.assert_allclose(sweep.train_loss[stop(0.01)], lone.train_loss, rtol=1e-3)


def test_momentum_and_nesterov_at_momentum_0_are_plain_descent() -> None:
    plain = train_sweep(Settings(epochs=20)).params
    for name in ("momentum", "nesterov"):
        assert same(train_sweep(Settings(epochs=20, optimizer=name, momentum=0)).params, plain)


# Adagrad's steps shrink, so it needs a large rate; RMSprop's never do, so it needs a small one.
GOOD_RATES = dict.fromkeys(OPTIMIZERS, 0.05) | {"adagrad": 1.0, "rmsprop": 0.01}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_brings_a_linear_model_to_least_squares(optimizer: str) -> None:
    sweep = train_sweep(Settings(dataset="plane", epochs=300, optimizer=optimizer))
    run, best = stop(GOOD_RATES[optimizer]), datasets.builtin("plane").least_squares
    assert sweep.params[run, -1] == pytest.approx(best, abs=0.01)
    assert np.abs(sweep.start - best).max() > 0.5


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_kept_update_is_the_next_step_at_rate_1(optimizer: str) -> None:
    one = Settings(
        hidden_units=3, activation="tanh", epochs=12, optimizer=optimizer, weight_decay=0.1
    )
    descent = descend(one, list(range(13)), learning_rates=[0.01])
    params, updates = descent.params[0].numpy(), descent.updates[0].numpy()
    step = np.float32(0.01) * updates[:-1]
    np.testing.assert_allclose(params[1:], params[:-1] + step, rtol=1e-6, atol=1e-7)
    assert (descent.preconditioners is not None) == (optimizer in ADAPTIVE)


@pytest.mark.parametrize("batch_size", [0, 4])
@pytest.mark.parametrize("optimizer", ADAPTIVE)
def test_preconditioners_follow_from_torchs_optimizer_state(
    optimizer: str, batch_size: int
) -> None:
    one = Settings(
        hidden_units=2, activation="tanh", epochs=15, optimizer=optimizer, batch_size=batch_size
    )
    descent = descend(one, list(range(16)))
    run = stop(0.01)
    lone = lone_training(one, descent.params[0, 0].numpy(), 0.01)
    expected = np.array([preconditioner_of(optimizer, states) for states in lone.states])
    found = descent.preconditioners[run].numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-9)


def preconditioner_of(optimizer: str, states: list[dict]) -> ndarray:
    """What each optimizer divides by, according to torch's documentation."""
    if optimizer == "rmsprop":
        return np.sqrt(flat_state(states, "square_avg").astype(float)) + 1e-8
    if optimizer == "adagrad":
        return np.sqrt(flat_state(states, "sum").astype(float)) + 1e-10
    step = float(states[0]["step"])
    squares = flat_state(states, "exp_avg_sq").astype(float)
    return (1 - 0.9**step) * (np.sqrt(squares / (1 - 0.999**step)) + 1e-8)

"""Minibatches: the order of the examples, the losses that are kept, and the steps of an epoch."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import cycle, islice

import numpy as np
import pytest
import torch
from numpy import ndarray

from app.domain.fields import NAMES
from app.domain.results import RunDetail
from app.domain.settings import Settings
from app.engine import inspect_run, train_sweep, training
from app.engine.training import batch_order, descend
from tests.engine.torch_runs import gradient_of, loss_of
from tests.oracles import experiment, same, stop

TANH = dict(dataset="sine", hidden_units=4, activation="tanh", epochs=25, learning_rate=0.05)
DEEP = dict(TANH, hidden_layers=3)
STEPPING = [
    Settings(**TANH, batch_size=size, optimizer=name)
    for name, size in (("sgd", 7), ("sgd", 59), ("momentum", 16), ("adam", 7))
]


def inspected(settings: Settings) -> RunDetail:
    made = experiment(settings)
    return inspect_run(settings, made.training, made.surface)


@cache
def orders(settings: Settings, epochs: int = 12) -> list[list[int]]:
    return [order.tolist() for order in islice(batch_order(settings), epochs)]


@pytest.mark.parametrize("fraction", [0, 0.3])
@pytest.mark.parametrize("seed", [0, 5])
def test_each_epoch_uses_every_training_example_once(seed: int, fraction: float) -> None:
    settings = Settings(dataset="sine", seed=seed, batch_size=7, validation_fraction=fraction)
    assert all(sorted(order) == list(range(settings.example_count)) for order in orders(settings))
    assert len({tuple(order) for order in orders(settings)}) == 12


def test_batch_order_depends_on_the_seed_alone() -> None:
    settings = Settings(**TANH, seed=3, batch_size=7)
    for change in (dict(batch_size=20), dict(optimizer="adam"), dict(hidden_units=5)):
        assert orders(replace(settings, **change)) == orders(settings)
    assert orders(replace(settings, seed=4)) != orders(settings)


@pytest.mark.parametrize("settings", STEPPING)
def test_inspected_batches_are_the_first_examples_of_each_epochs_order(settings: Settings) -> None:
    wanted = [order[: settings.batch_size] for order in orders(settings, 26)]
    assert inspected(settings).batches.tolist() == wanted


@pytest.mark.parametrize("kind", [TANH, DEEP, dict(dataset="sine", epochs=25)])
def test_batch_of_all_examples_equals_the_full_batch(kind: dict) -> None:
    whole, every = train_sweep(Settings(**kind, batch_size=60)), train_sweep(Settings(**kind))
    assert whole.settings.steps_per_epoch == 1
    run = stop(0.05)
    assert whole.params[run] == pytest.approx(every.params[run], rel=1e-5, abs=1e-6)
    assert inspected(Settings(**kind, batch_size=60)).batches is None


@pytest.mark.parametrize("batch_size", [1, 7, 30, 59])
@pytest.mark.parametrize("kind", [TANH, DEEP, dict(dataset="sine", epochs=25)])
def test_loss_and_gradient_are_over_all_examples_and_the_update_over_the_first_batch(
    kind: dict, batch_size: int
) -> None:
    settings = Settings(**dict(kind, learning_rate=0.05), batch_size=batch_size)
    detail = inspected(settings)
    for epoch in (0, 1, 12, 25):
        batch, params = detail.batches[epoch], detail.params[epoch]
        loss, slope = (of(settings, params) for of in (loss_of, gradient_of))
        assert detail.train_loss[epoch] == pytest.approx(loss, rel=1e-5)
        assert detail.gradients[epoch] == pytest.approx(slope, rel=1e-4, abs=1e-5)
        expected = -gradient_of(settings, params, batch)
        assert detail.updates[epoch] == pytest.approx(expected, rel=1e-4, abs=1e-5)
        assert not np.allclose(detail.updates[epoch], -detail.gradients[epoch], rtol=1e-3)


def test_epoch_takes_one_step_for_each_batch_in_order() -> None:
    settings = Settings(**TANH, batch_size=7)
    detail, rate = inspected(settings), settings.learning_rate
    for epoch, order in enumerate(orders(settings, 26)[:-1]):
        params = detail.params[epoch].astype(float)
        for batch in torch.tensor(order).split(7):
            params = params - rate * gradient_of(settings, params, batch.numpy())
        assert detail.params[epoch + 1] == pytest.approx(params, abs=2e-6)


@pytest.mark.parametrize(
    ("optimizer", "schedule"),
    list(zip(cycle(["sgd", "nesterov", "adamw"]), sorted(NAMES["schedule"].options))),
)
def test_full_batch_step_is_rate_times_factor_times_update(optimizer: str, schedule: str) -> None:
    more = dict(warmup_epochs=6) if schedule == "warmup_cosine" else {}
    settings = Settings(**TANH, optimizer=optimizer, schedule=schedule, weight_decay=0.1, **more)
    detail = inspected(settings)
    assert detail.batches is None
    step = settings.learning_rate * detail.rate_factors[:-1, None] * detail.updates[:-1]
    assert np.diff(detail.params, axis=0) == pytest.approx(step, rel=1e-4, abs=3e-7)


def test_inspected_rate_factor_is_that_of_the_epochs_first_step() -> None:
    settings = Settings(**TANH, batch_size=16, schedule="cosine")
    first_steps = np.arange(25) * 4
    expected = (1 + np.cos(np.pi * first_steps / 100)) / 2
    assert inspected(settings).rate_factors[:25] == pytest.approx(expected, abs=1e-12)


def test_plain_gradient_descent_keeps_no_updates() -> None:
    detail = inspected(Settings(**TANH))
    assert detail.updates is None and detail.batches is None
    assert (detail.rate_factors == 1).all()


@pytest.mark.parametrize("optimizer", sorted(NAMES["optimizer"].options))
def test_run_kept_alone_has_the_updates_of_the_whole_sweep(optimizer: str) -> None:
    settings, run = Settings(**DEEP, batch_size=16, optimizer=optimizer), stop(0.05)
    every, one = descend(settings, [0, 7, 25]), descend(settings, [0, 7, 25], kept_run=run)
    for whole, part in zip(every, one, strict=True):
        assert (whole is None) == (part is None)
        if whole is not None:
            kept: ndarray = whole.numpy() if whole.shape == part.shape else whole[run : run + 1]
            assert same(part.numpy(), np.asarray(kept))


def test_held_back_examples_are_in_no_batch() -> None:
    settings = Settings(**TANH, batch_size=7, validation_fraction=0.5)
    assert settings.example_count == 30 and inspected(settings).batches.max() == 29


def test_full_batch_training_makes_a_single_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    made, gradient_for = [], training.gradient_for
    monkeypatch.setattr(
        training, "gradient_for", lambda *args: made.append(args) or gradient_for(*args)
    )
    descend(Settings(hidden_units=2, epochs=10), [0])
    assert len(made) == 1
    descend(Settings(dataset="line", hidden_units=2, epochs=10, batch_size=4), [0])
    # Over all examples, over batches of 4, and over the last batch of 2.
    assert len(made) == 1 + 3

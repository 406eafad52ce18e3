"""Any valid Settings can be trained, shown on every plane, inspected and sent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.plane_choice import PLANES, PlaneChoice
from app.domain.settings import Settings
from app.engine.training import train
from app.exports.block import pack
from app.exports.payload import map_row, sweep_payload
from app.trainers.base import lay_out, run_experiment
from app.trainers.experiment_cache import ExperimentCache
from callbacks.inspection import inspect_payload
from callbacks.training import train_payload
from tests.unit.test_settings import choices, settings_or_none

# Up to sixty epochs, so that many of them are trained in a few seconds.
short = st.builds(
    lambda chosen, epochs, units: settings_or_none(
        chosen
        | dict(epochs=epochs, hidden_units=units, warmup_epochs=min(chosen["warmup_epochs"], 20))
    ),
    choices(),
    st.integers(21, 60),
    st.integers(0, 8),
).filter(lambda one: one is not None and one.step_count < 2000)


# Settings that are in range and train nothing: weights so large that every number overflows.
wild = short.flatmap(
    lambda one: st.builds(
        lambda scale, layers, units: settings_or_none(
            one.choices() | dict(initial_scale=scale, hidden_layers=layers, hidden_units=units)
        ),
        st.sampled_from((3, 10)), st.integers(1, 3), st.integers(1, 10),
    )
).filter(lambda one: one is not None)  # fmt: skip


def whole_answers(one: Settings, plane: PlaneChoice, epoch: int) -> None:
    """Packs everything that the page is sent; JSON refuses a number that is not finite."""
    cache = ExperimentCache()
    sent = [train_payload(cache, one, plane), inspect_payload(cache, one, epoch, plane)]
    pack({"sent": [*sent, map_row(cache.sweep(one))]})
    made, detail = cache.inspect(one, epoch, plane)
    box, directions = made.surface.box, made.surface.plane.directions
    for numbers in (directions, made.surface.plane.origin, box.first, box.second):
        assert np.isfinite(numbers).all()
    for numbers in (detail.params, detail.train_loss, detail.sharpness):
        assert np.isfinite(numbers).all()
    assert not np.isnan(made.surface.loss).any()


@pytest.mark.slow
@settings(max_examples=30, derandomize=True)
@given(short | wild, st.sampled_from(sorted(PLANES)), st.integers(0, 60))
def test_any_valid_settings_have_an_answer_with_only_finite_numbers_or_null(
    one: Settings, kind: str, epoch: int
) -> None:
    epoch = min(epoch, one.epochs)
    whole_answers(one, PlaneChoice(kind, 0, 1, epoch), epoch)


@pytest.mark.parametrize("kind", PLANES)
def test_where_no_run_is_calm_the_picture_is_around_the_start(kind: str) -> None:
    """Each run leaps so far that its units are off for good, at parameters of up to 1e26."""
    one = Settings(hidden_units=10, hidden_layers=2, initial_scale=10)
    whole_answers(one, PlaneChoice(kind), 0)
    trained = train(one)
    assert not trained.sweep.calm.any()
    surface = lay_out(trained, PlaneChoice(kind)).surface
    start = surface.plane.coordinates(trained.sweep.start)
    for (low, high), at in zip((surface.box.first, surface.box.second), start, strict=True):
        assert low <= at <= high and high - low < 10
    assert np.isfinite(surface.loss).all() and surface.loss.min() < surface.box.height


def test_sweep_in_which_every_run_overflows_has_a_picture() -> None:
    """With five times He's weights in three linear layers, even the smallest rate overflows."""
    one = Settings(
        dataset="diabetes", hidden_units=8, hidden_layers=3, activation="linear",
        optimizer="momentum", initialization="he", initial_scale=5, epochs=21,
    )  # fmt: skip
    made = run_experiment(one)
    assert set(made.sweep.verdicts) == {"overflow"}
    assert np.isfinite(made.surface.optimum).all() and np.isfinite(made.surface.optimum_loss)
    sent = sweep_payload(made.sweep, made.surface, made.projection, made.fit, made.dataset)
    pack(sent)

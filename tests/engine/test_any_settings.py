"""Any valid Settings can be trained, shown on every plane, inspected and sent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.plane_choice import PLANES, PlaneChoice
from app.domain.settings import Settings
from app.engine import inspect_run
from app.engine.training import train
from app.exports.block import pack
from app.exports.payload import detail_payload, map_row, range_test_payload, sweep_payload
from app.trainers.base import lay_out, run_experiment
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


@pytest.mark.slow
@settings(max_examples=20, derandomize=True)
@given(short, st.sampled_from(sorted(PLANES)), st.integers(0, 60))
def test_any_valid_settings_train_and_send_only_finite_numbers_or_null(
    one: Settings, kind: str, epoch: int
) -> None:
    trained = train(one)
    made = lay_out(trained, PlaneChoice(kind, 0, 1, min(epoch, one.epochs)))
    detail = inspect_run(one, trained, made.surface, min(epoch, one.epochs))
    sent = [
        sweep_payload(made.sweep, made.surface, made.projection, made.fit, made.dataset),
        detail_payload(detail, made.surface, made.dataset),
        range_test_payload(made.range_test),
        map_row(made.sweep),
    ]
    pack({"sent": sent})
    assert np.isfinite(made.surface.plane.directions).all()
    assert np.isfinite(made.surface.plane.origin).all()
    for array in (detail.params, detail.train_loss, detail.sharpness):
        assert np.isfinite(array).all()


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

"""Which epochs of a run have exact slices if these are expensive."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from app.domain.settings import Settings
from app.engine import inspect_run, inspection
from app.engine.landscape.slices import SAMPLES
from app.trainers.base import Experiment, run_experiment

TANH = Settings(dataset="diabetes", hidden_units=64, activation="tanh", optimizer="adam", epochs=60)
SMALL = Settings(dataset="parabola", hidden_units=3, epochs=300, learning_rate=0.1)
LOUD = Settings(dataset="parabola", hidden_units=10, epochs=400, learning_rate=10.0)


@cache
def made(settings: Settings) -> Experiment:
    return run_experiment(settings)


def sliced(settings: Settings, epoch: int) -> list[int]:
    training, surface = made(settings).training, made(settings).surface
    return inspect_run(settings, training, surface, epoch).slices.epochs.tolist()


@pytest.fixture
def at_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs have epochs and slices at few frames only."""
    monkeypatch.setattr(inspection, "DETAIL_BYTES", 0)
    monkeypatch.setattr(inspection, "SLICED_SECONDS", 0.0)
    monkeypatch.setattr(inspection, "SLICED_FRAMES_SECONDS", 1e-4)


def test_expensive_slices_are_made_at_fewer_frames() -> None:
    activations = 2 * SAMPLES * 442 * 64
    few = sliced(TANH, 7)
    # A core's tanh takes 2 ns or more.
    assert len(few) * activations * 2e-9 < 0.4
    assert 1 < len(few) < len(made(TANH).sweep.epochs) and {0, 7, 60} <= set(few)
    gaps = np.diff([epoch for epoch in few if epoch != 7])
    assert gaps.max() <= 3


def test_nearest_frame_to_the_epoch_on_show_has_slices(at_frames: None) -> None:
    frames = made(SMALL).sweep.epochs.tolist()
    wide = next(k for k in range(len(frames) - 1) if frames[k + 1] - frames[k] == 2)
    usual = set(sliced(SMALL, 0))
    assert len(usual) < 40
    for epoch in range(0, 301, 7):
        nearest = min(abs(frame - epoch) for frame in frames)
        shown = {frame for frame in frames if abs(frame - epoch) == nearest}
        assert set(sliced(SMALL, epoch)) == usual | shown
    both = set(sliced(SMALL, frames[wide] + 1))
    assert {frames[wide], frames[wide + 1]} <= both


def test_last_epoch_before_an_overflow_has_slices(at_frames: None) -> None:
    """The page stays there, whichever epoch is asked for."""
    sweep = made(LOUD).sweep
    overflow = sweep.overflow_at[LOUD.run_index]
    assert overflow > 0
    last = max(epoch for epoch in sweep.epochs.tolist() if epoch < overflow)
    assert all(sliced(LOUD, epoch)[-1] == last for epoch in (0, 400))

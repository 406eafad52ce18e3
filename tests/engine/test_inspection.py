from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from app.domain.results import RunDetail
from app.domain.settings import Settings
from app.engine import inspect_run, inspection, recorder, training
from tests.engine.torch_runs import loss_of
from tests.oracles import (
    BENT_LINE,
    LINE,
    PARABOLA,
    WIDE,
    check_same,
    experiment,
    name_of,
    same,
    with_rate,
)

# More than HISTORY_BYTES, so the selected run is trained again.
LARGE = Settings(dataset="parabola", hidden_units=64, epochs=1000, learning_rate=0.1)
OVERFLOWING = [with_rate(LINE, 0.1), with_rate(LINE, 1.0), with_rate(PARABOLA, 10.0)]
RUNS = [LINE, PARABOLA, WIDE, BENT_LINE, with_rate(PARABOLA, 1.0), with_rate(LINE, 0.0707)]
EPOCH = 77


@cache
def inspected(settings: Settings, epoch: int = EPOCH) -> RunDetail:
    made = experiment(settings)
    return inspect_run(settings, made.training, made.surface, epoch)


@pytest.mark.parametrize("settings", [*RUNS, *OVERFLOWING], ids=name_of)
def test_inspected_run_has_every_epoch_up_to_its_overflow(settings: Settings) -> None:
    detail, sweep = inspected(settings), experiment(settings).sweep
    overflow = sweep.overflow_at[settings.run_index]
    end = settings.epochs + 1 if overflow < 0 else overflow
    assert detail.epochs.tolist() == list(range(end))
    for name in ("params", "train_loss", "gradients"):
        assert len(getattr(detail, name)) == end and np.isfinite(getattr(detail, name)).all()
    assert 1 < len(detail.sharpness_epochs) <= 40
    assert detail.sharpness_epochs[0] == 0 and detail.sharpness_epochs[-1] == end - 1


@pytest.mark.parametrize("settings", [*RUNS, *OVERFLOWING, LARGE], ids=name_of)
def test_inspected_run_equals_the_sweep_at_its_frames_bit_for_bit(settings: Settings) -> None:
    detail, made, run = inspected(settings), experiment(settings), settings.run_index
    here = np.isfinite(made.sweep.train_loss[run])
    at = np.searchsorted(detail.epochs, made.sweep.epochs[here])
    assert (detail.sweep_id, detail.run) == (settings.sweep_id, run)
    for name in ("params", "train_loss", "gradients"):
        assert same(getattr(detail, name)[at], getattr(made.sweep, name)[run, here])
    # A matrix product with another number of rows may round differently.
    for name in ("coordinates", "slopes"):
        shown = getattr(made.projection, name)[run, here]
        close = 1e-6 * max(1, float(np.abs(shown).max()))
        assert getattr(detail.projection, name)[at] == pytest.approx(shown, rel=1e-5, abs=close)


@pytest.mark.parametrize("settings", [LINE, PARABOLA, *OVERFLOWING], ids=name_of)
def test_inspection_that_trains_again_equals_one_from_memory(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = inspected(settings, 0)
    monkeypatch.setattr(recorder, "HISTORY_BYTES", 0)
    trained = training.train(settings)
    assert len(trained.kept_epochs) == 160
    check_same(inspect_run(settings, trained, experiment(settings).surface), remembered)


def test_inspected_run_too_large_for_every_epoch_has_the_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inspection, "DETAIL_BYTES", 10_000)
    made = experiment(PARABOLA)
    detail = inspect_run(PARABOLA, made.training, made.surface)
    assert detail.epochs.tolist() == made.sweep.epochs.tolist()
    assert same(detail.params, made.sweep.params[PARABOLA.run_index])


@pytest.mark.parametrize("settings", [LINE, PARABOLA, WIDE, BENT_LINE, LARGE], ids=name_of)
def test_every_frame_and_the_epoch_on_show_have_slices_through_the_run(settings: Settings) -> None:
    detail, made = inspected(settings), experiment(settings)
    sliced, plane = detail.slices.epochs.tolist(), made.surface.plane
    assert {EPOCH, *made.sweep.epochs.tolist()} <= set(sliced)
    assert sliced == sorted(set(sliced))
    for epoch in (0, EPOCH, settings.epochs):
        params = detail.params[epoch].astype(float)
        for direction, sample in ((0, 0), (0, 25), (1, 13), (1, 40)):
            move = detail.slices.positions[direction, sample]
            move = move - plane.coordinates(params)[direction]
            expected = loss_of(settings, params + move * plane.directions[direction])
            found = detail.slices.loss[sliced.index(epoch), direction, sample]
            assert found == pytest.approx(expected, rel=1e-4)


def test_epoch_after_the_overflow_has_no_slices() -> None:
    settings = with_rate(PARABOLA, 10.0)
    detail = inspected(settings, 400)
    assert detail.slices.epochs.max() < experiment(settings).sweep.overflow_at[-1] < 400

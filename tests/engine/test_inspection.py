from __future__ import annotations

from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from app.domain.results import RunDetail
from app.domain.settings import Settings
from app.engine import datasets, inspect_run, inspection, recorder, training
from tests.engine.test_curvature import autograd_hessian
from tests.oracles import (
    BENT_LINE,
    LINE,
    PARABOLA,
    WIDE,
    experiment,
    gradient_at,
    loss_at,
    name_of,
    same,
    with_rate,
)

# More than HISTORY_BYTES, so the selected run is trained again.
LARGE = Settings(dataset="parabola", hidden_units=64, epochs=1000, learning_rate=0.1)
OVERFLOWING = [with_rate(LINE, 0.1), with_rate(LINE, 1.0), with_rate(PARABOLA, 10.0)]
RUNS = [LINE, PARABOLA, WIDE, BENT_LINE, with_rate(PARABOLA, 1.0), with_rate(LINE, 0.0707)]


@cache
def inspected(settings: Settings, epoch: int = 0) -> RunDetail:
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


@pytest.mark.parametrize("settings", [*RUNS, *OVERFLOWING, LARGE], ids=name_of)
def test_inspected_run_equals_the_sweep_at_its_frames_bit_for_bit(settings: Settings) -> None:
    detail, made, run = inspected(settings), experiment(settings), settings.run_index
    here = np.isfinite(made.sweep.train_loss[run])
    at = np.searchsorted(detail.epochs, made.sweep.epochs[here])
    assert (detail.sweep_id, detail.run) == (settings.sweep_id, run)
    for name in ("params", "train_loss", "gradients"):
        assert same(getattr(detail, name)[at], getattr(made.sweep, name)[run, here])
    # A matrix product with another number of rows may round differently.
    shown = made.projection.coordinates[run, here]
    assert detail.projection.coordinates[at] == pytest.approx(shown, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("settings", [LINE, PARABOLA, *OVERFLOWING], ids=name_of)
def test_inspection_that_trains_again_equals_one_from_memory(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = inspected(settings)
    monkeypatch.setattr(recorder, "HISTORY_BYTES", 0)
    trained = training.train(settings)
    assert len(trained.kept_epochs) == 160
    assert all_same(inspect_run(settings, trained, experiment(settings).surface), remembered)


def all_same(left: object, right: object) -> bool:
    if isinstance(left, np.ndarray):
        return same(left, right)
    if not hasattr(left, "__dataclass_fields__"):
        return left == right
    return all(all_same(getattr(left, f.name), getattr(right, f.name)) for f in fields(left))


def test_inspected_run_too_large_for_every_epoch_has_the_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inspection, "DETAIL_BYTES", 10_000)
    made = experiment(PARABOLA)
    detail = inspect_run(PARABOLA, made.training, made.surface)
    assert detail.epochs.tolist() == made.sweep.epochs.tolist()
    assert same(detail.params, made.sweep.params[PARABOLA.run_index])


@pytest.mark.parametrize("settings", [LINE, PARABOLA, WIDE, LARGE], ids=name_of)
def test_slices_at_the_epoch_on_show_pass_through_the_run(settings: Settings) -> None:
    epoch = 77
    detail, plane = inspected(settings, epoch), experiment(settings).surface.plane
    at = detail.slices.epochs.tolist().index(epoch)
    here = plane.coordinates(detail.params[epoch])
    for direction in (0, 1):
        # A cubic through the four nearest samples is exact except at the kinks of ReLU.
        through = cubic(detail.slices.positions[direction], detail.slices.loss[at, direction])
        expected = float(detail.train_loss[epoch])
        assert through(here[direction]) == pytest.approx(expected, rel=0.02)


def cubic(positions: np.ndarray, values: np.ndarray):
    def at(where: float) -> float:
        first = np.clip(np.searchsorted(positions, where) - 2, 0, len(positions) - 4)
        near = slice(first, first + 4)
        return float(np.polyval(np.polyfit(positions[near] - where, values[near], 3), 0))

    return at


@pytest.mark.parametrize("settings", [PARABOLA, WIDE, BENT_LINE], ids=name_of)
def test_inspected_slices_equal_torchs_loss_point_by_point(settings: Settings) -> None:
    detail, made = inspected(settings), experiment(settings)
    plane = made.surface.plane
    for at in (0, len(detail.slices.epochs) // 2, -1):
        epoch = detail.slices.epochs[at]
        params = detail.params[epoch].astype(float)
        for direction, sample in ((0, 0), (0, 25), (1, 13), (1, 40)):
            move = detail.slices.positions[direction, sample]
            move = move - plane.coordinates(params)[direction]
            expected = loss_at(params + move * plane.directions[direction], settings, made.dataset)
            assert detail.slices.loss[at, direction, sample] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("settings", [LINE, PARABOLA, LARGE], ids=name_of)
def test_every_frame_of_the_sweep_has_slices(settings: Settings) -> None:
    frames = set(experiment(settings).sweep.epochs.tolist())
    sliced = inspected(settings, 77).slices.epochs.tolist()
    assert frames | {77} <= set(sliced) and sliced == sorted(set(sliced))


@pytest.mark.parametrize("settings", [LINE, PARABOLA, WIDE, with_rate(LINE, 0.1)], ids=name_of)
def test_inspected_sharpness_is_the_largest_eigenvalue_of_autograds_hessian(
    settings: Settings,
) -> None:
    detail, dataset = inspected(settings), datasets.builtin(settings.dataset)
    for sample in range(0, len(detail.sharpness), 13):
        params = detail.params[detail.sharpness_epochs[sample]]
        matrix = autograd_hessian(params, settings.hidden_units, dataset)
        largest = np.linalg.eigvalsh(matrix).max()
        assert detail.sharpness[sample] == pytest.approx(largest, rel=1e-9)


@pytest.mark.parametrize("settings", [*RUNS, *OVERFLOWING], ids=name_of)
def test_sharpness_is_sampled_at_up_to_40_epochs_from_start_to_end(settings: Settings) -> None:
    detail = inspected(settings)
    assert 1 < len(detail.sharpness_epochs) <= 40
    assert detail.sharpness_epochs[0] == 0 and detail.sharpness_epochs[-1] == detail.epochs[-1]
    assert detail.sharpness[0] == pytest.approx(experiment(settings).sweep.start_sharpness)


@pytest.mark.parametrize("settings", [LINE, PARABOLA], ids=name_of)
def test_inspected_slopes_are_autograds_gradient_along_the_directions(settings: Settings) -> None:
    detail, made = inspected(settings), experiment(settings)
    gradient = gradient_at(detail.params[30], settings, made.dataset)
    expected = made.surface.plane.directions @ gradient
    assert detail.projection.slopes[30] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_epoch_after_the_overflow_has_no_slices() -> None:
    settings = with_rate(PARABOLA, 10.0)
    detail = inspected(settings, 400)
    assert detail.slices.epochs.max() < experiment(settings).sweep.overflow_at[-1] < 400

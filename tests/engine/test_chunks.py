"""Large arrays go through memory in chunks, with the same results."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.options import OPTIMIZERS
from app.domain.results import Plane
from app.domain.settings import Settings
from app.engine import chunks, optimizers
from app.engine.landscape.projection import project
from app.engine.landscape.slices import loss_slices
from app.engine.landscape.surface import loss_surface
from app.engine.training import descend, train
from app.trainers import base

# Some of its runs overflow.
DEEP = Settings(
    dataset="sine", hidden_units=12, hidden_layers=3, epochs=60, initial_scale=2, learning_rate=10
)


@given(st.integers(0, 5000), st.integers(0, 1_000_000))
def test_chunks_cover_all_items_once_in_order_within_the_limit(count: int, numbers: int) -> None:
    parts = [range(count)[chunk] for chunk in chunks.chunks(count, numbers)]
    assert [index for part in parts for index in part] == list(range(count))
    assert all(part for part in parts)
    for part in parts:
        assert len(part) == 1 or len(part) * numbers <= chunks.NUMBERS_AT_ONCE
    # No more chunks than necessary.
    for part in parts[:-1]:
        assert (len(part) + 1) * numbers > chunks.NUMBERS_AT_ONCE


def plane_of(size: int) -> Plane:
    random = np.random.RandomState(0)
    return Plane(random.randn(size), random.randn(2, size), ("first", "second"), is_exact=False)


def test_landscape_made_in_chunks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for numbers in (10**9, 20_000):
        monkeypatch.setattr(chunks, "NUMBERS_AT_ONCE", numbers)
        laid_out = base.lay_out(train(DEEP))
        params = laid_out.sweep.params[5, :10]
        cuts = loss_slices(DEEP, laid_out.surface, laid_out.sweep.epochs[:10], params)
        made.append((laid_out, cuts))
    (whole, whole_cuts), (found, cuts) = made
    assert (whole.sweep.overflow_at >= 0).any() and (whole.sweep.overflow_at < 0).any()
    assert found.sweep.verdicts == whole.sweep.verdicts
    np.testing.assert_array_equal(found.sweep.params, whole.sweep.params)
    assert found.surface.plane.directions == pytest.approx(whole.surface.plane.directions, abs=1e-9)
    np.testing.assert_allclose(found.surface.loss, whole.surface.loss, rtol=1e-4)
    np.testing.assert_allclose(cuts.loss, whole_cuts.loss, rtol=1e-4)
    for name in ("coordinates", "off_plane", "slopes", "explained"):
        one, all_at_once = getattr(found.projection, name), getattr(whole.projection, name)
        np.testing.assert_allclose(one, all_at_once, rtol=1e-4, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "sgd"])
def test_optimizer_that_steps_in_parts_gives_the_same_bits(
    optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(hidden_units=3, epochs=15, optimizer=optimizer, weight_decay=0.1)
    whole = descend(settings, [0, 7, 15])
    # 41 runs of 10 parameters, so the last part is smaller.
    monkeypatch.setattr(optimizers, "AT_ONCE", 33)
    parts = descend(settings, [0, 7, 15])
    for found, expected in zip(parts, whole, strict=True):
        if expected is None:
            assert found is None
        else:
            np.testing.assert_array_equal(found, expected)


def test_projecting_a_deep_sweep_takes_less_memory_than_its_paths() -> None:
    paths = np.zeros((41, 32, 4000), dtype="float32")
    assert peak(lambda: project(plane_of(4000), paths, paths)) < paths.nbytes


def test_surface_of_a_deep_sweep_takes_less_than_four_times_the_memory_of_its_paths() -> None:
    """Their motion in float64 takes twice that, and a copy of the calm runs once."""
    training = train(Settings(hidden_units=48, hidden_layers=3, epochs=40))
    assert peak(lambda: loss_surface(training)) < 4 * training.sweep.params.nbytes


def peak(work: Callable[[], object]) -> int:
    """The peak of the bytes that `work` allocates for NumPy arrays."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_sweep_kept_at_its_frames_shares_memory_with_the_descent() -> None:
    training = train(Settings(hidden_units=64, hidden_layers=3, epochs=40))
    assert len(training.kept_epochs) == len(training.sweep.epochs) < 41
    for mine, other in (
        (training.sweep.params, training.descent.params),
        (training.sweep.gradients, training.descent.gradients),
    ):
        assert np.shares_memory(mine, other.numpy())

"""Trajectories on a plane, and what the plane hides of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.results import Plane
from app.domain.settings import Settings
from app.engine.landscape.projection import project
from tests.engine.landscape.test_planes import skewed
from tests.oracles import LINES, PARABOLA, experiment, name_of, with_rate


@pytest.mark.parametrize("settings", [*LINES, with_rate(PARABOLA, 10.0)], ids=name_of)
def test_projected_points_are_the_nearest_points_by_least_squares(settings: Settings) -> None:
    made = experiment(settings)
    plane, shown = made.surface.plane, made.projection
    for run in range(0, len(made.sweep.params), 10):
        for frame in range(0, int(np.isfinite(made.sweep.train_loss[run]).sum()), 30):
            offset = made.sweep.params[run, frame].astype(float) - plane.origin
            nearest = np.linalg.lstsq(plane.directions.T, offset)[0]
            distance = np.linalg.norm(offset - plane.directions.T @ nearest)
            size = max(1.0, np.linalg.norm(offset))
            assert shown.coordinates[run, frame] == pytest.approx(nearest, abs=1e-6 * size)
            assert shown.off_plane[run, frame] == pytest.approx(distance, abs=1e-6 * size)


def test_projection_onto_a_skewed_plane_measures_true_distances() -> None:
    plane, path = skewed(5), np.random.RandomState(3).randn(2, 6, 5)
    shown = project(plane, path, path)
    orthonormal = np.linalg.qr(plane.directions.T)[0]
    for run in range(2):
        offset, moved = path[run] - plane.origin, path[run] - path[run, 0]
        nearest = offset @ orthonormal @ orthonormal.T
        distances = np.linalg.norm(offset - nearest, axis=1)
        assert shown.off_plane[run] == pytest.approx(distances, rel=1e-5)
        share = np.sum((moved @ orthonormal) ** 2) / np.sum(moved**2)
        assert shown.explained[run] == pytest.approx(share, rel=1e-9)


def test_explained_share_of_a_path_computed_by_hand() -> None:
    plane = Plane(np.zeros(3), np.eye(3)[:2], ("first", "second"), is_exact=False)
    path = np.array([[[0.0, 0, 5], [3, 0, 5], [0, 4, 10]]])
    shown = project(plane, path, path)
    # Squares on the plane: 9 + 16. In total: 9 + 16 + 25.
    assert shown.explained.tolist() == [0.5]
    assert shown.off_plane[0].tolist() == [5, 5, 10]


def test_path_that_never_moves_is_fully_explained() -> None:
    path = np.ones((2, 3, 4))
    assert project(skewed(4), path, path).explained.tolist() == [1, 1]


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_linear_models_plane_explains_the_whole_path(settings: Settings) -> None:
    shown = experiment(settings).projection
    assert shown.explained == pytest.approx(1.0)
    assert not np.nan_to_num(shown.off_plane).any()


@given(st.floats(-3, 3), st.integers(0, 10**6))
def test_what_rounding_leaves_is_zero_and_a_small_distance_is_not(reach: float, seed: int) -> None:
    start = np.random.RandomState(seed).randn(6)
    plane = skewed(6)
    plane = replace(plane, origin=start)
    normal = np.linalg.svd(plane.directions)[2][-1]
    moved = start + reach * plane.directions[0]
    path = np.stack([start, moved, moved + 1e-5 * normal])
    shown = project(plane, path[None], path[None])
    assert shown.off_plane[0, :2].tolist() == [0, 0]
    assert shown.off_plane[0, 2] == pytest.approx(1e-5, rel=1e-3)
    assert shown.coordinates[0, :, 1].tolist() == [0, 0, 0]
    assert shown.coordinates[0, :, 0] == pytest.approx([0, reach, reach], rel=1e-6, abs=1e-6)


def test_a_run_that_overflows_keeps_its_distances() -> None:
    path = np.array([[[0, 0, 3], [1e20, 0, 1e20], [1e38, 0, 3e38], [np.nan] * 3]], "float32")
    plane = Plane(np.zeros(3), np.eye(3)[:2], ("first", "second"), is_exact=False)
    shown = project(plane, path, path)
    assert shown.off_plane[0, :3] == pytest.approx([3, 1e20, 3e38], rel=1e-6)
    assert shown.coordinates[0, :3, 0] == pytest.approx([0, 1e20, 1e38], rel=1e-6)
    assert np.isnan(shown.off_plane[0, 3])

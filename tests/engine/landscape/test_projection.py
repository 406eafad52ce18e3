"""Trajectories on a plane, and what the plane hides of them."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.results import Plane
from app.domain.settings import Settings
from app.engine.landscape.projection import project
from tests.oracles import (
    ALL,
    LINES,
    PARABOLA,
    experiment,
    gradient_at,
    name_of,
    with_rate,
)

# Rate 10 overflows.
BOLD = with_rate(PARABOLA, 10.0)


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_projected_points_are_the_nearest_points_by_least_squares(settings: Settings) -> None:
    made = experiment(settings)
    plane, shown = made.surface.plane, made.projection
    for run in range(0, 41, 10):
        for frame in range(0, int(np.isfinite(made.sweep.train_loss[run]).sum()), 30):
            offset = made.sweep.params[run, frame].astype(float) - plane.origin
            nearest = np.linalg.lstsq(plane.directions.T, offset)[0]
            distance = np.linalg.norm(offset - plane.directions.T @ nearest)
            size = max(1.0, np.linalg.norm(offset))
            assert shown.coordinates[run, frame] == pytest.approx(nearest, abs=1e-6 * size)
            assert shown.off_plane[run, frame] == pytest.approx(distance, abs=1e-6 * size)


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_slopes_are_autograds_gradient_along_each_direction(settings: Settings) -> None:
    made = experiment(settings)
    run, frame = made.sweep.best_run, 5
    gradient = gradient_at(made.sweep.params[run, frame], settings, made.dataset)
    expected = made.surface.plane.directions @ gradient
    assert made.projection.slopes[run, frame] == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("settings", [*ALL, BOLD], ids=name_of)
def test_explained_share_lies_between_0_and_1(settings: Settings) -> None:
    explained = experiment(settings).projection.explained
    assert ((explained >= 0) & (explained <= 1 + 1e-6)).all()


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_linear_models_plane_explains_the_whole_path(settings: Settings) -> None:
    shown = experiment(settings).projection
    assert shown.explained == pytest.approx(1.0)
    assert not np.nan_to_num(shown.off_plane).any()


def test_explained_share_of_a_path_computed_by_hand() -> None:
    plane = Plane(np.zeros(3), np.eye(3)[:2], ("first", "second"), is_exact=False)
    path = np.array([[[0.0, 0, 5], [3, 0, 5], [0, 4, 10]]])
    shown = project(plane, path, path)
    # Squares on the plane: 9 + 16. In total: 9 + 16 + 25.
    assert shown.explained.tolist() == [0.5]
    assert shown.off_plane[0].tolist() == [5, 5, 10]


def test_path_that_never_moves_is_fully_explained() -> None:
    plane, path = random_plane(4, 0), np.ones((2, 3, 4))
    assert project(plane, path, path).explained.tolist() == [1, 1]


def random_plane(size: int, seed: int) -> Plane:
    random = np.random.RandomState(seed)
    directions = np.linalg.qr(random.randn(size, 2))[0].T
    return Plane(random.randn(size), directions, ("first", "second"), is_exact=False)

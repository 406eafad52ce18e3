"""The anchored plane, which is the default for networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import ndarray

from app.domain.results import Plane
from app.domain.settings import Settings
from app.trainers.base import Experiment
from tests.oracles import (
    ALL,
    LINES,
    NETWORKS,
    PARABOLA,
    experiment,
    name_of,
    same,
    with_rate,
)

# Rate 10 overflows.
BOLD = with_rate(PARABOLA, 10.0)


def moves(made: Experiment) -> ndarray:
    """The displacements of the calm slider runs from the start, float64 (run, frame, param)."""
    sweep = made.sweep
    calm = [run for run in range(41) if sweep.calm[run]]
    return sweep.params[calm].astype(float) - sweep.start.astype(float)


@pytest.mark.parametrize("settings", [*ALL, BOLD], ids=name_of)
def test_anchored_directions_are_orthonormal(settings: Settings) -> None:
    directions = experiment(settings).surface.plane.directions
    assert np.allclose(directions @ directions.T, np.eye(2), atol=1e-12)


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_linear_models_plane_coordinates_are_weight_and_bias(settings: Settings) -> None:
    made = experiment(settings)
    assert made.surface.plane.is_exact and made.surface.plane.names == ("weight", "bias")
    assert same(made.projection.coordinates, made.sweep.params)


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_anchored_plane_has_the_common_start_as_origin(settings: Settings) -> None:
    made = experiment(settings)
    assert same(made.surface.plane.origin, made.sweep.start.astype(float))
    assert not made.projection.coordinates[:, 0].any()
    assert not made.surface.plane.is_exact


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_best_runs_end_lies_on_the_first_anchored_direction(settings: Settings) -> None:
    made = experiment(settings)
    best = made.sweep.best_run
    way = made.sweep.params[best, -1].astype(float) - made.sweep.start
    first, second = made.projection.coordinates[best, -1]
    assert first == pytest.approx(np.linalg.norm(way), rel=1e-6)
    assert abs(second) <= 1e-6 * first
    assert made.projection.off_plane[best, -1] <= 1e-6 * first


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_second_anchored_direction_is_the_leading_eigenvector_of_the_remaining_motion(
    settings: Settings,
) -> None:
    made = experiment(settings)
    first, second = made.surface.plane.directions
    scatter = left_over(moves(made), first)
    strongest, vectors = np.linalg.eigh(scatter)
    assert second @ scatter @ second == pytest.approx(strongest[-1], rel=1e-6)
    assert abs(second @ vectors[:, -1]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_largest_component_of_the_second_anchored_direction_is_positive(settings: Settings) -> None:
    second = experiment(settings).surface.plane.directions[1]
    assert second[np.argmax(np.abs(second))] > 0


@given(st.integers(3, 40), st.integers(0, 99))
def test_coordinates_of_a_point_on_an_orthonormal_plane_are_recovered(size: int, seed: int) -> None:
    plane = random_plane(size, seed)
    wanted = np.random.RandomState(seed + 1).randn(5, 2)
    assert np.allclose(plane.coordinates(plane.origin + wanted @ plane.directions), wanted)


def left_over(ways: ndarray, first: ndarray) -> ndarray:
    """The sum of outer products of what remains of each run without `first`, at unit norm."""
    total = np.zeros((len(first), len(first)))
    for way in ways:
        rest = way - np.outer(way @ first, first)
        rest /= np.linalg.norm(rest)
        total += sum(np.outer(point, point) for point in rest)
    return total


def random_plane(size: int, seed: int) -> Plane:
    random = np.random.RandomState(seed)
    directions = np.linalg.qr(random.randn(size, 2))[0].T
    return Plane(random.randn(size), directions, ("first", "second"), is_exact=False)

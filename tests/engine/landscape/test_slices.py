"""The loss along each direction, through the actual parameters."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.settings import Settings
from app.engine.landscape.slices import loss_slices
from tests.oracles import (
    ALL,
    LINES,
    experiment,
    loss_at,
    name_of,
)


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_slices_are_the_loss_along_lines_through_the_actual_params(settings: Settings) -> None:
    made = experiment(settings)
    plane, params = made.surface.plane, made.sweep.params[made.sweep.best_run, 4:6]
    cut = loss_slices(settings, made.surface, np.array([4, 5]), params)
    for direction in (0, 1):
        for sample in range(0, 41, 8):
            here = plane.coordinates(params[1])[direction]
            move = cut.positions[direction, sample] - here
            point = params[1] + move * plane.directions[direction]
            expected = loss_at(point, settings, made.dataset)
            assert cut.loss[1, direction, sample] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_slices_span_the_box(settings: Settings) -> None:
    made = experiment(settings)
    cut = loss_slices(settings, made.surface, np.array([0]), made.sweep.params[0, :1])
    for positions, side in zip(
        cut.positions, (made.surface.box.first, made.surface.box.second), strict=True
    ):
        assert (positions[0], positions[-1]) == pytest.approx(side)


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_slices_on_an_exact_plane_lie_on_the_surface(settings: Settings) -> None:
    made = experiment(settings)
    # Through a grid point, along a row of the grid.
    params = np.array([[made.surface.first[10], made.surface.second[20]]])
    cut = loss_slices(settings, made.surface, np.array([0]), params)
    row = np.interp(cut.positions[0], made.surface.first, made.surface.loss[20])
    assert cut.loss[0, 0, ::4] == pytest.approx(row[::4], rel=1e-5)

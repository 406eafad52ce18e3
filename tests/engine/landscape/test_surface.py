"""The loss on a grid over the plane."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.settings import Settings
from app.engine import datasets
from app.engine.landscape.surface import train_losses
from tests.oracles import (
    ALL,
    LINES,
    NETWORKS,
    PARABOLA,
    experiment,
    loss_at,
    name_of,
)


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_surface_grid_spans_the_box(settings: Settings) -> None:
    surface = experiment(settings).surface
    assert surface.loss.shape == (51, 51)
    assert np.array_equal(surface.first, np.linspace(*surface.box.first, 51))
    assert np.array_equal(surface.second, np.linspace(*surface.box.second, 51))


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_surface_is_torchs_loss_at_each_grid_point(settings: Settings) -> None:
    made = experiment(settings)
    surface, plane = made.surface, made.surface.plane
    for row in range(0, 51, 5):
        for col in range(0, 51, 5):
            where = np.array([surface.first[col], surface.second[row]])
            point = plane.origin + where @ plane.directions
            expected = loss_at(point, settings, made.dataset)
            assert surface.loss[row, col] == pytest.approx(expected, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_optimum_of_a_line_is_least_squares(settings: Settings) -> None:
    surface, dataset = experiment(settings).surface, experiment(settings).dataset
    columns = np.column_stack([dataset.inputs, np.ones(len(dataset.inputs))]).astype(float)
    expected = np.linalg.lstsq(columns, dataset.targets.astype(float))[0]
    assert surface.optimum_is_exact
    assert surface.optimum == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert surface.optimum_loss == pytest.approx(loss_at(expected, settings, dataset))
    assert surface.loss.min() >= surface.optimum_loss


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_optimum_of_a_network_is_the_best_runs_end(settings: Settings) -> None:
    made = experiment(settings)
    end = made.sweep.params[made.sweep.best_run, -1]
    assert not made.surface.optimum_is_exact
    assert made.surface.optimum == pytest.approx(made.surface.plane.coordinates(end), abs=1e-6)
    expected = loss_at(end, settings, made.dataset)
    assert made.surface.optimum_loss == pytest.approx(expected, rel=1e-5)


def test_stacked_train_losses_equal_those_computed_one_by_one() -> None:
    params = np.random.RandomState(0).randn(300, 31)
    together = train_losses(PARABOLA, params)
    alone = [loss_at(one, PARABOLA, datasets.builtin("parabola")) for one in params]
    assert together == pytest.approx(alone, rel=1e-5)

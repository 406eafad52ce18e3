"""Which part of a plane the views show."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy import ndarray

from app.domain.settings import Settings
from app.engine import datasets
from app.trainers.base import Experiment
from tests.oracles import (
    ALL,
    LINE,
    LINES,
    NETWORKS,
    experiment,
    lone_run,
    loss_at,
    model_at,
    name_of,
)


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_network_box_is_the_range_of_the_calm_runs_plus_40_percent(settings: Settings) -> None:
    made = experiment(settings)
    points = (moves(made) @ made.surface.plane.directions.T).reshape(-1, 2)
    for axis, (low, high) in enumerate((made.surface.box.first, made.surface.box.second)):
        least, most = points[:, axis].min(), points[:, axis].max()
        assert high - low == pytest.approx(1.4 * (most - least), rel=1e-5)
        assert low + high == pytest.approx(least + most, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_network_box_height_is_twice_the_highest_calm_loss(settings: Settings) -> None:
    made = experiment(settings)
    highest = made.sweep.train_loss[made.sweep.calm].max()
    assert made.surface.box.height == pytest.approx(2 * highest)


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_line_box_height_is_one_and_a_half_times_the_start_loss(settings: Settings) -> None:
    made = experiment(settings)
    start = loss_at(made.sweep.start, settings, made.dataset)
    assert made.surface.box.height == pytest.approx(1.5 * start, rel=1e-6)


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_line_box_holds_start_optimum_and_three_steps_at_rate_0_1(settings: Settings) -> None:
    made = experiment(settings)
    bold = lone_run(made.dataset, torch.tensor(made.sweep.start), 0, 0.1, 3)
    for point in (made.sweep.start, made.dataset.least_squares, *bold.params):
        assert inside(point, made)


def test_line_box_shows_weights_from_about_minus_0_6_to_2() -> None:
    box = experiment(LINE).surface.box
    assert box.first == pytest.approx((-0.6, 2.0), abs=0.25)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ["line", "parabola"])
def test_line_box_is_square(name: str, seed: int) -> None:
    box = experiment(Settings(dataset=name, seed=seed, epochs=10)).surface.box
    assert np.ptp(box.first) == pytest.approx(np.ptp(box.second))


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_box_holds_start_and_optimum(settings: Settings) -> None:
    made = experiment(settings)
    assert inside(made.surface.plane.coordinates(made.sweep.start), made)
    assert inside(made.surface.optimum, made)


def inside(point: ndarray, made: Experiment) -> bool:
    sides = (made.surface.box.first, made.surface.box.second)
    return all(low < value < high for value, (low, high) in zip(point, sides, strict=True))


def moves(made: Experiment) -> ndarray:
    """The displacements of the calm slider runs from the start, float64 (run, frame, param)."""
    sweep = made.sweep
    calm = [run for run in range(41) if sweep.calm[run]]
    return sweep.params[calm].astype(float) - sweep.start.astype(float)


def test_sweep_in_which_only_one_bias_moves_has_a_plane_and_a_box() -> None:
    # No unit is on at the start, so only the output bias moves.
    settings = dead_start()
    made = experiment(settings)
    directions = made.surface.plane.directions
    assert np.allclose(directions @ directions.T, np.eye(2))
    assert np.isfinite(made.surface.loss).all()
    assert made.surface.box.first[0] < made.surface.box.first[1]
    assert made.surface.box.second[0] < made.surface.box.second[1]


def dead_start() -> Settings:
    """Settings with the first seed whose only unit is off for the whole line."""
    for seed in range(100):
        settings = Settings(dataset="line", hidden_units=1, epochs=10, seed=seed)
        start = experiment(settings).sweep.start
        inputs = torch.tensor(datasets.builtin("line").inputs).double()
        if not model_at(start, 1)[:2](inputs).any():
            return settings
    raise AssertionError("no seed leaves the unit off")

"""The loss on a grid over the plane, the box on show, and the slices through a run's own params."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy import ndarray

from app.domain.plane_choice import PLANES, PlaneChoice
from app.domain.settings import Settings
from app.engine import datasets
from app.engine.landscape.slices import loss_slices
from app.engine.landscape.surface import loss_surface, train_losses
from app.trainers.base import Experiment
from tests.engine.landscape.test_planes import MANY, calm_moves
from tests.engine.torch_runs import lone_training, loss_of, module_for
from tests.oracles import (
    ALL,
    LINE,
    LINES,
    NETWORKS,
    PARABOLA,
    experiment,
    name_of,
    quadratic,
    same,
    with_rate,
)


def sides(made: Experiment) -> ndarray:
    """The box's lower and upper ends (side, axis)."""
    return np.array([made.surface.box.first, made.surface.box.second]).T


def is_inside(point: ndarray, made: Experiment) -> bool:
    low, high = sides(made)
    return bool((low < point).all() and (point < high).all())


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_surface_and_slices_span_the_box_that_holds_start_and_optimum(settings: Settings) -> None:
    made = experiment(settings)
    surface = made.surface
    assert surface.loss.shape == (51, 51)
    assert np.array_equal(surface.first, np.linspace(*surface.box.first, 51))
    assert np.array_equal(surface.second, np.linspace(*surface.box.second, 51))
    cut = loss_slices(settings, surface, np.array([0]), made.sweep.params[0, :1])
    low, high = sides(made)
    assert cut.positions[:, 0] == pytest.approx(low)
    assert cut.positions[:, -1] == pytest.approx(high)
    assert is_inside(surface.plane.coordinates(made.sweep.start), made)
    assert is_inside(surface.optimum, made)


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_network_box_is_the_calm_runs_range_plus_40_percent_and_twice_their_loss(
    settings: Settings,
) -> None:
    made = experiment(settings)
    points = (calm_moves(made) @ made.surface.plane.directions.T).reshape(-1, 2)
    (low, high), least, most = sides(made), points.min(axis=0), points.max(axis=0)
    assert high - low == pytest.approx(1.4 * (most - least), rel=1e-5)
    assert low + high == pytest.approx(least + most, rel=1e-5, abs=1e-6)
    assert made.surface.box.height == pytest.approx(
        2 * made.sweep.train_loss[made.sweep.calm].max()
    )


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_line_box_holds_three_steps_at_rate_0_1_and_1_5_times_the_start_loss(
    settings: Settings,
) -> None:
    made = experiment(settings)
    for point in lone_training(replace(settings, epochs=10), made.sweep.start, 0.1).params[:4]:
        assert is_inside(point, made)
    start_loss = loss_of(settings, made.sweep.start)
    assert made.surface.box.height == pytest.approx(1.5 * start_loss, rel=1e-6)


def test_line_box_shows_weights_from_about_minus_0_6_to_2() -> None:
    assert experiment(LINE).surface.box.first == pytest.approx((-0.6, 2.0), abs=0.25)


@pytest.mark.parametrize(
    ("name", "seed", "weight_decay"),
    [("line", 0, 0), ("line", 42, 1), ("parabola", 0, 0.1), ("parabola", 5, 0), ("sine", 5, 1)],
)
def test_line_box_is_square_and_holds_the_optimum_with_decay(
    name: str, seed: int, weight_decay: float
) -> None:
    made = experiment(Settings(dataset=name, seed=seed, weight_decay=weight_decay, epochs=10))
    low, high = sides(made)
    assert high[0] - low[0] == pytest.approx(high[1] - low[1])
    assert is_inside(made.sweep.start, made)
    assert is_inside(quadratic(made.sweep.settings)[1], made)


@pytest.mark.parametrize(
    "change",
    [
        dict(schedule="warmup_cosine", warmup_epochs=30),
        dict(optimizer="nesterov", momentum=0.3),
        dict(optimizer="adam", schedule="one_cycle"),
        dict(batch_size=3),
    ],
)
def test_line_box_does_not_depend_on_optimizer_schedule_or_batches(change: dict) -> None:
    plain, other = (experiment(Settings(epochs=50, **more)) for more in (dict(), change))
    assert other.surface.box == plain.surface.box
    assert same(other.surface.loss, plain.surface.loss)


def test_sweep_in_which_only_one_bias_moves_has_a_plane_and_a_box() -> None:
    # No unit is on at the start, so only the output bias moves.
    made = experiment(dead_start())
    directions, (low, high) = made.surface.plane.directions, sides(made)
    assert np.allclose(directions @ directions.T, np.eye(2))
    assert np.isfinite(made.surface.loss).all()
    assert (low < high).all()


def dead_start() -> Settings:
    """Settings with the first seed whose only unit is off for the whole line."""
    inputs = datasets.as_tensors(datasets.builtin("line"))[0].double()
    for seed in range(100):
        settings = Settings(dataset="line", hidden_units=1, epochs=10, seed=seed)
        if not module_for(settings)[:2](inputs).any():
            return settings
    raise AssertionError("no seed leaves the unit off")


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize(
    "settings",
    [LINE, Settings(dataset="plane", epochs=10), Settings(dataset="diabetes", epochs=10)],
    ids=name_of,
)
def test_a_linear_models_loss_on_any_plane_is_the_bowl(settings: Settings, kind: str) -> None:
    surface = loss_surface(experiment(settings).training, PlaneChoice(kind))
    bowl, plane = surface.bowl, surface.plane
    assert bowl is not None
    for point in np.random.RandomState(0).normal(size=(10, 2)) * np.ptp(surface.box.first):
        moved = point - bowl.minimum
        expected = loss_of(settings, plane.origin + point @ plane.directions)
        assert bowl.loss + moved @ bowl.hessian @ moved / 2 == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
def test_a_network_has_no_bowl(settings: Settings) -> None:
    assert experiment(settings).surface.bowl is None


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_optimum_of_a_line_is_least_squares(settings: Settings) -> None:
    surface, (_, best) = experiment(settings).surface, quadratic(settings)
    assert surface.optimum_is_exact
    assert surface.optimum == pytest.approx(best, rel=1e-9, abs=1e-12)
    assert surface.optimum_loss == pytest.approx(loss_of(settings, best))
    assert surface.loss.min() >= surface.optimum_loss


@pytest.mark.parametrize("settings", [*NETWORKS, MANY], ids=name_of)
def test_optimum_of_any_other_model_is_the_best_runs_end(settings: Settings) -> None:
    made = experiment(settings)
    end = made.sweep.params[made.sweep.best_run, -1]
    assert not made.surface.optimum_is_exact and made.surface.optimum_name != "least squares"
    assert made.surface.optimum == pytest.approx(made.surface.plane.coordinates(end), abs=1e-6)
    assert made.surface.optimum_loss == pytest.approx(loss_of(settings, end), rel=1e-5)


@pytest.mark.parametrize("settings", [PARABOLA, with_rate(MANY, 0.1)], ids=name_of)
def test_stacked_train_losses_equal_those_computed_one_by_one(settings: Settings) -> None:
    params = np.random.RandomState(0).randn(100, settings.param_count)
    alone = [loss_of(settings, one) for one in params]
    assert train_losses(settings, params) == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("settings", LINES, ids=name_of)
def test_slices_on_an_exact_plane_lie_on_the_surface(settings: Settings) -> None:
    made = experiment(settings)
    # Through a grid point, along a row of the grid.
    params = np.array([[made.surface.first[10], made.surface.second[20]]])
    cut = loss_slices(settings, made.surface, np.array([0]), params)
    row = np.interp(cut.positions[0], made.surface.first, made.surface.loss[20])
    assert cut.loss[0, 0, ::4] == pytest.approx(row[::4], rel=1e-5)

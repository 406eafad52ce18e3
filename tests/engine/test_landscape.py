from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy import ndarray

from app.engine import datasets
from app.engine.landscape import fits, losses, project, slices
from app.results import Plane
from app.settings import Settings
from app.trainers.base import Experiment
from tests.oracles import (
    ALL,
    LINE,
    LINES,
    NETWORKS,
    PARABOLA,
    experiment,
    gradient_at,
    lone_run,
    loss_at,
    model_at,
    name_of,
    same,
    with_rate,
)

# Rate 10 overflows.
BOLD = with_rate(PARABOLA, 10.0)


def moves(made: Experiment) -> ndarray:
    """The calm slider runs' ways from the start, float64 (run, frame, param)."""
    sweep = made.sweep
    calm = [run for run in range(41) if sweep.calm[run]]
    return sweep.params[calm].astype(float) - sweep.start.astype(float)


def random_plane(size: int, seed: int) -> Plane:
    random = np.random.RandomState(seed)
    directions = np.linalg.qr(random.randn(size, 2))[0].T
    return Plane(random.randn(size), directions, ("first", "second"), is_exact=False)


class TestPlane:
    @pytest.mark.parametrize("settings", [*ALL, BOLD], ids=name_of)
    def test_directions_are_orthonormal(self, settings: Settings) -> None:
        directions = experiment(settings).surface.plane.directions
        assert np.allclose(directions @ directions.T, np.eye(2), atol=1e-12)

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_linear_models_coordinates_are_weight_and_bias(self, settings: Settings) -> None:
        made = experiment(settings)
        assert made.surface.plane.is_exact and made.surface.plane.names == ("weight", "bias")
        assert same(made.projection.coordinates, made.sweep.params)

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_a_networks_plane_starts_where_all_runs_start(self, settings: Settings) -> None:
        made = experiment(settings)
        assert same(made.surface.plane.origin, made.sweep.start.astype(float))
        assert not made.projection.coordinates[:, 0].any()
        assert not made.surface.plane.is_exact

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_the_best_runs_end_lies_on_the_first_direction(self, settings: Settings) -> None:
        made = experiment(settings)
        best = made.sweep.best_run
        way = made.sweep.params[best, -1].astype(float) - made.sweep.start
        first, second = made.projection.coordinates[best, -1]
        assert first == pytest.approx(np.linalg.norm(way), rel=1e-6)
        assert abs(second) <= 1e-6 * first
        assert made.projection.off_plane[best, -1] <= 1e-6 * first

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_the_second_direction_is_the_strongest_left_over(self, settings: Settings) -> None:
        made = experiment(settings)
        first, second = made.surface.plane.directions
        scatter = left_over(moves(made), first)
        strongest, vectors = np.linalg.eigh(scatter)
        assert second @ scatter @ second == pytest.approx(strongest[-1], rel=1e-6)
        assert abs(second @ vectors[:, -1]) == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_its_largest_component_is_positive(self, settings: Settings) -> None:
        second = experiment(settings).surface.plane.directions[1]
        assert second[np.argmax(np.abs(second))] > 0

    @given(st.integers(3, 40), st.integers(0, 99))
    def test_a_point_of_the_plane_has_its_own_coordinates(self, size: int, seed: int) -> None:
        plane = random_plane(size, seed)
        wanted = np.random.RandomState(seed + 1).randn(5, 2)
        assert np.allclose(plane.coordinates(plane.origin + wanted @ plane.directions), wanted)


def left_over(ways: ndarray, first: ndarray) -> ndarray:
    """Summed outer products of each run's remainder, scaled to unit norm."""
    total = np.zeros((len(first), len(first)))
    for way in ways:
        rest = way - np.outer(way @ first, first)
        rest /= np.linalg.norm(rest)
        total += sum(np.outer(point, point) for point in rest)
    return total


class TestBox:
    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_a_networks_box_is_the_calm_runs_padded_by_40_percent(self, settings: Settings) -> None:
        made = experiment(settings)
        points = (moves(made) @ made.surface.plane.directions.T).reshape(-1, 2)
        for axis, (low, high) in enumerate((made.surface.box.first, made.surface.box.second)):
            least, most = points[:, axis].min(), points[:, axis].max()
            assert high - low == pytest.approx(1.4 * (most - least), rel=1e-5)
            assert low + high == pytest.approx(least + most, rel=1e-5, abs=1e-6)

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_a_networks_height_is_twice_the_highest_calm_loss(self, settings: Settings) -> None:
        made = experiment(settings)
        highest = made.sweep.train_loss[made.sweep.calm].max()
        assert made.surface.box.height == pytest.approx(2 * highest)

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_lines_height_is_one_and_a_half_starts(self, settings: Settings) -> None:
        made = experiment(settings)
        start = loss_at(made.sweep.start, settings, made.dataset)
        assert made.surface.box.height == pytest.approx(1.5 * start, rel=1e-6)

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_lines_box_holds_start_optimum_and_what_01_does_at_first(
        self, settings: Settings
    ) -> None:
        made = experiment(settings)
        bold = lone_run(made.dataset, torch.tensor(made.sweep.start), 0, 0.1, 3)
        for point in (made.sweep.start, made.dataset.least_squares, *bold.params):
            assert inside(point, made)

    def test_the_notebooks_box_shows_weights_from_about_minus_06_to_2(self) -> None:
        box = experiment(LINE).surface.box
        assert box.first == pytest.approx((-0.6, 2.0), abs=0.25)

    @pytest.mark.parametrize("seed", range(8))
    @pytest.mark.parametrize("name", ["line", "parabola"])
    def test_the_lines_box_is_square(self, name: str, seed: int) -> None:
        box = experiment(Settings(dataset=name, seed=seed, epochs=10)).surface.box
        assert np.ptp(box.first) == pytest.approx(np.ptp(box.second))

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_start_and_optimum_are_in_the_picture(self, settings: Settings) -> None:
        made = experiment(settings)
        assert inside(made.surface.plane.coordinates(made.sweep.start), made)
        assert inside(made.surface.optimum, made)


def inside(point: ndarray, made: Experiment) -> bool:
    sides = (made.surface.box.first, made.surface.box.second)
    return all(low < value < high for value, (low, high) in zip(point, sides, strict=True))


class TestSurface:
    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_the_grid_spans_the_box(self, settings: Settings) -> None:
        surface = experiment(settings).surface
        assert surface.loss.shape == (51, 51)
        assert np.array_equal(surface.first, np.linspace(*surface.box.first, 51))
        assert np.array_equal(surface.second, np.linspace(*surface.box.second, 51))

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_every_height_is_the_loss_at_its_point(self, settings: Settings) -> None:
        made = experiment(settings)
        surface, plane = made.surface, made.surface.plane
        for row in range(0, 51, 5):
            for col in range(0, 51, 5):
                where = np.array([surface.first[col], surface.second[row]])
                point = plane.origin + where @ plane.directions
                expected = loss_at(point, settings, made.dataset)
                assert surface.loss[row, col] == pytest.approx(expected, rel=1e-5, abs=1e-7)

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_lines_optimum_is_least_squares(self, settings: Settings) -> None:
        surface, dataset = experiment(settings).surface, experiment(settings).dataset
        columns = np.column_stack([dataset.inputs, np.ones(len(dataset.inputs))]).astype(float)
        expected = np.linalg.lstsq(columns, dataset.targets.astype(float))[0]
        assert surface.optimum_is_exact
        assert surface.optimum == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert surface.optimum_loss == pytest.approx(loss_at(expected, settings, dataset))
        assert surface.loss.min() >= surface.optimum_loss

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_a_networks_optimum_is_the_best_runs_end(self, settings: Settings) -> None:
        made = experiment(settings)
        end = made.sweep.params[made.sweep.best_run, -1]
        assert not made.surface.optimum_is_exact
        assert made.surface.optimum == pytest.approx(made.surface.plane.coordinates(end), abs=1e-6)
        expected = loss_at(end, settings, made.dataset)
        assert made.surface.optimum_loss == pytest.approx(expected, rel=1e-5)

    def test_many_losses_at_once_equal_each_ones_own(self) -> None:
        params = np.random.RandomState(0).randn(300, 31)
        together = losses(PARABOLA, params)
        alone = [loss_at(one, PARABOLA, datasets.builtin("parabola")) for one in params]
        assert together == pytest.approx(alone, rel=1e-5)


class TestProjection:
    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_distances_and_coordinates_are_those_of_the_nearest_point(
        self, settings: Settings
    ) -> None:
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
    def test_slopes_are_the_gradients_share_of_each_direction(self, settings: Settings) -> None:
        made = experiment(settings)
        run, frame = made.sweep.best_run, 5
        gradient = gradient_at(made.sweep.params[run, frame], settings, made.dataset)
        expected = made.surface.plane.directions @ gradient
        assert made.projection.slopes[run, frame] == pytest.approx(expected, rel=1e-4, abs=1e-5)

    @pytest.mark.parametrize("settings", [*ALL, BOLD], ids=name_of)
    def test_the_explained_share_is_a_share(self, settings: Settings) -> None:
        explained = experiment(settings).projection.explained
        assert ((explained >= 0) & (explained <= 1 + 1e-6)).all()

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_linear_models_plane_explains_all(self, settings: Settings) -> None:
        shown = experiment(settings).projection
        assert shown.explained == pytest.approx(1.0)
        assert not np.nan_to_num(shown.off_plane).any()

    def test_the_explained_share_by_hand(self) -> None:
        plane = Plane(np.zeros(3), np.eye(3)[:2], ("first", "second"), is_exact=False)
        path = np.array([[[0.0, 0, 5], [3, 0, 5], [0, 4, 10]]])
        shown = project(plane, path, path)
        # Squares on the plane 9 + 16, in all 9 + 16 + 25.
        assert shown.explained.tolist() == [0.5]
        assert shown.off_plane[0].tolist() == [5, 5, 10]

    def test_a_path_that_never_moves_hides_nothing(self) -> None:
        plane, path = random_plane(4, 0), np.ones((2, 3, 4))
        assert project(plane, path, path).explained.tolist() == [1, 1]


class TestFits:
    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_predictions_are_the_networks_own(self, settings: Settings) -> None:
        made = experiment(settings)
        inputs = torch.tensor(made.fit.places).double()[:, None]
        for run, frame in ((0, 0), (made.sweep.best_run, 3), (made.sweep.best_run, -1)):
            network = model_at(made.sweep.params[run, frame], settings.hidden_units)
            expected = network(inputs)[:, 0].detach().numpy()
            assert made.fit.predictions[run, frame] == pytest.approx(expected, abs=1e-5)

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_they_span_the_inputs(self, settings: Settings) -> None:
        made = experiment(settings)
        ends = (made.dataset.inputs.min(), made.dataset.inputs.max())
        assert (made.fit.places[0], made.fit.places[-1]) == pytest.approx(ends)

    def test_the_shape_of_the_stack_is_kept(self) -> None:
        params = np.zeros((4, 31), "float32")
        assert fits(PARABOLA, params).predictions.shape == (4, 41)


class TestSlices:
    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_they_run_through_the_actual_params(self, settings: Settings) -> None:
        made = experiment(settings)
        plane, params = made.surface.plane, made.sweep.params[made.sweep.best_run, 4:6]
        cut = slices(settings, made.surface, np.array([4, 5]), params)
        for direction in (0, 1):
            for sample in range(0, 41, 8):
                here = plane.coordinates(params[1])[direction]
                move = cut.positions[direction, sample] - here
                point = params[1] + move * plane.directions[direction]
                expected = loss_at(point, settings, made.dataset)
                assert cut.loss[1, direction, sample] == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_they_span_the_box(self, settings: Settings) -> None:
        made = experiment(settings)
        cut = slices(settings, made.surface, np.array([0]), made.sweep.params[0, :1])
        for positions, side in zip(
            cut.positions, (made.surface.box.first, made.surface.box.second), strict=True
        ):
            assert (positions[0], positions[-1]) == pytest.approx(side)

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_on_an_exact_plane_they_are_the_surface(self, settings: Settings) -> None:
        made = experiment(settings)
        # Through a grid point, along a row of the grid.
        params = np.array([[made.surface.first[10], made.surface.second[20]]])
        cut = slices(settings, made.surface, np.array([0]), params)
        row = np.interp(cut.positions[0], made.surface.first, made.surface.loss[20])
        assert cut.loss[0, 0, ::4] == pytest.approx(row[::4], rel=1e-5)


def test_a_run_that_never_moves_still_has_a_plane_and_a_box() -> None:
    # The start of this data set's seed leaves no unit on, so that only the output bias moves.
    settings = dead_start()
    made = experiment(settings)
    directions = made.surface.plane.directions
    assert np.allclose(directions @ directions.T, np.eye(2))
    assert np.isfinite(made.surface.loss).all()
    assert made.surface.box.first[0] < made.surface.box.first[1]
    assert made.surface.box.second[0] < made.surface.box.second[1]


def dead_start() -> Settings:
    """The first seed whose single unit is off for the whole line."""
    for seed in range(100):
        settings = Settings(dataset="line", hidden_units=1, epochs=10, seed=seed)
        start = experiment(settings).sweep.start
        inputs = torch.tensor(datasets.builtin("line").inputs).double()
        if not model_at(start, 1)[:2](inputs).any():
            return settings
    raise AssertionError("no seed leaves the unit off")

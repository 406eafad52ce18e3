"""Planes of every kind: their directions, and the surfaces, slices and slopes on them."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy import ndarray

from app.domain.plane_choice import PLANES, PlaneChoice, parameter_names
from app.domain.results import LossSurface, Plane
from app.domain.settings import Settings
from app.engine import inspect_run, recorder, training
from app.engine.landscape.planes import choose_plane, filter_normalized
from app.engine.landscape.slices import loss_slices
from app.engine.training import train
from app.trainers import base
from app.trainers.base import Experiment, lay_out
from app.trainers.experiment_cache import ExperimentCache
from tests.engine.torch_runs import gradient_of, hessian_of, loss_of, module_for
from tests.oracles import ALL, LINES, NETWORKS, PARABOLA, experiment, name_of, same, stop, with_rate

TANH = Settings(dataset="sine", hidden_units=4, activation="tanh", epochs=80, learning_rate=0.1)
DEEP = Settings(dataset="plane", hidden_units=3, hidden_layers=3, epochs=60, seed=1)
MANY = Settings(dataset="diabetes", epochs=50)
NARROW = Settings(dataset="parabola", hidden_units=1, epochs=50)
FLAT = Settings(
    dataset="parabola", hidden_units=6, hidden_layers=2, initialization="zeros", epochs=50
)
MODELS = [TANH, DEEP, MANY]
CHOICES = [
    PlaneChoice("anchored"),
    PlaneChoice("parameters", 2, 0, 30),
    PlaneChoice("random"),
    PlaneChoice("sharpest"),
]
# The default plane of each model, and every kind of plane of some.
PICTURES = [
    *((settings, CHOICES[0]) for settings in ALL),
    *((settings, choice) for settings in MODELS for choice in CHOICES),
]
each_picture = pytest.mark.parametrize(("settings", "choice"), PICTURES)
each_model = pytest.mark.parametrize("settings", MODELS, ids=["tanh", "deep", "many"])
each_choice = pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.kind)


@cache
def seen(settings: Settings, choice: PlaneChoice) -> Experiment:
    made = experiment(settings)
    return made if choice == CHOICES[0] else lay_out(made.training, choice)


def calm_moves(made: Experiment) -> ndarray:
    """The displacements of the calm slider runs from the start, float64 (run, frame, param)."""
    sweep = made.sweep
    return sweep.params[:41][sweep.calm[:41]].astype(float) - sweep.start.astype(float)


def examples(settings: Settings) -> tuple[ndarray, ndarray]:
    """The inputs and targets of one predictor, float64."""
    data = experiment(settings).dataset
    return data.inputs[:, 0].astype(float), data.targets.astype(float)


def best_end(settings: Settings) -> ndarray:
    sweep = experiment(settings).sweep
    return sweep.params[sweep.best_run, -1].astype(float)


def skewed(size: int, seed: int = 0) -> Plane:
    """A plane whose directions are neither of length 1 nor orthogonal."""
    random = np.random.RandomState(seed)
    directions = random.randn(2, size) * [[0.3], [5]] + random.randn(size)
    return Plane(random.randn(size), directions, ("first", "second"), is_exact=False)


class TestCoordinates:
    @pytest.mark.parametrize("size", [2, 3, 50])
    def test_coordinates_of_a_point_on_a_skewed_plane_are_recovered(self, size: int) -> None:
        plane, wanted = skewed(size), np.random.RandomState(1).randn(6, 2)
        points = plane.origin + wanted @ plane.directions
        assert plane.coordinates(points) == pytest.approx(wanted, abs=1e-9)

    def test_coordinates_of_a_point_off_the_plane_are_those_of_its_nearest_point(self) -> None:
        plane, points = skewed(7), np.random.RandomState(2).randn(9, 7)
        for point in points:
            found = plane.coordinates(point)
            # The remainder is orthogonal to both directions.
            rest = point - plane.origin - found @ plane.directions
            assert plane.directions @ rest == pytest.approx([0, 0], abs=1e-9)


class TestAnchored:
    @pytest.mark.parametrize("settings", [*ALL, with_rate(PARABOLA, 10.0)], ids=name_of)
    def test_anchored_directions_are_orthonormal(self, settings: Settings) -> None:
        directions = experiment(settings).surface.plane.directions
        assert np.allclose(directions @ directions.T, np.eye(2), atol=1e-12)

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_linear_models_plane_coordinates_are_weight_and_bias(self, settings: Settings) -> None:
        made = experiment(settings)
        assert made.surface.plane.is_exact and made.surface.plane.names == ("weight", "bias")
        assert same(made.projection.coordinates, made.sweep.params)

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_first_anchored_direction_leads_from_the_common_start_to_the_best_end(
        self, settings: Settings
    ) -> None:
        made = experiment(settings)
        best, start = made.sweep.best_run, made.sweep.start.astype(float)
        assert same(made.surface.plane.origin, start)
        assert not made.projection.coordinates[:, 0].any()
        first, second = made.projection.coordinates[best, -1]
        distance = np.linalg.norm(made.sweep.params[best, -1] - start)
        assert first == pytest.approx(distance, rel=1e-6)
        assert abs(second) <= 1e-6 * first
        assert made.projection.off_plane[best, -1] <= 1e-6 * first

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_second_anchored_direction_is_the_leading_eigenvector_of_the_remaining_motion(
        self, settings: Settings
    ) -> None:
        made = experiment(settings)
        first, second = made.surface.plane.directions
        # What remains of each run without `first`, at unit norm.
        rest = calm_moves(made)
        rest -= (rest @ first)[..., None] * first
        rest /= np.linalg.norm(rest, axis=(1, 2), keepdims=True)
        rows = rest.reshape(-1, len(first))
        scatter = rows.T @ rows
        strongest, vectors = np.linalg.eigh(scatter)
        assert second @ scatter @ second == pytest.approx(strongest[-1], rel=1e-6)
        assert abs(second @ vectors[:, -1]) == pytest.approx(1, abs=1e-5)
        assert second[np.argmax(np.abs(second))] > 0


class TestEveryKind:
    def test_every_kind_of_plane_is_tested_here(self) -> None:
        assert {choice.kind for choice in CHOICES} == set(PLANES)

    @each_picture
    def test_surface_on_every_kind_of_plane_is_the_loss_at_its_points(
        self, settings: Settings, choice: PlaneChoice
    ) -> None:
        surface = seen(settings, choice).surface
        assert surface.plane.kind == choice.kind
        assert surface.plane.is_exact == settings.is_line
        for row, col in ((0, 0), (13, 40), (25, 25), (40, 31), (50, 7)):
            check_point(settings, surface, row, col)

    @each_picture
    def test_slices_along_every_kind_of_plane_pass_through_the_actual_params(
        self, settings: Settings, choice: PlaneChoice
    ) -> None:
        surface, sweep = seen(settings, choice).surface, experiment(settings).sweep
        params = sweep.params[sweep.best_run, 4:6].astype(float)
        cut = loss_slices(settings, surface, np.array([4, 5]), params)
        for direction, sample in ((0, 3), (0, 30), (1, 11), (1, 40)):
            # Moves along one direction to the sample's coordinate; the other one stays.
            aim = surface.plane.coordinates(params[1])
            move = cut.positions[direction, sample] - aim[direction]
            point = params[1] + move * surface.plane.directions[direction]
            aim[direction] = cut.positions[direction, sample]
            assert surface.plane.coordinates(point) == pytest.approx(aim, abs=1e-9)
            found = cut.loss[1, direction, sample]
            assert found == pytest.approx(loss_of(settings, point), rel=1e-4)

    @each_picture
    def test_slopes_on_every_kind_of_plane_are_the_gradient_along_its_directions(
        self, settings: Settings, choice: PlaneChoice
    ) -> None:
        made = seen(settings, choice)
        run = made.sweep.best_run
        slope = gradient_of(settings, made.sweep.params[run, 3])
        expected = made.surface.plane.directions @ slope
        assert made.projection.slopes[run, 3] == pytest.approx(expected, rel=1e-3, abs=1e-5)

    @each_model
    @each_choice
    def test_box_on_every_kind_of_plane_holds_the_calm_runs(
        self, settings: Settings, choice: PlaneChoice
    ) -> None:
        made = seen(settings, choice)
        shown = made.projection.coordinates[:41][made.sweep.calm[:41]]
        for axis, (low, high) in enumerate((made.surface.box.first, made.surface.box.second)):
            assert low < shown[..., axis].min() and shown[..., axis].max() < high

    @each_choice
    def test_line_has_the_exact_plane_whatever_is_chosen(self, choice: PlaneChoice) -> None:
        plane = choose_plane(experiment(Settings(epochs=50)).training, choice)
        assert plane.is_exact and same(plane.directions, np.eye(2))

    @each_choice
    @pytest.mark.parametrize("settings", [NARROW, FLAT], ids=["narrow", "flat"])
    def test_sweep_that_hardly_moves_has_a_plane_of_two_directions(
        self, settings: Settings, choice: PlaneChoice
    ) -> None:
        surface = seen(settings, choice).surface
        gram = surface.plane.directions @ surface.plane.directions.T
        assert abs(gram[0, 1]) < 0.995 * np.sqrt(gram[0, 0] * gram[1, 1])
        assert np.isfinite(surface.loss).all()
        check_point(settings, surface, 7, 40)


def check_point(settings: Settings, surface: LossSurface, row: int, col: int) -> None:
    """Asserts torch's loss at a grid point."""
    where = np.array([surface.first[col], surface.second[row]])
    point = surface.plane.origin + where @ surface.plane.directions
    expected = loss_of(settings, point)
    assert surface.loss[row, col] == pytest.approx(expected, rel=1e-4, abs=1e-7)


class TestRandom:
    @each_model
    def test_random_filters_are_as_long_as_those_of_the_best_runs_end(
        self, settings: Settings
    ) -> None:
        plane, end = seen(settings, PlaneChoice("random")).surface.plane, best_end(settings)
        assert same(plane.origin, end)
        for direction in plane.directions:
            for drawn, own in zip(
                filters(settings, direction), filters(settings, end), strict=True
            ):
                lengths = np.linalg.norm(drawn, axis=1), np.linalg.norm(own, axis=1)
                assert lengths[0] == pytest.approx(lengths[1], rel=1e-6)

    @each_model
    def test_random_directions_leave_biases_unchanged(self, settings: Settings) -> None:
        plane = seen(settings, PlaneChoice("random")).surface.plane
        for module in (module_for(settings, direction) for direction in plane.directions):
            for name, part in module.named_parameters():
                assert bool(part.any()) == name.endswith("weight")

    @each_model
    def test_filter_normalization_keeps_the_drawn_direction_of_each_filter(
        self, settings: Settings
    ) -> None:
        drawn = torch.randn(settings.param_count, generator=torch.Generator().manual_seed(5))
        direction = filter_normalized(settings, best_end(settings), drawn)
        pairs = zip(filters(settings, direction), filters(settings, drawn), strict=True)
        for found, wanted in pairs:
            products = np.sum(found * wanted, axis=1)
            lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(wanted, axis=1)
            assert products == pytest.approx(lengths, rel=1e-6)

    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize(
        "change",
        [dict(hidden_units=1), dict(hidden_units=1, hidden_layers=3), dict(hidden_units=2),
         dict(hidden_units=4, initialization="zeros")],
        ids=["narrow", "deep", "two", "zeros"],
    )  # fmt: skip
    def test_a_random_plane_is_called_filter_normalised_exactly_where_it_is(
        self, change: dict, seed: int
    ) -> None:
        chosen = Settings(dataset="parabola", seed=seed, epochs=20, **change)
        plane = choose_plane(train(chosen), PlaneChoice("random"))
        own, drawn = (
            [np.linalg.norm(layer, axis=1) for layer in filters(chosen, params)]
            for params in (plane.origin, plane.directions[1])
        )
        is_scaled = np.allclose(np.concatenate(own), np.concatenate(drawn), rtol=1e-5)
        assert is_scaled != ("not filter-normalised" in plane.names[0])
        assert is_scaled or change != dict(hidden_units=2)

    def test_box_of_a_random_plane_shows_a_whole_direction_to_each_side(self) -> None:
        box = seen(TANH, PlaneChoice("random")).surface.box
        for low, high in (box.first, box.second):
            assert low < -1 and high > 1

    def test_random_plane_is_the_same_each_time(self) -> None:
        planes = [choose_plane(experiment(TANH).training, PlaneChoice("random")) for _ in range(2)]
        assert same(planes[0].directions, planes[1].directions)


def filters(settings: Settings, params: ndarray | torch.Tensor) -> list[ndarray]:
    """Each layer's weights, one row for each unit, as nn.Linear holds them."""
    module = module_for(settings, params)
    weights = [
        part.detach().numpy() for name, part in module.named_parameters() if name.endswith("weight")
    ]
    assert [part.shape[::-1] for part in weights] == list(pairwise(settings.widths))
    return weights


class TestParameters:
    @each_model
    @pytest.mark.parametrize("epoch", [0, 17, 50])
    def test_parameter_plane_keeps_the_selected_runs_other_parameters(
        self, settings: Settings, epoch: int
    ) -> None:
        choice = PlaneChoice("parameters", 3, 1, epoch)
        plane = choose_plane(experiment(settings).training, choice)
        descent = experiment(settings).training.descent
        assert same(plane.origin, descent.params[settings.run_index, epoch].numpy().astype(float))
        assert same(plane.directions, np.eye(settings.param_count)[[3, 1]])
        assert plane.frozen_at == epoch
        names = parameter_names(settings)
        assert plane.names == (names[3], names[1])

    def test_parameter_plane_of_an_overflowed_run_is_at_its_last_finite_epoch(self) -> None:
        settings = Settings(dataset="parabola", hidden_units=4, epochs=60, learning_rate=10)
        overflow = experiment(settings).sweep.overflow_at[-1]
        choice = PlaneChoice("parameters", 0, 1, 60)
        plane = choose_plane(experiment(settings).training, choice)
        assert 0 < plane.frozen_at == overflow - 1 and np.isfinite(plane.origin).all()

    def test_parameter_plane_follows_the_selected_run_without_training_again(self) -> None:
        other = Settings(**{**vars(TANH), "learning_rate": 0.001})
        moved = experiment(TANH).training.of_run(other)
        plane = choose_plane(moved, PlaneChoice("parameters", 0, 1, 40))
        expected = experiment(TANH).training.descent.params[stop(0.001), 40]
        assert same(plane.origin, expected.numpy().astype(float))

    @pytest.mark.parametrize("seed", [0, 5])
    def test_parameters_that_are_not_chosen_are_those_that_move_most(self, seed: int) -> None:
        # Only the output layer of threshold units moves: linear regression on their values.
        settings = Settings(dataset="parabola", activation="threshold", hidden_units=6, seed=seed)
        made, (inputs, targets) = experiment(settings), examples(settings)
        units, start = settings.hidden_units, made.sweep.start.astype(float)
        values = np.outer(inputs, start[:units]) + start[units : 2 * units] > 0
        columns = np.column_stack([values, np.ones(len(inputs))])
        path = [start[2 * units :]]
        for _ in range(settings.epochs):
            errors = columns @ path[-1] - targets
            path.append(path[-1] - settings.learning_rate * 2 * columns.T @ errors / len(errors))
        spans = np.concatenate([np.zeros(2 * units), np.ptp(path, axis=0)])
        *_, second, first = spans.argsort()
        names = parameter_names(settings)
        for choice, shown in (
            (PlaneChoice("parameters"), (first, second)),
            (PlaneChoice("parameters", 0), (0, first)),
            (PlaneChoice("parameters", None, int(first)), (second, first)),
        ):
            plane = choose_plane(made.training, choice)
            places = plane.directions.argmax(axis=1).tolist()
            assert plane.names == tuple(names[place] for place in places)
            # A unit that is always 1 moves as the output's bias does.
            assert len(set(places)) == 2
            assert spans[places] == pytest.approx(spans[list(shown)], rel=1e-4)

    def test_parameter_plane_without_a_history_is_at_the_frame_before(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recorder, "HISTORY_BYTES", 0)
        settings = Settings(dataset="sine", hidden_units=2, epochs=400)
        trained = training.train(settings)
        kept = trained.kept_epochs
        plane = choose_plane(trained, PlaneChoice("parameters", 0, 1, 333))
        assert plane.frozen_at == max(epoch for epoch in kept if epoch <= 333) < 333
        frame = trained.sweep.epochs.tolist().index(plane.frozen_at)
        assert same(plane.origin, trained.sweep.params[settings.run_index, frame].astype(float))


class TestSharpest:
    @each_model
    def test_sharpest_directions_are_the_leading_eigenvectors_of_torchs_hessian(
        self, settings: Settings
    ) -> None:
        plane, end = seen(settings, PlaneChoice("sharpest")).surface.plane, best_end(settings)
        assert same(plane.origin, end)
        values, vectors = np.linalg.eigh(hessian_of(settings, end))
        for direction, vector, value in zip(
            plane.directions, vectors.T[::-1], values[::-1], strict=False
        ):
            assert abs(direction @ vector) == pytest.approx(1, abs=1e-5)
            curved = direction @ hessian_of(settings, end) @ direction
            assert curved == pytest.approx(value, rel=1e-5)
            assert direction[np.argmax(np.abs(direction))] > 0


def test_choosing_another_plane_does_not_train_again(monkeypatch: pytest.MonkeyPatch) -> None:
    trained, lab, train = [], ExperimentCache(), base.train
    monkeypatch.setattr(base, "train", lambda one: trained.append(one) or train(one))
    for choice in CHOICES:
        made, detail = lab.inspect(TANH, plane=choice)
        assert made.surface.plane.kind == choice.kind
        alone = inspect_run(TANH, made.training, made.surface)
        assert same(detail.projection.coordinates, alone.projection.coordinates)
    assert trained == [TANH]

import gzip
import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from app.domain.csv_reader import read_table
from app.domain.plane_choice import PLANES, PlaneChoice
from app.domain.results import RangeTest, RunDetail
from app.domain.settings import Settings
from app.domain.stability import stability_edge_numerator
from app.domain.user_data import choose
from app.engine import inspect_run
from app.exports import payload as exported
from app.exports.block import pack
from app.exports.encoding import encode, encode_scaled
from app.exports.payload import FIT_ROOM, map_row, range_test_payload
from app.trainers.base import lay_out, run_experiment
from callbacks.training import experiment_payload, first_payload
from tests.oracles import (
    ALL,
    LINE,
    NETWORKS,
    PARABOLA,
    experiment,
    name_of,
    same,
    with_rate,
)
from tests.readers import decode, unpack

DTYPES = ("<f4", "<f8", "<i4", "<u2")
CIRCLES = Settings(
    dataset="circles", loss="cross_entropy", hidden_units=8, activation="tanh", epochs=500
)
OVERFLOWING = [with_rate(LINE, 0.1), with_rate(PARABOLA, 10.0)]
KILOBYTE = 1000


@st.composite
def arrays_along(draw: st.DrawFn) -> tuple[np.ndarray, str, int | None]:
    """Any array, its dtype, and one of its axes or None."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))
    array = draw(npst.arrays(np.dtype(dtype), shape))
    return array, dtype, draw(st.none() | st.integers(0, array.ndim - 1))


@given(arrays_along())
def test_encoded_array_round_trips_bit_for_bit(case: tuple) -> None:
    array, dtype, along = case
    back = decode(unpack(pack({"one": encode(array, dtype, along)}))["one"])
    assert back.dtype == np.dtype(dtype) and back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize("along", [None, 0, 1])
def test_nan_and_infinities_round_trip(along: int | None) -> None:
    array = np.array([[np.nan, np.inf], [-np.inf, -0.0], [1e-45, 3e38]], "float32")
    assert decode(encode(array, along=along)).tobytes() == array.tobytes()


def test_strided_view_is_encoded_in_its_own_order() -> None:
    array = np.arange(24, dtype="float32").reshape(2, 3, 4).transpose(2, 0, 1)[::2]
    assert same(decode(encode(array, along=1)), array)


scaled = npst.arrays(
    np.float32,
    npst.array_shapes(min_dims=2, max_dims=3, max_side=5),
    elements=st.floats(-50, 50, width=32) | st.sampled_from([np.nan, np.inf, -np.inf]),
)


@example(np.zeros((1, 1), "float32"), -5.0, 0.01, 0)  # once rounded up to what means missing
@given(scaled, st.floats(-9, 9), st.floats(0.01, 20), st.integers(0, 1))
def test_scaled_array_round_trips_to_half_a_step(
    array: np.ndarray, low: float, span: float, along: int
) -> None:
    high = low + span
    back = decode(encode_scaled(array, low, high, along))
    half = (high - low) / 65532 / 2
    assert np.array_equal(np.isnan(back), np.isnan(array))
    # What is cut is never one of the range's own numbers.
    assert np.array_equal(back == np.inf, array > high)
    assert np.array_equal(back == -np.inf, array < low)
    # Single precision adds its own rounding to the half step.
    inside, rounding = np.isfinite(back), 4e-7 * max(abs(low), abs(high))
    assert np.abs(back[inside] - array[inside]).max(initial=0) <= half + rounding


@cache
def detail(settings: Settings) -> RunDetail:
    made = experiment(settings)
    return inspect_run(settings, made.training, made.surface, 5)


@cache
def packed_sweep(settings: Settings) -> dict:
    return read_back(experiment_payload(experiment(settings)))


@cache
def packed_detail(settings: Settings) -> dict:
    made = experiment(settings)
    return read_back(exported.detail_payload(detail(settings), made.surface, made.dataset))


def read_back(payload: dict) -> dict:
    """From the block that the browser gets."""
    return unpack(pack(payload))


class TestSweep:
    @pytest.mark.parametrize("settings", [*ALL, *OVERFLOWING], ids=name_of)
    def test_sweep_payload_has_the_arrays_and_facts_of_the_sweep(self, settings: Settings) -> None:
        made, payload = experiment(settings), packed_sweep(settings)
        sweep, projection, surface = made.sweep, made.projection, made.surface
        assert same(decode(payload["train_loss"]), sweep.train_loss)
        assert same(decode(payload["coordinates"]), projection.coordinates)
        assert same(decode(payload["slopes"]), projection.slopes)
        for name in ("learning_rates", "epochs", "diverged_at", "overflow_at", "arrived"):
            assert payload[name] == getattr(sweep, name).tolist()
        assert payload["explained"] == projection.explained.tolist()
        assert Settings.from_mapping(payload["settings"]) == settings
        assert payload["sweep_id"] == settings.sweep_id
        assert tuple(payload["verdicts"]) == sweep.verdicts
        assert payload["stability_edge"] == pytest.approx(2 / payload["start_sharpness"])
        assert payload["plane"]["names"] == list(surface.plane.names)
        assert payload["box"]["first"] == list(surface.box.first)
        assert payload["box"]["height"] == surface.box.height
        assert payload["optimum"]["coordinates"] == surface.optimum.tolist()
        assert payload["optimum"]["train_loss"] == surface.optimum_loss

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_payload_of_a_network_has_distances_and_fits(self, settings: Settings) -> None:
        made, payload = experiment(settings), packed_sweep(settings)
        assert same(decode(payload["off_plane"]), made.projection.off_plane)
        low, high = made.dataset.targets.min(), made.dataset.targets.max()
        room = FIT_ROOM * (high - low)
        step = (high - low + 2 * room) / 65532
        predicted, back = made.fit.predictions, decode(payload["fit"]["predictions"])
        inside = (predicted >= low - room) & (predicted <= high + room)
        assert np.array_equal(np.isfinite(back), inside)
        assert np.abs(back[inside] - predicted[inside]).max() <= 0.51 * step
        assert np.array_equal(np.isnan(back), np.isnan(predicted))

    def test_payload_of_the_linear_model_has_no_network_parts(self) -> None:
        payload = packed_sweep(LINE)
        assert payload["fit"] is None and payload["off_plane"] is None
        assert packed_detail(LINE)["slices"] is None

    def test_zero_sharpness_has_no_stability_edge(self) -> None:
        made = experiment(PARABOLA)
        level = replace(made.sweep, start_sharpness=0.0)
        still = replace(made, training=replace(made.training, sweep=level))
        assert level.stability_edge == np.inf
        assert read_back(experiment_payload(still))["stability_edge"] is None


class TestDetail:
    @pytest.mark.parametrize("settings", [*ALL, *OVERFLOWING], ids=name_of)
    def test_detail_payload_has_the_arrays_of_the_run(self, settings: Settings) -> None:
        one, payload = detail(settings), packed_detail(settings)
        assert same(decode(payload["epochs"]), one.epochs.astype("int32"))
        assert same(decode(payload["train_loss"]), one.train_loss)
        assert same(decode(payload["coordinates"]), one.projection.coordinates)
        assert (payload["sweep_id"], payload["run"]) == (settings.sweep_id, settings.run_index)
        assert payload["sharpness"] == one.sharpness.tolist()

    @pytest.mark.parametrize("settings", [*NETWORKS, with_rate(PARABOLA, 10.0)], ids=name_of)
    def test_slices_round_trip_to_half_a_step_of_the_height(self, settings: Settings) -> None:
        one, payload = detail(settings), packed_detail(settings)
        top = 1.5 * experiment(settings).surface.box.height
        back = decode(payload["slices"]["loss"])
        assert payload["slices"]["epochs"] == one.slices.epochs.tolist()
        inside = one.slices.loss <= top
        assert np.array_equal(np.isfinite(back), inside) and (back[~inside] == np.inf).all()
        assert np.abs(back[inside] - one.slices.loss[inside]).max() <= 0.51 * top / 65532


VARIED = [
    Settings(
        dataset="sine", hidden_units=3, activation="tanh", epochs=30, batch_size=16, noise=0.2,
        optimizer="adam", schedule="cosine", validation_fraction=0.2, learning_rate=0.05,
    ),
    Settings(
        dataset="plane", hidden_units=2, hidden_layers=3, epochs=40, optimizer="momentum",
        momentum=0.5, schedule="warmup_cosine", warmup_epochs=7, weight_decay=0.1,
    ),
    Settings(dataset="diabetes", epochs=40, optimizer="nesterov", initialization="xavier"),
]  # fmt: skip
each_varied = pytest.mark.parametrize("settings", VARIED, ids=lambda one: one.optimizer)


class TestWhatSettingsAdd:
    @pytest.mark.parametrize(
        ("settings", "kind"), [*zip([*VARIED, VARIED[0]], PLANES, strict=True)]
    )
    def test_the_payload_has_the_plane_and_its_dual_directions(
        self, settings: Settings, kind: str
    ) -> None:
        made = lay_out(experiment(settings).training, PlaneChoice(kind, 3, 1, 20))
        packed, plane = read_back(experiment_payload(made))["plane"], made.surface.plane
        for key, array in (
            ("origin", plane.origin),
            ("directions", plane.directions),
            ("dual_directions", plane.dual_directions),
        ):
            assert same(decode(packed[key]), array.astype("float32"))
        assert (packed["kind"], packed["names"]) == (kind, list(plane.names))
        assert packed["frozen_at"] == (20 if kind == "parameters" else None)
        assert packed["is_exact"] is False
        # By the dual directions the page finds the coordinates of any params.
        run, dual = made.sweep.best_run, decode(packed["dual_directions"])
        places = (made.sweep.params[run] - decode(packed["origin"])) @ dual.T
        shown = made.projection.coordinates[run]
        assert places == pytest.approx(shown, rel=1e-3, abs=1e-4)

    @each_varied
    def test_validation_losses_and_examples_round_trip(self, settings: Settings) -> None:
        made, payload = experiment(settings), packed_sweep(settings)
        for packed, losses in (
            (payload, made.sweep.validation_loss),
            (packed_detail(settings), detail(settings).validation_loss),
        ):
            assert (packed["validation_loss"] is None) == (losses is None)
            if losses is not None:
                assert same(decode(packed["validation_loss"]), losses.astype("float32"))
        for name in ("inputs", "targets", "validation_inputs", "validation_targets"):
            assert same(decode(payload["data"][name]), getattr(made.dataset, name))
        assert payload["example_count"] == len(made.dataset.targets)

    @each_varied
    def test_settings_round_trip_with_derived_facts(self, settings: Settings) -> None:
        payload, sweep = packed_sweep(settings), experiment(settings).sweep
        assert Settings.from_mapping(payload["settings"]) == settings
        assert len(payload["parameter_names"]) == sweep.params.shape[-1]
        assert payload["steps_per_epoch"] == settings.steps_per_epoch
        assert payload["is_plain"] is False
        assert payload["stability_edge_numerator"] == stability_edge_numerator(settings)
        edge = sweep.stability_edge
        assert payload["stability_edge"] == (edge if np.isfinite(edge) else None)

    @each_varied
    def test_updates_batches_and_rate_factors_round_trip(self, settings: Settings) -> None:
        one, payload = detail(settings), packed_detail(settings)
        assert same(decode(payload["updates"]), one.updates)
        assert same(decode(payload["params"]), one.params)
        assert same(decode(payload["rate_factors"]), one.rate_factors.astype("float32"))
        if settings.batch_size:
            assert decode(payload["batches"]).tolist() == one.batches.tolist()
            assert payload["rescaled_sharpness"] == one.rescaled_sharpness.tolist()
        else:
            assert payload["batches"] is None and payload["rescaled_sharpness"] is None

    def test_plain_descent_has_no_updates_or_batches(self) -> None:
        payload = packed_detail(PARABOLA)
        assert payload["updates"] is None and payload["batches"] is None
        assert (decode(payload["rate_factors"]) == 1).all()
        assert packed_sweep(PARABOLA)["is_plain"] is True

    def test_range_test_round_trips_with_null_for_missing_losses(self) -> None:
        test, packed = experiment(VARIED[0]).range_test, packed_sweep(VARIED[0])["range_test"]
        for name in ("learning_rates", "batch_loss", "smoothed"):
            assert packed[name] == getattr(test, name).tolist()
        assert packed_sweep(PARABOLA)["range_test"] is None
        test = RangeTest(np.array([0.1, 1]), np.array([2.0, np.inf]), np.array([2.0, np.nan]))
        packed = read_back(range_test_payload(test))
        assert packed["batch_loss"] == packed["smoothed"] == [2, None]

    @pytest.mark.parametrize("settings", [VARIED[0], LINE, with_rate(LINE, 0.0707)])
    def test_map_row_has_the_end_of_every_slider_run(self, settings: Settings) -> None:
        sweep, row = experiment(settings).sweep, read_back(map_row(experiment(settings).sweep))
        assert Settings.from_mapping(row["settings"]) == settings
        ended = [None if np.isnan(loss) else loss for loss in sweep.last_loss[:41].tolist()]
        assert row["last_loss"] == ended
        assert row["diverged_at"] == sweep.diverged_at[:41].tolist()
        assert row["verdicts"] == list(sweep.verdicts[:41])
        assert row["stability_edge"] == (
            sweep.stability_edge if np.isfinite(sweep.stability_edge) else None
        )


@pytest.mark.parametrize(
    ("settings", "most"), [(LINE, 100), (PARABOLA, 350), (CIRCLES, 350)], ids=name_of
)
def test_compressed_sweep_is_small(settings: Settings, most: int) -> None:
    answer = json.dumps({"ticket": 1, "payload": first_payload(experiment(settings))}).encode()
    assert len(gzip.compress(answer, 1)) <= most * KILOBYTE


class TestClasses:
    def test_a_sweep_says_its_loss_classes_and_inputs(self) -> None:
        settings = replace(CIRCLES, features="squares,product", epochs=20)
        payload = packed_sweep(settings)
        assert payload["classes"] == ["outside", "inside"]
        assert payload["loss"] == {
            "label": "cross-entropy",
            "title": "cross-entropy",
            "unit": "nats",
        }
        assert payload["predictor_names"] == ["x1", "x2", "x1²", "x2²", "x1·x2"]
        inputs = decode(payload["data"]["inputs"])
        assert inputs.shape == (200, payload["predictors"])
        for column, (one, other) in enumerate(payload["products"], 2):
            assert inputs[:, column] == pytest.approx(inputs[:, one] * inputs[:, other])
        assert payload["fit"] is payload["least_squares"] is payload["bowl"] is None
        assert packed_sweep(LINE)["classes"] is packed_sweep(LINE)["accuracy"] is None

    def test_accuracy_is_exact_enough_to_count_the_examples(self) -> None:
        sweep, payload = experiment(CIRCLES).sweep, packed_sweep(CIRCLES)
        sent = decode(payload["accuracy"])
        assert np.array_equal(np.round(200 * sent), np.round(200 * sweep.accuracy))
        assert map_row(sweep)["accuracy"] == sweep.accuracy[:41, -1].tolist()

    @pytest.mark.parametrize(
        ("change", "frames"),
        [
            (dict(), 160),
            # 689,000 numbers: every second frame, and the last.
            (dict(hidden_layers=2), 81),
            (dict(hidden_layers=3, hidden_units=64, epochs=20), 0),
            (dict(dataset="breast_cancer", hidden_units=0), 160),
            (dict(dataset="plane", loss="squared_error"), 160),
        ],
    )
    def test_params_are_sent_where_the_browser_draws_from_them(
        self, change: dict, frames: int
    ) -> None:
        settings = replace(CIRCLES, **change)
        sweep, payload = experiment(settings).sweep, packed_sweep(settings)
        chosen = payload["params_frames"]
        assert len(chosen) == frames and chosen == sorted(set(chosen))
        if not frames:
            assert payload["params"] is None
            return
        assert (chosen[0], chosen[-1]) == (0, len(sweep.epochs) - 1)
        sent = decode(payload["params"])
        # Half of the last of nine bits.
        assert sent == pytest.approx(sweep.params[:, chosen], rel=2.0**-10, nan_ok=True)

    def test_params_are_not_sent_where_a_curve_or_examples_are(self) -> None:
        diabetes = Settings(dataset="diabetes", epochs=20)
        for settings in (LINE, PARABOLA, diabetes):
            assert packed_sweep(settings)["params"] is None

    def test_one_predictors_fit_is_the_probability_of_the_second_class(self) -> None:
        table = read_table(b"x,y\n1,no\n2,no\n3,yes\n4,no\n5,yes\n6,yes\n")
        settings = Settings(
            dataset="own", loss="cross_entropy", user_data=choose(table, "a" * 22), epochs=50
        )
        made = run_experiment(settings)
        payload = read_back(experiment_payload(made))
        places, sent = np.array(payload["fit"]["places"]), decode(payload["fit"]["predictions"])
        for run, frame in ((0, 0), (30, 20), (40, -1)):
            weight, bias = made.sweep.params[run, frame].astype(float)
            expected = 1 / (1 + np.exp(-(weight * places + bias)))
            assert sent[run, frame] == pytest.approx(expected, abs=1e-4)
        assert payload["optimum"]["is_exact"] and payload["bowl"] is None
        assert payload["data_info"]["classes"] == ["no", "yes"]
        assert payload["views"]["fit"]["layout"]["yaxis"]["title"]["text"] == "probability of yes"
        detail = inspect_run(settings, made.training, made.surface, 5)
        sent = read_back(exported.detail_payload(detail, made.surface, made.dataset))
        assert sent["slices"] and sent["fit"] and sent["accuracy"]

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from app.engine import inspect_run
from app.payload import FIT_ROOM, decode, detail_payload, encode, encode_scaled
from app.results import RunDetail
from app.settings import Settings
from callbacks.training import experiment_payload
from tests.oracles import (
    ALL,
    LINE,
    LINES,
    NETWORKS,
    PARABOLA,
    WIDE,
    experiment,
    name_of,
    same,
    with_rate,
)

DTYPES = ("<f4", "<f8", "<i4", "<u2")
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
def test_an_array_comes_back_bit_for_bit(case: tuple) -> None:
    array, dtype, along = case
    encoded = json.loads(json.dumps(encode(array, dtype, along), allow_nan=False))
    back = decode(encoded)
    assert back.dtype == np.dtype(dtype) and back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize("along", [None, 0, 1])
def test_what_is_no_number_comes_back_too(along: int | None) -> None:
    array = np.array([[np.nan, np.inf], [-np.inf, -0.0], [1e-45, 3e38]], "float32")
    assert decode(encode(array, along=along)).tobytes() == array.tobytes()


def test_a_view_is_encoded_in_its_own_order() -> None:
    array = np.arange(24, dtype="float32").reshape(2, 3, 4).transpose(2, 0, 1)[::2]
    assert same(decode(encode(array, along=1)), array)


scaled = npst.arrays(
    np.float32,
    npst.array_shapes(min_dims=2, max_dims=3, max_side=5),
    elements=st.floats(-50, 50, width=32) | st.sampled_from([np.nan, np.inf, -np.inf]),
)


@example(np.zeros((1, 1), "float32"), -5.0, 0.01, 0)  # once rounded up to what means missing
@given(scaled, st.floats(-9, 9), st.floats(0.01, 20), st.integers(0, 1))
def test_a_scaled_array_comes_back_to_half_a_step(
    array: np.ndarray, low: float, span: float, along: int
) -> None:
    high = low + span
    back = decode(encode_scaled(array, low, high, along))
    inside = np.clip(array.astype(float), low, high)
    half = (high - low) / 65534 / 2
    assert np.array_equal(np.isnan(back), np.isnan(array))
    # Single precision has roundings of its own, next to the half step.
    assert np.nanmax(np.abs(back - inside), initial=0) <= half + 4e-7 * max(abs(low), abs(high))


@cache
def detail(settings: Settings) -> RunDetail:
    made = experiment(settings)
    return inspect_run(settings, made.training, made.surface, 5)


@cache
def packed_sweep(settings: Settings) -> dict:
    return strict_json(experiment_payload(experiment(settings)))


@cache
def packed_detail(settings: Settings) -> dict:
    made = experiment(settings)
    return strict_json(detail_payload(detail(settings), made.surface, made.dataset))


def strict_json(payload: dict) -> dict:
    """There and back without NaN or Infinity, which no browser's JSON.parse takes."""
    return json.loads(json.dumps(payload, allow_nan=False))


class TestSweep:
    @pytest.mark.parametrize("settings", [*ALL, *OVERFLOWING], ids=name_of)
    def test_the_arrays_are_the_sweeps(self, settings: Settings) -> None:
        made, payload = experiment(settings), packed_sweep(settings)
        assert same(decode(payload["train_loss"]), made.sweep.train_loss)
        assert same(decode(payload["coordinates"]), made.projection.coordinates)
        assert same(decode(payload["slopes"]), made.projection.slopes)
        for name in ("learning_rates", "epochs", "diverged_at", "overflow_at"):
            assert payload[name] == getattr(made.sweep, name).tolist()
        assert payload["explained"] == made.projection.explained.tolist()

    @pytest.mark.parametrize("settings", [*ALL, *OVERFLOWING], ids=name_of)
    def test_the_facts_are_the_sweeps(self, settings: Settings) -> None:
        sweep, payload = experiment(settings).sweep, packed_sweep(settings)
        assert Settings.from_mapping(payload["settings"]) == settings
        assert payload["sweep_id"] == settings.sweep_id
        assert tuple(payload["verdicts"]) == sweep.verdicts
        assert payload["edge"] == pytest.approx(2 / payload["start_sharpness"])
        assert payload["arrived"] == sweep.arrived.tolist()

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_the_plane_and_its_box_are_the_surfaces(self, settings: Settings) -> None:
        surface, payload = experiment(settings).surface, packed_sweep(settings)
        assert payload["plane"]["names"] == list(surface.plane.names)
        assert payload["box"]["first"] == list(surface.box.first)
        assert payload["box"]["height"] == surface.box.height
        assert payload["optimum"]["coordinates"] == surface.optimum.tolist()
        assert payload["optimum"]["train_loss"] == surface.optimum_loss

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_a_network_brings_distances_and_fits(self, settings: Settings) -> None:
        made, payload = experiment(settings), packed_sweep(settings)
        assert same(decode(payload["off_plane"]), made.projection.off_plane)
        low, high = made.dataset.targets.min(), made.dataset.targets.max()
        room = FIT_ROOM * (high - low)
        shown = np.clip(made.fit.predictions, low - room, high + room)
        step = (high - low + 2 * room) / 65534
        back = decode(payload["fit"]["predictions"])
        assert np.nanmax(np.abs(back - shown)) <= 0.51 * step
        assert np.array_equal(np.isnan(back), np.isnan(shown))

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_linear_model_needs_neither(self, settings: Settings) -> None:
        payload = packed_sweep(settings)
        assert payload["fit"] is None and payload["off_plane"] is None

    def test_where_nothing_curves_there_is_no_edge(self) -> None:
        made = experiment(PARABOLA)
        level = replace(made.sweep, start_sharpness=0.0)
        still = replace(made, training=replace(made.training, sweep=level))
        assert level.edge == np.inf
        assert strict_json(experiment_payload(still))["edge"] is None


class TestDetail:
    @pytest.mark.parametrize("settings", [*ALL, *OVERFLOWING], ids=name_of)
    def test_the_arrays_are_the_runs(self, settings: Settings) -> None:
        one, payload = detail(settings), packed_detail(settings)
        assert same(decode(payload["epochs"]), one.epochs.astype("int32"))
        assert same(decode(payload["train_loss"]), one.train_loss)
        assert same(decode(payload["coordinates"]), one.projection.coordinates)
        assert (payload["sweep_id"], payload["run"]) == (settings.sweep_id, settings.run())
        assert payload["sharpness"] == one.sharpness.tolist()

    @pytest.mark.parametrize("settings", [*NETWORKS, with_rate(PARABOLA, 10.0)], ids=name_of)
    def test_slices_come_to_half_a_step_of_the_height(self, settings: Settings) -> None:
        one, payload = detail(settings), packed_detail(settings)
        top = 1.5 * experiment(settings).surface.box.height
        back = decode(payload["slices"]["loss"])
        assert payload["slices"]["epochs"] == one.slices.epochs.tolist()
        assert np.abs(back - np.clip(one.slices.loss, 0, top)).max() <= 0.51 * top / 65534

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_linear_model_needs_no_slices(self, settings: Settings) -> None:
        assert packed_detail(settings)["slices"] is None


@pytest.mark.parametrize(("settings", "most"), [(LINE, 100), (PARABOLA, 350)], ids=name_of)
def test_a_sweep_is_small_on_its_way(settings: Settings, most: int) -> None:
    answer = json.dumps({"ticket": 1, "payload": packed_sweep(settings)}).encode()
    assert len(gzip.compress(answer, 6)) <= most * KILOBYTE


def test_differences_make_a_path_smaller() -> None:
    params = experiment(WIDE).sweep.params
    sizes = [len(gzip.compress(encode(params, along=axis)["data"].encode())) for axis in (1, None)]
    assert sizes[0] < sizes[1]

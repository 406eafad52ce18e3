"""All runs train from where a person has put them: held to plain torch loops and closed forms."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch

from app.domain.csv_reader import read_table
from app.domain.errors import UserError
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.domain.start_point import START_PLANES
from app.domain.user_data import choose
from app.engine import deadline, inspect_run, training
from app.engine.datasets import dataset_for
from app.exports.block import pack
from app.exports.script import notebook, script
from app.trainers.base import lay_out, run_experiment
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.serialization import dumps, loads
from callbacks.sharing import exported, start_of
from callbacks.training import experiment_payload
from tests.engine.torch_runs import lone_training
from tests.oracles import LINE, ROUNDING, check_same, experiment, flat, quadratic, stop
from tests.unit.test_export import check_losses, ran

NETWORK = Settings(dataset="parabola", hidden_units=5, activation="tanh", epochs=60)
DEEP = Settings(
    dataset="plane", hidden_units=3, hidden_layers=2, epochs=40, batch_size=20, optimizer="adam"
)
LINEAR = Settings(dataset="diabetes", epochs=30)
BASES = (NETWORK, DEEP, LINEAR)
ON_PLANES = [replace(base, start=f"{plane},0.5,-0.25") for base in BASES for plane in START_PLANES]


def name_of(one: Settings) -> str:
    return f"{one.dataset}-{one.hidden_units}-{one.start}"


@pytest.mark.parametrize(("weight", "bias"), [(2, -1), (-0.3, 4.25), (0, 0)])
def test_line_descends_from_the_given_weight_and_bias_by_its_closed_form(
    weight: float, bias: float
) -> None:
    """theta* + (I - aH)^t (theta_0 - theta*), at the slider's 0.01 and 0.05."""
    one = replace(LINE, start=f"{weight},{bias}")
    sweep, (hessian, best) = experiment(one).sweep, quadratic(one)
    assert np.array_equal(sweep.params[:, 0], np.tile(np.float32([weight, bias]), (41, 1)))
    curvatures, vectors = np.linalg.eigh(hessian)
    for rate in (0.01, 0.05):
        shrunk = (1 - rate * curvatures) ** sweep.epochs[:, None] * (
            vectors.T @ (np.array([weight, bias]) - best)
        )
        assert sweep.params[stop(rate)] == pytest.approx(best + shrunk @ vectors.T, abs=2e-4)


@pytest.mark.parametrize("one", ON_PLANES, ids=name_of)
def test_start_is_that_point_of_the_plane_of_the_seeds_own_sweep(one: Settings) -> None:
    kind = one.start.split(",")[0]
    own = experiment(replace(one, start=""))
    plane = lay_out(own.training, PlaneChoice(kind)).surface.plane
    expected = plane.origin + 0.5 * plane.directions[0] - 0.25 * plane.directions[1]
    made = experiment(one)
    assert made.sweep.start == pytest.approx(expected, abs=1e-6)
    # That plane is on show, and the start at its place in the picture.
    shown = made.surface.plane
    assert np.array_equal(shown.directions, plane.directions) and shown.kind == kind
    assert made.projection.coordinates[:, 0] == pytest.approx(
        np.tile([0.5, -0.25], (41, 1)), abs=1e-5
    )
    box = made.surface.box
    assert box.first[0] < 0.5 < box.first[1] and box.second[0] < -0.25 < box.second[1]
    best_end = own.surface.plane.names[0] == "toward the best run's end"
    assert best_end and ("seed's best end" in " ".join(shown.names)) == (kind != "random")


@pytest.mark.parametrize("one", [ON_PLANES[0], ON_PLANES[4], ON_PLANES[8]], ids=name_of)
def test_each_run_equals_torchs_own_training_from_there(one: Settings) -> None:
    sweep = experiment(one).sweep
    for rate in (0.001, 0.01):
        lone = lone_training(one, sweep.start, rate)
        expected = lone.params[sweep.epochs]
        close = 400 * ROUNDING * max(np.abs(expected).max(), 1)
        # Adam divides by small square roots, which magnifies roundings.
        close *= 100 if one.optimizer == "adam" else 1
        assert np.abs(sweep.params[stop(rate)] - expected).max() <= close


def test_picture_stays_where_the_start_was_set_within_it() -> None:
    own, near = experiment(LINE).surface.box, experiment(replace(LINE, start="1,1")).surface.box
    assert near.first == pytest.approx(own.first) and near.second == pytest.approx(own.second)
    assert near.height == own.height
    far = experiment(replace(LINE, start="9,-7")).surface.box
    assert far.first[0] < 9 < far.first[1] and far.second[0] < -7 < far.second[1]
    network = experiment(NETWORK).surface.box
    moved = experiment(replace(NETWORK, start="anchored,0.01,0.01")).surface.box
    assert moved.first[0] <= network.first[0] and moved.first[1] >= network.first[1]
    assert moved.height >= network.height


def test_start_at_least_squares_is_a_sweep_like_any_other() -> None:
    weight, bias = dataset_for(LINE).least_squares.tolist()
    made = experiment(replace(LINE, start=f"{weight},{bias}"))
    assert made.sweep.verdicts[stop(0.01)] == "converging"
    moved = np.abs(made.sweep.params[stop(0.01)] - made.sweep.start).max()
    assert moved < 1e-4
    pack(experiment_payload(made))


LARGE = choose(read_table(b"x,y\n1e5,-1e5\n-1e5,1e5\n5e4,3\n"), "t" * 22)
FARTHEST = [
    Settings(dataset="own", user_data=LARGE, epochs=10, start="1000000,-1000000"),
    Settings(
        dataset="diabetes", hidden_units=32, hidden_layers=3, activation="linear", epochs=10,
        initialization="he", initial_scale=10, start="random,1000,-1000",
    ),
]  # fmt: skip


@pytest.mark.parametrize("one", FARTHEST, ids=name_of)
def test_loss_is_finite_at_the_farthest_start_and_has_an_answer(one: Settings) -> None:
    made = run_experiment(one)
    assert np.isfinite(made.sweep.train_loss[:, 0]).all() and made.sweep.train_loss[0, 0] > 1e20
    pack(experiment_payload(made))


@pytest.mark.parametrize("one", [replace(LINE, start="2,-1"), ON_PLANES[1]], ids=name_of)
def test_result_travels_bit_for_bit_and_is_inspected_as_it_was(one: Settings) -> None:
    made = experiment(one)
    again = loads(dumps(made), one)
    check_same(made, again)
    detail = inspect_run(one, again.training, again.surface, 3)
    assert np.array_equal(detail.params[0], made.sweep.start)


def test_run_too_large_to_keep_is_inspected_from_its_own_start() -> None:
    one = Settings(
        hidden_units=32, hidden_layers=2, epochs=250, learning_rate=0.001, start="random,0.1,0.1"
    )
    made = experiment(one)
    detail = inspect_run(one, made.training, made.surface, 3)
    assert len(detail.epochs) > len(made.training.kept_epochs) or len(detail.epochs) == len(
        made.sweep.epochs
    )
    assert np.array_equal(detail.params[0], made.sweep.start)


@pytest.mark.parametrize("one", [replace(LINE, start="2,-1", epochs=50), *ON_PLANES], ids=name_of)
def test_exported_script_starts_from_the_very_numbers_and_trains_as_the_engine(
    one: Settings,
) -> None:
    made = experiment(one)
    code = script(one, made.sweep.start)
    begun = ran(code.split("# Training:")[0]).names["model"]
    assert torch.equal(flat(begun), torch.tensor(made.sweep.start))
    check_losses(replace(one, learning_rate=0.001), ran(script(
        replace(one, learning_rate=0.001), made.sweep.start
    )))  # fmt: skip


def test_exports_take_the_start_from_the_trained_sweep_and_never_guess_it() -> None:
    cache, one = ExperimentCache(), ON_PLANES[0]
    start = start_of(cache, one)
    assert start is not None and np.array_equal(start, experiment(one).sweep.start)
    assert exported(cache, {"kind": "script"}, one)["content"] == script(one, start)
    assert exported(cache, {"kind": "notebook"}, one)["content"] == notebook(one, start)
    with pytest.raises(ValueError, match="must be given"):
        script(one)
    assert start_of(cache, replace(LINE, start="1,2")) is None


def test_own_data_train_from_a_start_by_hand() -> None:
    data = choose(read_table(b"x,y\n1,2\n2,3\n4,4\n"), "t" * 22)
    one = Settings(dataset="own", user_data=data, epochs=40, start="0.25,0.5")
    sweep = run_experiment(one).sweep
    assert sweep.start.tolist() == [0.25, 0.5]
    network = replace(one, hidden_units=3, start="anchored,0.5,0.5")
    made = run_experiment(network)
    assert made.projection.coordinates[0, 0] == pytest.approx([0.5, 0.5], abs=1e-5)


def test_range_test_begins_at_the_start() -> None:
    made = experiment(ON_PLANES[3])
    assert made.range_test is not None
    order = next(training.batch_order(made.sweep.settings))[:20].numpy()
    lone = lone_training(made.sweep.settings, made.sweep.start, 0.01)
    assert np.array_equal(lone.params[0], made.sweep.start)
    data = dataset_for(made.sweep.settings)
    errors = (
        training.network_for(made.sweep.settings).predict(
            torch.tensor(made.sweep.start)[None], torch.tensor(data.inputs[order])
        )[0].numpy() - data.targets[order]
    )  # fmt: skip
    assert made.range_test.batch_loss[0] == pytest.approx(np.mean(errors**2), rel=1e-5)


def test_both_trainings_have_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that goes on by a second at each reading, a limit that one training just keeps is
    broken by two."""

    def seconds(one: Settings) -> int:
        cpu, wall = count(), count(step=10**9)
        with deadline.time_limit(cpu=lambda: float(next(cpu)), wall=lambda: float(next(wall))):
            training.train(one)
        return next(cpu)

    started = replace(NETWORK, start="anchored,0,0")
    monkeypatch.setattr(deadline, "MOST_SECONDS", 1e6)
    alone = seconds(NETWORK)
    assert seconds(started) > 1.9 * alone
    monkeypatch.setattr(deadline, "MOST_SECONDS", float(alone))
    assert seconds(NETWORK) == alone
    with pytest.raises(UserError, match="Stopped after"):
        seconds(started)

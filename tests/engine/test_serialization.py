"""Experiments as bytes and back."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from app.domain.csv_reader import read_table
from app.domain.settings import Settings
from app.domain.user_data import choose
from app.engine import inspect_run
from app.exports.block import pack
from app.trainers.base import run_experiment
from app.trainers.serialization import dumps, loads
from callbacks.training import experiment_payload
from tests.oracles import check_same, experiment

QUICK = Settings(epochs=20)
ON_USER_DATA = Settings(
    dataset="own", epochs=20, user_data=choose(read_table(b"x,y\n1,2\n2,3\n4,4\n"), "t" * 22)
)
# Too much to be kept at every epoch.
LARGE = {"hidden_units": 32, "hidden_layers": 3, "epochs": 60}
DESCRIBED = [
    {"learning_rate": 0.033, "epochs": 50},
    {"dataset": "parabola", "hidden_units": 4, "epochs": 40, "learning_rate": 1},
    {"dataset": "sine", "hidden_units": 3, "hidden_layers": 2, "optimizer": "adam", "epochs": 40},
    {"dataset": "parabola", "hidden_units": 3, "batch_size": 16, "epochs": 30},
    {"dataset": "diabetes", "epochs": 30, "validation_fraction": 0.3},
    LARGE,
]


@pytest.mark.parametrize("chosen", DESCRIBED)
def test_experiment_round_trip_is_exact(chosen: dict) -> None:
    settings = Settings(**chosen)
    made = experiment(settings)
    again = loads(dumps(made), settings)
    check_same(made, again)
    check_same(
        inspect_run(settings, made.training, made.surface, 3),
        inspect_run(settings, again.training, again.surface, 3),
    )
    assert pack(experiment_payload(made)) == pack(experiment_payload(again))


WHOLE = dumps(run_experiment(QUICK))


def described(tree: Any, *arrays: np.ndarray) -> bytes:
    """Bytes of the right form that say something else."""
    file = io.BytesIO()
    np.savez(file, *arrays, tree=np.array(tree if isinstance(tree, str) else json.dumps(tree)))
    return file.getvalue()


def test_shared_array_is_serialized_once() -> None:
    made = experiment(Settings(**LARGE))
    sweep = made.sweep
    assert len(sweep.epochs) < 60
    assert len(dumps(made)) < 1.5 * (sweep.params.nbytes + sweep.gradients.nbytes)


JUNK = [
    *(b"1", bytes(8), b"\x02" + bytes(7) + b"{}", b"\xff" * 64, WHOLE[:-99], WHOLE[:99]),
    described({"is": "Plane", "of": [1]}),
    described('"text"'),
    # A pickle, and what is no array at all.
    described({"is": "ndarray", "at": 0}, np.array([{}])),
    described({"is": "ndarray", "at": 1}, np.zeros(1)),
    described("[" * 100_000),
]


@pytest.mark.parametrize("junk", JUNK)
def test_invalid_bytes_are_rejected(junk: bytes) -> None:
    with pytest.raises(ValueError, match="not an experiment"):
        loads(junk, QUICK)


def test_result_of_other_settings_is_rejected() -> None:
    with pytest.raises(ValueError, match="of these settings"):
        loads(WHOLE, Settings(epochs=21))


def test_user_data_cannot_be_serialized() -> None:
    with pytest.raises(TypeError):
        dumps(run_experiment(ON_USER_DATA))

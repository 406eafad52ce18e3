"""Answers that many people get are kept packed, and are the same as if made each time."""

import gzip
import json
import random
from typing import Any

import pytest
from flask.testing import FlaskClient
from plotly.io.json import to_json_plotly

from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.trainers.experiment_cache import ExperimentCache
from callbacks.inspection import inspect_payload
from callbacks.packed import Packed, PackedAnswers
from callbacks.training import train_payload
from tests.callback_requests import ask
from tests.web.test_user_data_privacy import part, request, token

NETWORK = {"dataset": "parabola", "hidden_units": 3, "epochs": 40}
PLANE = {"kind": "parameters", "first": 0, "second": 2, "epoch": 30}


@pytest.mark.parametrize("encoding", ["gzip, deflate", "identity"])
@pytest.mark.parametrize("plane", [None, PLANE])
def test_every_answer_decodes_to_the_payload(
    client: FlaskClient, plane: dict | None, encoding: str
) -> None:
    """Of both runs of one sweep, when it is made and when it is kept."""
    cache = ExperimentCache()
    for rate in (0.01, 0.1, 0.01):
        settings = NETWORK | {"learning_rate": rate}
        value = {"ticket": 7, "settings": settings, "plane": plane, "epoch": 7}
        chosen = Settings(**settings)
        seen = PlaneChoice.from_mapping(plane, chosen)
        wanted = {
            "train": train_payload(cache, chosen, seen),
            "inspect": inspect_payload(cache, chosen, 7, seen),
        }
        for kind, payload in wanted.items():
            answer: Any = ask(client, kind, value, headers={"Accept-Encoding": encoding})
            assert answer == json.loads(to_json_plotly({"ticket": 7, "payload": payload}))


def test_answers_about_own_data_are_not_kept(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(PackedAnswers, "packed")
    for kind in ("train", "inspect"):
        assert "payload" in ask(client, kind, request(token(), part()) | {"epoch": 1})


def test_the_newest_are_kept_up_to_a_size() -> None:
    answers, made = PackedAnswers(most_bytes=3500), []

    def ask_for(key: int) -> None:
        def make() -> Packed:
            made.append(key)
            return Packed.of(b"{", random.Random(0).randbytes(1000))

        packed = answers.packed(key, make)
        assert gzip.decompress(packed.zipped(b"}")) == packed.plain(b"}")

    for key in (1, 2, 3, 1, 4, 1, 3, 4, 2):
        ask_for(key)
    assert made == [1, 2, 3, 4, 2]

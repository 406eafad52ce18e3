"""Blocks that many people get are made once, and are the same as if made each time."""

import pytest
from flask.testing import FlaskClient

from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.exports.block import pack
from app.trainers.experiment_cache import ExperimentCache
from callbacks.blocks import MOST_KEPT, Blocks
from callbacks.inspection import inspect_payload
from callbacks.training import train_payload
from tests.callback_requests import ask
from tests.readers import unpack
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
            answer = ask(client, kind, value, headers={"Accept-Encoding": encoding})
            assert answer == {"ticket": 7, "payload": unpack(pack(payload))}


def test_answers_about_own_data_are_not_kept(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Blocks, "_found")
    for kind in ("train", "inspect"):
        assert "payload" in ask(client, kind, request(token(), part()) | {"epoch": 1})


def test_the_newest_are_kept() -> None:
    blocks, made = Blocks(), []

    def ask_for(key: int) -> None:
        assert unpack(blocks.payload(key, lambda: made.append(key) or {"key": key})["block"]) == {
            "key": key
        }

    for key in (*range(MOST_KEPT), 0, MOST_KEPT, 0, 1):
        ask_for(key)
    assert made == [*range(MOST_KEPT), MOST_KEPT, 1]

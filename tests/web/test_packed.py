"""Answers that many people get are made once, and are the same as if made each time."""

import gzip
import json
import random
from threading import Barrier, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from plotly.io.json import to_json_plotly

from app.domain.errors import InvalidSetting
from app.domain.settings import Settings
from app.engine import epoch_that_counts, inspection
from app.meter import Meter
from app.server import create_app
from app.trainers.experiment_cache import ExperimentCache
from callbacks import inspection as inspecting
from callbacks import training
from callbacks.packed import Packed, PackedAnswers
from callbacks.training import train_payload
from components import ids
from tests.web.test_user_data_privacy import part, request, token
from tools.crowd import body_of

QUICK = {"epochs": 40}
NETWORK = {"dataset": "parabola", "hidden_units": 3, "epochs": 40}
PARTS = {"train": ids.TRAIN_ANSWER, "inspect": ids.INSPECT_ANSWER}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which payloads were made, one after the other."""
    found: list[str] = []
    for module, name in ((training, "train_payload"), (inspecting, "inspect_payload")):
        make = getattr(module, name)

        def counted(*given: Any, make: Any = make, name: str = name) -> Any:
            found.append(name)
            return make(*given)

        monkeypatch.setattr(module, name, counted)
    return found


def asked(client: FlaskClient, kind: str, encoding: str = "gzip, deflate", **request: Any) -> Any:
    body = body_of(kind, request)
    return client.post("/_dash-update-component", json=body, headers={"Accept-Encoding": encoding})


def data_of(response: Any, kind: str) -> dict[str, Any]:
    assert response.headers["Content-Encoding"] == "gzip"
    whole = json.loads(gzip.decompress(response.data))
    assert whole.keys() == {"multi", "response"}
    return whole["response"][PARTS[kind]]["data"]


class TestAnswers:
    @pytest.mark.parametrize("settings", [QUICK, NETWORK])
    def test_are_those_that_are_not_packed(
        self, client: FlaskClient, settings: dict[str, Any]
    ) -> None:
        experiment_cache, chosen = ExperimentCache(), Settings(**settings)
        for ticket in (1, 2):
            trained = data_of(asked(client, "train", ticket=ticket, settings=settings), "train")
            looked = asked(client, "inspect", ticket=ticket, settings=settings, epoch=7)
            wanted = {"train": train_payload(experiment_cache, chosen)}
            wanted["inspect"] = inspecting.inspect_payload(experiment_cache, chosen, 7)
            for kind, answer in (("train", trained), ("inspect", data_of(looked, "inspect"))):
                same = json.loads(to_json_plotly({"ticket": ticket, "payload": wanted[kind]}))
                assert answer == same

    def test_are_the_same_for_who_takes_nothing_packed(self, client: FlaskClient) -> None:
        for kind in PARTS:
            zipped = asked(client, kind, ticket=3, settings=NETWORK, epoch=2)
            plain = asked(client, kind, "identity", ticket=3, settings=NETWORK, epoch=2)
            assert gzip.decompress(zipped.data) == plain.data
            assert "Content-Encoding" not in plain.headers
            assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
            assert int(zipped.headers["Content-Length"]) == len(zipped.data) < len(plain.data)
            assert zipped.headers["Cache-Control"] == plain.headers["Cache-Control"] == "no-store"

    def test_are_made_once(self, client: FlaskClient, made: list[str]) -> None:
        settings = {"epochs": 41}
        for ticket in range(3):
            asked(client, "train", ticket=ticket, settings=settings)
            asked(client, "inspect", ticket=ticket, settings=settings, epoch=ticket)
        assert made == ["train_payload", "inspect_payload"]

    def test_of_each_rate_are_its_own(self, client: FlaskClient, made: list[str]) -> None:
        """Of a training only the chosen rate differs, and that is not kept."""
        runs = []
        for rate in (0.01, 0.1, 0.3):
            settings = {**NETWORK, "epochs": 42, "learning_rate": rate}
            trained = data_of(asked(client, "train", ticket=1, settings=settings), "train")
            assert trained["payload"]["settings"]["learning_rate"] == rate
            looked = data_of(
                asked(client, "inspect", ticket=1, settings=settings, epoch=0), "inspect"
            )
            runs.append(looked["payload"]["run"])
        # 0.3 is no stop: it is a run of its own sweep.
        assert len(set(runs)) == 3
        assert made.count("train_payload") == 2 and made.count("inspect_payload") == 3

    def test_of_each_plane_are_its_own(self, client: FlaskClient) -> None:
        two = {"kind": "parameters", "first": 0, "second": 2}
        planes = (None, {"kind": "random"}, {**two, "epoch": 3}, {**two, "epoch": 30})
        found = []
        for _ in range(2):
            for plane in planes:
                for rate in (0.01, 0.1):
                    settings = {**NETWORK, "learning_rate": rate}
                    response = asked(client, "train", ticket=1, settings=settings, plane=plane)
                    found.append(data_of(response, "train")["payload"]["plane"])
        anchored, others = found[:2], found[4:8]
        assert found[:8] == found[8:] and anchored[0] == anchored[1]
        # The plane of two parameters goes through the selected run.
        assert all(one != other for k, one in enumerate(others) for other in others[:k])

    def test_of_each_epoch_are_its_own_where_it_counts(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inspection, "SLICED_SECONDS", 0)
        settings = {**NETWORK, "epochs": 300}
        for epoch in (171, 173, 171):
            response = asked(client, "inspect", ticket=1, settings=settings, epoch=epoch)
            assert epoch in data_of(response, "inspect")["payload"]["slices"]["epochs"]

    def test_that_are_errors_are_not_kept(self, client: FlaskClient) -> None:
        for _ in range(2):
            response = asked(client, "inspect", ticket=1, settings=QUICK, epoch=41)
            answer = response.json["response"][ids.INSPECT_ANSWER]["data"]
            assert answer["error"] == "Epoch must be a whole number from 0 to 40. Got 41."

    def test_of_own_data_are_never_kept(self, client: FlaskClient, made: list[str]) -> None:
        mine = token()
        for kind in ("train", "inspect") * 2:
            response = asked(client, kind, "identity", **request(mine, part()), epoch=1)
            answer = response.json["response"][PARTS[kind]]["data"]
            assert answer["payload"]["sweep_id"]
        assert made == ["train_payload", "inspect_payload"] * 2


class TestEpochThatCounts:
    @pytest.fixture(autouse=True)
    def fewer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # At about 80 epochs.
        monkeypatch.setattr(inspection, "SLICED_SECONDS", 3.5e-3)

    @pytest.mark.parametrize("epochs", [100, 300, 700])
    @pytest.mark.parametrize("detail_bytes", [1_000, 1_000_000])
    @pytest.mark.parametrize("frames_seconds", [1e-3, 1.0])
    def test_two_epochs_that_count_alike_have_the_same_slices(
        self,
        epochs: int,
        detail_bytes: int,
        frames_seconds: float,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(inspection, "DETAIL_BYTES", detail_bytes)
        monkeypatch.setattr(inspection, "SLICED_FRAMES_SECONDS", frames_seconds)
        settings = Settings(dataset="parabola", hidden_units=3, epochs=epochs, learning_rate=0.1)
        experiment_cache, seen = ExperimentCache(), {}
        for epoch in (0, 20, 21, 99, 100, epochs - 1, epochs):
            slices = experiment_cache.inspect(settings, epoch)[1].slices.epochs.tolist()
            assert seen.setdefault(epoch_that_counts(settings, epoch), slices) == slices


class Counted(Meter):
    def __init__(self) -> None:
        self.hits = 0

    def found(self) -> None:
        self.hits += 1


def packed(size: int, seed: int = 0) -> Packed:
    return Packed.of(b"{", random.Random(seed).randbytes(size))


class TestPackedAnswers:
    def test_one_makes_it_while_the_others_wait(self) -> None:
        meter = Counted()
        answers, gate, calls, got = PackedAnswers(meter), Barrier(8), [], []

        def make() -> Packed:
            calls.append(1)
            return packed(100_000)

        def ask() -> None:
            gate.wait()
            got.append(answers.packed("key", make))

        threads = [Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(calls) == 1 and len(set(map(id, got))) == 1 and meter.hits == 7

    def test_the_newest_are_kept_up_to_a_size(self) -> None:
        answers = PackedAnswers(most_bytes=3500)
        for key in (1, 2, 3):
            answers.packed(key, lambda: packed(1000))
        answers.packed(1, never)
        answers.packed(4, lambda: packed(1000))
        for key in (1, 3, 4):
            answers.packed(key, never)
        with pytest.raises(AssertionError):
            answers.packed(2, never)

    def test_what_fails_is_tried_again(self) -> None:
        answers = PackedAnswers()

        def fail() -> Packed:
            raise InvalidSetting("Not now.")

        with pytest.raises(InvalidSetting):
            answers.packed("key", fail)
        assert answers.packed("key", lambda: packed(10)).size == 11

    @pytest.mark.parametrize("size", [0, 1, 70_000])
    def test_any_end_fits(self, size: int) -> None:
        part, end = random.Random(1).randbytes(size), b"}" * size + b'"ticket":5}'
        one = Packed.of(b"begin", part)
        assert gzip.decompress(one.zipped(end)) == one.plain(end) == b"begin" + part + end


def never() -> Packed:
    raise AssertionError("it should be there")

"""A person's own data: only their token leads to them, only in memory, and not for long."""

from __future__ import annotations

import base64
import builtins
import gc
import io
import json
import logging
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.domain.csv_reader import Table, read_table
from app.domain.link import query
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.domain.user_data import UserData, choose
from app.server import create_app
from app.trainers import ttl_cache
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks import requests
from callbacks.answers import FAILED, answer
from callbacks.inspection import inspect_payload
from callbacks.sharing import exported
from callbacks.training import train_payload
from tests.web.test_server import ask

# Numbers and words that occur nowhere else.
SECRETS = ("31.41592625", "secretcolumn", "98765.4375")
FILE = (
    b"secretcolumn,y\n31.41592625,98765.4375\n2,3\n4,5\n6,1.5\n8,2\n",
    b"secretcolumn,y\n31.41592625,98765.4375\n2,3\n4,5\n6,1.5\n8,3\n",
)


def token() -> str:
    return secrets.token_urlsafe(16)


def part(content: bytes = FILE[0], **chosen: Any) -> dict[str, Any]:
    """A file with the choice of its columns, as the browser sends it."""
    return {
        "content": base64.b64encode(content).decode(), "name": "secretfile.csv", "target": "y",
        "predictors": ["secretcolumn"], "standardize": True, "isSent": False, **chosen,
    }  # fmt: skip


def request(data_token: str, brought: dict | None = None, **chosen: Any) -> dict[str, Any]:
    made = {
        "ticket": 5,
        "settings": {"dataset": "own", "data_token": data_token, "epochs": 20} | chosen,
    }
    return made | ({"data_upload": brought} if brought else {})


class Worker:
    """One process of the server: its cache of data and its cache of experiments."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.uploads: TtlCache[UserData] = TtlCache(8, clock)
        self.experiment_cache = ExperimentCache()
        self.experiment_cache._user_data = TtlCache(8, clock)

    def train(self, asked: Any) -> dict[str, Any]:
        return answer(
            asked,
            lambda chosen, plane: train_payload(self.experiment_cache, chosen, plane),
            self.uploads,
        )

    def inspect(self, asked: Any) -> dict[str, Any]:
        return answer(
            asked,
            lambda chosen, plane: inspect_payload(self.experiment_cache, chosen, 3),
            self.uploads,
        )

    def export(self, asked: Any) -> dict[str, Any]:
        return answer(
            asked, lambda chosen, _: exported(self.experiment_cache, asked, chosen), self.uploads
        )


@pytest.fixture
def worker() -> Worker:
    return Worker()


def check_missing(result: dict[str, Any]) -> None:
    assert result.keys() == {"ticket", "error", "field", "missing"} and result["missing"] is True
    assert result["error"].endswith(".") and not any(one in str(result) for one in SECRETS)


class TestTokens:
    def test_only_the_exact_token_leads_to_the_data(self, worker: Worker) -> None:
        mine, theirs = token(), token()
        first = worker.train(request(mine, part()))
        again = worker.train(request(mine))
        assert first == again and first["payload"]["settings"]["data_token"] == mine
        assert first["payload"]["data_info"]["label"] == "secretfile"
        other = mine[:-1] + ("A" if mine[-1] != "A" else "B")
        for guess in (theirs, other, mine[:-1], mine + "A", "", "own", mine.swapcase(), [mine], 0):
            for asked in (worker.train, worker.inspect, worker.export):
                check_missing(asked(request(guess) | {"kind": "data"}))
        check_missing(worker.train(request(first["payload"]["sweep_id"])))

    def test_a_request_without_a_token_is_told_to_open_the_file(self, worker: Worker) -> None:
        worker.train(request(token(), part()))
        result = worker.train(request(None, part()))
        assert "Your own data are not here" in result["error"] and "missing" not in result

    def test_the_same_file_under_another_token_is_another_sweep(self, worker: Worker) -> None:
        ids = {worker.train(request(token(), part()))["payload"]["sweep_id"] for _ in range(3)}
        assert len(ids) == 3

    def test_a_sweep_id_cannot_be_computed_without_the_token(self, worker: Worker) -> None:
        made = worker.train(request(token(), part()))["payload"]
        table = read_table(FILE[0])
        for guess in (token(), "A" * 22):
            user_data = choose(table, guess, "secretfile", "y", ["secretcolumn"], True)
            assert (
                Settings(dataset="own", user_data=user_data, epochs=20).sweep_id != made["sweep_id"]
            )

    def test_two_people_never_see_each_others_data(self) -> None:
        server = create_app().server
        ada, bob = server.test_client(), server.test_client()
        hers, his = token(), token()
        made = trained(ada, request(hers, part()))
        theirs = trained(bob, request(his, part(FILE[1])))
        assert made["payload"]["views"] != theirs["payload"]["views"]
        assert made["payload"]["sweep_id"] != theirs["payload"]["sweep_id"]
        assert trained(ada, request(hers)) == made and trained(bob, request(his)) == theirs
        for guess in (token(), hers[::-1], his[:-1] + "_"):
            check_missing(trained(bob, request(guess)))
            check_missing(ask(bob, "inspect-request", "inspect-answer", request(guess)))
            check_missing(ask(bob, "map-request", "map-answer", request(guess)))
        index = bob.get("/").get_data(as_text=True) + bob.get("/_dash-layout").get_data(True)
        assert not any(one in index for one in (*SECRETS, hers, "secretfile"))

    def test_an_upload_is_ignored_for_a_built_in_data_set(self, worker: Worker) -> None:
        mine = token()
        worker.train(request(mine, part()))
        plain = worker.train({"ticket": 5, "settings": {"epochs": 20}})
        asked = request(mine, part(), dataset="line")
        assert worker.train(asked) == plain and plain["payload"]["data_info"] is None
        user_data = choose(read_table(FILE[0]), mine)
        assert Settings.from_mapping({"dataset": "sine"}, user_data) == Settings(dataset="sine")
        assert (
            Settings.from_mapping({"dataset": "sine", "data_token": mine}, user_data).user_data
            is None
        )


def trained(client: FlaskClient, asked: dict) -> dict:
    return ask(client, "train-request", "train-answer", asked)


class TestAnotherWorker:
    @pytest.mark.parametrize("chosen", [{}, dict(hidden_units=4, validation_fraction=0.4)])
    def test_another_process_asks_for_the_data_and_gives_the_same_bits(self, chosen: dict) -> None:
        one, other, mine = Worker(), Worker(), token()
        before = one.train(request(mine, part(), **chosen))
        check_missing(other.train(request(mine, **chosen)))
        assert json.dumps(other.train(request(mine, part(), **chosen))) == json.dumps(before)
        assert json.dumps(other.train(request(mine, **chosen))) == json.dumps(before)

    def test_each_kind_of_request_can_carry_the_data(self) -> None:
        mine = token()
        for kind in ("inspect", "export", "train"):
            asked = request(mine, part()) | {"kind": "data"}
            check_missing(getattr(Worker(), kind)(request(mine) | {"kind": "data"}))
            assert "payload" in getattr(Worker(), kind)(asked)

    def test_the_exported_file_has_the_persons_numbers(self, worker: Worker) -> None:
        file = worker.export(request(token(), part()) | {"kind": "data"})["payload"]
        assert file["filename"] == "data.csv"
        lines = file["content"].splitlines()
        assert lines[0] == "secretcolumn,y"
        assert [tuple(map(float, line.split(","))) for line in lines[1:]] == [
            (31.41592625, 98765.4375), (2, 3), (4, 5), (6, 1.5), (8, 2),
        ]  # fmt: skip


class TestForgetting:
    def test_a_sweep_trained_twice_is_kept_once(self) -> None:
        """Where others evicted the first one before the second asked for it."""
        one, other, mine = Worker(), Worker(), token()
        for worker in (one, other):
            worker.train(request(mine, part()))
        (key, (until, first)), (_, (_, second)) = (
            next(iter(worker.experiment_cache._user_data._kept.items())) for worker in (one, other)
        )
        one.experiment_cache._user_data.put(key, second, until)
        kept = one.experiment_cache._user_data.get(key)
        assert kept is first or kept is second

    def test_data_and_experiments_expire_within_half_an_hour(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [5000.0]
        monkeypatch.setattr(requests, "monotonic", lambda: now[0])
        worker, mine = Worker(lambda: now[0]), token()
        worker.train(request(mine, part()))
        for minutes in (10, 20, 28):
            now[0] = 5000.0 + 60 * minutes
            assert "payload" in worker.train(request(mine, seed=minutes))
        assert len(worker.experiment_cache._user_data) == 4
        now[0] = 5000.0 + 60 * 29.6
        check_missing(worker.train(request(mine)))
        user_data = choose(read_table(FILE[0]), mine, "secretfile", "y", ["secretcolumn"], True)
        chosen = Settings(dataset="own", user_data=user_data, epochs=20)
        assert worker.experiment_cache._user_data.get(chosen.sweep_id) is None
        assert requests.KEPT_SECONDS + ttl_cache.TICK <= 30 * 60

    def test_the_server_frees_every_copy_of_expired_data(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ttl_cache, "TICK", 0.1)
        client, mine = create_app().server.test_client(), token()
        for chosen in ({}, {"hidden_units": 3, "validation_fraction": 0.4, "batch_size": 2}):
            assert "payload" in trained(client, request(mine, part(), **chosen))
            ask(client, "inspect-request", "inspect-answer", request(mine, **chosen))
            ask(client, "map-request", "map-answer", request(mine, **chosen))
        assert kept_of(mine)
        later = time.monotonic() + requests.KEPT_SECONDS
        for cache in [one for one in gc.get_objects() if type(one) is TtlCache]:
            monkeypatch.setattr(cache, "_clock", lambda: later)
        end = time.monotonic() + 60
        while kept_of(mine) and time.monotonic() < end:
            time.sleep(0.2)
        assert kept_of(mine) == 0
        check_missing(trained(client, request(mine)))


def kept_of(mine: str) -> int:
    """How many of a person's data are anywhere in this process."""
    gc.collect()
    return sum(type(one) is UserData and one.token == mine for one in gc.get_objects())


class TestTraces:
    def test_requests_about_own_data_log_nothing_of_them(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        client, mine = create_app().server.test_client(), token()
        with caplog.at_level(logging.DEBUG):
            for brought in (part(), part(target="nosuch"), part(FILE[0][:40]), part(content=b"x")):
                trained(client, request(mine, brought))
            ask(client, "own-request", "own-answer", part())
            ask(client, "own-request", "own-answer", part(FILE[0] + b'"'))
            ask(client, "map-request", "map-answer", request(mine))
        check_silent(caplog, mine)

    def test_an_error_that_quotes_the_data_is_logged_without_them(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(chosen: Settings, plane: PlaneChoice) -> dict:
            try:
                raise KeyError(SECRETS[1])
            except KeyError as error:
                assert chosen.user_data
                raise ValueError(
                    f"{chosen.user_data.table} {SECRETS} {chosen.user_data.token}"
                ) from error

        mine = token()
        with caplog.at_level(logging.DEBUG):
            result = answer(request(mine, part()), fail, TtlCache(8))
        assert result == {"ticket": 5, "error": FAILED, "field": None}
        assert "ValueError" in caplog.text and "test_user_data_privacy.py" in caplog.text
        check_silent(caplog, mine)

    def test_an_error_while_reading_is_logged_without_the_data(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(content: bytes) -> Table:
            raise ValueError(content.decode())

        monkeypatch.setattr("callbacks.user_data.read_table", fail)
        client = create_app().server.test_client()
        with caplog.at_level(logging.DEBUG):
            result = ask(client, "own-request", "own-answer", part() | {"ticket": 2})
        assert result["ticket"] == 2 and result["error"].endswith(".")
        check_silent(caplog, "no token")

    def test_settings_are_printed_without_the_data(self) -> None:
        user_data = choose(read_table(FILE[0]), token(), standardize=True)
        chosen = Settings(dataset="own", user_data=user_data, seed=3)
        for text in (repr(chosen), str(chosen), repr(user_data), repr(Settings.choices(chosen))):
            assert not any(one in text for one in ("31.4159", "98765", user_data.token)), text
        assert set(query(chosen).split("&")) == {"v=1", "dataset=own", "seed=3"}

    def test_nothing_is_written_to_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, mine = create_app().server.test_client(), token()
        written: list[str] = []

        def watched(real: Callable[..., Any]) -> Callable[..., Any]:
            def opened(file: Any, mode: Any = "r", *rest: Any, **named: Any) -> Any:
                is_read = mode in ("r", "rb", "rt") if isinstance(mode, str) else not mode & 3
                written.extend([] if is_read else [str(file)])
                return real(file, mode, *rest, **named)

            return opened

        for owner in (builtins, io, os):
            monkeypatch.setattr(owner, "open", watched(owner.open))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        long = b"secretcolumn,y\n" + b"".join(b"%d,%d\n" % (k, k % 7) for k in range(20_000))
        for brought in (part(), part(long)):
            ask(client, "own-request", "own-answer", brought)
            assert "payload" in trained(client, request(mine, brought))
            ask(client, "inspect-request", "inspect-answer", request(mine))
            ask(client, "map-request", "map-answer", request(mine))
        assert written == [] and list(tmp_path.rglob("*")) == []


def check_silent(caplog: pytest.LogCaptureFixture, mine: str) -> None:
    said = caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
    for one in (*SECRETS, "secretfile", mine, base64.b64encode(FILE[0]).decode()[:20]):
        assert one not in said, one

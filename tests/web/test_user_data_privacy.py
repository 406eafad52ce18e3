"""User data are seen only with their token, kept in memory only, and dropped after half an hour."""

import base64
import builtins
import gc
import io
import logging
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app.domain.csv_reader import read_table
from app.domain.csv_table import Table
from app.domain.link import query
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.domain.user_data import UserData, choose
from app.exports.block import pack
from app.server import create_app
from app.trainers import ttl_cache
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks import requests
from callbacks.answers import FAILED, answer
from callbacks.inspection import inspect_payload
from callbacks.sharing import exported
from callbacks.training import train_payload
from callbacks.user_data import table_answer
from tests.callback_requests import ask
from tests.readers import unpack
from tools.host import wait

# Numbers and words that occur nowhere else.
SECRETS = ("31.41592625", "secretcolumn", "98765.4375")
FILE = b"secretcolumn,y\n31.41592625,98765.4375\n2,3\n4,5\n6,1.5\n8,2\n"
OTHER_FILE = FILE.replace(b"8,2", b"8,3")


def token() -> str:
    return secrets.token_urlsafe(16)


def part(content: bytes = FILE, **chosen: Any) -> dict[str, Any]:
    """A file and the choice of its columns, as the browser sends them."""
    return {
        "content": base64.b64encode(content).decode(), "name": "secretfile.csv", "target": "y",
        "predictors": ["secretcolumn"], "standardize": True, "isSent": False, **chosen,
    }  # fmt: skip


def request(data_token: Any, data_upload: Any = None, **chosen: Any) -> dict[str, Any]:
    chosen = {"dataset": "own", "data_token": data_token, "epochs": 20} | chosen
    made = {"ticket": 5, "settings": chosen}
    return made | ({"data_upload": data_upload} if data_upload else {})


class Worker:
    """One process of the server: its uploaded files and its cache of experiments."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.uploads: TtlCache[UserData] = TtlCache(8, clock)
        self.cache = ExperimentCache()
        self.cache._user_data = TtlCache(8, clock)

    def train(self, asked: Any) -> dict[str, Any]:
        return answer(asked, lambda *chosen: self.sent(*chosen), self.uploads)

    def sent(self, *chosen: Any) -> dict[str, Any]:
        return unpack(pack(train_payload(self.cache, *chosen)))

    def inspect(self, asked: Any) -> dict[str, Any]:
        return answer(asked, lambda one, _: inspect_payload(self.cache, one, 3), self.uploads)

    def export(self, asked: Any) -> dict[str, Any]:
        asked = {"kind": "data"} | asked
        return answer(asked, lambda one, _: exported(self.cache, asked, one), self.uploads)


@pytest.fixture
def worker() -> Worker:
    return Worker()


def check_missing(result: dict[str, Any]) -> None:
    assert result.keys() == {"ticket", "error", "field", "missing"} and result["missing"] is True
    assert not any(one in str(result) for one in SECRETS)


def looked_at(client: FlaskClient, asked: dict) -> list[dict]:
    """The answers of the other callbacks that read user data."""
    return [ask(client, kind, asked) for kind in ("inspect", "map")]


class TestTokens:
    def test_only_the_exact_token_gives_access_to_user_data(self, worker: Worker) -> None:
        mine = token()
        first = worker.train(request(mine, part()))
        assert first == worker.train(request(mine))
        other = mine[:-1] + ("A" if mine[-1] != "A" else "B")
        guesses = (token(), other, mine[:-1], mine + "A", "", "own", mine.swapcase(), [mine], 0)
        for guess in (*guesses, first["payload"]["sweep_id"]):
            for asked in (worker.train, worker.inspect, worker.export):
                check_missing(asked(request(guess)))

    def test_two_clients_do_not_see_each_others_user_data(self, app: Dash) -> None:
        ada, bob = app.server.test_client(), app.server.test_client()
        hers, his = token(), token()
        made = ask(ada, "train", request(hers, part()))
        theirs = ask(bob, "train", request(his, part(OTHER_FILE)))
        assert made["payload"]["views"] != theirs["payload"]["views"]
        same = ask(bob, "train", request(token(), part()))
        assert same["payload"]["sweep_id"] != made["payload"]["sweep_id"]
        assert ask(ada, "train", request(hers)) == made
        assert ask(bob, "train", request(his)) == theirs
        for result in looked_at(bob, request(hers[::-1])):
            check_missing(result)
        page = bob.get("/").get_data(as_text=True) + bob.get("/_dash-layout").get_data(True)
        assert not any(one in page for one in (*SECRETS, hers, "secretfile"))

    def test_built_in_data_set_ignores_uploaded_user_data(self, worker: Worker) -> None:
        plain = worker.train({"ticket": 5, "settings": {"epochs": 20}})
        assert worker.train(request(token(), part(), dataset="line")) == plain
        assert plain["payload"]["data_info"] is None


class TestAnotherWorker:
    @pytest.mark.parametrize("chosen", [{}, dict(hidden_units=4, validation_fraction=0.4)])
    def test_worker_without_the_file_asks_for_it_and_trains_the_same(self, chosen: dict) -> None:
        one, other, mine = Worker(), Worker(), token()
        before = one.train(request(mine, part(), **chosen))
        check_missing(other.train(request(mine, **chosen)))
        for data_upload in (part(), None):
            after = other.train(request(mine, data_upload, **chosen))
            assert after == before

    def test_an_inspection_can_bring_the_file(self, worker: Worker) -> None:
        mine = token()
        check_missing(worker.inspect(request(mine)))
        assert "payload" in worker.inspect(request(mine, part()))

    def test_exported_data_are_the_uploaded_data(self, worker: Worker) -> None:
        file = worker.export(request(token(), part()))["payload"]
        lines, sent = file["content"].splitlines(), FILE.decode().splitlines()
        assert (file["filename"], lines[0]) == ("data.csv", sent[0])
        numbers, expected = ([[*map(float, x.split(","))] for x in y[1:]] for y in (lines, sent))
        assert numbers == expected


class TestExpiry:
    def test_equal_experiments_can_replace_each_other(self) -> None:
        """If the first was evicted before the second was requested, both are trained."""
        one, other, mine = Worker(), Worker(), token()
        for worker in (one, other):
            worker.train(request(mine, part()))
        ((key, (until, second)),) = other.cache._user_data._kept.items()
        one.cache._user_data.put(key, second, until)
        assert one.cache._user_data.get(key) is not None

    def test_user_data_and_experiments_expire_within_half_an_hour(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [5000.0]
        monkeypatch.setattr(requests, "monotonic", lambda: now[0])
        worker, mine = Worker(lambda: now[0]), token()
        worker.train(request(mine, part()))
        for minutes in (10, 20, 28):
            now[0] = 5000.0 + 60 * minutes
            assert "payload" in worker.train(request(mine, seed=minutes))
        now[0] = 5000.0 + 60 * 29.6
        check_missing(worker.train(request(mine)))
        user_data = choose(read_table(FILE), mine, "secretfile", "y", ["secretcolumn"], True)
        chosen = Settings(dataset="own", user_data=user_data, epochs=20)
        assert worker.cache._user_data.get(chosen.sweep_id) is None
        assert requests.KEPT_SECONDS + ttl_cache.TICK <= 30 * 60

    def test_server_frees_every_copy_of_expired_data(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ttl_cache, "TICK", 0.1)
        others, mine = ttl_caches(), token()
        client = create_app().server.test_client()
        own = [cache for cache in ttl_caches() if cache not in others]
        for chosen in ({}, {"hidden_units": 3, "validation_fraction": 0.4, "batch_size": 2}):
            assert "payload" in ask(client, "train", request(mine, part(), **chosen))
            looked_at(client, request(mine, **chosen))
        assert copies_in_memory(mine)
        later = time.monotonic() + requests.KEPT_SECONDS
        for cache in own:
            monkeypatch.setattr(cache, "_clock", lambda: later)
        wait(lambda: not any(cache._kept for cache in own))
        assert copies_in_memory(mine) == 0


def ttl_caches() -> list[TtlCache]:
    return [one for one in gc.get_referrers(TtlCache) if type(one) is TtlCache]


def copies_in_memory(mine: str) -> int:
    gc.collect()
    found = (one for one in gc.get_referrers(UserData) if type(one) is UserData)
    return sum(one.token == mine for one in found)


class TestTraces:
    def test_requests_with_user_data_log_none_of_it(
        self, client: FlaskClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        mine = token()
        with caplog.at_level(logging.DEBUG):
            for sent in (part(), part(target="nosuch"), part(FILE[:40]), part(b"x")):
                ask(client, "train", request(mine, sent))
            for sent in (part(), part(FILE + b'"')):
                ask(client, "own", sent)
            looked_at(client, request(mine))
        check_silent(caplog, mine)

    def test_error_that_quotes_user_data_is_logged_without_it(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(chosen: Settings, plane: PlaneChoice) -> dict:
            assert chosen.user_data
            said = f"{chosen.user_data.table} {SECRETS} {chosen.user_data.token}"
            raise ValueError(said) from KeyError(SECRETS[1])

        mine = token()
        with caplog.at_level(logging.DEBUG):
            result = answer(request(mine, part()), fail, TtlCache(8))
        assert result == {"ticket": 5, "error": FAILED, "field": None}
        assert "ValueError" in caplog.text and "test_user_data_privacy.py" in caplog.text
        check_silent(caplog, mine)

    def test_error_while_reading_a_file_is_logged_without_its_content(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(content: bytes) -> Table:
            raise ValueError(content.decode())

        monkeypatch.setattr("callbacks.user_data.read_table", fail)
        with caplog.at_level(logging.DEBUG):
            result = table_answer(part() | {"ticket": 2})
        assert result["ticket"] == 2 and result["error"].endswith(".")
        check_silent(caplog, "no token")

    def test_settings_are_printed_and_linked_without_user_data(self) -> None:
        user_data = choose(read_table(FILE), token(), standardize=True)
        chosen = Settings(dataset="own", user_data=user_data, seed=3)
        for text in (repr(chosen), str(chosen), repr(user_data), repr(Settings.choices(chosen))):
            assert not any(one in text for one in ("31.4159", "98765", user_data.token)), text
        assert set(query(chosen).split("&")) == {"v=1", "dataset=own", "seed=3"}

    def test_user_data_are_never_written_to_a_disk(
        self, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine, written = token(), []

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
        # Some servers write a body of this length to a file.
        long = b"secretcolumn,y\n" + b"1,2.%s\n" % (b"0" * 999) * 900 + b"3,4\n2,1\n"
        for sent in (part(), part(long)):
            ask(client, "own", sent)
            assert "payload" in ask(client, "train", request(mine, sent))
            looked_at(client, request(mine))
        assert written == [] and list(tmp_path.rglob("*")) == []


def check_silent(caplog: pytest.LogCaptureFixture, mine: str) -> None:
    logged = caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
    for one in (*SECRETS, "secretfile", mine, base64.b64encode(FILE).decode()[:20]):
        assert one not in logged, one

"""The class's link, and the files to take away."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import unquote

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import lan_address
from app.exports.script import notebook, script
from app.settings import Settings
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks import sharing
from callbacks.answers import answer
from callbacks.sharing import class_address, exported, frames_note, script_part, share_answer
from tests.oracles import experiment
from tests.test_settings import json_values

NETWORK = Settings(dataset="parabola", hidden_units=3, epochs=40, validation_fraction=0.2)
SHARED = ("dataset", "hidden_units", "epochs", "validation_fraction")
OVERFLOW = Settings(learning_rate=1, epochs=400)


@pytest.fixture(scope="module")
def experiment_cache() -> ExperimentCache:
    return ExperimentCache()


def test_the_link_is_what_was_asked_for_and_the_code_a_picture() -> None:
    result = share_answer(
        {"ticket": 4, "query": "seed=3&epoch=7"}, "http://lab.example:8050/", None
    )
    assert result["ticket"] == 4 and result["note"] == ""
    assert result["link"] == "http://lab.example:8050/?seed=3&epoch=7"
    assert unquote(result["qr"]).startswith("data:image/svg+xml")


def test_another_link_has_another_code() -> None:
    codes = {
        share_answer({"query": query}, "http://lab.example/", None)["qr"]
        for query in ("", "seed=1", "seed=2")
    }
    assert len(codes) == 3


@pytest.mark.parametrize("host", ["http://127.0.0.1:8050/", "http://localhost:8050/"])
def test_on_a_loopback_page_the_link_names_the_machine(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "own_address", lambda: "10.1.2.3")
    assert class_address(host, "0.0.0.0") == ("http://10.1.2.3:8050/", "")
    assert class_address(host, "127.0.0.1") == (host, sharing.ONLY_HERE)
    assert class_address(host, None) == (host, sharing.NOT_KNOWN)


def test_without_a_network_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "own_address", lambda: None)
    link, note = class_address("http://localhost:8050/", "0.0.0.0")
    assert link == "http://localhost:8050/" and note


def test_the_machines_own_address_is_none_of_the_loopback() -> None:
    assert lan_address.own_address() not in lan_address.LOOPBACK


@given(json_values)
def test_absurd_requests_get_a_sentence(request: object) -> None:
    result = share_answer(request, "http://lab.example/", None)
    assert "link" in result or result["error"].endswith(".")


@pytest.mark.parametrize(("letter", "most"), [("a", 1500), ("é", 750), ("😀", 375)])
def test_the_longest_link_fits_and_a_longer_one_is_refused(letter: str, most: int) -> None:
    host = f"http://{'a' * 255}/"
    assert share_answer({"query": letter * most}, host, None)["qr"]
    assert "error" in share_answer({"query": letter * (most + 1)}, host, None)


@hypothesis.settings(deadline=None)
@given(st.text(max_size=200))
def test_any_query_fits_into_a_code(query: str) -> None:
    assert share_answer({"query": query}, "http://lab.example/", None)["qr"]


def test_the_script_to_copy_is_the_one_to_download(experiment_cache: ExperimentCache) -> None:
    request = {"settings": {name: getattr(NETWORK, name) for name in SHARED}}
    text = exported(experiment_cache, {"kind": "script"}, NETWORK)["content"]
    assert script_part(request, TtlCache(1)) == {"script": text}


@given(json_values)
def test_what_cannot_be_trained_has_no_script(request: object) -> None:
    part = script_part(request, TtlCache(1))
    assert part == {"script": ""} or request["settings"] == {}  # type: ignore[index]


def test_the_frame_says_which_pages_may_show_it() -> None:
    assert "DESCENT_LAB_FRAME_ANCESTORS" in frames_note(())
    assert "https://course.example.org" in frames_note(["https://course.example.org"])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_runs_csv_reads_back_as_the_run(experiment_cache: ExperimentCache) -> None:
    text = exported(experiment_cache, {"kind": "run"}, NETWORK)["content"]
    found, (_, detail) = rows(text), experiment_cache.inspect(NETWORK)
    assert [int(row["epoch"]) for row in found] == list(range(41))
    losses = np.array([row["train_loss"] for row in found]).astype("float32")
    assert np.array_equal(losses, detail.train_loss)
    held = np.array([row["validation_loss"] for row in found]).astype("float32")
    assert np.array_equal(held, detail.validation_loss)
    params = np.array([list(row.values())[3:] for row in found]).astype("float32")
    assert np.array_equal(params, detail.params)
    assert list(found[0])[3:] == ["w1", "w2", "w3", "b1", "b2", "b3", "v1", "v2", "v3", "c"]


def test_a_sweeps_csv_has_every_rate_and_no_number_after_an_overflow(
    experiment_cache: ExperimentCache,
) -> None:
    text = exported(experiment_cache, {"kind": "sweep"}, OVERFLOW)["content"]
    found, sweep = rows(text), experiment(OVERFLOW).sweep
    assert len(found) == sweep.train_loss.size
    last = found[-1]
    assert (float(last["learning_rate"]), last["verdict"]) == (1.0, "overflow")
    assert last["train_loss"] == ""
    finite = np.isfinite(sweep.train_loss).ravel()
    read = np.array([row["train_loss"] for row in found])[finite].astype("float32")
    assert np.array_equal(read, sweep.train_loss.ravel()[finite])


def test_script_and_notebook_are_those_of_these_settings(experiment_cache: ExperimentCache) -> None:
    made = {
        kind: exported(experiment_cache, {"kind": kind}, NETWORK) for kind in ("script", "notebook")
    }
    assert made["script"]["content"] == script(NETWORK)
    assert json.loads(made["notebook"]["content"]) == json.loads(notebook(NETWORK))
    assert {file["filename"] for file in made.values()} == {"descent.py", "descent.ipynb"}


@pytest.mark.parametrize("kind", [None, "page", 3, ["run"], {}])
def test_an_unknown_file_is_a_sentence(experiment_cache: ExperimentCache, kind: object) -> None:
    request = {"ticket": 1, "kind": kind, "settings": {}}
    result = answer(
        request, lambda settings, _: exported(experiment_cache, request, settings), TtlCache(8)
    )
    assert result["error"] == "There is no file of this kind."

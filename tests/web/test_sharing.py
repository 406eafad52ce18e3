"""The link to share with a class, and the files to download."""

import csv
import io
import json
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import given

from app.domain.errors import UserError
from app.domain.settings import Settings
from app.exports.script import notebook, script
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks import sharing
from callbacks.answers import answer
from callbacks.requests import fields_of
from callbacks.sharing import (
    class_address,
    exported,
    link_part,
    script_part,
    share_answer,
)
from tests.oracles import experiment
from tests.unit.test_settings import json_values

NETWORK = Settings(dataset="parabola", hidden_units=3, epochs=40, validation_fraction=0.2)
SHARED = ("dataset", "hidden_units", "epochs", "validation_fraction")
OVERFLOW = Settings(learning_rate=1, epochs=400)


@pytest.fixture(scope="module")
def experiment_cache() -> ExperimentCache:
    return ExperimentCache()


def test_the_link_has_the_query_and_the_qr_code_is_its_picture() -> None:
    parts = [link_part(query, "http://lab.example/", None) for query in ("", "seed=1&epoch=7")]
    assert parts[1]["link"] == "http://lab.example/?seed=1&epoch=7" and parts[1]["note"] == ""
    assert unquote(parts[1]["qr"]).startswith("data:image/svg+xml")
    assert parts[0]["qr"] != parts[1]["qr"]


@pytest.mark.parametrize("host", ["http://127.0.0.1:8050/", "http://localhost:8050/"])
def test_a_link_from_a_loopback_page_has_the_network_address_if_the_server_listens_there(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "own_address", lambda: "10.1.2.3")
    assert class_address(host, "0.0.0.0") == ("http://10.1.2.3:8050/", "")
    assert class_address(host, "127.0.0.1") == (host, sharing.ONLY_HERE)
    assert class_address(host, None) == (host, sharing.NOT_KNOWN)
    # Without a network.
    monkeypatch.setattr(sharing, "own_address", lambda: None)
    link, note = class_address(host, "0.0.0.0")
    assert link == host and note


@given(json_values)
def test_an_absurd_share_request_gets_a_link_or_a_sentence(request: object) -> None:
    result = share_answer(request, "http://lab.example/", None, TtlCache(1), (), ExperimentCache())
    assert "link" in result or result["error"].endswith(".")


@pytest.mark.parametrize(("letter", "most"), [("a", 1500), ("é", 750), ("😀", 375)])
def test_the_longest_link_fits_in_a_qr_code_and_a_longer_one_does_not(
    letter: str, most: int
) -> None:
    host = f"http://{'a' * 255}/"
    assert link_part(letter * most, host, None)["qr"]
    with pytest.raises(UserError, match="at most 1500 bytes"):
        link_part(letter * (most + 1), host, None)


def test_the_script_to_copy_is_the_downloaded_one() -> None:
    request = {"settings": {name: getattr(NETWORK, name) for name in SHARED}}
    assert script_part(request, TtlCache(1), ExperimentCache()) == {"script": script(NETWORK)}


@given(json_values)
def test_settings_that_cannot_be_trained_have_no_script(request: object) -> None:
    part = script_part(fields_of(request), TtlCache(1), ExperimentCache())
    assert part == {"script": ""} or request["settings"] == {}  # type: ignore[index]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_of_a_run_reads_back_as_the_same_numbers(experiment_cache: ExperimentCache) -> None:
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


def test_the_csv_of_a_sweep_has_every_rate_and_empty_cells_after_an_overflow(
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


def test_exported_script_and_notebook_are_made_from_the_settings(
    experiment_cache: ExperimentCache,
) -> None:
    kinds = ("script", "notebook")
    made, book = (exported(experiment_cache, {"kind": kind}, NETWORK) for kind in kinds)
    assert (made["filename"], book["filename"]) == ("descent.py", "descent.ipynb")
    assert made["content"] == script(NETWORK)
    assert json.loads(book["content"]) == json.loads(notebook(NETWORK))


@pytest.mark.parametrize("kind", [None, "page", 3, ["run"], {}])
def test_an_unknown_kind_of_file_is_refused_with_a_sentence(
    experiment_cache: ExperimentCache, kind: object
) -> None:
    request = {"ticket": 1, "kind": kind, "settings": {}}
    result = answer(
        request, lambda settings, _: exported(experiment_cache, request, settings), TtlCache(8)
    )
    assert result["error"] == "There is no file of this kind."

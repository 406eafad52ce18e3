"""Texts are sent compressed, and are compressed once."""

from __future__ import annotations

import gzip
from pathlib import Path
from threading import Barrier, Thread

import brotli
import flask
import pytest
from flask.testing import FlaskClient

from app import pack_files, packing
from app.pack_files import BEST, paths_of, texts_of
from app.packing import zstd
from app.server import ASSETS, create_app

PATH = "/assets/40-views.js"
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}
# Quick stand-ins for what takes best: which form it is, and of what.
MARKS = {name: lambda text, name=name: name.encode() + b" of " + text[:20] for name in BEST}
CONSTANT = ("/_dash-layout", "/_dash-dependencies")


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where nothing has been packed beforehand, whatever stands beside the app."""
    found = tmp_path_factory.mktemp("packed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "FOLDER", found)
        yield found


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


def get(client: FlaskClient, path: str, accepted: str) -> tuple[bytes, dict[str, str]]:
    with client.get(path, headers={"Accept-Encoding": accepted}) as response:
        assert response.status_code == 200
        return response.data, dict(response.headers)


@pytest.mark.parametrize("encoding", UNPACK)
def test_a_file_is_what_it_is_and_smaller(client: FlaskClient, encoding: str) -> None:
    data, headers = get(client, PATH, encoding)
    plain = (ASSETS / "40-views.js").read_bytes()
    assert headers["Content-Encoding"] == encoding and headers["Vary"] == "Accept-Encoding"
    assert UNPACK[encoding](data) == plain and len(data) < len(plain) / 2
    assert int(headers["Content-Length"]) == len(data)


def test_who_takes_nothing_packed_gets_it_plain(client: FlaskClient) -> None:
    data, headers = get(client, PATH, "identity")
    assert data == (ASSETS / "40-views.js").read_bytes() and "Content-Encoding" not in headers


def test_it_is_packed_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = get(client, "/assets/30-overlay.js", "gzip")
    monkeypatch.setattr(packing, "PACKERS", dict.fromkeys(packing.PACKERS))
    assert get(client, "/assets/30-overlay.js?m=other", "gzip")[0] == first


def test_dashs_own_files_and_answers_are_packed_too(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    suite = next(part for part in page.split('"') if part.startswith("/_dash-component-suites"))
    for path in (suite, "/_dash-layout"):
        data, headers = get(client, path, "br")
        assert brotli.decompress(data) and headers["Content-Encoding"] == "br"


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, *", "zstd"),
    ],
)
def test_a_client_gets_what_it_likes_best(client: FlaskClient, accepted: str, sent: str) -> None:
    assert get(client, PATH, accepted)[1].get("Content-Encoding") == sent


@pytest.mark.parametrize("path", CONSTANT)
def test_what_is_constant_is_as_dash_writes_it_and_never_kept(
    client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks, by whatever name: nothing of a request stands in it."""
    app = create_app()
    first = get(client, path, "identity")
    with monkeypatch.context() as patch:
        patch.setattr(packing, "PACKERS", {"gzip": None})
        again = client.get(
            path, base_url="http://other.example", headers={"Accept-Encoding": "gzip"}
        )
    assert gzip.decompress(again.data) == first[0]
    assert first[1]["Cache-Control"] == again.headers["Cache-Control"] == "no-store"
    assert again.headers["X-Request-Id"] != first[1]["X-Request-Id"]
    # As it is without the wrapping.
    written = app.server.view_functions[path].__closure__
    view = next(cell.cell_contents for cell in written if callable(cell.cell_contents))
    with app.server.test_request_context(path, base_url="http://third.example"):
        assert flask.make_response(view()).get_data() == first[0]


def test_the_saved_page_and_plotly_are_packed_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [path for path in paths_of(create_app()) if "plotly-" in path or "saved-page" in path]
    first = [get(client, path, "gzip")[0] for path in paths]
    monkeypatch.setattr(packing, "PACKERS", {"gzip": None})
    assert [get(client, path, "gzip")[0] for path in paths] == first and len(first) == 2


def test_many_who_come_at_once_wait_for_one_packing(monkeypatch: pytest.MonkeyPatch) -> None:
    server, packings, gate = create_app().server, [], Barrier(6)

    def pack(text: bytes) -> bytes:
        packings.append(text)
        return gzip.compress(text)

    monkeypatch.setattr(packing, "PACKERS", {"gzip": pack})

    def ask() -> None:
        gate.wait()
        get(server.test_client(), PATH, "gzip")

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(packings) == 1


def test_what_an_image_has_packed_is_sent_and_what_has_changed_since_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The best is slow, and what it is called is not the point here.
    monkeypatch.setattr(pack_files, "BEST", {name: MARKS[name] for name in BEST})
    many = pack_files.pack_files(folder)
    assert len(list(folder.iterdir())) == many * len(BEST)
    app = create_app()
    client = app.server.test_client()
    for encoding in BEST:
        # All that the page names.
        page = client.get("/", headers={"Accept-Encoding": "identity"}).get_data(as_text=True)
        named = [part for part in page.split('"') if part.startswith("/") and ".js" in part]
        for path in [*named, "/saved-page.html"]:
            assert get(client, path, encoding)[0].startswith(encoding.encode()), path
    assert ASSETS.joinpath("40-views.js").read_bytes() in set(texts_of(app))
    for path in folder.iterdir():
        path.unlink()
    assert gzip.decompress(get(create_app().server.test_client(), PATH, "gzip")[0])

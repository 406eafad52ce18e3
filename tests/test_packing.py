"""Files are sent compressed, and are compressed once."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

from app import packing
from app.server import ASSETS, create_app

PATH = "/assets/40-views.js"
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}


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
    monkeypatch.setattr(packing, "PACKERS", {"gzip": None, "br": None})
    assert get(client, "/assets/30-overlay.js?m=other", "gzip")[0] == first


def test_dashs_own_files_and_answers_are_packed_too(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    suite = next(part for part in page.split('"') if part.startswith("/_dash-component-suites"))
    for path in (suite, "/_dash-layout"):
        data, headers = get(client, path, "br")
        assert brotli.decompress(data) and headers["Content-Encoding"] == "br"

"""Files and constant responses: their bytes, their compressed forms, and how long browsers keep
them."""

import gzip
import os
import re
from pathlib import Path

import brotli
import dash
import flask
import pytest
from dash import Dash, html
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.server import create_app
from app.web import static_files
from app.web.static_files import ASSETS, PLOTLY, compress_files, serve_files

DECOMPRESS = {"br": brotli.decompress, "gzip": gzip.decompress}
SUITES = "/_dash-component-suites"


def get(client: FlaskClient, path: str, encoding: str = "", **headers: str) -> TestResponse:
    """A response read whole, so that its file is closed."""
    sent = {"Accept-Encoding": encoding} | {n.replace("_", "-"): v for n, v in headers.items()}
    with client.get(path, headers=sent) as response:
        assert response.get_data() is not None
        return response


@pytest.fixture(scope="module")
def loaded(client: FlaskClient) -> list[str]:
    """What the page loads."""
    return re.findall(r'(?:src|href)="([^"]+)"', client.get("/").get_data(as_text=True))


@pytest.fixture
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only file of the page that `served_now` serves."""
    path = tmp_path / "assets" / "a.js"
    path.parent.mkdir()
    path.write_text("let x = 1;\n" * 100)
    monkeypatch.setattr(static_files, "_files", lambda app: [("/assets/a.js", path)])
    return path


def served_now(folder: Path, **how: bool) -> FlaskClient:
    """A server that starts now."""
    app = Dash("test", assets_folder=str(folder))
    app.layout = html.Div()
    serve_files(app, **how)
    return app.server.test_client()


def test_a_compressed_form_is_sent_to_who_accepts_it_unless_it_is_outdated(own_file: Path) -> None:
    for changed, text in enumerate(("let y = 2;\n", "let z = 3;\n"), 1):
        compress_files()
        client = served_now(own_file.parent)
        for encoding, decompress in DECOMPRESS.items():
            response = get(client, "/assets/a.js", encoding)
            assert response.headers["Content-Encoding"] == encoding
            assert response.headers["Vary"] == "Accept-Encoding"
            assert decompress(response.data) == own_file.read_bytes()
            assert len(response.data) < own_file.stat().st_size / 2
        assert get(client, "/assets/a.js", "identity").data == own_file.read_bytes()
        own_file.write_text(text * 100)
        os.utime(own_file, (changed, changed))
        assert get(served_now(own_file.parent), "/assets/a.js", "br, gzip").text == text * 100


def test_in_debug_mode_an_edited_asset_is_served_as_it_is_now(
    own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "ASSETS", own_file.parent)
    client = served_now(own_file.parent, has_assets=False)
    for text in ("1", "another"):
        own_file.write_text(text)
        assert get(client, "/assets/a.js").text == text


def test_the_server_starts_in_debug_mode_and_has_plotly_there_too() -> None:
    client = create_app(debug=True).server.test_client()
    [path] = re.findall(r'src="(/plotly-[^"]+)"', get(client, "/").text)
    assert get(client, path).data == PLOTLY.read_bytes()


def test_plotlys_script_is_the_one_of_the_assets(client: FlaskClient, loaded: list[str]) -> None:
    [path] = [one for one in loaded if "plotly-" in one]
    response = get(client, path)
    assert response.data == PLOTLY.read_bytes()
    assert response.headers["Content-Type"].startswith("text/javascript")


def test_the_parts_that_dashs_bundles_load_later_are_files_too(
    client: FlaskClient, loaded: list[str]
) -> None:
    [bundle] = [path for path in loaded if "dash_core_components.v" in path]
    build = re.search(r'splice\(1,0,"(\w+)"\)', get(client, bundle).text)[1]
    response = get(client, f"{SUITES}/dash/dcc/async-mathjax.{build}.js")
    assert response.data == (Path(dash.__file__).parent / "dcc" / "async-mathjax.js").read_bytes()
    assert "immutable" in response.headers["Cache-Control"]


def test_files_are_only_read_and_by_this_site_only(client: FlaskClient) -> None:
    headers = get(client, "/assets/lab/main.mjs", Origin="https://evil.example").headers
    assert "Access-Control-Allow-Origin" not in headers
    response = client.post("/assets/lab/main.mjs", data=b"x")
    assert (response.status_code, response.data) == (405, b"")
    assert response.headers["Allow"] == "GET, HEAD"


class TestCaching:
    def test_a_file_is_kept_for_good_with_its_version_in_the_path_else_for_a_minute(
        self, client: FlaskClient, loaded: list[str]
    ) -> None:
        modules = [path for path in loaded if re.search(r"/lab/\w+/", path)]
        assert len(modules) == len(list(ASSETS.rglob("lab/*/*.mjs")))
        versioned = [path for path in loaded if path.startswith((SUITES, "/plotly-"))] + modules
        for path in versioned:
            kept = get(client, path).headers["Cache-Control"]
            assert "immutable" in kept, path
            assert int(re.search(r"max-age=(\d+)", kept)[1]) >= 365 * 24 * 3600
        others = set(loaded) - set(versioned)
        assert len(others) >= len(list(ASSETS.glob("*.css")))
        for path in others:
            assert get(client, path).headers["Cache-Control"] == "max-age=60, public", path

    @pytest.mark.parametrize(("own", "other"), [(r"\.v\d+_", ".v9_"), (r"\.v[\d_]+m\d+", ".v1m1")])
    def test_a_file_asked_for_as_another_version_is_not_kept(
        self, client: FlaskClient, loaded: list[str], own: str, other: str
    ) -> None:
        """A new page may ask an old server during a deployment."""
        paths = [path for path in loaded if re.search(own, path)]
        assert len(paths) > 3
        for path in paths:
            response = get(client, re.sub(own, other, path))
            assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies", "/saved-page.html"])
def test_a_constant_response_is_made_and_compressed_once_and_the_same_for_everyone(
    app: Dash, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = get(client, path)
    views = {"/_dash-layout": app.serve_layout, "/_dash-dependencies": app.dependencies}
    if path in views:
        with app.server.test_request_context(path, base_url="http://third.example"):
            assert flask.make_response(views[path]()).data == plain.data
    first = {encoding: get(client, path, encoding) for encoding in DECOMPRESS}
    monkeypatch.setattr("flask_compress.flask_compress._compress_data", None)
    monkeypatch.setattr(static_files, "saved_page", None)
    for encoding, decompress in DECOMPRESS.items():
        again = get(client, path, encoding, Host="other.example")
        assert decompress(again.data) == plain.data == decompress(first[encoding].data)
        # Each request still has its own id.
        assert first[encoding].headers["X-Request-Id"] != again.headers["X-Request-Id"]

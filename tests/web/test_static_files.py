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
from plotly.offline import get_plotlyjs
from werkzeug.test import TestResponse

from app.web import static_files
from app.web.static_files import ASSETS, compress_files, serve_files

DECOMPRESS = {"br": brotli.decompress, "gzip": gzip.decompress}
CONSTANT = ["/_dash-layout", "/_dash-dependencies", "/saved-page.html"]
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


class TestCompressedFiles:
    @pytest.fixture
    def file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The only file of the page."""
        path = tmp_path / "a.js"
        path.write_text("let x = 1;\n" * 100)
        monkeypatch.setattr(static_files, "_files", lambda app: [("/a.js", path)])
        return path

    @staticmethod
    def client() -> FlaskClient:
        """A server that starts now."""
        app = Dash("test")
        app.layout = html.Div()
        serve_files(app)
        return app.server.test_client()

    @pytest.mark.parametrize("encoding", DECOMPRESS)
    def test_a_browser_gets_the_compressed_form_that_it_accepts(
        self, file: Path, encoding: str
    ) -> None:
        compress_files()
        response = get(self.client(), "/a.js", encoding)
        assert response.headers["Content-Encoding"] == encoding
        assert response.headers["Vary"] == "Accept-Encoding"
        assert DECOMPRESS[encoding](response.data) == file.read_bytes()
        assert len(response.data) < file.stat().st_size / 2

    def test_a_client_that_accepts_no_encoding_gets_the_file_as_it_is(self, file: Path) -> None:
        compress_files()
        response = get(self.client(), "/a.js", "identity")
        assert "Content-Encoding" not in response.headers
        assert response.data == file.read_bytes()

    def test_an_outdated_compressed_form_is_ignored_and_then_renewed(self, file: Path) -> None:
        compress_files()
        file.write_text("let y = 2;\n" * 100)
        os.utime(file, (0, file.stat().st_mtime + 2))
        assert get(self.client(), "/a.js", "br, gzip").data == file.read_bytes()
        compress_files()
        response = get(self.client(), "/a.js", "br, gzip")
        assert brotli.decompress(response.data) == file.read_bytes()

    def test_a_browser_that_has_the_file_is_not_sent_it_again(self, file: Path) -> None:
        client = self.client()
        etag = get(client, "/a.js").headers["ETag"]
        again = get(client, "/a.js", If_None_Match=etag)
        assert (again.status_code, again.data) == (304, b"")
        assert get(client, "/a.js", If_None_Match='"another"').status_code == 200


def test_in_debug_mode_an_edited_asset_is_served_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "ASSETS", tmp_path)
    asset = tmp_path / "a.js"
    asset.write_text("1")
    app = Dash("test", assets_folder=str(tmp_path))
    app.layout = html.Div()
    serve_files(app, has_assets=False)
    assert get(app.server.test_client(), "/assets/a.js").text == "1"
    asset.write_text("another")
    assert get(app.server.test_client(), "/assets/a.js").text == "another"


class TestFiles:
    def test_plotlys_script_is_the_installed_one(
        self, client: FlaskClient, loaded: list[str]
    ) -> None:
        [path] = [one for one in loaded if "plotly-" in one]
        response = get(client, path)
        assert response.text == get_plotlyjs()
        assert response.headers["Content-Type"].startswith("text/javascript")

    def test_every_script_of_dash_is_served_before_flask(
        self, client: FlaskClient, loaded: list[str]
    ) -> None:
        """Flask would add a request id."""
        scripts = [path for path in loaded if path.startswith(SUITES)]
        assert len(scripts) > 5
        for path in scripts:
            assert "X-Request-Id" not in get(client, path).headers, path

    def test_so_are_the_parts_that_dashs_bundles_load_later(
        self, client: FlaskClient, loaded: list[str]
    ) -> None:
        [bundle] = [path for path in loaded if "dash_core_components.v" in path]
        build = re.search(r'splice\(1,0,"(\w+)"\)', get(client, bundle).text)[1]
        response = get(client, f"{SUITES}/dash/dcc/async-mathjax.{build}.js")
        file = Path(dash.__file__).parent / "dcc" / "async-mathjax.js"
        assert response.data == file.read_bytes()
        assert "immutable" in response.headers["Cache-Control"]

    def test_other_sites_may_not_read_files(self, client: FlaskClient) -> None:
        headers = get(client, "/assets/40-views.js", Origin="https://evil.example").headers
        assert "Access-Control-Allow-Origin" not in headers

    def test_a_file_is_only_read(self, client: FlaskClient) -> None:
        response = client.post("/assets/40-views.js", data=b"x")
        assert (response.status_code, response.data) == (405, b"")
        assert response.headers["Allow"] == "GET, HEAD"


class TestCaching:
    def test_a_file_with_its_version_in_the_path_is_kept_for_good(
        self, client: FlaskClient, loaded: list[str]
    ) -> None:
        versioned = [path for path in loaded if path.startswith((SUITES, "/plotly-"))]
        assert len(versioned) > 5
        for path in versioned:
            kept = get(client, path).headers["Cache-Control"]
            assert "immutable" in kept, path
            assert int(re.search(r"max-age=(\d+)", kept)[1]) >= 365 * 24 * 3600

    def test_any_other_file_is_kept_for_a_minute(
        self, client: FlaskClient, loaded: list[str]
    ) -> None:
        others = [path for path in loaded if not path.startswith((SUITES, "/plotly-"))]
        assert len(others) >= len(list(ASSETS.glob("*.js")))
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


class TestConstantResponses:
    @pytest.mark.parametrize("encoding", DECOMPRESS)
    @pytest.mark.parametrize("path", CONSTANT)
    def test_it_is_the_same_for_everyone(
        self, client: FlaskClient, path: str, encoding: str
    ) -> None:
        plain = get(client, path)
        first = get(client, path, encoding)
        again = get(client, path, encoding, Host="other.example")
        assert DECOMPRESS[encoding](first.data) == plain.data == DECOMPRESS[encoding](again.data)
        # Each request still has its own id.
        assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]

    @pytest.mark.parametrize("path", CONSTANT[:2])
    def test_it_is_what_dash_would_send(self, app: Dash, client: FlaskClient, path: str) -> None:
        views = {"/_dash-layout": app.serve_layout, "/_dash-dependencies": app.dependencies}
        with app.server.test_request_context(path, base_url="http://third.example"):
            assert flask.make_response(views[path]()).data == get(client, path).data

    @pytest.mark.parametrize("path", CONSTANT)
    def test_it_is_made_and_compressed_once(
        self, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = get(client, path, "gzip").data
        monkeypatch.setattr("flask_compress.flask_compress._compress_data", None)
        monkeypatch.setattr(static_files, "saved_page", None)
        assert get(client, path, "gzip").data == first

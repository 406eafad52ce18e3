"""Who may show the page, what it may load, and how long its files may be kept."""

from __future__ import annotations

import re

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import __main__ as command
from app.choices import SettingsError
from app.config import ANCESTORS, HOSTS, frame_ancestors
from app.server import create_app
from app.web.response_headers import hash_of

COURSE = "https://course.example.org"


@pytest.fixture(scope="module")
def app() -> Dash:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ANCESTORS, COURSE)
        return create_app()


@pytest.mark.parametrize(
    "text",
    [
        "",
        COURSE,
        f"{COURSE} http://localhost:8888",
        "https://*.example.org https://example.org:8443 https://learn",
        "  https://a.example\n https://b.example ",
    ],
)
def test_origins_are_taken_as_they_are(text: str) -> None:
    assert frame_ancestors(text) == tuple(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "course.example.org",
        "*",
        "'none'",
        "https://",
        "https://course.example.org/path",
        "https://a.example;script-src",
        "https://a.example,https://b.example",
        "javascript:alert(1)",
        "https://-a.example",
        "https://user@a.example",
        "https://a.example:port",
        "https://*",
    ],
)
def test_what_is_no_origin_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{ANCESTORS} must list origins .* Got .*\.$"):
        frame_ancestors(f"{COURSE} {text}")


def policy_of(client: FlaskClient) -> dict[str, list[str]]:
    text = client.get("/").headers["Content-Security-Policy"]
    return {name: sources for name, *sources in map(str.split, text.split(";"))}


class TestPolicy:
    def test_the_page_may_be_shown_by_itself_and_where_it_is_configured(
        self, client: FlaskClient
    ) -> None:
        assert policy_of(client)["frame-ancestors"] == ["'self'", COURSE]

    def test_without_a_configuration_by_itself_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(ANCESTORS, raising=False)
        client = create_app().server.test_client()
        assert policy_of(client)["frame-ancestors"] == ["'self'"]

    def test_nothing_is_loaded_from_elsewhere(self, client: FlaskClient) -> None:
        policy = policy_of(client)
        assert policy["default-src"] == ["'none'"]
        assert policy["connect-src"] == ["'self'"]
        sources = {one for name in policy if name.endswith("-src") for one in policy[name]}
        assert not any("//" in one or "*" in one for one in sources)
        assert "'unsafe-eval'" not in sources

    def test_every_inline_script_is_named_and_no_other(self, client: FlaskClient) -> None:
        page = client.get("/").get_data(as_text=True)
        inline = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.+?)</script>", page)
        assert len(inline) == 2
        assert set(policy_of(client)["script-src"]) == {"'self'", *map(hash_of, inline)}

    def test_only_pages_carry_it(self, client: FlaskClient) -> None:
        assert "Content-Security-Policy" in client.get("/saved-page.html").headers
        assert "Content-Security-Policy" not in client.get("/_dash-layout").headers


def test_a_wrong_configuration_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ANCESTORS, "somewhere")
    monkeypatch.setattr("sys.argv", ["descent-lab"])
    with pytest.raises(SystemExit, match=r"does not start.*somewhere"):
        command.main()


def test_so_do_wrong_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOSTS, "https://lab.example.org")
    monkeypatch.setattr("sys.argv", ["descent-lab"])
    with pytest.raises(SystemExit, match=r"does not start.*https://lab"):
        command.main()


class TestEveryAnswer:
    @pytest.mark.parametrize(
        "path", ["/", "/health", "/_dash-layout", "/assets/02-lab.css", "/assets/none", "/plotly"]
    )
    def test_it_is_taken_as_what_it_is_and_tells_no_address(
        self, path: str, client: FlaskClient
    ) -> None:
        with client.get(path) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert not {"Set-Cookie", "X-Powered-By"} & set(response.headers.keys())

    def test_the_page_asks_for_nothing_of_the_device(self, client: FlaskClient) -> None:
        asked = client.get("/").headers["Permissions-Policy"]
        assert "camera=()" in asked and "fullscreen" not in asked and "clipboard" not in asked

    @pytest.mark.parametrize(
        ("base", "is_sent"),
        [
            ("https://lab.example.org", True),
            ("http://localhost:8050", True),
            ("http://localhost", True),
            ("http://127.0.0.1:8050", True),
            ("http://[::1]:8050", True),
            ("http://[::1]", True),
            ("http://localhost.example.org", False),
            # There a browser would ignore it, and complain in the console.
            ("http://10.1.2.3:8050", False),
        ],
    )
    def test_windows_are_kept_apart_where_a_browser_can(
        self, base: str, is_sent: bool, client: FlaskClient
    ) -> None:
        headers = client.get("/", base_url=base).headers
        assert ("Cross-Origin-Opener-Policy" in headers) == is_sent


class TestCaching:
    @pytest.mark.parametrize(
        "path", ["/", "/any", "/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/health"]
    )
    def test_what_may_change_is_not_kept(self, path: str, client: FlaskClient) -> None:
        assert client.get(path).headers["Cache-Control"] == "no-store"

    def test_nor_is_what_is_not_there(self, client: FlaskClient) -> None:
        for path in ("/assets/none.js?m=1", "/_dash-component-suites/dash/none.v1m1.js"):
            response = client.get(path)
            assert response.status_code == 404
            assert response.headers["Cache-Control"] == "no-store"

"""Response headers: who may embed the page, what it may load, and what is never cached."""

import re

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app.config import ANCESTORS, Config
from app.domain.errors import UserError
from app.server import create_app
from app.web.response_headers import hash_of
from components import ids

COURSE = "https://course.example.org"


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{COURSE} http://localhost:8888",
        "https://*.example.org https://example.org:8443 https://learn",
        "  https://a.example\n https://b.example ",
    ],
)
def test_valid_frame_ancestors_are_accepted(text: str) -> None:
    assert Config.from_environment({ANCESTORS: text}).frame_ancestors == tuple(text.split())


@pytest.mark.parametrize(
    "text",
    [
        *("course.example.org", "*", "'none'", "javascript:alert(1)"),
        *("https://", "https://*", "https://-a.example", f"{COURSE}/path"),
        *("https://a.example;script-src", "https://a.example,https://b.example"),
        *("https://user@a.example", "https://a.example:port"),
    ],
)
def test_an_invalid_frame_ancestor_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match=rf"^{ANCESTORS} must list origins .* Got .*\.$"):
        Config.from_environment({ANCESTORS: f"{COURSE} {text}"})


def policy_of(app: Dash) -> dict[str, list[str]]:
    text = app.server.test_client().get("/").headers["Content-Security-Policy"]
    return {name: sources for name, *sources in map(str.split, text.split(";"))}


class TestPolicy:
    def test_only_the_page_itself_and_configured_origins_can_embed_it(
        self, app: Dash, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert policy_of(app)["frame-ancestors"] == ["'self'"]
        monkeypatch.setenv(ANCESTORS, COURSE)
        assert policy_of(create_app())["frame-ancestors"] == ["'self'", COURSE]

    def test_it_allows_no_other_origin(self, app: Dash) -> None:
        policy = policy_of(app)
        assert policy["default-src"] == ["'none'"]
        sources = {one for name in policy if name.endswith("-src") for one in policy[name]}
        assert not any("//" in one or "*" in one for one in sources)
        assert "'unsafe-eval'" not in sources

    def test_it_allows_exactly_the_inline_scripts_of_the_page(
        self, app: Dash, client: FlaskClient
    ) -> None:
        page = client.get("/").get_data(as_text=True)
        scripts = r"<script(?![^>]*(?:src=|application/json))[^>]*>(.+?)</script>"
        inline = re.findall(scripts, page, re.DOTALL)
        # The head's, the import map, the renderer's, and one for each client-side callback: the
        # answers, a panel and a chapter's task.
        assert len(inline) == 3 + len(ids.ANSWERS) + 2
        assert set(policy_of(app)["script-src"]) == {"'self'", *map(hash_of, inline)}


@pytest.mark.parametrize(
    "path", ["/", "/health", "/_dash-layout", "/assets/02-lab.css", "/assets/none", "/plotly"]
)
def test_every_response_has_nosniff_and_no_referrer_and_sets_no_cookie(
    path: str, client: FlaskClient
) -> None:
    with client.get(path) as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert not {"Set-Cookie", "X-Powered-By"} & set(response.headers.keys())


@pytest.mark.parametrize(
    ("base", "is_sent"),
    [
        ("https://lab.example.org", True),
        ("http://localhost:8050", True),
        ("http://127.0.0.1:8050", True),
        ("http://[::1]", True),
        ("http://localhost.example.org", False),
        # A browser would ignore it there and report an error in its console.
        ("http://10.1.2.3:8050", False),
    ],
)
def test_cross_origin_opener_policy_is_sent_to_trustworthy_origins(
    base: str, is_sent: bool, client: FlaskClient
) -> None:
    headers = client.get("/", base_url=base).headers
    assert ("Cross-Origin-Opener-Policy" in headers) == is_sent


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/any", "/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/health"),
        *("/assets/none.js?m=1", "/_dash-component-suites/dash/none.v1m1.js"),
    ],
)
def test_what_may_change_and_what_is_not_there_is_not_cached(
    path: str, client: FlaskClient
) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"

"""The page under a base path and behind proxies."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.config import BASE_PATH, PROXIES
from app.server import create_app
from app.web.static_files import ASSETS
from components import ids
from tools.crowd import body_of

FORWARDED = {
    "X-Forwarded-For": "10.9.9.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "lab.example.org",
}


def served(**environment: str) -> FlaskClient:
    with pytest.MonkeyPatch.context() as patch:
        for name, text in environment.items():
            patch.setenv(name, text)
        return create_app(listens_on="0.0.0.0").server.test_client()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return served(**{BASE_PATH: "/teaching/lab/", PROXIES: "1"})


@pytest.fixture(scope="module")
def at_root() -> FlaskClient:
    return served()


def linked(client: FlaskClient, base: str, **request: object) -> str:
    """The link in the share panel."""
    body = body_of("share", {"ticket": 1, "query": "seed=3", "settings": {}})
    response = client.post(f"{base}_dash-update-component", json=body, **request)
    assert response.status_code == 200
    return response.json["response"][ids.SHARE_ANSWER]["data"]["link"]


class TestBasePath:
    def test_everything_the_page_loads_is_under_the_base_path(self, client: FlaskClient) -> None:
        page = client.get("/teaching/lab/").get_data(as_text=True)
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(loaded) > len(list(ASSETS.glob("*.css")))
        for path in loaded:
            assert path.startswith("/teaching/lab/"), path
            with client.get(path) as response:
                assert response.status_code == 200, path
                # Flask would add a request id.
                assert "X-Request-Id" not in response.headers, path

    @pytest.mark.parametrize(
        "path", ["saved-page.html", "assets/examples/wine.csv", "_dash-layout", "health"]
    )
    def test_what_the_page_requests_later_is_under_the_base_path(
        self, client: FlaskClient, path: str
    ) -> None:
        example = next((ASSETS / "examples").glob("*.csv")).name
        with client.get(f"/teaching/lab/{path.replace('wine.csv', example)}") as response:
            assert response.status_code == 200

    def test_the_health_check_also_answers_at_the_root(self, client: FlaskClient) -> None:
        assert client.get("/health").text == "ok"

    @pytest.mark.parametrize("path", ["/", "/_dash-layout", "/teaching/", "/plotly", "/metrics"])
    def test_addresses_outside_the_base_path_are_not_found(
        self, client: FlaskClient, path: str
    ) -> None:
        response = client.get(path)
        assert (response.status_code, response.text) == (404, "This address does not exist.\n")

    def test_the_base_path_without_its_slash_redirects_to_the_page(
        self, client: FlaskClient
    ) -> None:
        response = client.get("/teaching/lab", headers=FORWARDED)
        assert response.status_code == 308
        assert response.headers["Location"] == "https://lab.example.org/teaching/lab/"

    def test_the_request_guard_works_under_the_base_path(self, client: FlaskClient) -> None:
        body = {"output": "nothing", "outputs": {}, "inputs": [], "changedPropIds": []}
        assert client.post("/teaching/lab/_dash-update-component", json=body).status_code == 404
        other = client.post("/teaching/lab/_dash-update-component", data=b"x")
        assert other.status_code == 415

    def test_a_shared_link_contains_the_base_path(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("callbacks.sharing.own_address", lambda: "10.1.2.3")
        there = "/teaching/lab/?seed=3"
        base = "/teaching/lab/"
        assert linked(client, base, base_url="http://localhost:80") == f"http://10.1.2.3{there}"
        assert linked(client, base, base_url="http://a:81") == f"http://a:81{there}"
        assert linked(client, base, headers=FORWARDED) == f"https://lab.example.org{there}"


class TestProxies:
    def test_without_configured_proxies_forwarded_headers_are_ignored(
        self, at_root: FlaskClient
    ) -> None:
        link = linked(at_root, "/", base_url="http://real.example", headers=FORWARDED)
        assert link == "http://real.example/?seed=3"

    def test_with_one_proxy_only_the_last_forwarded_value_counts(self, client: FlaskClient) -> None:
        said = {name: f"evil.example, {text}" for name, text in FORWARDED.items()}
        link = linked(client, "/teaching/lab/", headers=said)
        assert link == "https://lab.example.org/teaching/lab/?seed=3"

    def test_cross_origin_opener_policy_is_sent_behind_an_https_proxy(
        self, client: FlaskClient
    ) -> None:
        headers = client.get("/teaching/lab/", headers=FORWARDED).headers
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"

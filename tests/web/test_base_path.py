"""The page under a base path and behind proxies."""

import re

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app.config import BASE_PATH, PROXIES
from app.server import create_app
from app.web.static_files import ASSETS
from tests.callback_requests import ask, post

BASE = "/teaching/lab/"
FORWARDED = {
    "X-Forwarded-For": "10.9.9.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "lab.example.org",
}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BASE_PATH, BASE)
        patch.setenv(PROXIES, "1")
        return create_app(listens_on="0.0.0.0").server.test_client()


def linked(client: FlaskClient, base: str = BASE, **request: object) -> str:
    """The link in the share panel."""
    return ask(client, "share", {"ticket": 1, "query": "seed=3"}, base=base, **request)["link"]


def test_everything_the_page_loads_is_a_file_under_the_base_path(client: FlaskClient) -> None:
    loaded = re.findall(r'(?:src|href)="([^"]+)"', client.get(BASE).get_data(as_text=True))
    assert len(loaded) > len(list(ASSETS.glob("*.css")))
    for path in loaded:
        assert path.startswith(BASE), path
        with client.get(path) as response:
            assert response.status_code == 200, path
            # Flask would add a request id.
            assert "X-Request-Id" not in response.headers, path


def test_what_the_page_requests_later_is_under_the_base_path(client: FlaskClient) -> None:
    example = next((ASSETS / "examples").glob("*.csv")).name
    for path in ("saved-page.html", f"assets/examples/{example}", "_dash-layout", "health"):
        with client.get(f"{BASE}{path}") as response:
            assert response.status_code == 200, path


def test_outside_the_base_path_only_the_health_check_answers(client: FlaskClient) -> None:
    assert client.get("/health").text == "ok"
    for path in ("/", "/_dash-layout", "/teaching/", "/plotly", "/metrics"):
        response = client.get(path)
        assert (response.status_code, response.text) == (404, "This address does not exist.\n")


def test_the_base_path_without_its_slash_redirects_to_the_page(client: FlaskClient) -> None:
    response = client.get(BASE[:-1], headers=FORWARDED)
    assert response.status_code == 308
    assert response.headers["Location"] == f"https://lab.example.org{BASE}"


def test_the_request_guard_works_under_the_base_path(client: FlaskClient) -> None:
    body = {"output": "nothing", "outputs": {}, "inputs": [], "changedPropIds": []}
    assert post(client, body, base=BASE).status_code == 404
    assert post(client, b"x", base=BASE, content_type="text/plain").status_code == 415


def test_a_shared_link_contains_the_base_path(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.sharing.own_address", lambda: "10.1.2.3")
    assert linked(client, base_url="http://localhost:80") == f"http://10.1.2.3{BASE}?seed=3"
    assert linked(client, base_url="http://a:81") == f"http://a:81{BASE}?seed=3"


def test_only_the_last_forwarded_value_of_a_configured_proxy_counts(
    app: Dash, client: FlaskClient
) -> None:
    said = {name: f"evil.example, {text}" for name, text in FORWARDED.items()}
    assert linked(client, headers=said) == f"https://lab.example.org{BASE}?seed=3"
    without = app.server.test_client()
    link = linked(without, "/", base_url="http://real.example", headers=FORWARDED)
    assert link == "http://real.example/?seed=3"


def test_cross_origin_opener_policy_is_sent_behind_an_https_proxy(client: FlaskClient) -> None:
    headers = client.get(BASE, headers=FORWARDED).headers
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"

"""Hostile requests get polite responses, and run no callback that the page would not run."""

import base64
import copy
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.config import HOSTS
from app.server import create_app
from app.web.error_handlers import Refused
from app.web.request_guard import MAX_BODY_BYTES, MAX_DEPTH, MAX_VALUES, parse_json
from components import ids
from tests.callback_requests import REAL, anything, body_of, change, frame, post, text_of
from tools.hostile import INVALID_JSON, MALFORMED

REFUSALS = {400, 403, 404, 405, 413, 415}
SENTENCE = re.compile(r'"error": ?"((?:[^"\\]|\\.)*)"')
ERROR_NAME = re.compile(r"[A-Z]\w+(?:Error|Exception|Exit)\b")
ROOT = str(Path(__file__).parents[2])
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "FOO"]
PATHS = ["/", "/_dash-update-component", "/_dash-layout", "/_reload-hash", "/assets/02-lab.css"]
HEADERS = [
    *("Accept", "Accept-Encoding", "Content-Type", "Content-Encoding", "Cookie", "Range"),
    *("If-None-Match", "If-Modified-Since", "Forwarded", "X-Forwarded-Host"),
    *("If-Match", "If-Unmodified-Since"),
]
# A body without a declared length.
CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
# What is shared is reset by the tests themselves.
fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def dependencies(client: FlaskClient) -> list[dict[str, Any]]:
    return client.get("/_dash-dependencies").get_json()


@pytest.fixture(scope="module")
def bodies(dependencies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A request as the page sends it, for each callback that the server runs, and each value."""
    return [
        body_of(one, value)
        for one in dependencies
        if not one["clientside_function"]
        for value in REAL[one["inputs"][0]["id"]]
    ]


@pytest.fixture
def ran(app: Dash, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of running, each callback is noted here."""
    notes: list[str] = []
    for output, entry in app.callback_map.items():
        if "callback" in entry:
            note = lambda *_, output=output, **__: notes.append(output) or "{}"  # noqa: E731
            monkeypatch.setitem(entry, "callback", note)
    return notes


def check_polite(response: TestResponse, statuses: set[int] = REFUSALS) -> None:
    """The status is expected, and the text reveals nothing of the server."""
    text = text_of(response)
    assert response.status_code in statuses, (response.status_code, text[:200])
    assert ROOT not in text and "site-packages" not in text
    # The exported script contains names of errors; error sentences never do.
    said = text if response.status_code in REFUSALS else " ".join(SENTENCE.findall(text))
    assert "Traceback" not in text and not ERROR_NAME.search(said), said[:200]
    if response.status_code in REFUSALS:
        assert response.mimetype == "text/plain"
        assert len(text) < 100 and text.endswith(".\n")
        # From where the page reads it.
        assert response.headers["Server-Timing"] == f'refusal;desc="{text[:-1]}"'
        assert response.headers["Cache-Control"] == "no-store"


class TestThePagesOwnRequests:
    def test_each_gets_an_answer(self, client: FlaskClient, bodies: list[dict]) -> None:
        for body in bodies:
            response = post(client, body, headers={"Origin": "http://localhost"})
            assert response.status_code == 200 and '"error"' not in text_of(response), body

    def test_a_file_of_two_mebibytes_passes(self, client: FlaskClient, bodies: list[dict]) -> None:
        body = copy.deepcopy(next(b for b in bodies if b["inputs"][0]["id"] == ids.OWN_REQUEST))
        whole = (b"x,y\n" + b"1,2.%s\n" % (b"0" * 2_000) * 1_100)[: 2**21]
        body["inputs"][0]["value"]["content"] = base64.b64encode(whole).decode()
        response = post(client, body)
        assert response.status_code == 200 and '"rows":1046' in text_of(response)

    def test_clientside_callbacks_are_not_served(
        self, client: FlaskClient, dependencies: list[dict], ran: list[str]
    ) -> None:
        clientside = [one for one in dependencies if one["clientside_function"]]
        assert {post(client, body_of(one, {})).status_code for one in clientside} == {404}
        assert not ran


class TestMalformedRequests:
    @pytest.fixture(autouse=True)
    def nothing_runs(self, ran: list[str]) -> Iterator[None]:
        yield
        assert not ran

    @pytest.mark.parametrize("name", MALFORMED)
    def test_body_is_refused(self, name: str, client: FlaskClient, bodies: list[dict]) -> None:
        change, status = MALFORMED[name]
        for body in copy.deepcopy(bodies):
            change(body)
            check_polite(post(client, body), {status})

    @pytest.mark.parametrize("text", INVALID_JSON, ids=lambda text: repr(text[:12]))
    def test_invalid_json_is_refused(self, text: bytes, client: FlaskClient) -> None:
        check_polite(post(client, text), {400})

    @pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "x"])
    def test_other_content_type_is_refused(
        self, kind: str, client: FlaskClient, bodies: list[dict]
    ) -> None:
        check_polite(post(client, bodies[0], content_type=kind), {415})

    def test_truncated_body_is_refused(self, client: FlaskClient) -> None:
        class Broken(io.RawIOBase):
            """gunicorn's reader raises an error that Werkzeug does not know."""

            def read(self, size: int = -1) -> bytes:
                raise InvalidChunkSize(b"SECRET")

        how = CHUNKED | {"wsgi.input": Broken()}
        check_polite(post(client, b"", environ_overrides=how), {400})

    @pytest.mark.parametrize(
        "host", ["", "a b", "a" * 300, "a/b", "a:999999", "a:" + "9" * 9000, "ü", "[::", "<b>"]
    )
    def test_invalid_host_is_refused(self, host: str, client: FlaskClient) -> None:
        headers = {"Host": host.encode().decode("latin-1")}
        for path in ("/", "/_dash-layout", "/health"):
            check_polite(client.get(path, headers=headers), {400})


@pytest.mark.parametrize("how", [{}, CHUNKED], ids=["declared", "chunked"])
def test_only_a_body_above_the_limit_is_refused(
    how: dict, client: FlaskClient, bodies: list[dict], ran: list[str]
) -> None:
    padded = json.dumps(bodies[0]).encode().ljust(MAX_BODY_BYTES - 1)
    assert post(client, padded, environ_overrides=how).status_code == 200
    for more in (b"  ", b" " * 100_000):
        check_polite(post(client, padded + more, environ_overrides=how), {413})
    assert len(ran) == 1


OWN_PAGE = [
    {},
    {"Origin": "http://localhost"},
    {"Origin": "https://LOCALHOST:443", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://lab.example:8050", "Host": "lab.example:8050"},
]
OTHER_PAGE = [
    *({"Origin": f"http://{host}"} for host in ("evil.example", "localhost:8051", "a@localhost")),
    *({"Origin": text} for text in ("null", "", "http://[::", "file://localhost")),
    {"Origin": "https://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", OWN_PAGE + OTHER_PAGE)
def test_only_the_page_itself_may_ask(
    headers: dict, client: FlaskClient, bodies: list[dict], ran: list[str]
) -> None:
    is_own = headers in OWN_PAGE
    check_polite(post(client, bodies[0], headers=headers), {200 if is_own else 403})
    assert bool(ran) == is_own


class TestRandomRequests:
    @given(data=st.data())
    @fuzz
    def test_a_mutated_request_runs_a_callback_only_if_its_frame_is_unchanged(
        self, data: st.DataObject, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        ran.clear()
        original = data.draw(st.sampled_from(bodies))
        body = {"body": copy.deepcopy(original)}
        for _ in range(data.draw(st.integers(1, 3))):
            change(data, body)
        response = post(client, body.get("body"))
        check_polite(response, {200, *REFUSALS})
        is_same = frame(body.get("body")) == frame(original)
        assert ran == ([original["output"]] if is_same else [])
        assert (response.status_code == 200) == is_same

    @given(data=st.data())
    @fuzz
    def test_mutated_bytes_get_a_polite_response(
        self, data: st.DataObject, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        text = bytearray(json.dumps(data.draw(st.sampled_from(bodies))).encode())
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(text)))
            end = start + data.draw(st.integers(0, 8))
            text[start:end] = data.draw(
                st.binary(max_size=4) | st.sampled_from([b"NaN", b"9" * 999])
            )
        check_polite(post(client, bytes(text)), {200, *REFUSALS})

    @given(data=st.data())
    @fuzz
    def test_any_value_gets_a_polite_answer_of_its_callback(
        self, data: st.DataObject, client: FlaskClient, bodies: list[dict]
    ) -> None:
        body = copy.deepcopy(data.draw(st.sampled_from(bodies)))
        value = body["inputs"][0]
        if data.draw(st.booleans()):
            value["value"] = data.draw(anything)
        else:
            change(data, value, "value")
        response = post(client, body)
        check_polite(response, {200, 204, 400})
        assert len(text_of(response)) < 400_000

    @given(
        st.binary(max_size=30) | st.text(max_size=30).map(str.encode),
        st.sampled_from(["/", "/assets/", "/_dash-component-suites/dash/", "/_dash-"]),
    )
    @fuzz
    def test_any_path_gets_a_polite_response(
        self, client: FlaskClient, path: bytes, under: str
    ) -> None:
        # Decoded as a WSGI server does it.
        environ = {"PATH_INFO": under + path.decode("latin-1")}
        with client.get("/", environ_overrides=environ) as response:
            check_polite(response, {200, 404, 405})

    @given(
        st.sampled_from(METHODS),
        st.sampled_from(PATHS),
        st.dictionaries(
            st.sampled_from(HEADERS),
            st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
        ),
        st.binary(max_size=20),
    )
    @fuzz
    def test_any_method_and_headers_get_a_polite_response(
        self, client: FlaskClient, method: str, path: str, headers: dict, data: bytes
    ) -> None:
        response = client.open(path, method=method, headers=headers, data=data)
        if path.startswith("/assets/"):
            # A file's refusal has no body.
            assert response.status_code in {200, 206, 304, 405, 416}
        elif method != "HEAD":
            check_polite(response, {200, *REFUSALS})
        assert response.status_code != 405 or "Allow" in response.headers
        assert response.status_code < 500 and "Set-Cookie" not in response.headers
        response.close()


def test_json_limits_are_inclusive() -> None:
    deepest, longest = "[" * MAX_DEPTH + "]" * MAX_DEPTH, [0] * (MAX_VALUES - 1)
    assert parse_json(deepest.encode()) and parse_json(json.dumps(longest).encode()) == longest
    for text in (f"[{deepest}]", json.dumps([0, *longest])):
        with pytest.raises(Refused):
            parse_json(text.encode())


@pytest.mark.parametrize(
    "path",
    [
        *("/assets/nothing.js", "/assets/../app/server.py", "/assets/%00"),
        "/_dash-component-suites/nothing/a.js",
        "/_dash-component-suites/dash/dcc/nothing.js",
        "/_dash-component-suites/dash/../../server.py",
    ],
)
def test_unknown_file_is_not_found(path: str, client: FlaskClient) -> None:
    check_polite(client.get(path), {404})


def test_only_known_hosts_are_answered_and_may_be_the_origin(
    bodies: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOSTS, "Lab.example.org .class.example")
    named = create_app().server.test_client()
    # A container's health check asks for its loopback address.
    known = ("lab.example.org", "lab.example.org:8050", "a.class.example", "127.0.0.1:8050")
    for host in (*known, "example.org", "lab.example.org.evil.example", "10.0.0.1"):
        for path in ("/", "/health", "/_dash-layout"):
            response = named.get(path, headers={"Host": host})
            check_polite(response, {200 if host in known else 400})
    # As behind a proxy that does not pass the Host header on.
    body = next(b for b in bodies if b["inputs"][0]["id"] == ids.PANEL_REQUEST)
    for origin, status in (("https://lab.example.org", 200), ("https://evil.example", 403)):
        headers = {"Host": "localhost:8050", "Origin": origin}
        assert post(named, body, headers=headers).status_code == status

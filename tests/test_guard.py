"""Whatever is sent, the answer is polite, and no callback runs on what the page would not send."""

from __future__ import annotations

import base64
import copy
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.config import HOSTS, hosts
from app.domain.errors import UserError
from app.server import create_app
from app.strict_json import MOST_VALUES
from app.web.request_guard import MAX_BODY_BYTES
from components import ids

UPDATE = "/_dash-update-component"
REFUSALS = {400, 403, 404, 405, 413, 415}
SENTENCE = re.compile(r'"error": ?"((?:[^"\\]|\\.)*)"')
NAME_OF_ERROR = re.compile(r"[A-Z]\w+(?:Error|Exception|Exit)\b")
ROOT = str(Path(__file__).parents[1])
QUICK = {"epochs": 10, "learning_rate": 0.1}
CONTENT = base64.b64encode(b"x,y\n1,2\n2,4\n3,5\n4,9\n").decode()
# What the page's own scripts send of each kind, by the store that asks.
REAL: dict[str, list[Any]] = {
    ids.TRAIN_REQUEST: [
        {"ticket": 1, "settings": QUICK, "plane": {"kind": "anchored"}},
        {
            "ticket": 2,
            "settings": QUICK | {"dataset": "own", "data_token": "A" * 22},
            "data_upload": {
                "content": CONTENT,
                "name": "t.csv",
                "target": "y",
                "predictors": ["x"],
            },
        },
    ],
    ids.INSPECT_REQUEST: [{"ticket": 1, "settings": QUICK, "epoch": 3, "plane": None}],
    ids.MAP_REQUEST: [{"ticket": 1, "settings": QUICK}],
    ids.CHAPTER_REQUEST: [{"ticket": 1, "slug": "the-data"}],
    ids.PANEL_REQUEST: [["share"], []],
    ids.SHARE_REQUEST: [{"ticket": 1, "query": "seed=3&epoch=7"}],
    ids.EXPORT_REQUEST: [
        {"ticket": 1, "kind": kind, "settings": QUICK} for kind in ("script", "notebook", "sweep")
    ],
    ids.OWN_REQUEST: [{"ticket": 1, "content": CONTENT, "name": "t.csv"}],
}
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "FOO"]
HEADERS = [
    *("Accept", "Accept-Encoding", "Content-Type", "Content-Encoding", "Cookie", "Range"),
    *("If-None-Match", "If-Modified-Since", "Forwarded", "X-Forwarded-Host"),
]
# Such a body has no length: the server says where it ends.
CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
texts = st.text(max_size=12) | st.sampled_from(["\x00", "../..", "__proto__", "é" * 9, "data"])
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
fuzz = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
def ran(app: Dash, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Instead of running, each callback is noted here."""
    notes: list[str] = []
    for output, entry in app.callback_map.items():
        if "callback" in entry:
            note = lambda *_, output=output, **__: notes.append(output) or "{}"  # noqa: E731
            monkeypatch.setitem(entry, "callback", note)
    yield notes


def body_of(dependency: dict[str, Any], value: Any) -> dict[str, Any]:
    """What Dash's page makes of a callback and a new value of its one input."""
    output = dependency["output"]
    is_list = output.startswith("..")
    outputs = [place(name) for name in output.strip(".").split("...")]
    changed = [f"{one['id']}.{one['property']}" for one in dependency["inputs"]]
    return {
        "output": output,
        "outputs": outputs if is_list else outputs[0],
        "inputs": [one | {"value": value} for one in dependency["inputs"]],
        "changedPropIds": changed,
        "parsedChangedPropsIds": changed,
    }


def place(name: str) -> dict[str, str]:
    component, part = name.rsplit(".", 1)
    return {"id": component, "property": part}


def post(client: FlaskClient, body: Any, **how: Any) -> TestResponse:
    how.setdefault("content_type", "application/json")
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(UPDATE, data=data, **how)


def text_of(response: TestResponse) -> str:
    packed = response.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(response.data) if packed else response.data).decode(errors="replace")


def is_polite(response: TestResponse, answers: set[int] = REFUSALS) -> None:
    """A status of ours, and nothing told of the server's inside."""
    text = text_of(response)
    assert response.status_code in answers, (response.status_code, text[:200])
    assert ROOT not in text and "site-packages" not in text
    # The script to take away speaks of errors; what the page shows of one never does.
    said = text if response.status_code in REFUSALS else " ".join(SENTENCE.findall(text))
    assert "Traceback" not in text and not NAME_OF_ERROR.search(said), said[:200]
    if response.status_code in REFUSALS:
        assert response.mimetype == "text/plain"
        assert len(text) < 100 and text.endswith(".\n")
        assert response.headers["Cache-Control"] == "no-store"


class TestThePage:
    def test_its_own_requests_pass(self, client: FlaskClient, bodies: list[dict]) -> None:
        for body in bodies:
            response = post(client, body, headers={"Origin": "http://localhost"})
            assert response.status_code == 200, body
            assert '"error"' not in text_of(response), body

    def test_every_request_of_the_page_is_tried(self, dependencies: list[dict]) -> None:
        asked = {one["inputs"][0]["id"] for one in dependencies if not one["clientside_function"]}
        assert asked == set(REAL)

    def test_a_file_of_two_mebibytes_passes(self, client: FlaskClient, bodies: list[dict]) -> None:
        body = copy.deepcopy(next(b for b in bodies if b["inputs"][0]["id"] == ids.OWN_REQUEST))
        whole = b"x,y\n" + b"1.00000,2.00000\n" * 19_000
        body["inputs"][0]["value"]["content"] = base64.b64encode(whole.ljust(2**21, b"\n")).decode()
        response = post(client, body)
        assert response.status_code == 200 and '"rows":19000' in text_of(response)

    def test_what_the_browser_does_alone_cannot_be_asked_for(
        self, client: FlaskClient, dependencies: list[dict], ran: list[str]
    ) -> None:
        alone = [one for one in dependencies if one["clientside_function"]]
        assert alone
        for one in alone:
            assert post(client, body_of(one, {})).status_code == 404
        assert not ran


def without(name: str) -> Callable[[dict], object]:
    return lambda body: body.pop(name)


def with_(name: str, value: Any) -> Callable[[dict], object]:
    return lambda body: body.__setitem__(name, value)


def in_input(**parts: Any) -> Callable[[dict], object]:
    return lambda body: body["inputs"][0].update(parts)


MALFORMED: dict[str, tuple[Callable[[dict], object], int]] = {
    **{f"no {name}": (without(name), 400) for name in ("output", "outputs", "inputs")},
    "no changes": (without("changedPropIds"), 400),
    "more parts": (with_("background", True), 400),
    "unknown output": (with_("output", "nothing.data"), 404),
    "a list as output": (with_("output", ["train-answer.data"]), 404),
    "an object as output": (with_("output", {}), 404),
    "other outputs": (with_("outputs", {"id": "facts", "property": "children"}), 400),
    "no such outputs": (with_("outputs", None), 400),
    "thousands of outputs": (with_("outputs", [{"id": "a", "property": "b"}] * 300), 400),
    "no inputs": (with_("inputs", []), 400),
    "inputs twice": (lambda body: body["inputs"].append(body["inputs"][0]), 400),
    "a list as input": (lambda body: body.update(inputs=[body["inputs"]]), 400),
    "a number as input": (with_("inputs", [5]), 400),
    "an object as inputs": (lambda body: body.update(inputs=body["inputs"][0]), 400),
    "another id": (in_input(id="train-answer"), 400),
    "an object as id": (in_input(id={"type": "a", "index": 1}), 400),
    "another property": (in_input(property="children"), 400),
    "more of an input": (in_input(persisted=True), 400),
    "an input without id": (lambda body: body["inputs"][0].pop("id"), 400),
    "a state": (with_("state", [{"id": "facts", "property": "children"}]), 400),
    "an object as state": (with_("state", {}), 400),
    "no change": (with_("changedPropIds", []), 400),
    "another change": (with_("changedPropIds", ["facts.children"]), 400),
    "a number as change": (with_("changedPropIds", [1]), 400),
    "an object as changes": (with_("changedPropIds", {"a.b": 1}), 400),
    "a text as changes": (with_("changedPropIds", "train-request.data"), 400),
    "changes twice": (lambda body: body["changedPropIds"].append(body["changedPropIds"][0]), 400),
    "other parsed changes": (with_("parsedChangedPropsIds", [{"type": "a"}]), 400),
    "deep nesting": (in_input(value=json.loads("[" * 50 + "]" * 50)), 400),
    "thousands of values": (in_input(value=list(range(MOST_VALUES))), 400),
    "NaN": (in_input(value=float("nan")), 400),
    "infinity": (in_input(value={"ticket": -float("inf")}), 400),
    "a long number": (in_input(value=10**4000), 400),
    "half a letter": (in_input(value={"ticket": 1, "query": "\ud800"}), 400),
    "half a letter as name": (in_input(value={"\udfff": 1}), 400),
}

NO_JSON = [
    *(b"", b"{", b"null", b"[]", b"5", b'"a"', b"{}", b"\xff", b"\x00", b"nan", b"{'a':1}"),
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" + b"1," * 100_000 + b"1]",
    b'{"output":' + b"9" * 100_000 + b"}",
    b'{"output":1e999}',
    b'{"output":' + b"0." + b"1" * 100_000 + b"}",
    b'{"output":"' + b"\\\\" * 500_000,
    b'"' * 1_000_000,
    '{"output":"ü"}'.encode("utf-16"),
    b'\xef\xbb\xbf{"output":1}',
]


class TestMalformed:
    @pytest.mark.parametrize("name", MALFORMED)
    def test_it_is_refused_before_any_callback(
        self, name: str, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        change, status = MALFORMED[name]
        for body in copy.deepcopy(bodies):
            change(body)
            response = post(client, body)
            assert response.status_code == status
            is_polite(response)
        assert not ran

    @pytest.mark.parametrize(
        "text",
        NO_JSON,
        ids=lambda text: repr(text[:12]),
    )
    def test_what_is_no_json_is_refused(
        self, text: bytes, client: FlaskClient, ran: list[str]
    ) -> None:
        response = post(client, text)
        assert response.status_code == 400
        is_polite(response)
        assert not ran

    @pytest.mark.parametrize(
        "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
    )
    def test_another_type_is_refused(
        self, kind: str, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        response = post(client, bodies[0], content_type=kind)
        assert response.status_code == 415
        is_polite(response)
        assert not ran

    @pytest.mark.parametrize("how", [{}, CHUNKED], ids=["announced", "in chunks"])
    def test_a_body_above_the_limit_is_refused(
        self, how: dict, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        padded = json.dumps(bodies[0]).encode().ljust(MAX_BODY_BYTES - 1)
        assert post(client, padded, environ_overrides=how).status_code == 200
        assert len(ran) == 1
        for more in (b"  ", b" " * 100_000):
            response = post(client, padded + more, environ_overrides=how)
            assert response.status_code == 413
            is_polite(response)
        assert len(ran) == 1

    def test_a_body_that_breaks_off_is_refused(self, client: FlaskClient, ran: list[str]) -> None:
        class Broken(io.RawIOBase):
            """gunicorn's reader raises what no framework knows."""

            def read(self, size: int = -1) -> bytes:
                raise InvalidChunkSize(b"SECRET")

        how = CHUNKED | {"wsgi.input": Broken()}
        response = post(client, b"", environ_overrides=how)
        assert response.status_code == 400
        is_polite(response)
        assert not ran

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Origin": "https://localhost.evil.example"},
            {"Origin": "http://localhost:8051"},
            {"Origin": "null"},
            {"Origin": ""},
            {"Origin": "http://[::"},
            {"Origin": "file://localhost"},
            {"Origin": "http://user@localhost"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        ],
    )
    def test_another_page_is_refused(
        self, headers: dict, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        response = post(client, bodies[0], headers=headers)
        assert response.status_code == 403
        is_polite(response)
        assert not ran

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "http://localhost"},
            {"Origin": "https://LOCALHOST:443", "Sec-Fetch-Site": "same-origin"},
            {"Origin": "http://lab.example:8050", "Host": "lab.example:8050"},
        ],
    )
    def test_the_page_itself_is_not(
        self, headers: dict, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        assert post(client, bodies[0], headers=headers).status_code == 200
        assert len(ran) == 1

    @pytest.mark.parametrize(
        "host", ["", "a b", "a" * 300, "a/b", "a:999999", "a:" + "9" * 9000, "ü", "[::", "<b>"]
    )
    @pytest.mark.parametrize("path", ["/", "/_dash-layout", "/health"])
    def test_a_host_that_is_none_is_refused(
        self, host: str, path: str, client: FlaskClient
    ) -> None:
        response = client.get(path, headers={"Host": host.encode().decode("latin-1")})
        assert response.status_code == 400
        is_polite(response)


class TestAnything:
    @given(data=st.data())
    @fuzz
    def test_a_changed_request_runs_only_if_nothing_that_counts_was_changed(
        self, data: st.DataObject, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        ran.clear()
        original = data.draw(st.sampled_from(bodies))
        body = {"body": copy.deepcopy(original)}
        for _ in range(data.draw(st.integers(1, 3))):
            change(data, body)
        response = post(client, body.get("body"))
        is_polite(response, {200, *REFUSALS})
        is_same = frame(body.get("body")) == frame(original)
        assert ran == ([original["output"]] if is_same else [])
        assert (response.status_code == 200) == is_same

    @given(data=st.data())
    @fuzz
    def test_bytes_that_were_changed_on_the_way(
        self, data: st.DataObject, client: FlaskClient, bodies: list[dict], ran: list[str]
    ) -> None:
        text = bytearray(json.dumps(data.draw(st.sampled_from(bodies))).encode())
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(text)))
            end = start + data.draw(st.integers(0, 8))
            text[start:end] = data.draw(
                st.binary(max_size=4) | st.sampled_from([b"NaN", b"9" * 99])
            )
        is_polite(post(client, bytes(text)), {200, *REFUSALS})

    @given(data=st.data())
    @fuzz
    def test_any_value_gets_an_answer(
        self, data: st.DataObject, client: FlaskClient, bodies: list[dict]
    ) -> None:
        """The callbacks themselves run here, on whatever stands where their value should."""
        body = copy.deepcopy(data.draw(st.sampled_from(bodies)))
        value = body["inputs"][0]
        if data.draw(st.booleans()):
            value["value"] = data.draw(anything)
        else:
            change(data, value, "value")
        response = post(client, body)
        is_polite(response, {200, 204, 400})
        assert len(text_of(response)) < 400_000

    @given(
        st.binary(max_size=30) | st.text(max_size=30).map(str.encode),
        st.sampled_from(["/", "/assets/", "/_dash-component-suites/dash/", "/_dash-"]),
    )
    @fuzz
    def test_any_address_gets_an_answer(self, client: FlaskClient, path: bytes, under: str) -> None:
        # As a server hands it on.
        place = {"PATH_INFO": under + path.decode("latin-1")}
        with client.get("/", environ_overrides=place) as response:
            is_polite(response, {200, 404, 405})

    @given(
        st.sampled_from(METHODS),
        st.sampled_from(["/", UPDATE, "/_dash-layout", "/_reload-hash", "/assets/02-lab.css"]),
        st.dictionaries(
            st.sampled_from(HEADERS),
            st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
        ),
        st.binary(max_size=20),
    )
    @fuzz
    def test_any_method_and_header_get_an_answer(
        self, client: FlaskClient, method: str, path: str, headers: dict, data: bytes
    ) -> None:
        response = client.open(path, method=method, headers=headers, data=data)
        if path.startswith("/assets/"):
            # A file's refusal has no body.
            assert response.status_code in {200, 206, 304, 405, 416}
        elif method != "HEAD":
            is_polite(response, {200, *REFUSALS})
        assert response.status_code < 500 and "Set-Cookie" not in response.headers
        response.close()


@pytest.mark.parametrize("name", ["If-Match", "If-Unmodified-Since"])
def test_a_file_is_read_whatever_would_be_written(name: str, client: FlaskClient) -> None:
    past = "Sat, 01 Jan 2000 00:00:00 GMT"
    with client.get("/assets/02-lab.css", headers={name: past}) as response:
        assert response.status_code == 200


def change(data: st.DataObject, parent: dict, key: str = "body") -> None:
    """Changes something below parent[key], anywhere."""
    spot: Any = (parent, key)
    while True:
        holder, name = spot
        inner = holder.get(name) if isinstance(holder, dict) else holder[name]
        names = (
            list(inner)
            if isinstance(inner, dict)
            else range(len(inner or ()))
            if isinstance(inner, list)
            else []
        )
        if not names or data.draw(st.integers(0, 3)) == 0:
            break
        spot = (inner, data.draw(st.sampled_from(list(names))))
    holder, name = spot
    action = data.draw(st.sampled_from(["replace", "drop", "add"]))
    if action == "drop" and holder is not parent:
        holder.pop(name)
    elif action == "add" and isinstance(holder, dict):
        holder[data.draw(texts)] = data.draw(anything)
    elif action == "add":
        holder.append(data.draw(anything))
    else:
        holder[name] = data.draw(anything)


def frame(body: Any) -> Any:
    """A request without its values, and without what may be left out: what must be as it is."""
    try:
        whole = dict(body)
        changed = whole["changedPropIds"]
        if whole.get("state") == []:
            del whole["state"]
        if whole.get("parsedChangedPropsIds") == changed:
            del whole["parsedChangedPropsIds"]
        inputs = [{k: v for k, v in one.items() if k != "value"} for one in whole["inputs"]]
        return json.dumps(whole | {"inputs": inputs}, sort_keys=True)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


class TestAddresses:
    @pytest.mark.parametrize(
        "path",
        [
            "/_dash-component-suites/nothing/a.js",
            "/_dash-component-suites/dash/dcc/nothing.js",
            "/_dash-component-suites/dash/../../server.py",
            "/_dash-component-suites/plotly/package_data/nothing.js",
            "/assets/nothing.js",
            "/assets/../app/server.py",
            "/assets/%00",
        ],
    )
    def test_a_file_that_is_none_is_not_found(self, path: str, client: FlaskClient) -> None:
        response = client.get(path)
        assert response.status_code == 404
        is_polite(response)

    @pytest.mark.parametrize("path", ["/", "/_dash-layout", "/health", "/_reload-hash"])
    def test_what_is_only_read_takes_no_post(self, path: str, client: FlaskClient) -> None:
        response = client.post(path, data=b"x")
        assert response.status_code == 405 and "GET" in response.headers["Allow"]
        is_polite(response)

    def test_a_mistake_of_ours_is_a_sentence_too(
        self, app: Dash, client: FlaskClient, bodies: list[dict], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError(f"{ROOT} is secret")

        monkeypatch.setitem(app.callback_map[bodies[0]["output"]], "callback", fail)
        response = post(client, bodies[0])
        assert response.status_code == 500
        assert text_of(response) == "Something went wrong on the server.\n"


@pytest.fixture(scope="module")
def named() -> FlaskClient:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOSTS, "Lab.example.org .class.example")
        return create_app().server.test_client()


class TestHosts:
    @pytest.mark.parametrize(
        ("host", "status"),
        [
            ("lab.example.org", 200),
            ("lab.example.org:8050", 200),
            ("a.class.example", 200),
            # The container asks itself whether it is well.
            ("127.0.0.1:8050", 200),
            ("example.org", 400),
            ("lab.example.org.evil.example", 400),
            ("10.0.0.1", 400),
        ],
    )
    def test_only_these_are_answered(self, named: FlaskClient, host: str, status: int) -> None:
        for path in ("/", "/health", "/_dash-layout"):
            with named.get(path, headers={"Host": host}) as response:
                assert response.status_code == status
                is_polite(response, {200, 400})

    def test_a_page_under_one_of_these_may_ask_under_another(
        self, named: FlaskClient, bodies: list[dict]
    ) -> None:
        """As behind a proxy that does not hand the name on."""
        body = next(b for b in bodies if b["inputs"][0]["id"] == ids.PANEL_REQUEST)
        for origin, status in (("https://lab.example.org", 200), ("https://evil.example", 403)):
            headers = {"Host": "localhost:8050", "Origin": origin}
            assert post(named, body, headers=headers).status_code == status

    @pytest.mark.parametrize("text", ["", "a", "a.b  .c\nd-e.f", "10.0.0.1"])
    def test_names_are_taken_as_they_are(self, text: str) -> None:
        assert hosts(text) == tuple(text.split())

    @pytest.mark.parametrize("text", ["http://a", "a:80", "a/b", "*", "*.a", "a,b", "-a", "a..b"])
    def test_what_is_no_name_is_refused_with_a_sentence(self, text: str) -> None:
        with pytest.raises(UserError, match=rf"^{HOSTS} must list host names .* Got .*\.$"):
            hosts(f"good.example {text}")

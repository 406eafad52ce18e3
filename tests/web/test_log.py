"""Log lines about requests and errors, without anything that was sent."""

import json
import logging
import re
import subprocess
import sys
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app.log import JsonFormatter, TextFormatter
from components import ids
from tests.callback_requests import REAL, body_of, post, request_of, text_of

SECRET = "secretword"
LOGGERS = ("app.log", "app.web.request_log")
# request -> a function that its callback needs
NEEDED = {
    ids.TRAIN_REQUEST: "callbacks.training.experiment_payload",
    ids.INSPECT_REQUEST: "callbacks.inspection.detail_payload",
    ids.MAP_REQUEST: "callbacks.mapping.map_row",
    ids.CHAPTER_REQUEST: "callbacks.lesson.chapter_text",
    ids.PANEL_REQUEST: "callbacks.lesson.panel_section",
    ids.SHARE_REQUEST: "callbacks.sharing.segno.make",
    ids.EXPORT_REQUEST: "callbacks.sharing.script",
    ids.OWN_REQUEST: "callbacks.user_data.read_table",
}


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The log lines about requests, parsed from JSON."""
    made = [JsonFormatter().format(one) for one in caplog.records if one.name in LOGGERS]
    assert not any("\n" in one for one in made)
    return [json.loads(one) for one in made]


def check_error(response: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It is one line of the log, which has the response's id and quotes nothing."""
    (line,) = lines(caplog)
    assert line["level"] == "error" and line["request"] == response.headers["X-Request-Id"]
    assert "ValueError" in line["message"] and "test_log.py" in line["message"]
    assert SECRET not in json.dumps(line) + caplog.text + text_of(response)


def fail(*_: object, **__: object) -> None:
    raise ValueError(SECRET)


@pytest.mark.parametrize(
    ("method", "path", "status", "address"),
    [
        ("GET", "/foo", 404, "/<path:path>"),
        ("POST", "/", 405, "unknown"),
        ("GET", f"/assets/{SECRET}.js", 404, "/assets/<path:filename>"),
        ("POST", "/_dash-update-component", 415, "/_dash-update-component"),
        (SECRET.upper(), "/", 405, "unknown"),
    ],
)
def test_a_refused_request_logs_one_line_that_quotes_nothing_it_sent(
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    status: int,
    address: str,
) -> None:
    headers = {name: SECRET for name in ("User-Agent", "Referer", "X-Request-Id", "Cookie")}
    url = f"{path}?own={SECRET}"
    with client.open(url, method=method, headers=headers, data=SECRET) as response:
        assert response.status_code == status
        own_id = response.headers["X-Request-Id"]
    (line,) = lines(caplog)
    assert line["status"] == status and line["address"] == address and line["request"] == own_id
    assert line["level"] == "warning" and line["seconds"] >= 0
    whole = caplog.text + json.dumps(line) + "".join(repr(one.__dict__) for one in caplog.records)
    assert SECRET not in whole.lower()


def test_a_successful_request_logs_nothing_and_has_a_unique_id(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    found = {client.get("/health").headers["X-Request-Id"] for _ in range(20)}
    assert len(found) == 20 and all(re.fullmatch("[0-9a-f]{16}", one) for one in found)
    assert lines(caplog) == []


def test_an_unexpected_error_of_any_callback_becomes_a_sentence_and_a_log_line(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listed = client.get("/_dash-dependencies").get_json()
    callbacks = {one["inputs"][0]["id"]: one for one in listed if not one["clientside_function"]}
    assert callbacks.keys() == NEEDED.keys()
    for request, needed in NEEDED.items():
        caplog.clear()
        value = json.loads(json.dumps(REAL[request][0]))
        if "settings" in value:
            # No other test asks for these, so no answer is kept.
            value["settings"]["epochs"] = 11
        with monkeypatch.context() as patch:
            patch.setattr(needed, fail)
            response = post(client, body_of(callbacks[request], value))
        assert response.status_code == 200 and "The server could not" in text_of(response)
        sentence = f"Give this ID to the administrator: {response.headers['X-Request-Id']}."
        assert sentence in text_of(response)
        check_error(response, caplog)


def test_an_unexpected_error_outside_of_callbacks_is_answered_with_500(
    app: Dash,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.callback_map[f"{ids.TRAIN_ANSWER}.data"], "callback", fail)
    response = post(client, request_of("train", {}))
    assert response.status_code == 500
    assert response.text == "Something went wrong on the server.\n"
    check_error(response, caplog)


@pytest.mark.parametrize("form", [TextFormatter(), JsonFormatter()])
def test_the_message_of_an_exception_is_not_logged(form: logging.Formatter) -> None:
    """Other packages log exceptions, whose messages may quote a request."""
    record = logging.LogRecord("app", logging.ERROR, "x.py", 1, "%s is\nlong", ("it",), None)
    try:
        int(SECRET)
    except ValueError:
        record.exc_info = sys.exc_info()
    text = form.format(record)
    assert "ValueError" in text and "test_log.py" in text
    assert SECRET not in text.replace("int(SECRET)", "")


def test_configure_logging_twice_writes_each_line_once() -> None:
    code = "import logging; from app.log import configure_logging as c; c(); c()\n"
    code += "logging.getLogger('a').warning('said')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert json.loads(done.stderr)["message"] == "said"

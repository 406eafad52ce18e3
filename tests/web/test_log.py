"""Log lines about requests, in both formats, without anything that was sent."""

from __future__ import annotations

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
from callbacks import training
from callbacks.answers import FAILED
from components import ids
from tools.crowd import body_of

SECRET = "secretword"
LOGGERS = ("app.log", "app.web.request_log")


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The log lines about requests, parsed from JSON."""
    made = [JsonFormatter().format(one) for one in caplog.records if one.name in LOGGERS]
    assert not any("\n" in one for one in made)
    return [json.loads(one) for one in made]


def asked(client: FlaskClient, value: object) -> Any:
    return client.post(f"/_dash-update-component?{SECRET}", json=body_of("train", value))


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


def test_the_error_sentence_and_the_log_line_have_the_same_request_id(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(training, "train_payload", fail)
    response = asked(client, {"ticket": 1, "settings": {"seed": 3}})
    own_id = response.headers["X-Request-Id"]
    answer = response.json["response"][ids.TRAIN_ANSWER]["data"]
    assert answer["error"] == f"{FAILED} Give this ID to the administrator: {own_id}."
    (line,) = lines(caplog)
    assert line["level"] == "error" and line["request"] == own_id
    assert "ValueError" in line["message"] and "test_log.py" in line["message"]
    assert SECRET not in json.dumps(line) + caplog.text


def test_an_unexpected_error_answered_with_500_logs_one_line(
    app: Dash,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setitem(app.callback_map[f"{ids.TRAIN_ANSWER}.data"], "callback", fail)
    response = asked(client, {})
    assert response.status_code == 500
    (line,) = lines(caplog)
    assert line["request"] == response.headers["X-Request-Id"] and SECRET not in json.dumps(line)


def record(**more: Any) -> logging.LogRecord:
    made = logging.LogRecord("app", logging.ERROR, "x.py", 1, "%s is\nlong", ("it",), None)
    made.__dict__.update(more)
    return made


class TestFormatters:
    @pytest.mark.parametrize("form", [TextFormatter(), JsonFormatter()])
    def test_the_message_of_an_exception_is_not_logged(self, form: logging.Formatter) -> None:
        """Other packages log exceptions, whose messages may quote a request."""
        try:
            int(SECRET)
        except ValueError:
            text = form.format(record(exc_info=sys.exc_info()))
        assert (
            "ValueError" in text
            and "test_log.py" in text
            and SECRET not in text.replace("int(SECRET)", "")
        )

    def test_configure_logging_twice_writes_each_line_once(self) -> None:
        code = "import logging; from app.log import configure_logging as c; c(); c()\n"
        code += "logging.getLogger('a').warning('said')"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert json.loads(done.stderr)["message"] == "said"

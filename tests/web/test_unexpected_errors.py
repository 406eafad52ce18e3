"""An unexpected error in any callback reaches the page as a sentence, and the log with a trace."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from components import ids
from tests.web.test_guard import REAL, body_of, post, text_of

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


def fail(*_: Any, **__: Any) -> None:
    raise RuntimeError("a secret")


@pytest.fixture(scope="module")
def server_callbacks(client: FlaskClient) -> dict[str, dict[str, Any]]:
    """All callbacks that the server runs, by the request that each answers."""
    listed = client.get("/_dash-dependencies").get_json()
    return {one["inputs"][0]["id"]: one for one in listed if not one["clientside_function"]}


def test_every_callback_of_the_server_is_tested(server_callbacks: dict[str, Any]) -> None:
    assert server_callbacks.keys() == NEEDED.keys()


@pytest.mark.parametrize("request_id", NEEDED)
def test_an_unexpected_error_becomes_a_sentence_and_a_log_entry(
    request_id: str,
    server_callbacks: dict[str, dict[str, Any]],
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(NEEDED[request_id], fail)
    body = body_of(server_callbacks[request_id], REAL[request_id][0])
    with caplog.at_level(logging.ERROR):
        response = post(client, body)
    text = text_of(response)
    assert response.status_code == 200
    assert "The server could not" in text and response.headers["X-Request-Id"] in text
    assert "secret" not in text and "RuntimeError" in caplog.text

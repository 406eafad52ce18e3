"""Gives each request an id, and logs the requests that were refused."""

import logging
from time import perf_counter
from typing import Any

import flask

from app.log import CurrentRequest, current_request

log = logging.getLogger(__name__)
HEADER = "X-Request-Id"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def init_app(server: flask.Flask) -> None:
    """Sends the request's id with each response and logs a line for each one that is an error."""

    @server.before_request
    def begin() -> None:
        current_request.set(CurrentRequest())

    @server.after_request
    def end(response: flask.Response) -> flask.Response:
        request = current_request.get()
        if request:
            response.headers[HEADER] = request.id
            # An unexpected error was logged where it was caught.
            if response.status_code >= 400 and not request.has_failed:
                _log_refusal(_fields(request, response.status_code))
        return response

    @server.teardown_request
    def forget(_: BaseException | None) -> None:
        current_request.set(None)


def has_failed() -> bool:
    """Whether an unexpected error occurred during the current request."""
    request = current_request.get()
    return request is not None and request.has_failed


def _log_refusal(fields: dict[str, Any]) -> None:
    words = [fields[name] for name in ("status", "method", "address")]
    log.warning("Refused with %s: %s %s", *words, extra={"fields": fields})


def _fields(current: CurrentRequest, status: int) -> dict[str, Any]:
    """Describes the request by its route and known method, since the URL may hold personal data."""
    request = flask.request
    return {
        "request": current.id,
        "status": status,
        "method": request.method if request.method in METHODS else "other",
        "address": request.url_rule.rule if request.url_rule else "unknown",
        "seconds": round(perf_counter() - current.started, 4),
    }

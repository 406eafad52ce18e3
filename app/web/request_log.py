"""Gives each request an id, and logs the requests that were refused."""

import logging
from time import perf_counter

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
        if current := current_request.get():
            response.headers[HEADER] = current.id
            # An unexpected error was logged where it was caught.
            if response.status_code >= 400 and not current.has_failed:
                _log_refusal(current, response.status_code)
        return response

    @server.teardown_request
    def forget(_: BaseException | None) -> None:
        current_request.set(None)


def _log_refusal(current: CurrentRequest, status: int) -> None:
    """Describes the request by its route and known method, since the URL may hold personal data."""
    request = flask.request
    method = request.method if request.method in METHODS else "other"
    address = request.url_rule.rule if request.url_rule else "unknown"
    fields = {
        "request": current.id,
        "status": status,
        "method": method,
        "address": address,
        "seconds": round(perf_counter() - current.started, 4),
    }
    log.warning("Refused with %s: %s %s", status, method, address, extra={"fields": fields})

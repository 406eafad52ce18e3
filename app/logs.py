"""What is written down, and how: one line for each refused or failed request, without anything
that a person has sent. JSON, unless somebody reads along at a terminal."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from secrets import token_hex
from time import perf_counter
from types import TracebackType
from typing import Any

import flask

log = logging.getLogger(__name__)
HEADER = "X-Request-Id"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class ForPeople(logging.Formatter):
    """Time, level and message in a line, with the request's id at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The message, and by which id its request is known."""
        fields = fields_of(record)
        text = super().formatMessage(record)
        return f"{text} [{fields['request']}]" if "request" in fields else text

    def formatException(self, caught: Caught) -> str:
        """What failed and where, see `places_of`."""
        return places_of(caught[1])


class ForMachines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with time, level, logger and message, and what belongs to a request."""
        parts: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info and record.exc_info[1]:
            parts["error"] = places_of(record.exc_info[1])
        return json.dumps(parts)


def formatter() -> logging.Formatter:
    """For whom the lines are, by where they go."""
    return ForPeople() if sys.stderr.isatty() else ForMachines()


def set_form() -> None:
    """Gives the process's log its form; an application that has one already keeps it."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler])


def set_logs(server: flask.Flask) -> None:
    """Every answer says its request's id, and each that is an error leaves a line."""

    @server.before_request
    def begin() -> None:
        flask.g.started = perf_counter()

    @server.after_request
    def end(response: flask.Response) -> flask.Response:
        response.headers[HEADER] = request_id()
        # Where a failure has been described already, this would be its second line.
        if response.status_code >= 400 and not has_failed():
            fields = described(flask.request, response.status_code)
            words = "refused with %s: %s %s"
            log.warning(
                words, *(fields[name] for name in ("status", "method", "address")), extra=of(fields)
            )
        return response


def described(request: flask.Request, status: int) -> dict[str, Any]:
    """A request without a word of it: its address as the server knows it, not as it was sent."""
    return {
        "request": request_id(),
        "status": status,
        "method": request.method if request.method in METHODS else "another",
        "address": request.url_rule.rule if request.url_rule else "unknown",
        "seconds": round(perf_counter() - flask.g.get("started", perf_counter()), 4),
    }


def request_id() -> str | None:
    """By which the request that is answered now is known; None outside of one."""
    if not flask.has_request_context():
        return None
    return str(flask.g.setdefault("request_id", token_hex(8)))


def log_failure(error: Exception, request: str | None = None) -> None:
    """What failed and where; not in the error's own words, which may quote a person's data.
    `request` is the id of one that is answered elsewhere."""
    found = request or request_id()
    if flask.has_request_context():
        flask.g.is_described = True
    fields = {"request": found} if found else {}
    log.error("a request failed: %s", places_of(error), extra=of(fields))


def has_failed() -> bool:
    """Whether this request has failed by a mistake of the server."""
    return bool(flask.g.get("is_described"))


def with_id(sentence: str) -> str:
    """A sentence for a person who should tell it to somebody who can look into the log."""
    found = request_id()
    return f"{sentence} Tell whoever runs it: {found}." if found else sentence


def places_of(error: BaseException | None) -> str:
    """An error's kind and the lines of code that led to it."""
    places = "".join(traceback.format_tb(error.__traceback__ if error else None))
    return f"{type(error).__name__}\n{places}".rstrip()


def of(fields: dict[str, Any]) -> dict[str, Any]:
    """What a log record takes along."""
    return {"fields": fields}


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a log record has taken along."""
    found: dict[str, Any] = record.__dict__.get("fields", {})
    return found

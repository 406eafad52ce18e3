"""Logging as JSON lines, or plain text at a terminal. Lines never quote what a person has sent."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from time import perf_counter
from typing import Any

log = logging.getLogger(__name__)


@dataclass
class CurrentRequest:
    """The HTTP request that this thread is answering; app.web.request_log sets it."""

    id: str = field(default_factory=lambda: token_hex(8))
    started: float = field(default_factory=perf_counter)
    has_failed: bool = False


current_request: ContextVar[CurrentRequest | None] = ContextVar("current_request", default=None)


class TextFormatter(logging.Formatter):
    """For people: time, level and message, followed by the request's id."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The message, with the id of its request if it has one."""
        text = f"{self.formatTime(record)} {record.levelname} {record.message}"
        request = fields_of(record).get("request")
        return f"{text} [{request}]" if request else text

    def formatException(self, exc_info: Any) -> str:
        """The error without its message, see `traceback_of`."""
        return traceback_of(exc_info[1])


class JsonFormatter(logging.Formatter):
    """For machines: one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message, then the record's own fields."""
        parts: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info and record.exc_info[1]:
            parts["error"] = traceback_of(record.exc_info[1])
        return json.dumps(parts)


def formatter() -> logging.Formatter:
    """Plain text if stderr is a terminal, JSON otherwise."""
    return TextFormatter() if sys.stderr.isatty() else JsonFormatter()


def configure_logging() -> None:
    """Sends the process's log to stderr; does nothing if logging is already configured."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler])


def request_id() -> str | None:
    """The id of the request that this thread is answering, None outside of a request."""
    request = current_request.get()
    return request.id if request else None


def log_failure(error: BaseException, request: str | None = None) -> None:
    """Logs where an unexpected error occurred, without its message, which may quote data.

    request  the id of the request, if it is answered by another process
    """
    current = current_request.get()
    if current:
        current.has_failed = True
        request = request or current.id
    fields = {"request": request} if request else {}
    log.error("Request failed: %s", traceback_of(error), extra={"fields": fields})


def with_request_id(sentence: str) -> str:
    """An error sentence for a person, with the id that finds the failure in the log."""
    found = request_id()
    return f"{sentence} Give this ID to the administrator: {found}." if found else sentence


def traceback_of(error: BaseException | None) -> str:
    """The type of an error and its traceback, without its message."""
    frames = "".join(traceback.format_tb(error.__traceback__ if error else None))
    return f"{type(error).__name__}\n{frames}".rstrip()


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The additional fields of a log record: what `extra={"fields": ...}` has passed."""
    found: dict[str, Any] = getattr(record, "fields", {})
    return found

"""gunicorn's threaded worker, which does not say by which software it serves, nor quotes a request
that is no HTTP: not to its sender, and not in the log."""

from __future__ import annotations

from typing import Any

from gunicorn import glogging, util
from gunicorn.http import errors, wsgi
from gunicorn.workers.gthread import ThreadWorker

from app.logs import formatter

OUR_MISTAKES = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)
THEIR_MISTAKES = (errors.ParseException, OSError)
TOO_LONG = {
    errors.LimitRequestLine: (414, "URI Too Long"),
    errors.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
}


class Response(wsgi.Response):  # type: ignore[misc]
    """gunicorn's, without the Server header."""

    def default_headers(self) -> list[str]:
        """Every header that gunicorn itself adds, but one."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


# The worker takes the class from its module; there is no setting for it.
wsgi.Response = Response


class Logger(glogging.Logger):  # type: ignore[misc]
    """gunicorn's own lines in the form of all others."""

    def setup(self, cfg: Any) -> None:
        """Called at the start and at SIGHUP."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter())


class Worker(ThreadWorker):  # type: ignore[misc]
    """Answers what cannot be read as HTTP with one plain sentence."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Whose mistake it was decides the status; the sentence is the same."""
        is_ours = isinstance(exc, OUR_MISTAKES) or not isinstance(exc, THEIR_MISTAKES)
        if is_ours:
            self.log.error("a connection failed: %s", type(exc).__name__)
        status, reason = (500, "Error") if is_ours else (400, "Bad Request")
        status, reason = TOO_LONG.get(type(exc), (status, reason))
        try:
            util.write_error(client, status, reason, "This is no HTTP request.")
        except OSError:
            self.log.debug("The client has gone.")

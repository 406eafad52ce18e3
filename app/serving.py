"""How `python -m app` speaks HTTP: it does not say by which software, nor what went wrong in it."""

from __future__ import annotations

from werkzeug.serving import WSGIRequestHandler


class Handler(WSGIRequestHandler):
    """Werkzeug's, without the name and version, and with one answer to what is no HTTP."""

    def send_header(self, keyword: str, value: str) -> None:
        """Every header but Server."""
        if keyword.lower() != "server":
            super().send_header(keyword, value)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What this is called for is always the client's mistake, and its words quote it."""
        super().send_error(code if code < 500 else 400, "Bad Request", "This is no HTTP request.")

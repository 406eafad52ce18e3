"""Answers without an application, for what never reached one: one plain sentence each."""

from __future__ import annotations

from app.web.response_headers import ALWAYS, NEVER


def in_plain_text(status: int, reason: str, sentence: str) -> bytes:
    """A whole answer, with the headers of all others; the connection ends with it."""
    body = f"{sentence}\n"
    headers = {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": NEVER,
        **ALWAYS,
    }
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, "", body]).encode("ascii")

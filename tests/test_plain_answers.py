"""What gunicorn itself answers to that which is no HTTP, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.web.response_headers import ALWAYS
from tests.test_headers import serve_by_gunicorn, speak


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    yield from serve_by_gunicorn()


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (b"NONSENSE\r\n\r\n", b"400 Bad Request", b"This is no HTTP request."),
        (b"GET / HTTP/1.1\r\nSECRET\r\n\r\n", b"400 Bad Request", b"This is no HTTP request."),
        (
            b"GET /" + b"a" * 5_000 + b" HTTP/1.1\r\n\r\n",
            b"414 URI Too Long",
            b"The address is too long.",
        ),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9_000 + b"\r\n\r\n",
            b"431 Request Header Fields Too Large",
            b"The headers are too long.",
        ),
    ],
    ids=["no line", "no header", "address", "headers"],
)
def test_it_is_one_plain_sentence(port: int, sent: bytes, status: bytes, sentence: bytes) -> None:
    head, _, body = speak(port, sent).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = dict(line.decode().split(": ", 1) for line in lines)
    assert first == b"HTTP/1.1 " + status
    assert body == sentence + b"\n"
    assert headers.pop("Content-Length") == str(len(body))
    assert headers == ALWAYS | {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
    }

"""Texts that do not change, compressed once for each process: a class that opens the page at once
would else have the same two megabytes compressed for each of its members. An image brings the
page's files compressed already, see pack_files.py."""

from __future__ import annotations

import gzip
import hashlib
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import brotli
import flask

from app.web.response_headers import is_file

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Packer = Callable[[bytes], bytes]


def packers(br: int, zstandard: int, zipped: int) -> dict[str, Packer]:
    """How a text is packed for each encoding, at these qualities. Of those that a client likes
    equally, the first."""
    return {
        "br": lambda text: brotli.compress(text, quality=br),
        "zstd": lambda text: zstd.compress(text, level=zstandard),
        "gzip": lambda text: gzip.compress(text, compresslevel=zipped, mtime=0),
    }


# Better still takes seconds; browsers take br and zstd over https and on this machine, gzip
# everywhere.
PACKERS = packers(6, 9, 6)
# Where pack_files.py writes: each text under its own hash, so none that has changed is found.
FOLDER = Path(__file__).parent.parent / "packed"
MIMETYPES = {"text/css", "text/javascript", "application/javascript", "text/csv", "image/svg+xml"}
# Smaller ones fit into a packet or two as they are.
SMALLEST = 500
MOST_BYTES = 24 * 2**20


def constant(view: Callable[[], flask.Response | str]) -> Callable[[], flask.Response]:
    """A view whose answer never changes: it is made once, and packed once."""
    made: list[tuple[bytes, int, list[tuple[str, str]]]] = []

    def kept() -> flask.Response:
        if not made:
            response = flask.make_response(view())
            made.append((response.get_data(), response.status_code, list(response.headers)))
        flask.g.is_constant = True
        return flask.Response(*made[0])

    return kept


def packed_text(encoding: str, text: bytes) -> bytes:
    """As it was packed for the image, or packed now."""
    try:
        return (FOLDER / name_of(encoding, text)).read_bytes()
    except OSError:
        return PACKERS[encoding](text)


def name_of(encoding: str, text: bytes) -> str:
    """Under which name a text is packed beforehand."""
    return f"{hashlib.sha256(text).hexdigest()}.{encoding}"


class PackedTexts:
    """The latest used of them, MOST_BYTES at most; each is packed once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._bytes = 0
        self._lock, self._making = Lock(), Lock()

    def packed(self, key: tuple[str, ...], response: flask.Response) -> bytes:
        """The text of an answer as the encoding in `key` has it."""
        if (there := self._found(key)) is not None:
            return there
        # One after the other: many come for the same file at the same moment.
        with self._making:
            if (there := self._found(key)) is not None:
                return there
            made = packed_text(key[0], response.get_data())
            with self._lock:
                self._kept[key] = made
                self._bytes += len(made)
                # Dash knows a file by many names, and somebody may ask for it by all of them.
                while self._bytes > MOST_BYTES:
                    self._bytes -= len(self._kept.popitem(last=False)[1])
        return made

    def _found(self, key: tuple[str, ...]) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)


def set_packing(server: flask.Flask) -> None:
    """Sends texts as they were packed the first time; to be set after Dash's own compression,
    which leaves alone what is compressed already."""
    texts = PackedTexts()

    @server.after_request
    def pack(response: flask.Response) -> flask.Response:
        request = flask.request
        encoding = _encoding(request)
        if not encoding or not _is_packed(request, response):
            return response
        response.direct_passthrough = False
        # A file that has changed has another mark.
        key = (encoding, request.path, response.headers.get("ETag", ""))
        opened = response.response
        response.set_data(texts.packed(key, response))
        getattr(opened, "close", lambda: None)()
        response.headers["Content-Encoding"] = encoding
        response.vary.add("Accept-Encoding")
        return response


def is_large_text(response: flask.Response) -> bool:
    """Whether compression makes an answer smaller by much."""
    is_large = (response.content_length or SMALLEST) >= SMALLEST
    return is_large and response.mimetype in MIMETYPES


def _encoding(request: flask.Request) -> str | None:
    """What the client likes best."""
    accepted = request.accept_encodings
    best = max(PACKERS, key=lambda name: accepted[name])
    return best if accepted[best] > 0 else None


def _is_packed(request: flask.Request, response: flask.Response) -> bool:
    """A whole text that does not change."""
    if request.method != "GET" or response.status_code != 200 or response.content_encoding:
        return False
    return flask.g.get("is_constant", False) or (is_file(request) and is_large_text(response))

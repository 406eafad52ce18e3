"""Files compressed once for each process: a class that opens the page at once would else have the
same two megabytes compressed for each of its members."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import brotli
import flask

from app.headers import is_file

# Better still takes seconds; browsers take br over https and on this machine, gzip everywhere.
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda text: brotli.compress(text, quality=6),
    "gzip": lambda text: gzip.compress(text, compresslevel=6),
}
MIMETYPES = {"text/css", "text/javascript", "application/javascript", "text/csv", "image/svg+xml"}
# Smaller ones fit into a packet or two as they are.
SMALLEST = 500
MOST_FILES = 300


def set_packing(server: flask.Flask) -> None:
    """Sends files as they were compressed the first time; to be set after Dash's own compression,
    which leaves alone what is compressed already."""
    packed: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
    lock = Lock()

    def kept(key: tuple[str, ...], response: flask.Response) -> bytes:
        with lock:
            if key in packed:
                packed.move_to_end(key)
                return packed[key]
        made = PACKERS[key[0]](response.get_data())
        with lock:
            packed[key] = made
            while len(packed) > MOST_FILES:
                packed.popitem(last=False)
        return made

    @server.after_request
    def pack(response: flask.Response) -> flask.Response:
        request = flask.request
        encoding = request.accept_encodings.best_match(PACKERS)
        if not encoding or not _is_text(request, response):
            return response
        response.direct_passthrough = False
        # A file that has changed has another mark.
        key = (encoding, request.path, response.headers.get("ETag", ""))
        opened = response.response
        response.set_data(kept(key, response))
        getattr(opened, "close", lambda: None)()
        response.headers["Content-Encoding"] = encoding
        response.vary.add("Accept-Encoding")
        return response


def _is_text(request: flask.Request, response: flask.Response) -> bool:
    """A whole file that compression makes smaller."""
    if request.method != "GET" or response.status_code != 200 or not is_file(request):
        return False
    is_large = (response.content_length or SMALLEST) >= SMALLEST
    return is_large and response.mimetype in MIMETYPES and not response.content_encoding

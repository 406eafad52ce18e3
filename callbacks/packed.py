"""Answers that many people get: made and compressed once, so that the next one costs no work.

Compressing a sweep takes longer than any other part of an answer that is at hand. An answer's large
part is therefore kept as deflate writes it, up to a byte's end; what differs from request to
request, its ticket above all, is small, comes behind it and is compressed alone.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import flask
from plotly.io.json import to_json_plotly

from app.meter import Meter
from app.trainers.single_flight import SingleFlight

MOST_BYTES = 16 * 2**20
LEVEL = 6
# Deflate without a header of its own, and the header that gzip puts before it: no name, no time.
RAW = -zlib.MAX_WBITS
GZIP_HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))
# What a callback returns in the place of what is kept.
STAND_IN = {"is_kept": True}
PLACE = to_json_plotly(STAND_IN)[1:-1].encode()


@dataclass(frozen=True)
class Packed:
    """The beginning of an answer: what stands before it in Dash's own words, and, compressed, that
    with all of the large part."""

    begin: bytes
    deflated: bytes
    checksum: int
    size: int

    @classmethod
    def of(cls, begin: bytes, part: bytes) -> Packed:
        """`part` are the members of a JSON object, without its braces."""
        text = begin + part
        deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
        deflated = deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH)
        return cls(begin, deflated, zlib.crc32(text), len(text))

    def zipped(self, end: bytes) -> bytes:
        """The whole answer as gzip."""
        deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
        rest = deflate.compress(end) + deflate.flush()
        checksum, size = zlib.crc32(end, self.checksum), self.size + len(end)
        tail = checksum.to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")
        return b"".join((GZIP_HEADER, self.deflated, rest, tail))

    def plain(self, end: bytes) -> bytes:
        """The whole answer as text."""
        return zlib.decompressobj(RAW).decompress(self.deflated) + end


class PackedAnswers:
    """The newest of them, MOST_BYTES at most; each is made once, however many ask for it at the
    same moment. Never of a person's own data."""

    def __init__(self, meter: Meter | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._meter, self._most_bytes = meter or Meter(), most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Packed] = OrderedDict()
        self._bytes = 0
        self._flights = SingleFlight()

    def payload(
        self, output: str, key: Hashable, make: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """What a callback returns as its payload, or as a part of it: a stand-in, for which the
        request's answer gets what `make` returned for this key, now or earlier.

        output  the component whose `data` the callback answers
        """
        flask.g.packed_answer = self.packed(
            (output, key), lambda: Packed.of(_begin(output), to_json_plotly(make())[1:-1].encode())
        )
        return dict(STAND_IN)

    def packed(self, key: Hashable, make: Callable[[], Packed]) -> Packed:
        """What is kept under this key, made now if nothing is. Errors of `make` are not kept."""
        return self._flights.run(key, lambda: self._found(key), lambda: self._keep(key, make()))

    def _found(self, key: Hashable) -> Packed | None:
        with self._lock:
            found = self._kept.get(key)
            if found:
                self._kept.move_to_end(key)
                self._meter.found()
            return found

    def _keep(self, key: Hashable, made: Packed) -> Packed:
        with self._lock:
            self._kept[key] = made
            self._bytes += len(made.deflated)
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._kept.popitem(last=False)[1].deflated)
        return made


def set_packed_answers(server: flask.Flask) -> None:
    """Puts what is kept into the answers that stand for it, before Dash compresses them."""

    @server.after_request
    def fill(response: flask.Response) -> flask.Response:
        packed: Packed | None = flask.g.pop("packed_answer", None)
        if packed is None:
            return response
        begin, _, end = response.get_data().partition(PLACE)
        if begin != packed.begin:
            raise ValueError("Dash has written an answer in another form.")
        response.vary.add("Accept-Encoding")
        if flask.request.accept_encodings["gzip"] > 0:
            response.set_data(packed.zipped(end))
            response.content_encoding = "gzip"
        else:
            response.set_data(packed.plain(end))
        return response


def _begin(output: str) -> bytes:
    """How Dash begins the answer of a callback to one component, up to a part of its payload."""
    return f'{{"multi":true,"response":{{"{output}":{{"data":{{"payload":{{'.encode()

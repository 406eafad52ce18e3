"""Answers that many people get, encoded and compressed once.

For a cached sweep, compression takes longer than the rest of the answer together. So the large part
of an answer is kept compressed, flushed to a byte boundary. What differs between requests (the
ticket, the selected rate) is small, follows it and is compressed on its own.
"""

import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self

import flask
from plotly.io.json import to_json_plotly

from app.meter import Meter
from app.trainers.single_flight import SingleFlight

MOST_BYTES = 16 * 2**20
LEVEL = 6
# Raw deflate, and the gzip header that precedes it, without a name or a time.
RAW = -zlib.MAX_WBITS
GZIP_HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))
# What a callback returns in place of the kept part.
STAND_IN = {"is_kept": True}
PLACE = to_json_plotly(STAND_IN)[1:-1].encode()


@dataclass(frozen=True)
class Packed:
    """The beginning of an answer: Dash's own text (`begin`), and that text together with the large
    part, compressed (`deflated`); `checksum` and `size` are those of the uncompressed text."""

    begin: bytes
    deflated: bytes
    checksum: int
    size: int

    @classmethod
    def of(cls, begin: bytes, part: bytes) -> Self:
        """`part` is the inside of a JSON object, without its braces."""
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
    """An LRU cache of packed answers, at most MOST_BYTES in all. Concurrent requests for the
    same answer build it once. Answers about a person's own data are never kept."""

    def __init__(self, meter: Meter | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._meter, self._most_bytes = meter or Meter(), most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Packed] = OrderedDict()
        self._bytes = 0
        self._flights = SingleFlight()

    def payload(
        self, output: str, key: Hashable, make: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """A stand-in for a callback to return as its payload, or as the first part of it. In the
        response it is replaced by what `make` returned for this key, now or earlier.

        output  the component whose `data` the callback answers
        """
        flask.g.packed_answer = self.packed(
            (output, key), lambda: Packed.of(_begin(output), to_json_plotly(make())[1:-1].encode())
        )
        return dict(STAND_IN)

    def packed(self, key: Hashable, make: Callable[[], Packed]) -> Packed:
        """The packed answer of this key, made now if it is not kept. Errors are raised and
        not kept."""
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
    """Replaces the stand-ins in responses, before Flask-Compress compresses them."""

    @server.after_request
    def fill(response: flask.Response) -> flask.Response:
        packed: Packed | None = flask.g.pop("packed_answer", None)
        if packed is None:
            return response
        begin, _, end = response.get_data().partition(PLACE)
        if begin != packed.begin:
            # The order of the keys in a callback's answer decides this, see `_begin`.
            raise ValueError("The stand-in is not the first thing in the answer's payload.")
        response.vary.add("Accept-Encoding")
        if flask.request.accept_encodings["gzip"] > 0:
            response.set_data(packed.zipped(end))
            response.content_encoding = "gzip"
        else:
            response.set_data(packed.plain(end))
        return response


def _begin(output: str) -> bytes:
    """Dash's response up to the stand-in, which must come first in the payload, and the payload
    first in the answer: the checksum of the kept part includes this text."""
    return f'{{"multi":true,"response":{{"{output}":{{"data":{{"payload":{{'.encode()

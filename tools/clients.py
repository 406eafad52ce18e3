"""Clients that send bytes as no browser would: malformed, slowly, or only in part."""

import itertools
import json
import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

from tools.crowd import body_of

EACH_KIND = 20


def post(body: bytes, base: str = "") -> bytes:
    """A whole callback request."""
    head = f"POST {base}/_dash-update-component HTTP/1.1\r\nHost: a\r\n"
    head += "Content-Type: application/json\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def train_request(change: Callable[[Any], object] = id, base: str = "") -> bytes:
    """The training with which the page opens, changed; its response has a few hundred kB."""
    body = body_of("train", {"ticket": 1, "settings": {}})
    change(body)
    return post(json.dumps(body).encode(), base)


def send_all(port: int, requests: list[bytes]) -> list[tuple[int, float]]:
    """The status (0 for none) and the seconds of each, four at a time."""

    def send(sent: bytes) -> tuple[int, float]:
        began, answer = time.monotonic(), b""
        with connect(port) as connection:
            # The server may answer and close before it has read everything.
            with suppress(ConnectionError):
                connection.sendall(sent)
            with suppress(ConnectionError):
                answer = connection.recv(4096)
        found = re.match(rb"HTTP/1.. (\d{3}) ", answer)
        return int(found[1]) if found else 0, time.monotonic() - began

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(send, requests))


def hang_up(port: int, count: int) -> None:
    """Sends a request line, half a body and a whole request in turn, and disconnects."""
    whole = train_request()
    parts = itertools.cycle([b"GET / HTTP/1.1\r\n", whole[:-20], whole])
    connections = [connect(port) for _ in range(count)]
    for connection in connections:
        connection.sendall(next(parts))
    for connection in connections:
        connection.close()


def hold_slowly(port: int, base: str, seconds: int) -> None:
    """Holds so many connections of each kind: silent, idle after a response, sending a byte a
    second, and reading 1 kB a second of a large response."""
    with ExitStack() as stack:
        _, idle, sending, reading = (
            [stack.enter_context(connect(port, buffer)) for _ in range(EACH_KIND)]
            for buffer in (None, None, None, 4096)
        )
        for one in idle:
            one.sendall(f"GET {base}/health HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            one.recv(4096)
        for one in sending:
            one.sendall(b"GET / HTTP/1.1\r\nX-A: ")
        for one in reading:
            one.sendall(train_request(base=base))
        for _ in range(seconds):
            time.sleep(1)
            for sends, reads in zip(sending, reading, strict=True):
                # The server may have closed them.
                with suppress(OSError):
                    sends.sendall(b"a")
                with suppress(OSError):
                    reads.recv(1024)


def connect(port: int, buffer: int | None = None) -> socket.socket:
    """A connection; a small buffer makes the other side wait for what is not read. On a loopback
    device, with its large packets, the system would take a whole response at once."""
    connection = socket.socket()
    connection.settimeout(30)
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    connection.connect(("127.0.0.1", port))
    return connection

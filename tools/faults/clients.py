"""Clients that disconnect, that are slow, or that send malformed requests."""

from __future__ import annotations

import itertools
import json
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from tools.crowd import body_of, percentile
from tools.faults.outcome import Figure, Outcome
from tools.faults.people import people, warm_up
from tools.faults.stage import Server, serving, wait
from tools.hostile import INVALID_JSON, MALFORMED, NOT_HTTP
from tools.load import tree_memory
from tools.proxy import proxied

UPDATE = "/_dash-update-component"
BASE = "/lab/"
HANG_UPS = 120
SLOW_FOR = 12.0
EACH_KIND = 20
GARBAGE = 2000


def clients_hang_up(port: int) -> Outcome:
    """A room whose wireless network fails: connections end anywhere."""
    with serving(port) as server:
        warm_up(server.address)
        use_every_thread(server)
        before = server.threads(), server.open_files()
        with people(server.address, 5, share_new=0) as seen:
            began = time.monotonic()
            hang_up(port, HANG_UPS)
            time.sleep(3)
        is_back = lambda: (server.threads(), server.open_files()) <= before  # noqa: E731
        wait(is_back, 10)
        threads, files = server.threads() - before[0], server.open_files() - before[1]
        errors = server.errors()
    return Outcome(
        f"{HANG_UPS} clients hung up",
        (
            Figure("others' requests that failed", len(seen.failed()), 0),
            Figure("others' longest wait", seen.worst(began), 3, " s"),
            Figure("threads more", threads, 0),
            Figure("open files more", files, 0),
            Figure("errors in the log", errors, 0),
        ),
    )


def clients_are_slow(port: int) -> Outcome:
    """More slow connections than there are threads, of four kinds, behind the proxy."""
    with serving(port, DESCENT_LAB_BASE_PATH=BASE) as server, proxied(port) as proxy:
        address = f"http://127.0.0.1:{proxy}{BASE.rstrip('/')}"
        warm_up(address)
        silent, kept = ([connect(proxy) for _ in range(EACH_KIND)] for _ in range(2))
        for one in kept:
            one.sendall(b"GET /lab/health HTTP/1.1\r\nHost: a\r\n\r\n")
            one.recv(4096)
        with dripping(proxy, EACH_KIND), sipping(proxy, EACH_KIND):
            time.sleep(1)
            with people(address, 5, share_new=0) as seen:
                began = time.monotonic()
                time.sleep(SLOW_FOR)
        for one in (*silent, *kept):
            one.close()
        errors = server.errors()
    return Outcome(
        f"{4 * EACH_KIND} slow connections to the proxy for {SLOW_FOR:g} s",
        (
            Figure("others' answers", len(seen.asked)),
            Figure("failed", len(seen.failed()), 0),
            Figure("longest wait", seen.worst(began), 1, " s"),
            Figure("errors in the log", errors, 0),
        ),
    )


def garbage(port: int) -> Outcome:
    """Malformed requests through real connections, several at a time."""
    with serving(port) as server:
        warm_up(server.address)
        everything = list(malformed(server.address))
        random.Random(0).shuffle(everything)
        fresh = tree_memory(server.master.pid)
        # What the largest bodies need once, a process keeps.
        send_all(port, everything * 4)
        before = tree_memory(server.master.pid)
        answers = send_all(port, list(itertools.islice(itertools.cycle(everything), GARBAGE)))
        more = tree_memory(server.master.pid) - before
        errors = server.errors()
    times = [took for _, took in answers]
    others = [status for status, _ in answers if not 400 <= status < 500]
    return Outcome(
        f"{GARBAGE} malformed requests of {len(everything)} kinds",
        (
            Figure("answered otherwise than by 4xx", len(others), 0),
            Figure("5xx", sum(status >= 500 for status in others), 0),
            Figure("median", percentile(times, 50), None, " ms"),
            Figure("p95", percentile(times, 95), 200, " ms"),
            Figure("memory that the first ones took", before - fresh, None, " MiB"),
            Figure("memory more", more, 50, " MiB"),
            Figure("errors in the log", errors, 0),
        ),
    )


def malformed(address: str) -> Iterator[bytes]:
    """Two of the page's requests with each mutation of tools/hostile.py, invalid JSON, invalid
    HTTP and unknown paths."""
    for kind in ("train", "inspect"):
        for change, _ in MALFORMED.values():
            body = body_of(kind, {"ticket": 1, "settings": {}})
            change(body)
            yield post(json.dumps(body).encode())
    for text in INVALID_JSON:
        yield post(text)
    yield from NOT_HTTP
    for path in ("/assets/%00", "/assets/../app/server.py", "/nothing", "/_dash-"):
        yield f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()


def post(body: bytes, path: str = UPDATE) -> bytes:
    """A whole callback request."""
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    more = f"Content-Length: {len(body)}\r\nConnection: close\r\n"
    return f"{head}{more}\r\n".encode() + body


def train_request(path: str = UPDATE) -> bytes:
    """The training with which the page opens; its answer has a few hundred kB."""
    return post(json.dumps(body_of("train", {"ticket": 1, "settings": {}})).encode(), path)


def send_all(port: int, requests: list[bytes]) -> list[tuple[int, float]]:
    """The status (0 for none) and the seconds of each, four at a time."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda sent: send(port, sent), requests))


def send(port: int, sent: bytes) -> tuple[int, float]:
    """The status of the answer, and how long it took."""
    began, answer = time.monotonic(), b""
    with connect(port) as connection:
        # It may answer and close before it has read everything.
        with suppress(ConnectionError):
            connection.sendall(sent)
        with suppress(ConnectionError):
            answer = connection.recv(4096)
    found = re.match(rb"HTTP/1.. (\d{3}) ", answer)
    return int(found[1]) if found else 0, time.monotonic() - began


def use_every_thread(server: Server) -> None:
    """A thread is made when it is first needed, and stays; half a body keeps one waiting."""
    connections = [connect(server.port) for _ in range(100)]
    for connection in connections:
        connection.sendall(train_request()[:-20])
    wait(lambda: server.held() == len(connections), 60)
    for connection in connections:
        connection.close()
    wait(lambda: not server.held(), 60)


def hang_up(port: int, count: int) -> None:
    """After the request line, in the middle of a body, and before reading the answer, in turn."""
    whole = train_request()
    parts = [b"GET / HTTP/1.1\r\n", whole[:-20], whole]
    connections = [connect(port) for _ in range(count)]
    for connection, sent in zip(connections, itertools.cycle(parts), strict=False):
        connection.sendall(sent)
    time.sleep(0.2)
    for connection in connections:
        connection.close()


def connect(port: int, buffer: int | None = None) -> socket.socket:
    """A connection; a small buffer makes the other side wait for what is not read. On a loopback
    device, with its large packets, the system would take a whole answer at once."""
    connection = socket.socket()
    connection.settimeout(30)
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    connection.connect(("127.0.0.1", port))
    return connection


@contextmanager
def dripping(port: int, count: int) -> Iterator[None]:
    """So many that send a request by one byte a second."""
    text = itertools.chain(b"GET / HTTP/1.1\r\nX-A: ", itertools.repeat(ord("a")))
    connections = [connect(port) for _ in range(count)]

    def drip() -> None:
        byte = bytes([next(text)])
        for one in connections:
            # The server may have lost patience.
            with suppress(OSError):
                one.sendall(byte)

    with every(1.0, drip):
        yield
    for one in connections:
        one.close()


@contextmanager
def sipping(port: int, count: int) -> Iterator[None]:
    """So many that read 1 kB a second of an answer of some hundred kB."""
    connections = [connect(port, buffer=4096) for _ in range(count)]
    for one in connections:
        one.sendall(train_request(f"{BASE}{UPDATE.removeprefix('/')}"))

    def sip() -> None:
        for one in connections:
            with suppress(OSError):
                one.recv(1024)

    with every(1.0, sip):
        yield
    for one in connections:
        one.close()


@contextmanager
def every(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Does it again and again beside what else happens."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(seconds):
            do()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()

"""Clients that are slow hold nobody else up, not even at a server with a single thread."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest

from tests.test_headers import serve_by_gunicorn, speak
from tools.faults.clients import connect

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
WITH_A_BODY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with contextmanager(serve_by_gunicorn)() as port:
        yield port


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"])
def test_who_has_not_asked_yet_takes_no_thread(port: int, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(closing(connect(port))).sendall(sent)
        assert speak(port, REQUEST).endswith(b"ok")


def test_who_does_not_hang_up_stops_nobody(port: int) -> None:
    began = time.monotonic()
    with ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(closing(connect(port)))
            connection.sendall(REQUEST)
            assert answered(connection).endswith(b"ok")
    # Two seconds for each of them, if the server waited.
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("request_", [REQUEST, WITH_A_BODY])
@pytest.mark.parametrize("size", [1, 7, 30])
def test_a_request_in_pieces_is_answered(port: int, request_: bytes, size: int) -> None:
    with closing(connect(port)) as connection:
        for start in range(0, len(request_), size):
            connection.sendall(request_[start : start + size])
        assert answered(connection).endswith(b"ok")


def test_two_requests_at_once_are_both_answered(port: int) -> None:
    first = REQUEST.replace(b"close", b"keep-alive")
    assert speak(port, first + REQUEST).count(b"HTTP/1.1 200") == 2
    assert speak(port, first + REQUEST[:-2] + b"\r\n").count(b"HTTP/1.1 200") == 2


def test_a_second_request_may_come_in_pieces(port: int) -> None:
    with closing(connect(port)) as connection:
        for _ in range(3):
            connection.sendall(REQUEST.replace(b"close", b"keep-alive")[:-9])
            connection.sendall(REQUEST.replace(b"close", b"keep-alive")[-9:])
            assert answered(connection).endswith(b"ok")


def test_connections_without_a_whole_request_are_closed(port: int) -> None:
    behind_another = REQUEST.replace(b"close", b"keep-alive") + b"GET / HT"
    long = REQUEST[:-2] + b"".join(b"X%d: %s\r\n" % (k, b"a" * 7000) for k in range(3))
    body = WITH_A_BODY[:-1]
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(connect(port))) for _ in range(4)]
        # They wait at the same time.
        for connection, sent in zip(
            connections, (b"GET / HT", behind_another, long, body), strict=True
        ):
            connection.sendall(sent)
        for connection in connections:
            connection.settimeout(40)
            # What it had not read goes with the connection.
            with suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_who_hangs_up_in_the_middle_of_a_head_is_let_go(port: int, sent: bytes) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(sent)
        time.sleep(0.2)
        connection.shutdown(socket.SHUT_WR)
        # Not after the ten seconds for which a head is waited for.
        connection.settimeout(9)
        while connection.recv(4096):
            pass


def test_what_comes_after_the_answer_does_not_take_it_away(port: int) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(REQUEST + b"x" * 200_000)
        assert answered(connection).endswith(b"ok")


def answered(connection: socket.socket) -> bytes:
    """One answer of the server, or all that came of it."""
    answer = b""
    while not answer.endswith(b"\r\n\r\nok") and (part := connection.recv(4096)):
        answer += part
    return answer

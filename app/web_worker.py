"""gunicorn's threaded worker, which does not say by which software it serves, nor quotes a request
that is no HTTP: not to its sender, and not in the log. Nor is it held up by slow clients."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import glogging, util
from gunicorn.http import errors, wsgi
from gunicorn.workers import gthread
from gunicorn.workers.gthread import ThreadWorker

from app.log import formatter
from app.plain_answers import in_plain_text

OUR_MISTAKES = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)
THEIR_MISTAKES = (errors.ParseException, OSError)
FAILED = (500, "Error", "The server has failed.")
NO_HTTP = (400, "Bad Request", "This is no HTTP request.")
TOO_LONG = {
    errors.LimitRequestLine: (414, "URI Too Long", "The address is too long."),
    errors.LimitRequestHeaders: (
        431,
        "Request Header Fields Too Large",
        "The headers are too long.",
    ),
}
# A longer head is refused by whoever reads it.
MOST_BYTES = 16384
MOST_ANSWERED = 2**20
HEAD_SECONDS, PARTING_SECONDS = 10.0, 2.0
# For a client that takes nothing of its answer.
READ_SECONDS = 30


class Response(wsgi.Response):  # type: ignore[misc]
    """gunicorn's, without the Server header."""

    def default_headers(self) -> list[str]:
        """Every header that gunicorn itself adds, but one."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


# The worker takes the class from its module; there is no setting for it.
wsgi.Response = Response

# Seconds in which a stopping process takes a request more on a connection that it has kept: what a
# proxy sends at that very moment, and not the two seconds for which it would keep them all.
gthread.STOP_KEEPALIVE_LINGER = 0.5


class Logger(glogging.Logger):  # type: ignore[misc]
    """gunicorn's own lines in the form of all others."""

    def setup(self, cfg: Any) -> None:
        """Called at the start and at SIGHUP."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter())


class Worker(ThreadWorker):  # type: ignore[misc]
    """Answers what cannot be read as HTTP with one plain sentence, and takes none of its threads
    for a client that has not asked yet, asks slowly, or has its answer and does not hang up.

    Such a connection waits in the poller, in the one thread that takes all connections.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._until: dict[Any, float] = {}
        self._seen: dict[Any, int] = {}

    def init_process(self) -> None:
        """Also asks the system to take whole answers, so that no thread waits for a slow reader;
        the connections take it over from where they come from."""
        for listener in self.sockets:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_ANSWERED)
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        """Hands a request to a thread, once all of its head is there."""
        try:
            there = unfinished_head(conn)
            # Until more has come than that, the poller need not speak of it: when it does, the
            # other side has hung up.
            if there == self._seen.get(conn):
                there = None
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, (there or 0) + 1)
        except OSError:
            # It has gone; whoever reads from it will see.
            there = None
        if there is None:
            self._forget(conn)
            limit_silence(conn.sock)
            conn.data_ready = True
            super().enqueue_req(conn)
        else:
            self._seen[conn] = there
            self._wait(conn, HEAD_SECONDS, self._read_on)

    def finish_request(self, conn: Any, done: Future[Any]) -> None:
        """gunicorn itself would wait here for the other side to close, and nobody would be served
        for two seconds."""
        if done.cancelled() or done.exception() or done.result():
            super().finish_request(conn, done)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self._wait(conn, PARTING_SECONDS, self._throw_away)
        except OSError:
            self._close(conn)

    def murder_pending(self) -> None:
        """Called at each turn of the poller: ends what has waited long enough."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [one for one, until in self._until.items() if until <= now]:
            self.poller.unregister(conn.sock)
            self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Called when it stops."""
        super()._cap_keepalive(deadline)
        self._until = {conn: min(until, deadline) for conn, until in self._until.items()}

    def _wait(self, conn: Any, seconds: float, then: Callable[[Any, socket.socket], None]) -> None:
        """For something to read; the time counts from the first time."""
        self._until.setdefault(conn, time.monotonic() + seconds)
        self.poller.register(conn.sock, EVENT_READ, partial(then, conn))

    def _read_on(self, conn: Any, sock: socket.socket) -> None:
        self.poller.unregister(sock)
        self.enqueue_req(conn)

    def _throw_away(self, conn: Any, sock: socket.socket) -> None:
        """What comes after the answer; left unread, it would make the system drop the answer."""
        try:
            if sock.recv(MOST_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.poller.unregister(sock)
        self._close(conn)

    def _forget(self, conn: Any) -> None:
        self._until.pop(conn, None)
        self._seen.pop(conn, None)

    def _close(self, conn: Any) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Whose mistake it was decides the status."""
        is_ours = isinstance(exc, OUR_MISTAKES) or not isinstance(exc, THEIR_MISTAKES)
        if is_ours:
            self.log.error("a connection failed: %s", type(exc).__name__)
        answer = TOO_LONG.get(type(exc), FAILED if is_ours else NO_HTTP)
        try:
            util.write_nonblock(client, in_plain_text(*answer))
        except OSError:
            self.log.debug("The client has gone.")


def limit_silence(sock: socket.socket) -> None:
    """A thread waits no longer than this for a client's next byte, or until it takes one."""
    for option, seconds in ((socket.SO_RCVTIMEO, HEAD_SECONDS), (socket.SO_SNDTIMEO, READ_SECONDS)):
        sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(seconds), 0))


def unfinished_head(conn: Any) -> int | None:
    """How many bytes of a request's head are there, None if that is all of it. Raises OSError where
    the connection has failed."""
    # A part of it may have come with the request before.
    if conn.parser and conn.parser.unreader.buf.getvalue():
        return None
    try:
        there = conn.sock.recv(MOST_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 0
    is_all = not there or b"\r\n\r\n" in there or len(there) == MOST_BYTES
    return None if is_all else len(there)

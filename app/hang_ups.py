"""Notices that a browser has hung up: the page was closed or loaded again, or asks for something
newer and wants the older answer no more (assets/54-hang-up.js)."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import flask

from app.presence import awaited

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# As the servers name what a request came through.
SOCKETS = ("gunicorn.socket", "werkzeug.socket")


def set_hang_ups(server: flask.Flask) -> None:
    """Lets whatever is made for a request know whether its browser is still there."""
    whole = server.wsgi_app

    def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sock = next((environ[name] for name in SOCKETS if name in environ), None)
        with awaited(lambda: not has_hung_up(sock)):
            return whole(environ, start_response)

    # Windows cannot look without waiting; there all is made to its end.
    if hasattr(socket, "MSG_DONTWAIT"):
        server.wsgi_app = wsgi_app  # type: ignore[method-assign]


def has_hung_up(sock: Any) -> bool:
    """Whether nothing will come any more. A request is read whole by then, so there is nothing to
    see of a browser that waits."""
    if sock is None:
        return False
    try:
        return not sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True

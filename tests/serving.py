"""Serves an application on a local port for the length of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import make_server


@contextmanager
def served(application: Any, host: str = "127.0.0.1", **options: Any) -> Iterator[int]:
    """Yields the port."""
    server = make_server(host, 0, application, threaded=True, **options)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()

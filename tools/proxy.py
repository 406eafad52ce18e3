"""nginx with this project's own configuration, in front of a server on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.host import free_port, need, wait

CONFIGURATION = Path(__file__).parents[1] / "deploy" / "nginx.conf"


@contextmanager
def proxied(app_port: int) -> Iterator[int]:
    """Runs nginx for a while and gives its port; it passes /lab/ to `app_port`."""
    port = free_port()
    with TemporaryDirectory() as folder:
        text = CONFIGURATION.read_text()
        # Versions before 1.27.3 know no `resolve`.
        text = text.replace("web:8050 resolve", f"127.0.0.1:{app_port}")
        text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
        path = Path(folder) / "nginx.conf"
        path.write_text(text.replace("/tmp/", f"{folder}/"))
        # Run by root, nginx would switch to a user who may not write to the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        command = [need("nginx"), "-c", str(path), "-g", f"daemon off; {user}"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                wait(lambda: _listens(port))
                yield port
            finally:
                process.terminate()


def _listens(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False

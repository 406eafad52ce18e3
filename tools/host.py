"""Programs, ports and nginx on this machine."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection, socket
from tempfile import TemporaryDirectory

import pytest

PATIENCE = 60
NGINX = Path(__file__).parents[1] / "deploy" / "nginx.conf"


def need(program: str) -> str:
    """The path of a program. Without it the test is skipped, except in CI."""
    path = shutil.which(program)
    if path is None:
        give_up = pytest.fail if "CI" in os.environ else pytest.skip
        give_up(f"{program} is not installed")
    return path


def free_port() -> int:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Returns when the condition is true. Raises TimeoutError if it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise TimeoutError("the condition never became true")


def is_listening(port: int) -> bool:
    with suppress(ConnectionRefusedError), create_connection(("localhost", port)):
        return True
    return False


@contextmanager
def proxied(app_port: int) -> Iterator[int]:
    """Runs nginx with this project's configuration and yields its port; it passes /lab/ to
    `app_port`."""
    port = free_port()
    with TemporaryDirectory() as folder:
        text = NGINX.read_text()
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
                wait(lambda: is_listening(port))
                yield port
            finally:
                process.terminate()

"""Small helpers for programs that run on this machine."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from socket import socket

import pytest

PATIENCE = 60


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

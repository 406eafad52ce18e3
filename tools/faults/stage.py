"""The container's server with two processes, and what the system says of them (Linux)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.load import started, tree, wait_healthy

PROCESSES = 2
# As the system names the states of a connection; the last ones are those of a side that has closed.
ESTABLISHED = frozenset({"01"})
OPEN = ESTABLISHED | {"04", "05", "08", "09", "0B"}


@dataclass
class Server:
    """A server that runs, and may be started again at the same port."""

    port: int
    log: Path
    environment: dict[str, str]
    master: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """The processes that answer."""
        return [pid for pid in tree(self.master.pid)[1:] if not has_ended(pid)]

    def threads(self) -> int:
        """Of all that answer."""
        return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in self.workers())

    def open_files(self) -> int:
        """Of all that answer."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.workers())

    def held(self) -> int:
        """Connections that its processes have not let go, of whoever has hung up as well."""
        return sum(connections(pid, OPEN) for pid in self.workers())

    def lines(self, pattern: str) -> list[str]:
        """Those of the log in which the pattern is found."""
        return [line for line in self.log.read_text().splitlines() if re.search(pattern, line)]

    def errors(self) -> int:
        """How often the log speaks of a mistake of the server."""
        return len(self.lines('"level": "(error|critical)"|Traceback'))

    def signal(self, name: signal.Signals) -> None:
        self.master.send_signal(name)

    def start(self) -> None:
        """Once more, where it has ended."""
        self.master = start(self.port, self.log, self.environment)


def start(port: int, log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return started(port, file, WEB_CONCURRENCY=str(PROCESSES), **environment)


@contextmanager
def serving(port: int, **environment: str) -> Iterator[Server]:
    """A server that is ready with all of its processes; nothing of it is left afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        server = Server(port, log, environment, start(port, log, environment))
        try:
            wait_healthy(port)
            wait(lambda: len(server.workers()) == PROCESSES, 60)
            yield server
        finally:
            end(server)


def end(server: Server) -> None:
    """As a container ends: politely, then not."""
    # A process that has been waited for has no children to look for.
    everybody = tree(server.master.pid) if server.master.poll() is None else []
    server.signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        server.master.wait(12)
        return
    kill(everybody)
    server.master.wait(10)


def kill(processes: list[int]) -> None:
    """At once, without a word."""
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def has_ended(pid: int) -> bool:
    """Whether nothing of a process is left that could answer."""
    try:
        return bool(re.search(r"^State:\s+[ZX]", Path(f"/proc/{pid}/status").read_text(), re.M))
    except OSError:
        return True


def files_in(folder: Path) -> list[Path]:
    """All of them; torch makes an empty folder there."""
    return [path for path in folder.rglob("*") if path.is_file()]


def connections(pid: int, states: frozenset[str] = ESTABLISHED) -> int:
    """How many people a process is connected to."""
    held = {_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(f"socket:[{row[9]}]" in held for row in rows if row[3] in states)


def _target(link: Path) -> str:
    with suppress(OSError):
        return os.readlink(link)
    return ""


def wait(condition: Callable[[], Any], seconds: float) -> float:
    """The seconds until it is so, and not more than `seconds`."""
    began = time.monotonic()
    while not condition() and time.monotonic() - began < seconds:
        time.sleep(0.02)
    return time.monotonic() - began

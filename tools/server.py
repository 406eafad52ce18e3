"""The container's server on this machine, and what Linux says about its processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.host import wait

ROOT = Path(__file__).parents[1]
PROCESSES = 2
# The states of a connection in /proc/net/tcp that a process still has to deal with.
OPEN = {"01", "04", "05", "08", "09", "0B"}


class Server:
    """gunicorn as the image starts it, reachable from this machine only."""

    def __init__(self, port: int, log: Path, **environment: str) -> None:
        self.port, self.log, self._environment = port, log, environment

    def start(self) -> None:
        """Starts the server, again if it has ended; returns when it answers."""
        # What the image sets for memory and threads.
        image = re.findall(r"((?:MALLOC|OMP)_\w+)=(\d+)", (ROOT / "Dockerfile").read_text())
        command = [sys.executable, "gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        names = os.environ | dict(image) | {"PORT": f"{self.port}"} | self._environment
        with self.log.open("ab") as log:
            self.master = subprocess.Popen(command, cwd=ROOT, env=names, stderr=log)
        processes = int(names["WEB_CONCURRENCY"])
        wait(lambda: is_healthy(self.port) and len(self.workers()) == processes, 180)

    def workers(self) -> list[int]:
        return [pid for pid in tree(self.master.pid)[1:] if is_running(pid)]

    def held(self) -> int:
        """Connections that the workers have not closed, whether or not the client has."""
        return sum(map(connections, self.workers()))

    def lines(self, pattern: str) -> list[str]:
        """The lines of the log in which the pattern is found."""
        return [line for line in self.log.read_text().splitlines() if re.search(pattern, line)]

    def errors(self) -> int:
        return len(self.lines('"level": "(error|critical)"|Traceback'))

    def stop(self) -> None:
        """Ends the server as a container ends: SIGTERM, then SIGKILL."""
        processes = tree(self.master.pid) if self.master.poll() is None else []
        self.master.send_signal(signal.SIGTERM)
        try:
            self.master.wait(20)
        except subprocess.TimeoutExpired:
            kill(processes)
            self.master.wait(20)


@contextmanager
def serving(port: int, processes: int = PROCESSES, **environment: str) -> Iterator[Server]:
    """Yields a server whose processes are all ready, and ends it."""
    with tempfile.TemporaryDirectory() as folder:
        named = {"WEB_CONCURRENCY": f"{processes}", **environment}
        server = Server(port, Path(folder) / "log", **named)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def is_healthy(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(OSError):
        opener.open(f"http://127.0.0.1:{port}/health", timeout=2).close()
        return True
    return False


def kill(processes: list[int]) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return not re.search(r"^State:\s+[ZX]", Path(f"/proc/{pid}/status").read_text(), re.M)
    return False


def connections(pid: int) -> int:
    """How many connections a process holds."""
    held = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            held.add(os.readlink(link))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(f"socket:[{row[9]}]" in held for row in rows if row[3] in OPEN)


def tree(pid: int) -> list[int]:
    """The ids of a process and of all its descendants."""
    found = [pid]
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += tree(int(child))
    return found


def tree_memory(pid: int) -> float:
    """MB of a process and all its descendants, shared pages counted once."""
    total = 0
    for one in tree(pid):
        with suppress(OSError):
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += sum(map(int, re.findall(r"^Pss:\s+(\d+)", text, re.M)))
    return total * 1024 / 1e6


def tree_seconds(pid: int) -> float:
    """CPU seconds of a process and all its descendants, including those that have ended."""
    total = 0
    for one in tree(pid):
        after_name = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, after_name[11:15]))
    return total / os.sysconf("SC_CLK_TCK")

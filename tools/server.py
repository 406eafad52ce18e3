"""The container's server on this machine, and what Linux says about its processes."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL

from tools.host import free_port, is_listening, wait

ROOT = Path(__file__).parents[1]
PROCESSES = 2
# The states of a connection in /proc/net/tcp that a process still has to deal with.
OPEN = {"01", "04", "05", "08", "09", "0B"}


class Server:
    """gunicorn as the image starts it, reachable from this machine only."""

    def __init__(self, log: Path, within: Sequence[str], environment: dict[str, str]) -> None:
        self.port, self.log = free_port(), log
        self._command = [*within, sys.executable, "gunicorn.conf.py"]
        self._command += ["--bind", f"127.0.0.1:{self.port}"]
        # What the image sets besides PATH.
        image = re.findall(r"^ {4}([A-Z_]+)=(\S+)", (ROOT / "Dockerfile").read_text(), re.M)
        self._environment = os.environ | dict(image) | environment

    def start(self) -> None:
        """Starts the server, again if it has ended; returns when it is ready."""
        with self.log.open("ab") as log:
            self.master = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stderr=log
            )
        # It listens once the app is loaded.
        wait(lambda: is_listening(self.port) and len(self.workers()) == PROCESSES, 180)

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
        self.master.terminate()
        try:
            self.master.wait(20)
        except subprocess.TimeoutExpired:
            kill(tree(self.master.pid))
            self.master.wait(20)


@contextmanager
def serving(within: Sequence[str] = (), **environment: str) -> Iterator[Server]:
    """Yields a server whose processes are all ready, and ends it. `within` is a command that
    starts the command after it."""
    with tempfile.TemporaryDirectory() as folder:
        named = {"WEB_CONCURRENCY": f"{PROCESSES}", **environment}
        server = Server(Path(folder) / "log", within, named)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def kill(processes: list[int]) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, SIGKILL)


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

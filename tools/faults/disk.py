"""The folder for temporary files is full, or cannot be written to, while the server runs."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.faults.outcome import Figure, Outcome
from tools.faults.people import Seen, people
from tools.faults.stage import Server, files_in, serving

# The variable that names the folder; whatever the server makes for its processes lies in there.
FOLDER = "TMPDIR"
DISK = "64m"


def the_folder_is_full(port: int) -> Outcome:
    """Not a byte is left."""
    return _with_a_disk(port, "the temporary folder was full", _fill)


def the_folder_is_read_only(port: int) -> Outcome:
    """As after an error of the disk."""
    return _with_a_disk(port, "the temporary folder was read-only", _forbid)


def _with_a_disk(port: int, happened: str, spoil: Callable[[Path], None]) -> Outcome:
    try:
        with disk() as folder, serving(port, **{FOLDER: str(folder)}) as server:
            # What a server without such files cannot miss it need not speak of.
            has_files = bool(files_in(folder))
            spoil(folder)
            seen = _ask(server)
            said = len(server.lines("folder")) if has_files else 1
            errors = server.errors()
    except subprocess.CalledProcessError:
        return Outcome(happened, left_out="only root may make a small disk")
    return Outcome(
        f"{happened} ({'in use' if has_files else 'nothing uses it'})",
        (
            Figure("answers", len(seen.asked) - len(seen.failed())),
            Figure("failed", len(seen.failed()), 0),
            Figure("lines missing in the log", max(1 - said, 0), 0),
            Figure("errors in the log", errors, 0),
        ),
    )


def _ask(server: Server) -> Seen:
    """Half of it new, so that there is something to write."""
    with people(server.address, 3, share_new=0.5) as seen:
        time.sleep(5)
    return seen


@contextmanager
def disk() -> Iterator[Path]:
    """A small disk of its own. Raises CalledProcessError where none may be made."""
    folder = tempfile.mkdtemp()
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder)
        try:
            yield Path(folder)
        finally:
            _run("umount", "--lazy", folder)
    finally:
        os.rmdir(folder)


def _fill(folder: Path) -> None:
    with suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def _forbid(folder: Path) -> None:
    _run("mount", "-o", "remount,ro", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

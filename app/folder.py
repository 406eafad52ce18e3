"""A folder in which the processes of one machine keep what any of them has made.

It is a cache: what is lost is made again, and where the folder cannot be used nothing is kept.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from time import sleep
from typing import TextIO
from zlib import crc32

from app.presence import wait_until

log = logging.getLogger(__name__)

# So many keys can be held at a time; two that share a lock only wait for each other.
LOCKS = 64


class Folder:
    """Bytes by their key, the most recently used `most_bytes` of them.

    A key can be a file's name. Others have room on the same disk too: no more than half of what is
    free at the start, with what is here already, is taken.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._path, self._locks, self._most_bytes = path, path / "locks", most_bytes
        self._is_usable = True
        try:
            self._locks.mkdir(mode=0o700, parents=True, exist_ok=True)
            there = sum(one.stat().st_size for one in path.iterdir() if one.is_file())
            self._most_bytes = min(most_bytes, (there + shutil.disk_usage(path).free) // 2)
        except OSError as error:
            self._complain(error)

    def get(self, key: str) -> mmap | None:
        """What is kept under `key`, mapped: processes share its memory, and what one of them
        writes into it is its own."""
        path = self._path / f"{key}"
        try:
            with path.open("rb") as file:
                found = mmap(file.fileno(), 0, access=ACCESS_COPY)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._complain(error)
            return None
        # When it was last used; a folder that cannot be written to still has what it has.
        with suppress(OSError):
            os.utime(path)
        return found

    def put(self, key: str, value: bytes) -> None:
        """Keeps it, whole or not at all; the least recently used go."""
        temporary = None
        try:
            if not self._has_room(len(value)):
                return
            with tempfile.NamedTemporaryFile(dir=self._path, delete=False) as file:
                temporary = file.name
                file.write(value)
            os.replace(temporary, self._path / f"{key}")
            self._is_usable = True
        except OSError as error:
            self._complain(error)
            if temporary:
                with suppress(OSError):
                    os.unlink(temporary)

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """While it lasts, no other thread of any process is in here for the same key. A process
        that dies lets go. Raises Gone."""
        try:
            lock = (self._locks / str(crc32(key.encode()) % LOCKS)).open("w")
        except OSError as error:
            self._complain(error)
            yield
            return
        with lock:
            wait_until(partial(_lock, lock))
            yield

    def _has_room(self, wanted: int) -> bool:
        """Lets the least recently used go until there is room for so many bytes."""
        if wanted > self._most_bytes:
            return False
        kept = []
        for path in self._path.iterdir():
            if path == self._locks:
                continue
            # Another process may be at the same.
            with suppress(FileNotFoundError):
                about = path.stat()
                kept.append((about.st_mtime, about.st_size, path))
        room = self._most_bytes - sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if room >= wanted:
                break
            path.unlink(missing_ok=True)
            room += size
        return room >= wanted

    def _complain(self, error: Exception) -> None:
        """Once, until it works again."""
        if self._is_usable:
            self._is_usable = False
            reason = getattr(error, "strerror", None) or type(error).__name__
            log.warning("The cache folder cannot be used, so nothing is shared: %s", reason)


def _lock(file: TextIO, seconds: float) -> bool:
    """Whether it is ours now; the next try comes after these seconds."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sleep(seconds)
        return False
    return True

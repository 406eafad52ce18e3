"""A real Redis and real Celery workers on this machine, for as long as a test needs them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket

import pytest
from redis import Redis, RedisError

ROOT = Path(__file__).parent.parent
PATIENCE = 60


def need(program: str) -> str:
    """A server's path. Where there is none a test is skipped, but not in CI."""
    path = shutil.which(program)
    if path is None:
        say = pytest.fail if "CI" in os.environ else pytest.skip
        say(f"{program} is not installed")
    return path


def free_port() -> int:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Machine:
    """One Redis and its workers; each can be killed and started again."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"redis://127.0.0.1:{port}/0"
        self.redis = Redis.from_url(self.url)
        self._server: subprocess.Popen | None = None
        self.workers: list[subprocess.Popen] = []

    def start_redis(self) -> None:
        words = [need("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        words += ["--save", "", "--appendonly", "no"]
        self._server = subprocess.Popen(words, stdout=subprocess.DEVNULL, cwd="/")
        wait(self.answers)

    def answers(self) -> bool:
        with suppress(RedisError):
            return bool(self.redis.ping())
        return False

    def kill_redis(self) -> None:
        self._server.kill()
        self._server.wait(PATIENCE)

    def start_worker(self, *, concurrency: int = 1) -> subprocess.Popen:
        """A worker as its container starts it; returns when it takes errands."""
        before = self.processes()
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "app.worker", "worker"],
            cwd=ROOT,
            env=os.environ | {"REDIS_URL": self.url, "WEB_CONCURRENCY": str(concurrency)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.workers.append(worker)
        wait(lambda: self.processes() >= before + concurrency)
        return worker

    def processes(self) -> int:
        """Those that train, by their signs of life."""
        return int(self.redis.zcount("descent-lab:workers", time.time(), "+inf"))

    def errands(self) -> int:
        """How many have been given, by anybody."""
        return int(self.redis.info("commandstats").get("cmdstat_lpush", {"calls": 0})["calls"])

    def stop(self) -> None:
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(PATIENCE)
        self.redis.close()
        self.kill_redis()


@contextmanager
def machine(workers: int = 1) -> Iterator[Machine]:
    """Redis with so many workers of one process each."""
    made = Machine(free_port())
    made.start_redis()
    try:
        for _ in range(workers):
            made.start_worker()
        yield made
    finally:
        made.stop()


def wait(until: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Until it is so; TimeoutError if it is never so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return
        time.sleep(0.02)
    raise TimeoutError("it never came")

"""A real Redis and real Celery workers on this machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kombu.exceptions import OperationalError
from redis import Redis, RedisError

from app.trainers.tasks import RESULT, create_celery
from tools.host import PATIENCE, free_port, need, wait

ROOT = Path(__file__).parent.parent


class Deployment:
    """One Redis and its workers; each can be killed and started again."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"redis://127.0.0.1:{port}/0"
        self.redis = Redis.from_url(self.url)
        self.workers: list[subprocess.Popen] = []
        self._celery = create_celery(self.url)
        self._trainings = 0

    def start_redis(self) -> None:
        command = [need("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--notify-keyspace-events", "Kh"]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        wait(self._answers)
        self._events = self.redis.pubsub(ignore_subscribe_messages=True)
        self._events.psubscribe(f"__keyspace@0__:{RESULT.format('*')}")
        # Its confirmation, which would end the loop in `trainings`.
        self._events.get_message(timeout=PATIENCE)

    def kill_redis(self) -> None:
        self._server.kill()
        self._server.wait(PATIENCE)

    def start_workers(self, count: int) -> None:
        """Starts workers of one process as their container does; returns when all answer."""
        command = [sys.executable, "-m", "celery", "-A", "app.trainers.worker", "worker", "-n"]
        self.workers = [
            subprocess.Popen(
                [*command, f"worker{number}@test"],
                cwd=ROOT,
                env=os.environ | {"REDIS_URL": self.url, "WEB_CONCURRENCY": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            for number in range(count)
        ]
        wait(lambda: self.answers(count))

    def answers(self, count: int = 1) -> bool:
        """Whether so many workers answer."""
        with suppress(RedisError, OperationalError):
            return len(self._celery.control.ping(timeout=0.5, limit=count)) == count
        return False

    def kill_worker(self, worker: subprocess.Popen) -> None:
        """Kills a worker with all of its processes."""
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(PATIENCE)

    def trainings(self) -> int:
        """How many results workers have kept since Redis started, equal ones included."""
        while message := self._events.get_message(timeout=0.1):
            self._trainings += message["data"] == b"hset"
        return self._trainings

    def stop(self) -> None:
        for worker in self.workers:
            self.kill_worker(worker)
        self._events.close()
        self.redis.close()
        self.kill_redis()

    def _answers(self) -> bool:
        with suppress(RedisError):
            return bool(self.redis.ping())
        return False


@contextmanager
def deployment(workers: int = 1) -> Iterator[Deployment]:
    """Redis with so many workers of one process each."""
    made = Deployment(free_port())
    made.start_redis()
    try:
        made.start_workers(workers)
        yield made
    finally:
        made.stop()

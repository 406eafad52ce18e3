"""What web processes and Celery workers tell each other through Redis.

A training is known by its key. Whoever wants it first claims it; a claim is kept up by the worker
that trains, so that it ends soon after a worker that died, and somebody else claims the training
again. What was made is kept for all. Nothing here knows of what it is that is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from redis import Redis, RedisError

KEPT_SECONDS = 30 * 60
# A failure is told to those who wait for it now; whoever asks later may have more luck.
FAILURE_SECONDS = 5
# How long a claim holds while its errand waits: whoever took it may have died before it began, so
# somebody is sent again. And how long without a sign of the worker that has begun.
QUEUED_SECONDS, SILENT_SECONDS = 4.0, 2.0
# What is waiting for longer is not counted any more.
FORGOTTEN_SECONDS = 15.0
# Who waits looks many times a second; after so long without a look nobody does.
AWAITED_SECONDS = 2.0
BEAT_SECONDS = 0.5
# A worker without a sign for so long is no worker any more.
ABSENT_SECONDS = 3.0
PREFIX = "descent-lab"
# Before the task's name in a claim, once its worker has begun.
RUNS = "runs "
WORKERS, WAITING = f"{PREFIX}:workers", f"{PREFIX}:waiting"


@dataclass(frozen=True)
class Failure:
    """A sentence for the person and the setting that it is about, or no sentence for a mistake of
    ours."""

    sentence: str | None
    field: str | None


@dataclass(frozen=True)
class Found:
    """What is known of a training: `made` in bytes, `failed` with what was said, or neither; then
    whether an errand is out, and whether a worker has begun."""

    made: bytes | None
    failed: Failure | None
    is_claimed: bool
    is_running: bool


class Board:
    """Every method raises RedisError where Redis does not answer within a second."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=0.5)

    def look(self, key: str) -> Found:
        """What there is of a training, for somebody who waits for it."""
        made, failed, claimed, _ = self._at_once(
            ("GET", _name("made", key)),
            ("GET", _name("failed", key)),
            ("GET", _name("claim", key)),
            ("SET", _name("awaited", key), 1, "PX", _thousandths(AWAITED_SECONDS)),
        )
        failure = Failure(*json.loads(failed)) if failed else None
        return Found(made, failure, bool(claimed), (claimed or b"").startswith(RUNS.encode()))

    def crowd(self) -> tuple[float, int]:
        """The estimated seconds of all trainings that wait or run, and how many processes train."""
        now = self._now()
        # What ends later than anything that was put here is not ours.
        waiting, workers = self._at_once(
            ("ZRANGEBYSCORE", WAITING, now, now + FORGOTTEN_SECONDS),
            ("ZCOUNT", WORKERS, now, now + ABSENT_SECONDS),
        )
        return sum(map(_seconds, waiting)), workers

    def claim(self, key: str, task: str, seconds: float) -> bool:
        """Whether nobody else was before, with a training of so many estimated seconds."""
        name = _name("claim", key)
        if not self._redis.set(name, task, nx=True, px=_thousandths(QUEUED_SECONDS)):
            return False
        now = self._now()
        self._at_once(
            ("DEL", _name("failed", key)),
            ("ZADD", WAITING, now + FORGOTTEN_SECONDS, _queued(key, seconds)),
            ("ZREMRANGEBYSCORE", WAITING, "-inf", now),
        )
        return True

    def release(self, key: str, seconds: float) -> None:
        """Ends a claim, whatever came of it."""
        self._at_once(("DEL", _name("claim", key)), ("ZREM", WAITING, _queued(key, seconds)))

    @contextmanager
    def lease(self, key: str, task: str, seconds: float) -> Iterator[Callable[[], bool] | None]:
        """Keeps up a claim while it lasts, and ends it. Gives what tells whether anybody still
        waits; None where nobody does, the training was made already, or another worker is at it.
        That two begin in the same moment would cost one training."""
        name, ours = _name("claim", key), f"{RUNS}{task}".encode()
        held: Any = self._redis.get(name) or b""
        if held.startswith(RUNS.encode()) and held != ours:
            yield None
            return
        if self._redis.exists(_name("made", key)) or not self._is_awaited(key):
            self.release(key, seconds)
            yield None
            return
        self._redis.set(name, ours, px=_thousandths(SILENT_SECONDS))
        left = Event()

        def beat() -> None:
            self._redis.pexpire(name, _thousandths(SILENT_SECONDS))
            if not self._is_awaited(key):
                left.set()

        with repeated(beat):
            yield lambda: not left.is_set()
        self.release(key, seconds)

    def _is_awaited(self, key: str) -> bool:
        return bool(self._redis.exists(_name("awaited", key)))

    def keep(self, key: str, made: bytes, seconds: float) -> None:
        """Keeps what was made in so many seconds, for half an hour."""
        self._at_once(
            ("SET", _name("made", key), made, "EX", KEPT_SECONDS),
            ("SET", _name("seconds", key), seconds, "EX", FAILURE_SECONDS),
        )

    def fail(self, key: str, sentence: str | None = None, field: str | None = None) -> None:
        """Tells those who wait that nothing was made."""
        self._redis.set(_name("failed", key), json.dumps([sentence, field]), ex=FAILURE_SECONDS)

    def took(self, key: str) -> float | None:
        """The seconds of a training that has just been made; the first who asks is told."""
        seconds = self._redis.getdel(_name("seconds", key))
        return float(seconds) if seconds else None

    def is_here(self, worker: str, processes: int) -> None:
        """A sign of a worker and of so many processes that train for it."""
        now = self._now()
        names = [f"{worker} {number}" for number in range(processes)]
        self._at_once(
            *(("ZADD", WORKERS, now + ABSENT_SECONDS, name) for name in names),
            ("ZREMRANGEBYSCORE", WORKERS, "-inf", now),
        )

    def _now(self) -> float:
        """By Redis's clock: those of the machines may differ."""
        seconds, millionths = self._redis.time()
        return float(seconds + millionths / 1e6)

    def _at_once(self, *commands: tuple[Any, ...]) -> list[Any]:
        """All or nothing, in one exchange."""
        with self._redis.pipeline() as pipeline:
            for command in commands:
                pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
            return pipeline.execute()


@contextmanager
def repeated(beat: Callable[[], object]) -> Iterator[None]:
    """Calls `beat` every BEAT_SECONDS while it lasts; Redis may be away meanwhile."""
    over = Event()

    def run() -> None:
        while not over.wait(BEAT_SECONDS):
            with suppress(RedisError):
                beat()

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _name(kind: str, key: str) -> str:
    return f"{PREFIX}:{kind}:{key}"


def _queued(key: str, seconds: float) -> str:
    return f"{seconds:.3f} {key}"


def _seconds(queued: bytes) -> float:
    """Those of what `_queued` has made; none of anything else."""
    found = re.match(rb"(\d{1,3}\.\d{3}) ", queued)
    return float(found[1]) if found else 0.0


def _thousandths(seconds: float) -> int:
    return int(1000 * seconds)

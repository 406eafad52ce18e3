"""Few trainings at a time in each process, and a limit to how long one may wait for a turn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from app.choices import SettingsError
from app.meter import Meter
from app.presence import held

# A short training need not wait for a long one; more than two would only take turns on a core.
AT_ONCE = 2
LONGEST_WAIT = 6.0
# Each holds one of a process's 16 threads, and pages need some too.
MOST = 8


class Busy(SettingsError):
    """Too many trainings wait already; `seconds` says when to ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Many people are training just now. Again in {seconds} s.")
        self.seconds = seconds


class Turns:
    """Lets `at_once` trainings run at a time; the others wait, MOST in all.

    waiting  the estimated seconds of all that run or wait
    """

    def __init__(
        self,
        longest_wait: float = LONGEST_WAIT,
        meter: Meter | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._longest_wait, self._meter = longest_wait, meter or Meter()
        self._at_once, self._people = at_once, 0
        self._count, self._turns = Lock(), Semaphore(at_once)
        self.waiting = 0.0

    @contextmanager
    def take(self, seconds: float) -> Iterator[None]:
        """A turn of about so many seconds. Raises Busy at once where those who wait already would
        take longer than the longest wait, or are too many; and Gone."""
        with self._count:
            if self.waiting > self._longest_wait or self._people == MOST:
                self._meter.busy()
                raise Busy(math.ceil(self.waiting / self._at_once))
            self._people += 1
            self.waiting += seconds
            self._meter.waits(self.waiting)
        try:
            with held(self._turns):
                yield
        finally:
            with self._count:
                self._people -= 1
                self.waiting = max(self.waiting - seconds, 0.0)
                self._meter.waits(self.waiting)

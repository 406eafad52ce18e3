"""How many trainings run at a time in each process, and how long one may wait."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from app.domain.errors import ServerBusy
from app.meter import Meter

# A short training need not wait for a long one; more than two would only share a core.
MAX_RUNNING = 2
MAX_WAIT_SECONDS = 6.0
# Each holds one of a process's 16 threads, and pages need some too.
MAX_ADMITTED = 8


class Admission:
    """Lets `max_running` trainings run at a time; the others wait, up to MAX_ADMITTED in all.

    waiting  estimated seconds of all trainings that run or wait
    """

    def __init__(
        self,
        max_wait: float = MAX_WAIT_SECONDS,
        meter: Meter | None = None,
        max_running: int = MAX_RUNNING,
    ) -> None:
        self._max_wait, self._meter = max_wait, meter or Meter()
        self._max_running, self._admitted = max_running, 0
        self._count, self._running = Lock(), Semaphore(max_running)
        self.waiting = 0.0

    @contextmanager
    def admit(self, seconds: float) -> Iterator[None]:
        """Waits until a training of about `seconds` may run.

        Raises ServerBusy at once if the wait would be too long, or if too many trainings wait.
        """
        with self._count:
            if self.waiting > self._max_wait or self._admitted == MAX_ADMITTED:
                self._meter.busy()
                raise ServerBusy(math.ceil(self.waiting / self._max_running))
            self._change(1, seconds)
        try:
            with self._running:
                yield
        finally:
            with self._count:
                self._change(-1, -seconds)

    def _change(self, admitted: int, seconds: float) -> None:
        self._admitted += admitted
        self.waiting = max(self.waiting + seconds, 0.0)
        self._meter.waits(self.waiting)

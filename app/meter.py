"""What the trainers report while they work, for anything that wants to count it."""

from collections.abc import Callable
from dataclasses import dataclass


def _ignore(*_: float) -> None:
    pass


@dataclass
class Meter:
    """Where reports go: nowhere, or to what `app.web.metrics` counts.

    trained  a training has taken so many seconds, without its time in the queue
    found    a sweep was found in a cache
    waits    the trainings that run or wait take so many seconds by estimate
    busy     a request must be retried later
    """

    trained: Callable[[float], None] = _ignore
    found: Callable[[], None] = _ignore
    waits: Callable[[float], None] = _ignore
    busy: Callable[[], None] = _ignore

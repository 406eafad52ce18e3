"""Ends a unit of work that has run away.

What is allowed is a question of the settings alone: `app/domain/cost_model.py`. What it allows ends
within about two seconds; this limit is far beyond it, so that it refuses nothing, and only keeps a
server that is much too slow, or an estimate that is wrong, from blocking others.

A unit is what one request causes: a training with its landscape, another plane, an inspection, or a
row of a map. Every loop in it that may run for long calls `check`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic, thread_time
from typing import TypeVar

from app.domain.errors import UserError

Item = TypeVar("Item")

MOST_SECONDS = 8.0


class Deadline:
    """The time limit of one unit of work. What counts is the CPU time of this thread: a training
    must not fail because others compute at the same time."""

    def __init__(self, cpu: Callable[[], float], wall: Callable[[], float]) -> None:
        self._cpu, self._wall = cpu, wall
        # The first check starts it: before that, a process's first optimizer imports torch modules.
        self._start: float | None = None
        self._next_reading = float("-inf")

    def check(self) -> None:
        """Raises UserError once the time is up."""
        now = self._wall()
        if now < self._next_reading:
            return
        cpu = self._cpu()
        self._start = cpu if self._start is None else self._start
        spent = cpu - self._start
        if spent > MOST_SECONDS:
            raise UserError(
                f"Stopped after {MOST_SECONDS:g} seconds of computing: this server is too slow or "
                "too busy for this. Try again later, or with fewer epochs."
            )
        # Reading the CPU time can take as long as a tenth of a step, and it is never ahead of the
        # wall clock.
        self._next_reading = now + MOST_SECONDS - spent


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def time_limit(
    cpu: Callable[[], float] = thread_time, wall: Callable[[], float] = monotonic
) -> Iterator[None]:
    """Limits the unit of work in its body; inside another unit, the outer limit counts."""
    if _deadline.get():
        yield
        return
    token = _deadline.set(Deadline(cpu, wall))
    try:
        yield
    finally:
        _deadline.reset(token)


def check() -> None:
    """Raises UserError once its unit of work is out of time."""
    if deadline := _deadline.get():
        deadline.check()


def checked(items: Iterable[Item]) -> Iterator[Item]:
    """The items, with a check before each."""
    for item in items:
        check()
        yield item

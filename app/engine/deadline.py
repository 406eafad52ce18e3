"""Ends a unit of work after MOST_SECONDS, with a sentence that says how many epochs fit.

A unit is what one request causes: a training with its landscape, another plane, an inspection, or a
row of a map. Every loop in it that may run for long calls `check`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic, thread_time
from typing import TypeVar

from app.domain import cost_model
from app.domain.errors import InvalidSetting
from app.domain.settings import Settings

Item = TypeVar("Item")

MOST_SECONDS = 2.0


class Deadline:
    """The time limit of one unit of work. What counts is the CPU time of this thread: a training
    must not fail because others compute at the same time."""

    def __init__(
        self, settings: Settings, cpu: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        self._settings, self._cpu, self._wall = settings, cpu, wall
        # The first check starts it: before that, a process's first optimizer imports torch modules.
        self._start: float | None = None
        self._next_reading, self._epoch = float("-inf"), -1

    def check(self, epoch: int) -> None:
        """Raises InvalidSetting once the time is up; `epoch` is how far the training has come."""
        self._epoch = max(self._epoch, epoch)
        now = self._wall()
        if now < self._next_reading:
            return
        cpu = self._cpu()
        self._start = cpu if self._start is None else self._start
        spent = cpu - self._start
        if spent > MOST_SECONDS:
            raise InvalidSetting(
                f"Stopped after {MOST_SECONDS:g} seconds of computing. "
                f"{cost_model.epoch_limit(self._settings, self._most_epochs(spent))}",
                "epochs",
            )
        # Reading the CPU time can take as long as a tenth of a step, and it is never ahead of the
        # wall clock.
        self._next_reading = now + MOST_SECONDS - spent

    def _most_epochs(self, spent: float) -> int:
        """How many epochs fit on this machine, by what it has done in `spent` seconds: so many
        epochs of the training, or at most all of the work."""
        settings, epoch = self._settings, self._epoch
        is_training = 0 <= epoch < settings.epochs
        estimate = cost_model.training_seconds if is_training else cost_model.estimated_seconds
        done = estimate(settings, epoch if is_training else settings.epochs)
        return cost_model.most_epochs(settings, cost_model.SECONDS_ALLOWED * done / spent)


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def time_limit(
    settings: Settings,
    cpu: Callable[[], float] = thread_time,
    wall: Callable[[], float] = monotonic,
) -> Iterator[None]:
    """Limits the unit of work in its body; inside another unit, the outer limit counts."""
    if _deadline.get():
        yield
        return
    token = _deadline.set(Deadline(settings, cpu, wall))
    try:
        yield
    finally:
        _deadline.reset(token)


def check(epoch: int = -1) -> None:
    """Raises InvalidSetting once its unit of work is out of time. The training loop gives the
    epoch that it has reached."""
    if deadline := _deadline.get():
        deadline.check(epoch)


def checked(items: Iterable[Item]) -> Iterator[Item]:
    """The items, with a check before each."""
    for item in items:
        check()
        yield item

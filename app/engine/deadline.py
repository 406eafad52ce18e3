"""Ends a unit of work that takes longer than its estimate promised, or for which nobody waits.

A unit is what one request causes: a training with its landscape, another plane, an inspection, or a
row of a map. Whoever computes for long in one looks at its clock again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import thread_time
from typing import TypeVar

from app import presence
from app.choices import SettingsError
from app.settings import Settings, estimated_seconds

Thing = TypeVar("Thing")

# Half a second more than the estimate allows, so that only a wrong one is ever met.
MOST_SECONDS = 2.0
# A look at the clock takes as long as a hundredth of a step.
STEPS_BETWEEN_CHECKS = 16
# A step of so many estimated seconds is worth a look of its own.
LONG_STEP = 2e-3


class Deadline:
    """Of one unit of work. What counts is the time that this thread computes: the same training
    must not fail because others compute as well."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._settings, self._clock = settings, clock
        # Known at the first look: before it a process's first optimizer imports a part of torch.
        self._end: float | None = None

    def check(self) -> None:
        """Raises SettingsError where the time is over."""
        now = self._clock()
        if self._end is None:
            self._end = now + MOST_SECONDS
        if now > self._end:
            raise SettingsError(
                f"This training was ended, as it took longer here than {MOST_SECONDS:g} seconds. "
                f"Choose {_less(self._settings)}.",
                "epochs",
            )


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def time_limit(settings: Settings, clock: Callable[[], float] = thread_time) -> Iterator[None]:
    """What is made while it lasts is a unit of work, or a part of one that has begun already."""
    if _deadline.get():
        yield
        return
    token = _deadline.set(Deadline(settings, clock))
    try:
        yield
    finally:
        _deadline.reset(token)


def check() -> None:
    """Raises SettingsError where the time of this unit of work is over, and Gone."""
    presence.check()
    if deadline := _deadline.get():
        deadline.check()


def checked(things: Iterable[Thing]) -> Iterator[Thing]:
    """One after the other, with a check before each."""
    for thing in things:
        check()
        yield thing


def steps_between_checks(settings: Settings) -> int:
    """After so many steps of a training it is time to look again."""
    is_long = estimated_seconds(settings) > LONG_STEP * settings.step_count
    return 1 if is_long else STEPS_BETWEEN_CHECKS


def _less(settings: Settings) -> str:
    """What makes these settings less work."""
    choices = ["fewer epochs"]
    if settings.hidden_units:
        choices.append("fewer hidden units")
    if settings.hidden_units and settings.hidden_layers > 1:
        choices.append("fewer layers")
    if settings.steps_per_epoch > 1:
        choices.append("larger batches")
    *some, last = choices
    return f"{', '.join(some)} or {last}" if some else last

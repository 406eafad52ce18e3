"""Whether anybody still waits for what is being made; who has hung up holds nobody else up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Semaphore

# Between two looks, of somebody who waits for a turn or for what another makes.
LOOK_SECONDS = 0.02


class Gone(Exception):
    """Nobody waits any more."""


_is_awaited: ContextVar[Callable[[], bool]] = ContextVar("is_awaited", default=lambda: True)


@contextmanager
def awaited(is_awaited: Callable[[], bool]) -> Iterator[None]:
    """What is made while it lasts is made for somebody of whom `is_awaited` knows; without it,
    everything is wanted."""
    token = _is_awaited.set(is_awaited)
    try:
        yield
    finally:
        _is_awaited.reset(token)


def check() -> None:
    """Raises Gone where nobody waits any more."""
    if not _is_awaited.get()():
        raise Gone


def wait_until(is_ours: Callable[[float], bool]) -> None:
    """Tries, for so many seconds at a time, until it is ours. Raises Gone."""
    while not is_ours(LOOK_SECONDS):
        check()


@contextmanager
def held(lock: Lock | Semaphore) -> Iterator[None]:
    """`with lock`, for as long as somebody waits. Raises Gone."""
    wait_until(lambda seconds: lock.acquire(timeout=seconds))
    try:
        yield
    finally:
        lock.release()

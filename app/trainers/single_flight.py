"""Equal work is done once at a time, however many callers ask for it at the same moment."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

Result = TypeVar("Result")


@dataclass
class _Flight:
    """The lock of one key, and how many callers hold it or wait for it."""

    lock: Lock = field(default_factory=Lock)
    callers: int = 0


class SingleFlight:
    """One lock per key, kept while anyone holds it or waits for it.

    Callers that waited and callers that come later therefore share one lock. If a call fails, its
    own caller gets the error, and the others try again one at a time.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._flights: dict[Hashable, _Flight] = {}

    def run(
        self, key: Hashable, find: Callable[[], Result | None], make: Callable[[], Result]
    ) -> Result:
        """Returns what `find` finds; otherwise calls `make`, which must keep its result where
        `find` looks."""
        if (found := find()) is not None:
            return found
        with self._alone(key):
            # Another caller may have made it while this one waited.
            return found if (found := find()) is not None else make()

    @contextmanager
    def _alone(self, key: Hashable) -> Iterator[None]:
        with self._lock:
            flight = self._flights.setdefault(key, _Flight())
            flight.callers += 1
        try:
            with flight.lock:
                yield
        finally:
            with self._lock:
                flight.callers -= 1
                if not flight.callers:
                    del self._flights[key]

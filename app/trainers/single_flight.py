"""Equal work is done once at a time, however many callers ask for it at the same moment."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar
from weakref import WeakValueDictionary

Result = TypeVar("Result")


class SingleFlight:
    """One lock per key, kept while anyone holds it or waits for it.

    Callers that waited and callers that come later therefore share one lock. If a call fails, its
    own caller gets the error, and the others try again one at a time.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._locks: WeakValueDictionary[Hashable, Lock] = WeakValueDictionary()

    def run(
        self, key: Hashable, find: Callable[[], Result | None], make: Callable[[], Result]
    ) -> Result:
        """Returns what `find` finds; otherwise calls `make`, which must keep its result where
        `find` looks."""
        if (found := find()) is not None:
            return found
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            # Another caller may have made it while this one waited.
            return found if (found := find()) is not None else make()

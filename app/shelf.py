"""Values that are kept in memory until a moment, and never anywhere else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Generic, TypeVar

Value = TypeVar("Value")
TICK = 30.0


class Shelf(Generic[Value]):
    """Keeps values until their moment, the newest `most` of them.

    What is too old is never given out, and a thread that lives as long as there is something to
    forget lets go of it within TICK seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = most, clock
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Value]] = OrderedDict()
        self._is_watched = False

    def put(self, key: str, value: Value, until: float) -> Value:
        """Keeps `value`, unless its equal is under this key already; returns the one that is."""
        with self._lock:
            self._forget()
            before = self._kept.pop(key, None)
            until, value = before if before and before[1] == value else (until, value)
            self._kept[key] = (until, value)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            if not self._is_watched:
                self._is_watched = True
                Thread(target=self._watch, daemon=True).start()
        return value

    def get(self, key: str) -> Value | None:
        """The value under this key, if it is not too old."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
            return value if until > self._clock() else None

    def __len__(self) -> int:
        return len(self._kept)

    def _forget(self) -> None:
        now = self._clock()
        for key in [key for key, (until, _) in self._kept.items() if until <= now]:
            del self._kept[key]

    def _watch(self) -> None:
        while True:
            sleep(TICK)
            with self._lock:
                self._forget()
                self._is_watched = bool(self._kept)
                if not self._is_watched:
                    return

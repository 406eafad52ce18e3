"""A cache in memory whose values may expire. Nothing of it is ever written to a disk."""

import math
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Generic, TypeVar

Value = TypeVar("Value")
# Seconds between two searches for expired values.
TICK = 30.0


class TtlCache(Generic[Value]):
    """Keeps values until they expire, the `max_size` of them that were used last.

    An expired value is never returned. A thread that runs while there are values that expire frees
    them within TICK seconds.
    """

    def __init__(self, max_size: int, clock: Callable[[], float] = monotonic) -> None:
        self._max_size, self._clock = max_size, clock
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Value]] = OrderedDict()
        self._is_watched = False

    def put(self, key: str, value: Value, until: float = math.inf) -> Value:
        """Keeps `value` until the clock says `until`, and returns it.

        If an equal value has this key already, that one is returned and keeps its expiry.
        """
        with self._lock:
            self._drop_expired()
            before = self._kept.pop(key, None)
            until, value = before if before and before[1] == value else (until, value)
            self._kept[key] = (until, value)
            while len(self._kept) > self._max_size:
                self._kept.popitem(last=False)
            if until < math.inf and not self._is_watched:
                self._is_watched = True
                Thread(target=self._watch, daemon=True).start()
        return value

    def get(self, key: str) -> Value | None:
        """The value of this key, or None if there is none or it has expired."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
            if until <= self._clock():
                return None
            self._kept.move_to_end(key)
            return value

    def _drop_expired(self) -> None:
        now = self._clock()
        for key in [key for key, (until, _) in self._kept.items() if until <= now]:
            del self._kept[key]

    def _watch(self) -> None:
        while True:
            sleep(TICK)
            with self._lock:
                self._drop_expired()
                self._is_watched = bool(self._kept)
                if not self._is_watched:
                    return

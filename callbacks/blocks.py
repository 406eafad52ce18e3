"""Blocks that many people get are made once."""

from collections.abc import Callable, Hashable
from typing import Any

from app.exports.block import pack
from app.meter import Meter
from app.trainers.single_flight import SingleFlight
from app.trainers.ttl_cache import TtlCache

# A sweep of a line takes 0.2 MB, one of 10 units 1 MB.
MOST_KEPT = 32


class Blocks:
    """The blocks of the payloads that were asked for last. Those about a person's own data are not
    kept."""

    def __init__(self, meter: Meter | None = None) -> None:
        self._meter = meter or Meter()
        self._kept: TtlCache[str] = TtlCache(MOST_KEPT)
        self._flights = SingleFlight()

    def payload(self, key: Hashable, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """{"block": what `make` returns, packed}; concurrent requests for the same key make it
        once. None as the key does not keep it. Errors are raised and not kept."""
        if key is None:
            return {"block": pack(make())}
        name = repr(key)
        block = self._flights.run(
            name, lambda: self._found(name), lambda: self._kept.put(name, pack(make()))
        )
        return {"block": block}

    def _found(self, name: str) -> str | None:
        if found := self._kept.get(name):
            self._meter.found()
        return found

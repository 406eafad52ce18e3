"""Large arrays in pieces: what is computed from one on the way then stays small, and near the
processor. And between two of them there is time for a look at the clock."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.deadline import check

# Of most models, all runs together.
NUMBERS_AT_ONCE = 250_000


def chunks(count: int, numbers: int) -> Iterator[slice]:
    """0..count in order, so many at a time that they hold about NUMBERS_AT_ONCE, with so many
    numbers in each; at least one. Before each, raises what `look` does."""
    size = max(1, NUMBERS_AT_ONCE // max(numbers, 1))
    for start in range(0, count, size):
        check()
        yield slice(start, start + size)

"""Large arrays in pieces: what is computed from one on the way then stays small, and near the
processor."""

from __future__ import annotations

from collections.abc import Iterator

# Of most models, all runs together.
NUMBERS_AT_ONCE = 250_000


def pieces(count: int, numbers: int) -> Iterator[slice]:
    """0..count in order, so many at a time that they hold about NUMBERS_AT_ONCE, with so many
    numbers in each; at least one."""
    size = max(1, NUMBERS_AT_ONCE // max(numbers, 1))
    return (slice(start, start + size) for start in range(0, count, size))

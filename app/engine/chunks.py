"""Large arrays in chunks: intermediate results stay small and in the processor's caches, and the
deadline is checked between two chunks."""

from collections.abc import Iterator

from app.engine.deadline import check

# About as many as the runs of a small network have parameters together.
NUMBERS_AT_ONCE = 250_000


def chunks(count: int, numbers: int) -> Iterator[slice]:
    """Slices of 0..count in order. Items have `numbers` numbers each, and a slice as many items as
    hold NUMBERS_AT_ONCE together, at least one. Checks the deadline before each."""
    size = max(1, NUMBERS_AT_ONCE // max(numbers, 1))
    for start in range(0, count, size):
        check()
        yield slice(start, start + size)

"""Measured figures beside the largest values allowed."""

from collections.abc import Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    name: str
    value: float
    limit: float = float("inf")


def report(figures: Iterable[Figure], about: str = "") -> bool:
    """Prints the figures, and returns whether all keep their limits."""
    missed = False
    for name, value, limit in figures:
        allowed = f" (at most {limit:g})" if limit < float("inf") else ""
        print(f"{about}{name} {value:.4g}{allowed}{'' if value <= limit else ' MISSED'}")
        missed |= not value <= limit
    return not missed

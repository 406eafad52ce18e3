"""Numbers that probably stand for a missing value: -200, -99, 9999 far from all other numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain.csv_numbers import EMPTY
from app.domain.csv_table import Column, Sentinel
from app.domain.fields import exact

# 99, -999, 9999, 99.99: written for a missing value since there were punched cards.
NINES = re.compile(r"-?99+(\.9+)?|-?9\.9+")
# One column may have several, such as -98 for "refused" and -99 for "unknown".
MOST_CODES = 4


def sentinels_of(
    columns: Sequence[Column], left_out: Sequence[float]
) -> tuple[list[Column], tuple[Sentinel, ...]]:
    """The columns without the sentinels that are left out, and all of them."""
    told = [_told(column) for column in columns]
    counts = {
        value: sum(
            int((column.values == value).sum())
            for column, found in zip(columns, told, strict=True)
            if value in found
        )
        for value in sorted({value for found in told for value in found})
    }
    kept = [value for value, count in counts.items() if count > 1 or NINES.fullmatch(exact(value))]
    sentinels = tuple(
        Sentinel(
            value,
            tuple(
                column.name for column, found in zip(columns, told, strict=True) if value in found
            ),
            counts[value],
            value in left_out,
        )
        for value in kept
    )
    gone = set(kept) & set(left_out)
    return [
        _without(column, gone & found) for column, found in zip(columns, told, strict=True)
    ], sentinels


def _told(column: Column) -> set[float]:
    """The outermost numbers that stand apart; behind some there may be others."""
    distinct = np.unique(column.values[column.codes == 0])
    found: set[float] = set()
    while column.is_numeric and (codes := _apart(distinct)):
        found |= codes
        distinct = distinct[~np.isin(distinct, [*codes])]
    return found


def _apart(distinct: Float[ndarray, "number"]) -> set[float]:
    """The few lowest or highest numbers, if they are codes and twice as far from all others as any
    two neighbours among these are from each other.

    distinct  in rising order
    """
    # Of quarters: twice the gap between the two largest numbers would not fit.
    gaps = np.diff(distinct / 4)
    for count in range(1, min(MOST_CODES, len(distinct) - 3) + 1):
        low, high = distinct[:count], distinct[-count:]
        if gaps[count - 1] > 2 * gaps[count:].max() and _are_codes(low, distinct[count]):
            return {*map(float, low)}
        if gaps[-count] > 2 * gaps[:-count].max() and _are_codes(high, distinct[-count - 1]):
            return {*map(float, high)}
    return set()


def _are_codes(outer: Float[ndarray, "number"], nearest: float) -> bool:
    """Whether all are whole and negative, of two digits or where no other number is negative; or
    one of them is written with nines."""
    least = 0 if nearest >= 0 else -9
    is_whole = bool((outer == outer.round()).all())
    if is_whole and outer.max() < 0 and outer.max() <= least:
        return True
    has_nines = any(NINES.fullmatch(exact(float(value))) for value in outer)
    return has_nines and (len(outer) == 1 or is_whole)


def _without(column: Column, gone: set[float]) -> Column:
    """The column with these numbers as missing values."""
    hit = np.isin(column.values, [*gone])
    return replace(
        column,
        values=np.where(hit, np.nan, column.values),
        codes=np.where(hit, EMPTY, column.codes).astype("int8"),
    )

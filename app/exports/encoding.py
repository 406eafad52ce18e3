"""Arrays for the browser: as little-endian bytes, never as decimals.

An array becomes {"dtype", "shape", "along", "bytes"}, see block.py. Along its frames it goes as
differences of the numbers' bit patterns taken as integers: exact and, as neighbours are alike,
mostly small. Its bytes are shuffled (all first bytes, then all second ones, ...). Together that
compresses a third better than the plain bytes. A scaled array is uint16 over a range, for curves
that no screen shows finer; what lies beyond the range is told apart from its ends.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from numpy import ndarray

# A scaled array's numbers: below its range, within it from 1 to STEPS + 1, above it, NaN.
BELOW, STEPS, ABOVE, MISSING = 0, 65532, 65534, 65535


def encode(
    array: Shaped[ndarray, "..."], dtype: str = "<f4", along: int | None = None
) -> dict[str, Any]:
    """An array as bytes; `along` is the axis of its frames."""
    typed = np.ascontiguousarray(array, dtype=dtype)
    bits = typed.view(f"<u{typed.itemsize}")
    if along is not None:
        bits = np.diff(bits, axis=along, prepend=bits.dtype.type(0))
    shuffled = np.ascontiguousarray(bits).reshape(-1, 1).view(np.uint8).T
    about = {"dtype": dtype, "shape": list(typed.shape), "along": along}
    return about | {"bytes": np.ascontiguousarray(shuffled).tobytes()}


def encode_scaled(
    array: Float[ndarray, "..."], low: float, high: float, along: int
) -> dict[str, Any]:
    """An array as uint16, in steps from low to high. What lies beyond becomes infinite."""
    share = np.clip((array - low) / (high - low), 0, 1)
    steps = np.where(np.isnan(share), MISSING, 1 + np.round(share * STEPS))
    steps = np.where(array < low, BELOW, np.where(array > high, ABOVE, steps))
    return encode(steps, "<u2", along) | {"range": [low, high]}


def shortened(numbers: Float[ndarray, "..."], bits: int) -> Float[ndarray, "..."]:
    """The nearest numbers whose mantissa has so many bits: the zeros that are sent instead of
    the others compress to next to nothing."""
    whole = np.ascontiguousarray(numbers, "<f4").view("<u4")
    dropped = 23 - bits
    half, mask = np.uint32(1 << dropped - 1), np.uint32(0xFFFFFFFF >> dropped << dropped)
    rounded = ((whole + half) & mask).view("<f4")
    return np.where(np.isfinite(numbers) & np.isfinite(rounded), rounded, numbers)

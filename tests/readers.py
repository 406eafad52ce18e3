"""Python readers of what only the page's scripts read otherwise: encoded arrays and links."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray

from app.domain.fields import NAMES, NUMBERS
from app.domain.settings import Settings
from app.exports.payload import MISSING, STEPS


def decode(encoded: dict[str, Any]) -> Shaped[ndarray, ...]:
    """The inverse of `encode`, and of `encode_scaled` to within half a step."""
    dtype, along = np.dtype(encoded["dtype"]), encoded["along"]
    raw = np.frombuffer(base64.b64decode(encoded["data"]), np.uint8)
    bits = np.ascontiguousarray(raw.reshape(dtype.itemsize, -1).T).view(f"<u{dtype.itemsize}")
    bits = bits.reshape(encoded["shape"])
    if along is not None:
        bits = np.cumsum(bits, axis=along, dtype=bits.dtype)
    if "range" not in encoded:
        return bits.view(dtype)
    low, high = encoded["range"]
    return np.where(bits == MISSING, np.nan, low + bits / STEPS * (high - low))


def settings_of(query: str) -> Settings:
    """The settings that a link names, as assets/lab/page/address.mjs reads them."""
    chosen = dict(parse_qsl(query, keep_blank_values=True))
    names = {name: chosen[name] for name in NAMES if name in chosen}
    numbers = {name: float(chosen[name]) for name in NUMBERS if name in chosen}
    return Settings(**names, **numbers)

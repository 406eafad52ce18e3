"""Python readers of what only the page's scripts read otherwise: encoded arrays and links."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray

from app.domain.fields import NAMES, NUMBERS, TEXTS
from app.domain.link import usual_loss
from app.domain.settings import Settings
from app.exports.encoding import ABOVE, BELOW, MISSING, STEPS


def header_of(block: str) -> str:
    """The JSON of a block."""
    data = base64.b64decode(block)
    return data[4 : _arrays_at(data)].decode()


def unpack(block: str) -> dict[str, Any]:
    """The payload of a block, its arrays with their "bytes" again; the inverse of `pack`."""
    data = base64.b64decode(block)
    start = _arrays_at(data)

    def with_array(part: dict[str, Any]) -> dict[str, Any]:
        if "at" not in part:
            return part
        at = start + part.pop("at")
        return part | {"bytes": data[at : at + part.pop("size")]}

    return json.loads(data[4:start], object_hook=with_array)


def _arrays_at(data: bytes) -> int:
    return 4 + int.from_bytes(data[:4], "little")


def decode(encoded: dict[str, Any]) -> Shaped[ndarray, ...]:
    """The inverse of `encode`, and of `encode_scaled` to within half a step."""
    dtype, along = np.dtype(encoded["dtype"]), encoded["along"]
    raw = np.frombuffer(encoded["bytes"], np.uint8)
    bits = np.ascontiguousarray(raw.reshape(dtype.itemsize, -1).T).view(f"<u{dtype.itemsize}")
    bits = bits.reshape(encoded["shape"])
    if along is not None:
        bits = np.cumsum(bits, axis=along, dtype=bits.dtype)
    if "range" not in encoded:
        return bits.view(dtype)
    low, high = encoded["range"]
    values = low + (bits - 1.0) / STEPS * (high - low)
    values[bits == BELOW], values[bits == ABOVE], values[bits == MISSING] = -np.inf, np.inf, np.nan
    return values


def settings_of(query: str) -> Settings:
    """The settings that a link names, as assets/lab/page/address.mjs reads them."""
    chosen = dict(parse_qsl(query, keep_blank_values=True))
    names = {name: chosen[name] for name in NAMES | TEXTS if name in chosen}
    numbers = {name: float(chosen[name]) for name in NUMBERS if name in chosen}
    loss = usual_loss(chosen.get("dataset", ""))
    return Settings(**{"loss": loss} | names, **numbers)

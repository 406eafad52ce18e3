"""A payload as one block of bytes, in base64: Dash's renderer carries it as one opaque string.

block = length of the header (uint32, little-endian), header (JSON), arrays. Each array begins at a
multiple of four bytes after the header. In its place the header says at which byte ("at") it begins
and how many bytes it has ("size"). assets/lab/lib/arrays.mjs reads it.
"""

import base64
import json
from typing import Any

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray

WORD = 4


def pack(payload: dict[str, Any]) -> str:
    """A payload as a block. The arrays in it are those of payload.encode, and the figures'."""
    arrays: list[bytes] = []
    header = json.dumps(_without_arrays(payload, arrays), allow_nan=False, separators=(",", ":"))
    text = _whole_words(header.encode(), b" ")
    return base64.b64encode(len(text).to_bytes(WORD, "little") + text + b"".join(arrays)).decode()


def _without_arrays(part: Any, arrays: list[bytes]) -> Any:
    if isinstance(part, ndarray):
        part = _as_plotly(part)
    if isinstance(part, np.generic):
        return part.item()
    if isinstance(part, (list, tuple)):
        return [_without_arrays(one, arrays) for one in part]
    if not isinstance(part, dict):
        return part
    if "bytes" not in part:
        return {name: _without_arrays(one, arrays) for name, one in part.items()}
    at, array = sum(map(len, arrays)), part["bytes"]
    arrays.append(_whole_words(array, b"\0"))
    about = {name: one for name, one in part.items() if name != "bytes"}
    return about | {"at": at, "size": len(array)}


def _as_plotly(array: Shaped[ndarray, "..."]) -> dict[str, Any]:
    """Plotly's form of an array, with its bytes."""
    typed = np.ascontiguousarray(array, f"<f{array.itemsize}")
    about: dict[str, Any] = {"dtype": f"f{typed.itemsize}"}
    if typed.ndim > 1:
        about["shape"] = ", ".join(map(str, typed.shape))
    return about | {"bytes": typed.tobytes()}


def _whole_words(data: bytes, filler: bytes) -> bytes:
    return data + filler * (-len(data) % WORD)

"""Experiments as bytes for other processes, and back: the same bits, and nothing that could run.

The bytes are a length, a JSON text of that length that says what there is, and the arrays in a row.
What is read is looked at where it lies: of a mapped file no byte is copied, and processes that map
the same one share its memory.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import fields, is_dataclass
from functools import cache
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor

from app.engine.experiment import Experiment
from app.engine.training import Descent, Training
from app.results import (
    Box,
    Dataset,
    Fit,
    LossSurface,
    Plane,
    Projection,
    RangeTest,
    Scaling,
    Sweep,
)
from app.settings import Settings

KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(Experiment, Training, Descent, Settings, Sweep, Dataset, Scaling),
        *(LossSurface, Plane, Box, Projection, Fit, RangeTest),
    )
}
HEAD = struct.Struct("<Q")
# No processor is slow with numbers that begin at a multiple of this.
EDGE = 64
MALFORMED = (
    *(
        struct.error,
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        OverflowError,
    ),
)


def pack(made: Experiment | Sweep) -> bytes:
    """As bytes. Raises TypeError for what KINDS does not list, such as a person's own data."""
    arrays: list[ndarray] = []
    tree = _described(made, arrays)
    text = json.dumps([tree, [[array.dtype.str, array.shape] for array in arrays]]).encode()
    text += b" " * (-(HEAD.size + len(text)) % EDGE)
    parts: list[bytes | memoryview] = [HEAD.pack(len(text)), text]
    for array in arrays:
        parts += _padded(array)
    return b"".join(parts)


def unpack(data: bytearray | mmap, settings: Settings) -> Any:
    """What was packed of these settings. Its arrays lie in `data`, so that must be writable, as
    torch wants it. Raises ValueError for anything else."""
    try:
        (length,) = HEAD.unpack_from(data)
        tree, described = json.loads(data[HEAD.size : HEAD.size + length])
        place, arrays = HEAD.size + length, []
        for dtype, shape in described:
            arrays.append(np.ndarray(shape, _of_numbers(dtype), data, place))
            place += arrays[-1].nbytes + -arrays[-1].nbytes % EDGE
        made = _made(tree, arrays)
        sweep = made.sweep if isinstance(made, Experiment) else made
        is_it = isinstance(sweep, Sweep) and sweep.settings.sweep_id == settings.sweep_id
    except MALFORMED as error:
        raise ValueError("this is no experiment") from error
    if not is_it:
        raise ValueError("this is no experiment of these settings")
    return made


def key_of(kind: str, settings: Settings) -> str:
    """Under which name others find what was made of these settings: by this edition alone, since
    another may train otherwise."""
    return f"{edition()}-{kind}-{settings.sweep_id}"


@cache
def edition() -> str:
    """Names this code and the torch that runs it."""
    found = hashlib.sha256(torch.__version__.encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _of_numbers(text: str) -> np.dtype[Any]:
    """A kind of number. Raises ValueError for any other: NumPy would take bytes for addresses."""
    dtype = np.dtype(text)
    if dtype.kind not in "biuf":
        raise ValueError("these are no numbers")
    return dtype


def _padded(array: ndarray) -> tuple[memoryview, bytes]:
    """An array as it lies in memory, so that joining makes the only copy, and what fills it up."""
    data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return data.data, bytes(-data.nbytes % EDGE)


def _described(value: Any, arrays: list[ndarray]) -> Any:
    """As JSON has it; arrays are put aside."""
    if isinstance(value, Tensor | ndarray):
        array = np.asarray(value)
        # What is held twice is sent once.
        at = next((k for k, one in enumerate(arrays) if _are_one(one, array)), len(arrays))
        if at == len(arrays):
            arrays.append(array)
        return {"is": type(value).__name__, "at": at}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    name = type(value).__name__
    if name in KINDS:
        names = [one.name for one in fields(value)] if is_dataclass(value) else value._fields
        return {"is": name, "of": {n: _described(getattr(value, n), arrays) for n in names}}
    if isinstance(value, tuple):
        return [_described(one, arrays) for one in value]
    raise TypeError(f"no {name} is handed on")


def _are_one(one: ndarray, other: ndarray) -> bool:
    """Whether both are the same numbers in the same memory."""
    first, second = one.__array_interface__, other.__array_interface__
    return bool(
        one.size and all(first[k] == second[k] for k in ("data", "shape", "strides", "typestr"))
    )


def _made(tree: Any, arrays: list[ndarray]) -> Any:
    """The inverse of `_described`."""
    if isinstance(tree, list):
        return tuple(_made(one, arrays) for one in tree)
    if not isinstance(tree, dict):
        return tree
    if "at" in tree:
        array = arrays[tree["at"]]
        return torch.from_numpy(array) if tree["is"] == "Tensor" else array
    return KINDS[tree["is"]](**{name: _made(one, arrays) for name, one in tree["of"].items()})

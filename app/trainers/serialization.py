"""Experiments and sweeps as bytes for other processes, and back: bit for bit, and never by pickle.

The bytes are NumPy's npz: arrays, and a JSON text that says which of the listed types to build. So
whoever can write into Redis can show wrong numbers but cannot run code.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor

from app.domain.results import (
    Bowl,
    Box,
    Dataset,
    Fit,
    LossSurface,
    Plane,
    Projection,
    RangeTest,
    Scaling,
    SeedsPicture,
    Sweep,
)
from app.domain.settings import Settings
from app.engine.recorder import Descent, Training
from app.trainers.base import Experiment

KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(Experiment, Training, Descent, Settings, Sweep, Dataset, Scaling),
        *(LossSurface, Plane, SeedsPicture, Bowl, Box, Projection, Fit, RangeTest),
    )
}


def dumps(value: Experiment | Sweep) -> bytes:
    """The value as bytes. Raises TypeError for a type that KINDS does not list, which includes a
    person's own data."""
    arrays: list[ndarray] = []
    tree = json.dumps(_described(value, arrays))
    file = BytesIO()
    np.savez(file, *arrays, tree=np.array(tree))
    return file.getvalue()


def loads(data: bytes, settings: Settings) -> Any:
    """The Experiment or Sweep of these settings. Raises ValueError for any other bytes."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as file:
            arrays = [file[f"arr_{at}"] for at in range(len(file) - 1)]
            value = _built(json.loads(file["tree"].item()), arrays)
        sweep = value.sweep if isinstance(value, Experiment) else value
        is_valid = isinstance(sweep, Sweep) and sweep.settings.sweep_id == settings.sweep_id
    except Exception as error:
        # The bytes are not trusted: they may say anything.
        raise ValueError("these bytes are not an experiment") from error
    if not is_valid:
        raise ValueError("these bytes are not an experiment of these settings")
    return value


def cache_key(kind: str, settings: Settings) -> str:
    """The key under which processes with the same code share a result of these settings."""
    return f"{code_version()}-{kind}-{settings.sweep_id}"


@cache
def code_version() -> str:
    """A hash of this code and of the version of torch: other code may train differently."""
    digest = hashlib.sha256(torch.__version__.encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _described(value: Any, arrays: list[ndarray]) -> Any:
    """The value as JSON; its arrays are appended to `arrays`."""
    if isinstance(value, Tensor | ndarray):
        array = np.asarray(value)
        # An array that occurs twice is sent once.
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
    raise TypeError(f"{name} cannot be serialized")


def _are_one(one: ndarray, other: ndarray) -> bool:
    """Whether both are views of the same memory."""
    first, second = one.__array_interface__, other.__array_interface__
    return bool(
        one.size and all(first[k] == second[k] for k in ("data", "shape", "strides", "typestr"))
    )


def _built(tree: Any, arrays: list[ndarray]) -> Any:
    """The inverse of `_described`."""
    if isinstance(tree, list):
        return tuple(_built(one, arrays) for one in tree)
    if not isinstance(tree, dict):
        return tree
    if "at" in tree:
        array = arrays[tree["at"]]
        return torch.from_numpy(array) if tree["is"] == "Tensor" else array
    return KINDS[tree["is"]](**{name: _built(one, arrays) for name, one in tree["of"].items()})

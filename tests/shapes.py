"""Checks shapes and types while the tests run, but not on every call.

A check takes longer than most of the functions that a training step calls. So in each test, calls
of a function with arguments of the same types and shapes are checked only at powers of two: the
1st, 2nd, 4th, ... Arguments of a new type or shape are always checked, and so is their result.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import jaxtyping

# The import hook looks for bytecode under a name of its own, also for packages that are first
# imported while it is active, and finds none. Importing the large ones before takes half the time.
import sklearn.datasets
import sklearn.linear_model
import sklearn.model_selection
import sklearn.preprocessing  # noqa: F401
import torch  # noqa: F401

_calls: Counter[tuple[Any, ...]] = Counter()


def check_shapes(*modules: str) -> None:
    """Checks arguments, results and dataclass fields of these modules, imported from now on."""
    jaxtyping.jaxtyped = seldom(jaxtyping.jaxtyped)
    jaxtyping.install_import_hook(modules, "beartype.beartype")


def forget_calls() -> None:
    """Starts counting again, for the next test."""
    _calls.clear()


def seldom(decorate: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a decorator that checks every call check only some."""

    def decorate_seldom(function: Any = None, **options: Any) -> Any:
        if function is None:
            return functools.partial(decorate_seldom, **options)
        checked = decorate(function, **options)
        # A dataclass is checked in its __init__, every time.
        return checked if isinstance(function, type) else _some(function, checked)

    return decorate_seldom


def _some(function: Callable[..., Any], checked: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(checked)
    def call(*given: Any, **named: Any) -> Any:
        kind = (checked, *map(_kind, given), *map(_kind, named.values()))
        _calls[kind] = count = _calls[kind] + 1
        return (function if count & (count - 1) else checked)(*given, **named)

    return call


def _kind(value: Any) -> tuple[Any, ...]:
    """What a type check can depend on, as far as it is cheap to find out."""
    return type(value), getattr(value, "shape", None), getattr(value, "dtype", None)

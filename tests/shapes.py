"""Shapes and types are checked while the tests run, though not at every step of a training.

A step calls half a dozen functions, and to check a call takes longer than most of them do: a test
that trains would mostly check the same shapes again. So in each test, of a function's calls with
arguments of the same types and shapes, those are checked whose number is a power of two: the 1st,
the 2nd, the 4th, ... What is new is always checked, with its result.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import jaxtyping

# The hook looks for compiled code under a name of its own, also for whatever its modules import
# first, and finds none: what comes with compiled code is imported before, in half the time.
import sklearn.datasets
import sklearn.linear_model
import sklearn.model_selection
import sklearn.preprocessing  # noqa: F401
import torch  # noqa: F401

_calls: Counter[tuple[Any, ...]] = Counter()


def check_shapes(*modules: str) -> None:
    """From now on, in what is imported of these: arguments, results and fields of dataclasses."""
    jaxtyping.jaxtyped = seldom(jaxtyping.jaxtyped)
    jaxtyping.install_import_hook(modules, "beartype.beartype")


def forget_calls() -> None:
    """All are new again: another test begins."""
    _calls.clear()


def seldom(decorate: Callable[..., Any]) -> Callable[..., Any]:
    """The decorator that checks every call, so that it checks some."""

    def decorate_seldom(function: Any = None, **options: Any) -> Any:
        if function is None:
            return functools.partial(decorate_seldom, **options)
        checked = decorate(function, **options)
        # Of a dataclass it has changed __init__, and always checks that.
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
    """What a check of its type can depend on, and is quickly found."""
    return type(value), getattr(value, "shape", None), getattr(value, "dtype", None)

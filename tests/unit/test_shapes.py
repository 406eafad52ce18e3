"""Which calls tests/shapes.py checks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

from app.engine import datasets
from app.engine.network import Network
from tests.shapes import forget_calls, seldom


@pytest.fixture
def checked() -> list[int]:
    """The first argument of each checked call."""
    return []


@pytest.fixture
def function(checked: list[int]) -> Callable[..., Any]:
    """A function that returns the length of its second argument."""

    def noting(some: Callable[..., Any], **_: Any) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            checked.append(given[0])
            return some(*given, **named)

        return call

    return seldom(noting)(typechecker=None)(lambda number, array, **_: len(array))


def test_equal_calls_are_checked_at_powers_of_two(function: Any, checked: list[int]) -> None:
    assert [function(number, torch.zeros(3)) for number in range(1, 21)] == [3] * 20
    assert checked == [1, 2, 4, 8, 16]


@pytest.mark.parametrize(
    "other", [torch.zeros(4), torch.zeros(3, 1), torch.zeros(3).double(), np.zeros(3), [0, 0, 0]]
)
def test_a_new_shape_or_type_is_checked(function: Any, checked: list[int], other: Any) -> None:
    for number in range(1, 4):
        function(number, torch.zeros(3))
    assert function(5, other) == len(other)
    function(6, torch.zeros(3), more=other)
    assert checked == [1, 2, 5, 6]


def test_counting_starts_again_after_forget_calls(function: Any, checked: list[int]) -> None:
    for number in range(1, 4):
        function(number, torch.zeros(3))
    forget_calls()
    function(7, torch.zeros(3))
    assert checked == [1, 2, 7]


def test_a_result_of_the_wrong_shape_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    network, inputs = Network(1, 10), torch.zeros(5, 1)
    network.predict(torch.zeros(1, 31), inputs)
    monkeypatch.setattr(Network, "_predict_chunk", lambda *_: torch.zeros(3, 4))
    with pytest.raises(TypeCheckError):
        network.predict(torch.zeros(2, 31), inputs)


def test_dataclass_fields_are_checked() -> None:
    dataset = datasets.builtin("line")
    with pytest.raises(TypeCheckError):
        replace(dataset, targets=dataset.inputs)

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from app.strict_json import LONGEST_NUMBER, MOST_DEPTH, MOST_VALUES, JsonError, read_json
from tests.test_guard import anything


@given(anything)
def test_small_values_survive(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value


def test_the_limits_are_where_they_are_said_to_be() -> None:
    deepest = "[" * MOST_DEPTH + "]" * MOST_DEPTH
    assert read_json(deepest.encode()) is not None
    assert len(read_json(json.dumps([0] * (MOST_VALUES - 2)).encode())) == MOST_VALUES - 2
    assert read_json(b"9" * LONGEST_NUMBER) == int("9" * LONGEST_NUMBER)
    for text in (f"[{deepest}]", json.dumps([0] * MOST_VALUES), "9" * (LONGEST_NUMBER + 1)):
        with pytest.raises(JsonError, match=r"^The request .*\.$"):
            read_json(text.encode())


def test_what_stands_in_a_text_does_not_count() -> None:
    text = '[{,"\\' * 2_000
    assert read_json(json.dumps([text]).encode()) == [text]

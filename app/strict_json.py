"""JSON of a stranger: read only where it is small, flat and plain, so that reading costs little."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

# The deepest request of the page has six levels, and its largest some hundred values.
MOST_DEPTH = 12
MOST_VALUES = 2000
# Quotation marks and backslashes: four for a value and its name, and some within texts.
MOST_MARKS = 5 * MOST_VALUES
# JavaScript writes no number in more.
LONGEST_NUMBER = 40
# Possessive, so that a long text is passed in one go and never gone back into.
TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")


class JsonError(ValueError):
    """What cannot be read; its text is a sentence that quotes nothing of it."""


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises JsonError for what is no JSON in UTF-8, for more than
    MOST_DEPTH levels, MOST_VALUES values or MOST_MARKS around and in them, for numbers that are
    too long or not finite, and for texts that are no Unicode."""
    try:
        text = body.decode()
        _check_size(text)
        value = json.loads(
            text, parse_constant=_constant, parse_int=_whole_number, parse_float=_number
        )
    except JsonError:
        raise
    except (ValueError, RecursionError):
        raise JsonError("The request is not JSON.") from None
    _check_texts(value)
    return value


def _check_size(text: str) -> None:
    """Counts before anything is built: every value but the first follows one of , [ or {."""
    if text.count('"') + text.count("\\") > MOST_MARKS:
        raise JsonError("The request has too many parts.")
    bare = TEXT.sub("", text)
    if sum(map(bare.count, ",[{")) >= MOST_VALUES:
        raise JsonError("The request has too many parts.")
    depth = 0
    for mark in re.findall(r"[][{}]", bare):
        depth += 1 if mark in "[{" else -1
        if depth > MOST_DEPTH:
            raise JsonError("The request is nested too deeply.")


def _check_texts(value: Any) -> None:
    """Half of a surrogate pair can be escaped in JSON, and written into no answer."""
    if isinstance(value, str) and SURROGATE.search(value):
        raise JsonError("The request has text that is no Unicode.")
    if isinstance(value, dict):
        for key, part in value.items():
            _check_texts(key)
            _check_texts(part)
    elif isinstance(value, list):
        for part in value:
            _check_texts(part)


def _whole_number(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _number(digits: str) -> float:
    _check_length(digits)
    value = float(digits)
    if not math.isfinite(value):
        raise JsonError("The request has a number that is too large.")
    return value


def _check_length(digits: str) -> None:
    if len(digits) > LONGEST_NUMBER:
        raise JsonError("The request has a number that is too long.")


def _constant(name: str) -> NoReturn:
    raise JsonError("The request has a number that is none.")

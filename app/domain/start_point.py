"""A start placed by hand, as a setting's text: `0.5,1` is the weight and the bias of a line, and
`anchored,0.5,1` for any other model a point of that plane of the seed's own sweep."""

import re
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from app.domain.errors import InvalidSetting
from app.domain.fields import plain, shown

# The planes of which any sweep has one: what a person chooses besides changes nothing in them.
START_PLANES = ("anchored", "random", "sharpest")
# The largest weight or bias of a line, and the largest coordinate on a plane. Up to these the loss
# at the start is a 32-bit number, for any network and any data.
LARGEST_PARAMETER, LARGEST_COORDINATE = 1e6, 1000.0
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class StartPoint(NamedTuple):
    """Weight and bias, or the coordinates on a plane."""

    first: float
    second: float
    plane: str = ""


def start_point(text: str) -> StartPoint | None:
    """The point of a text that `checked_start` has returned; None for the seed's own start."""
    if not text:
        return None
    *plane, first, second = text.split(",")
    return StartPoint(float(first), float(second), *plane)


def checked_start(value: object, is_line: bool) -> str:
    """The one text for all that mean the same start: its numbers are rounded to 32 bits, as
    parameters are. Raises InvalidSetting, which says what this model needs."""
    if value == "":
        return ""
    most = LARGEST_PARAMETER if is_line else LARGEST_COORDINATE
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
    names, numbers = parts[:-2], [_digits(text, most) for text in parts[-2:]]
    is_named = not names if is_line else len(names) == 1 and names[0] in START_PLANES
    if len(numbers) < 2 or not all(numbers) or not is_named:
        raise InvalidSetting(f"{_rule(is_line, most)} Got {shown(value)}.", "start")
    return ",".join([*names, *numbers])


def _rule(is_line: bool, most: float) -> str:
    limits = f"from -{plain(most)} to {plain(most)}"
    if is_line:
        return f"Start must be a weight and a bias {limits}, such as 0.5,1."
    planes = f"{', '.join(START_PLANES[:-1])} or {START_PLANES[-1]}"
    return f"Start must be a plane ({planes}) and two numbers {limits}, such as anchored,0.5,1."


def _digits(text: str, most: float) -> str:
    """A number's fewest digits that read back as the same 32 bits; nothing for any other text."""
    if not NUMBER.fullmatch(text) or abs(float(text)) > most:
        return ""
    # A minus before 0 says nothing.
    return f"{Decimal(str(np.float32(text) + 0)).normalize():f}"

"""The numbers of a column of texts: decimal sign, digit groups, and why a cell is not a number."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

POINT, COMMA = "point", "comma"
# No two parts can match the same digit, so a long cell takes linear time.
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")
# Groups of three digits; in India all but the last are of two.
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([,' ])(?:\d{2,3}\1)*\d{3}(\.\d*)?")
SWAPPED = str.maketrans(",.", ".,")
# What stands for a minus sign, for a blank between groups of digits, and for an apostrophe.
LIKE = str.maketrans("\u2212\u2013\uff0d\xa0\u202f\u2009\u2007\u2019", "---    '")
# One sign or unit beside a number: $5, 12 %, 7.5 kg.
UNIT = re.compile(r"([$€£¥₹]?)\s?([+-]?[\d.,' ]*\d\.?)\s?([$€£¥₹%‰]|°?[^\W\d_]{0,5})")
LONGEST_UNIT = 40
# Besides these and what spreadsheets write for an error, any cell of punctuation alone is missing.
MISSING = {"", "na", "n/a", "n.a.", "<na>", "nan", "null", "<null>", "none", "nil", "missing"}
PUNCTUATION = re.compile(r"[-–—.*?…:_/]+|#(n/a|[a-z/0]+[!?])", re.IGNORECASE)
# A date or a time, which begins like a number.
TIME = re.compile(r"\d(:\d|[-/.]\d+[-/.]\d)")
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
# Why a cell is not a number, by its code; 0 is a number.
NUMBERLESS = (
    "",
    "are empty or missing",
    "have something beside the number",
    "contain words",
    "are infinite",
    "contain formulas",
    "mix decimal points and commas",
)
EMPTY, BESIDE, WORDS, INFINITY, FORMULA, MIXED = range(1, 7)


@dataclass(frozen=True)
class Texts:
    """A column before its decimal sign is settled.

    cells    as they are compared with a number: one kind of minus and blank, without the unit
    points   each cell's number if commas separate groups of digits, None if it is no such number
    commas   the same if the comma is the decimal sign
    unit     the sign or unit that stood beside every number
    """

    cells: Sequence[str]
    points: Sequence[float | None]
    commas: Sequence[float | None]
    unit: str

    @cached_property
    def certain(self) -> dict[str, int]:
        """The decimal signs that some cell leaves no doubt about, and the first such cell."""
        found: dict[str, int] = {}
        for row, (point, comma) in enumerate(zip(self.points, self.commas, strict=True)):
            if (point is None) != (comma is None):
                found.setdefault(COMMA if point is None else POINT, row)
        return found

    @cached_property
    def doubtful(self) -> int | None:
        """The first cell whose number depends on the decimal sign."""
        pairs = enumerate(zip(self.points, self.commas, strict=True))
        return next(
            (row for row, (one, other) in pairs if None not in (one, other) and one != other), None
        )

    @cached_property
    def looks_grouped(self) -> bool:
        """Some numbers have a sign and others have none: whoever writes three decimals writes them
        always, but numbers below 1,000 have no groups."""
        pairs = zip(self.cells, self.points, strict=True)
        return len({"," in cell or "." in cell for cell, number in pairs if number is not None}) > 1

    @cached_property
    def is_numeric(self) -> bool:
        """At least half of the cells in the lower half, where no header is, are numbers."""
        half = len(self.cells) // 2
        pairs = zip(self.points[half:], self.commas[half:], strict=True)
        count = sum(point is not None or comma is not None for point, comma in pairs)
        return 2 * count >= len(self.cells) - half


def texts_of(cells: Sequence[str]) -> Texts:
    """Both readings of each cell."""
    plain = [cell if cell.isascii() else cell.translate(LIKE).strip() for cell in cells]
    pairs = [_both(cell) for cell in plain]
    unit = ""
    if all(pair == (None, None) for pair in pairs):
        plain, unit = _without_unit(plain)
        pairs = [_both(cell) for cell in plain] if unit else pairs
    return Texts(plain, [point for point, _ in pairs], [comma for _, comma in pairs], unit)


def parsed(texts: Texts, mark: str | None) -> tuple[Float[ndarray, "row"], Int[ndarray, "row"]]:
    """The numbers, NaN where there is none, and the codes of NUMBERLESS.

    mark  the decimal sign, None if the column has both
    """
    numbers = texts.commas if mark == COMMA else texts.points
    others = texts.points if mark == COMMA else texts.commas
    codes = np.zeros(len(numbers), dtype="int8")
    values = np.full(len(numbers), math.nan)
    for row, number in enumerate(numbers):
        if number is None and others[row] is None:
            codes[row] = _code(texts.cells[row])
        elif number is None or mark is None:
            codes[row] = MIXED
        elif math.isinf(number):  # 1e999 is written like a number
            codes[row] = INFINITY
        else:
            values[row] = number
    return values, codes


def _both(cell: str) -> tuple[float | None, float | None]:
    """The number with a decimal point and the one with a decimal comma."""
    number = _number(cell)
    if "," not in cell and "." not in cell:
        return number, number
    return number, _number(cell.translate(SWAPPED))


def _number(cell: str) -> float | None:
    if NUMBER.fullmatch(cell):
        return float(cell)
    if grouped := GROUPED.fullmatch(cell):
        return float(cell.replace(grouped[1], ""))
    return None


def _without_unit(cells: list[str]) -> tuple[list[str], str]:
    """The cells without the sign or unit that most of them have, and that."""
    found = [UNIT.fullmatch(cell) if len(cell) <= LONGEST_UNIT else None for cell in cells]
    units = Counter((one[1], one[3]) for one in found if one)
    if not units:
        return cells, ""
    usual, count = units.most_common(1)[0]
    # A column of words may contain a number with a letter.
    if not any(usual) or 2 * count < len(cells) - 1:
        return cells, ""
    kept = [
        one[2] if one and (one[1], one[3]) == usual else cell
        for one, cell in zip(found, cells, strict=True)
    ]
    return kept, "".join(usual)


def _code(cell: str) -> int:
    if cell.lower() in MISSING or PUNCTUATION.fullmatch(cell):
        return EMPTY
    if cell.startswith("="):
        return FORMULA
    if INFINITE.fullmatch(cell):
        return INFINITY
    begins_with_number = any(letter.isdigit() for letter in cell[:3])
    return BESIDE if begins_with_number and not TIME.search(cell[:20]) else WORDS

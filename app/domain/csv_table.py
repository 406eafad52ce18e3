"""A table as it was read, and what a person may set by hand about how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from app.domain.csv_lines import SEPARATORS, TableError
from app.domain.csv_numbers import COMMA, POINT
from app.domain.fields import shown


@dataclass(frozen=True)
class Reading:
    """What a person has set by hand; what is None or empty is found.

    separator  a key of SEPARATORS
    decimal    "point" or "comma", for the whole table
    decimals   the same for single columns, by their names
    header     the line that has the names, 0 for none
    missing    numbers that stand for a missing value wherever they were told as such
    """

    separator: str | None = None
    decimal: str | None = None
    decimals: Mapping[str, str] = field(default_factory=dict)
    header: int | None = None
    missing: tuple[float, ...] = ()

    @classmethod
    def from_mapping(cls, values: Any) -> "Reading":
        """From a request. Raises TableError."""
        values = {} if values is None else values
        if not isinstance(values, dict) or not set(values) <= {one.name for one in fields(cls)}:
            raise TableError("These options for reading a table are not valid.")
        made = cls(**values)
        marks = made.decimals.values() if isinstance(made.decimals, dict) else [0]
        if not (
            _one_of(made.separator, (None, *SEPARATORS))
            and _one_of(made.decimal, (None, POINT, COMMA))
            and all(_one_of(mark, (POINT, COMMA)) for mark in marks)
            and type(made.header) in (int, type(None))
            and isinstance(made.missing, (list, tuple))
            and all(type(one) in (int, float) for one in made.missing)
        ):
            raise TableError(f"A table cannot be read like this: {shown(str(values))}.")
        return made


def _one_of(value: Any, known: tuple[str | None, ...]) -> bool:
    return isinstance(value, (str, type(None))) and value in known


@dataclass(frozen=True)
class Column:
    """One column: NaN where a cell is not a number, and the code of NUMBERLESS that says why.

    words  of a column of two different words, which of them is 0 and which is 1
    """

    name: str
    values: Float[ndarray, "row"]
    codes: Int[ndarray, "row"]
    words: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """At least half of the cells are numbers, so the column can be selected."""
        return not self.words and bool(2 * np.count_nonzero(self.codes == 0) >= len(self.codes))

    @property
    def has_two_values(self) -> bool:
        """Its numbers are two different ones, each more than once, whatever else stands in it."""
        _, counts = np.unique(self.values[self.codes == 0], return_counts=True)
        return len(counts) == 2 and counts.min() > 1


@dataclass(frozen=True)
class Question:
    """A number that can be read in two ways, the first of its column.

    column   the column's name
    cell     the number as it is written
    point    what it is if commas separate groups of digits
    comma    what it is if the comma is the decimal sign
    decimal  as which it is read, "point" or "comma"
    """

    column: str
    cell: str
    point: str
    comma: str
    decimal: str


@dataclass(frozen=True)
class Sentinel:
    """A number that probably stands for a missing value, and the columns in which it does."""

    value: float
    columns: tuple[str, ...]
    count: int
    is_left_out: bool


@dataclass(frozen=True)
class Table:
    """The columns, the first lines unchanged, how they were read, and sentences about it.

    head    the first lines, each with its number
    header  the lines that have the columns' names; empty if there are none
    body    the first line of the numbers
    """

    columns: tuple[Column, ...]
    head: tuple[tuple[int, tuple[str, ...]], ...]
    separator: str
    decimal: str
    header: tuple[int, ...]
    body: int
    notes: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    sentinels: tuple[Sentinel, ...] = ()

    @property
    def numeric(self) -> tuple[Column, ...]:
        """The columns that can be selected."""
        return tuple(column for column in self.columns if column.is_numeric)

    @property
    def targets(self) -> tuple[Column, ...]:
        """The columns that can be the target: those of numbers, and those of two words."""
        return tuple(column for column in self.columns if column.is_numeric or column.words)

    def column(self, name: object) -> Column:
        """The numeric column of this name, or TableError."""
        for column in self.numeric:
            if column.name == name:
                return column
        raise TableError(f"The table has no numeric column called {shown(name)}.")

    def target(self, name: object) -> Column:
        """The column of this name, if it can be the target; else TableError."""
        for column in self.targets:
            if column.name == name:
                return column
        if any(column.name == name for column in self.columns):
            raise TableError(f"A target has numbers or two different words; {shown(name)} has not.")
        return self.column(name)

"""A person's CSV file as columns of numbers. Whatever is wrong with it is one sentence."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from app.choices import SettingsError, shown
from app.presence import held

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
TOO_LONG = f"The table is too long: at most {MOST_ROWS:,} rows are read."
LEAST_ROWS = 3
HEAD_ROWS = 5
LONGEST_NAME = 40
# In the order in which they are tried: a comma may also be a decimal comma.
SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}
# No digit can be taken in two ways, so that a long cell takes no longer than its length.
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")
MISSING = {"", "-", "?", "na", "n/a", "nan", "null", "none"}
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
# Why a cell is no number, in the order of their codes; 0 is a number.
NUMBERLESS = ("", "are empty", "hold words", "are infinite", "hold formulas")
EMPTY, WORDS, INFINITY, FORMULA = 1, 2, 3, 4
# What is said of a table without numbers, by what most of its cells hold.
NO_NUMBERS = {
    EMPTY: "There are no numbers in it: its cells are empty.",
    WORDS: "There are no numbers in it.",
    INFINITY: "Its cells are infinite: no model can be fitted to that.",
    FORMULA: "Its cells hold formulas. Save the values instead, as CSV.",
}
READING = Lock()
# How files of other kinds begin.
SIGNATURES = {
    b"PK\x03\x04": "This is a spreadsheet or an archive, not a CSV file. Save its sheet as CSV.",
    b"\xd0\xcf\x11\xe0": "This is an old spreadsheet, not a CSV file. Save its sheet as CSV.",
    b"%PDF": "This is a PDF, not a CSV file.",
    b"\xff\xfe": "The file is in UTF-16. Save it as “CSV UTF-8”.",
    b"\xfe\xff": "The file is in UTF-16. Save it as “CSV UTF-8”.",
}


class TableError(SettingsError):
    """A file that cannot be read; its text is a sentence for the person who brought it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, "dataset")


@dataclass(frozen=True)
class Column:
    """One column: NaN where a cell is no number, and the code of NUMBERLESS that says why."""

    name: str
    values: Float[ndarray, "row"]
    codes: Int[ndarray, "row"]

    @property
    def is_numeric(self) -> bool:
        """At least half of its cells are numbers, so it can be chosen."""
        return bool(2 * np.count_nonzero(self.codes == 0) >= len(self.codes))


@dataclass(frozen=True)
class Table:
    """What was read: the columns, the first rows as they stand, and what was left out and why."""

    columns: tuple[Column, ...]
    head: tuple[tuple[str, ...], ...]
    separator: str
    has_decimal_comma: bool
    has_header: bool
    notes: tuple[str, ...] = field(default=())

    @property
    def numeric(self) -> tuple[Column, ...]:
        """The columns that can be chosen."""
        return tuple(column for column in self.columns if column.is_numeric)

    def column(self, name: object) -> Column:
        """The numeric column of this name, or TableError."""
        for column in self.numeric:
            if column.name == name:
                return column
        raise TableError(f"The table has no column of numbers called {shown(name)}.")


def read_table(content: bytes) -> Table:
    """A table from a file's bytes: UTF-8 with or without a byte order mark; comma, semicolon or
    tab; decimal point or comma; with or without a header. Raises TableError."""
    # The largest take a second and much memory: one after the other.
    with held(READING):
        return _read(content)


def _read(content: bytes) -> Table:
    lines, separator = _rows(_text(content))
    rows, notes = _even(lines, separator)
    has_comma = _has_decimal_comma(rows)
    codes = np.array([[_code(cell, has_comma) for cell in cells] for _, cells in rows], np.int8)
    has_header = _has_header(codes)
    names = _names(rows[0][1] if has_header else [], len(rows[0][1]))
    body = [cells for _, cells in rows[has_header:]]
    if len(body) > MOST_ROWS:
        raise TableError(TOO_LONG)
    if len(body) < LEAST_ROWS:
        raise TableError(f"{_many(len(body), 'row')} of data is too few: bring at least 3.")
    columns = tuple(
        _column(name, cells, kinds, has_comma)
        for name, cells, kinds in zip(
            names, zip(*body, strict=True), codes[has_header:].T, strict=True
        )
    )
    table = Table(
        columns=columns,
        head=tuple(tuple(cell[:LONGEST_NAME] for cell in cells) for cells in body[:HEAD_ROWS]),
        separator=SEPARATORS[separator],
        has_decimal_comma=has_comma,
        has_header=has_header,
        notes=(*notes, *_left_out(columns)),
    )
    _check_numbers(table)
    return table


def _text(content: bytes) -> str:
    """The file as text, or what kind of file it is instead."""
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1024 / 1024:.1f} MiB"
        raise TableError(f"The file is too large: {size}, and at most 2 MiB are read.")
    for signature, sentence in SIGNATURES.items():
        if content.startswith(signature):
            raise TableError(sentence)
    if b"\0" in content:
        raise TableError("This is no text file. Bring a table as CSV.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TableError(
            f"The file is not in UTF-8 (line {line}). Save it as “CSV UTF-8”."
        ) from None
    if not text.strip():
        raise TableError("There is nothing in it.")
    return text


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Line numbers and cells, without empty lines; and the separator."""
    separator = _separator(text)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    rows = []
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise TableError(
                    f"The table has {len(cells):,} columns; at most {MOST_COLUMNS} are read."
                )
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
            # One more than are read may be the header.
            if len(rows) > MOST_ROWS + 1:
                raise TableError(TOO_LONG)
    except csv.Error as error:
        if "field limit" in str(error):
            raise TableError(f"A cell near line {reader.line_num} is far too long.") from None
        raise TableError(
            f"A quotation mark is not closed, or stands within a cell, near line {reader.line_num}."
        ) from None
    if not rows:
        raise TableError("There is nothing in it but separators.")
    return rows, separator


def _separator(text: str) -> str:
    """The first separator that stands in almost every line, else in most."""
    lines = [line for line in text.splitlines() if line.strip()][:200]
    for share in (0.9, 0.5):
        for separator in SEPARATORS:
            if sum(separator in line for line in lines) >= share * len(lines):
                return separator
    raise TableError(
        "There is only one column. Columns are separated by commas, semicolons or tabs."
    )


def _even(
    rows: list[tuple[int, list[str]]], separator: str
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The rows that have as many cells as most have."""
    usual, count = Counter(len(cells) for _, cells in rows).most_common(1)[0]
    even = [row for row in rows if len(row[1]) == usual]
    odd = [row for row in rows if len(row[1]) != usual]
    if 2 * count <= len(rows):
        (line, cells), (other, others) = (
            rows[0],
            next(row for row in rows if len(row[1]) != len(rows[0][1])),
        )
        raise TableError(
            f"The rows are ragged: line {line} has {_many(len(cells), 'cell')}, "
            f"line {other} has {len(others)}."
        )
    if separator == "," and [line for line, _ in odd] == [rows[0][0]]:
        raise TableError(
            f"The first line has {_many(len(rows[0][1]), 'cell')}, the others {usual}. "
            "Numbers with a decimal comma need semicolons between the columns."
        )
    if usual < 2:
        raise TableError("There is only one column: a fit needs at least two.")
    return even, [_dropped(odd, usual)] if odd else []


def _dropped(odd: list[tuple[int, list[str]]], usual: int) -> str:
    lines = ", ".join(str(line) for line, _ in odd[:5]) + (", …" if len(odd) > 5 else "")
    verb = "has" if len(odd) == 1 else "have"
    return (
        f"{_many(len(odd), 'row')} left out that {verb} not {usual} cells "
        f"(line{'s' if len(odd) > 1 else ''} {lines})."
    )


def _has_decimal_comma(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether numbers are written 1,5; between commas they are if they stand in quotation marks.
    Both ways in one file would be a guess."""
    points, commas = [], []
    for line, cells in rows:
        for cell in cells:
            if "," in cell and NUMBER.fullmatch(cell.replace(",", ".", 1)):
                commas.append(line)
            elif "." in cell and NUMBER.fullmatch(cell):
                points.append(line)
    if points and commas:
        raise TableError(
            f"Some numbers have a decimal point (line {points[0]}), "
            f"others a decimal comma (line {commas[0]})."
        )
    return bool(commas)


def _has_header(codes: Int[ndarray, "row column"]) -> bool:
    """Whether a word stands above a column of numbers."""
    first, rest = codes[0], codes[1:]
    heads = first[2 * np.count_nonzero(rest == 0, axis=0) >= len(rest)]
    # Without a column of numbers the first row is as good as any, and the table is refused later.
    return not len(heads) or bool(np.isin(heads, (WORDS, FORMULA)).any())


def _names(cells: list[str], count: int) -> list[str]:
    """A name for each column, none twice. Signs with which a spreadsheet begins a formula go, as
    the names are written into files."""
    names: list[str] = []
    for place in range(count):
        given = cells[place] if place < len(cells) else ""
        usual = " ".join(given.lstrip("=+-@ \t").split())[:LONGEST_NAME] or f"column {place + 1}"
        others = (f"{usual} ({number})" for number in itertools.count(2))
        names.append(next(name for name in itertools.chain([usual], others) if name not in names))
    return names


def _column(
    name: str, cells: tuple[str, ...], codes: Int[ndarray, "row"], has_comma: bool
) -> Column:
    values = np.array(
        [
            float(_with_point(cell, has_comma)) if code == 0 else np.nan
            for cell, code in zip(cells, codes, strict=True)
        ]
    )
    # 1e999 is written as a number and is none.
    codes[np.isinf(values)] = INFINITY
    return Column(name, np.where(np.isinf(values), np.nan, values), codes)


def _with_point(cell: str, has_comma: bool) -> str:
    return cell.replace(",", ".", 1) if has_comma else cell


def _code(cell: str, has_comma: bool) -> int:
    """0 for a number, else the place in NUMBERLESS of what it is instead."""
    if NUMBER.fullmatch(_with_point(cell, has_comma)):
        return 0
    if cell.lower() in MISSING:
        return EMPTY
    if cell.startswith("="):
        return FORMULA
    return INFINITY if INFINITE.fullmatch(cell) else WORDS


def _left_out(columns: tuple[Column, ...]) -> list[str]:
    """A sentence for the columns that cannot be chosen."""
    names = [column.name for column in columns if not column.is_numeric]
    if not names:
        return []
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return [f"Not offered, as most of its cells are no numbers: {shown}."]


def _check_numbers(table: Table) -> None:
    """There must be two columns of numbers; else what most other cells hold instead."""
    if len(table.numeric) >= 2:
        return
    codes = np.concatenate([column.codes for column in table.columns])
    if not (codes > 0).any() or table.numeric:
        raise TableError("There is only one column of numbers: a fit needs at least two.")
    raise TableError(NO_NUMBERS[int(np.bincount(codes[codes > 0]).argmax())])


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"

"""Reads a person's CSV file as columns of numbers. Every error is one sentence for that person."""

import csv
import io
import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass
from threading import BoundedSemaphore

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from app.domain.errors import UserError
from app.domain.fields import shortened, shown

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LEAST_ROWS = 3
HEAD_ROWS = 5
# Names are kept whole; this is for a text in the place of a name.
LONGEST_NAME = 120
LONGEST_CELL = 40
# In the order in which they are tried: a comma may also be a decimal comma.
SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}
# No two parts can match the same digit, so a long cell takes linear time.
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")
MISSING = {"", "-", "?", "na", "n/a", "nan", "null", "none"}
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
# Why a cell is not a number, by its code; 0 is a number.
NUMBERLESS = ("", "are empty", "contain words", "are infinite", "contain formulas")
EMPTY, WORDS, INFINITY, FORMULA = 1, 2, 3, 4
TOO_LONG = f"The table is too long: at most {MOST_ROWS:,} rows are read."
ONE_COLUMN = "There is only one column"
# The first bytes of other kinds of file.
SIGNATURES = {
    b"PK\x03\x04": "This is a spreadsheet or an archive, not a CSV file. Save the sheet as CSV.",
    b"\xd0\xcf\x11\xe0": "This is an old spreadsheet, not a CSV file. Save the sheet as CSV.",
    b"%PDF": "This is a PDF, not a CSV file.",
    b"\xff\xfe": "The file is in UTF-16. Save it as “CSV UTF-8”.",
    b"\xfe\xff": "The file is in UTF-16. Save it as “CSV UTF-8”.",
}
# A table of 2 MiB takes up to 60 MB while it is read. Without a limit, 16 at once took 0.9 GB.
READERS = BoundedSemaphore(4)

# The number of the line on which a row ends, and its cells.
Row = tuple[int, list[str]]


class TableError(UserError):
    """A file that cannot be used; the text is a sentence for the person who opened it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, "dataset")


@dataclass(frozen=True)
class Column:
    """One column: NaN where a cell is not a number, and the code of NUMBERLESS that says why."""

    name: str
    values: Float[ndarray, "row"]
    codes: Int[ndarray, "row"]

    @property
    def is_numeric(self) -> bool:
        """At least half of the cells are numbers, so the column can be selected."""
        return bool(2 * np.count_nonzero(self.codes == 0) >= len(self.codes))


@dataclass(frozen=True)
class Table:
    """The columns, the first rows unchanged, and sentences about what was left out and why."""

    columns: tuple[Column, ...]
    head: tuple[tuple[str, ...], ...]
    separator: str
    has_decimal_comma: bool
    has_header: bool
    notes: tuple[str, ...]

    @property
    def numeric(self) -> tuple[Column, ...]:
        """The columns that can be selected."""
        return tuple(column for column in self.columns if column.is_numeric)

    def column(self, name: object) -> Column:
        """The numeric column of this name, or TableError."""
        for column in self.numeric:
            if column.name == name:
                return column
        raise TableError(f"The table has no numeric column called {shown(name)}.")


def read_table(content: bytes) -> Table:
    """A table from a file's bytes: UTF-8 with or without a byte order mark; comma, semicolon or
    tab; decimal point or comma; with or without a header. Raises TableError."""
    with READERS:
        return _read(content)


def _read(content: bytes) -> Table:
    text = _text(content)
    separator = _separator(text)
    rows, notes = _even(_rows(text, separator), separator)
    has_comma = _has_decimal_comma(rows)
    parsed = np.empty((len(rows), len(rows[0][1]), 2))
    for index, (_, row) in enumerate(rows):
        parsed[index] = [_parsed(cell, has_comma) for cell in row]
    values, codes = parsed[..., 0], parsed[..., 1].astype("int8")
    has_header = _has_header(codes)
    names = _names(rows[0][1] if has_header else [""] * len(rows[0][1]))
    body = [cells for _, cells in rows[has_header:]]
    if len(body) > MOST_ROWS:
        raise TableError(TOO_LONG)
    if len(body) < LEAST_ROWS:
        raise TableError(f"{counted(len(body), 'row')} of data is too few: at least 3 are needed.")
    parts = zip(names, values[has_header:].T, codes[has_header:].T, strict=True)
    columns = tuple(Column(*part) for part in parts)
    _check_numbers(columns)
    if words := [column.name for column in columns if not column.is_numeric]:
        notes.append(f"Not selectable (mostly not numeric): {_first_five(words)}.")
    head = tuple(
        tuple(shortened(cell, LONGEST_CELL) for cell in cells) for cells in body[:HEAD_ROWS]
    )
    return Table(columns, head, SEPARATORS[separator], has_comma, has_header, tuple(notes))


def _text(content: bytes) -> str:
    """The file as text, or TableError with what kind of file it is instead."""
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1024 / 1024:.1f} MiB"
        raise TableError(f"The file is too large: {size}. At most 2 MiB are read.")
    for signature, sentence in SIGNATURES.items():
        if content.startswith(signature):
            raise TableError(sentence)
    if b"\0" in content:
        raise TableError("This is not a text file. Save the table as CSV.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        sentence = f"The file is not in UTF-8 (line {line}). Save it as “CSV UTF-8”."
        raise TableError(sentence) from None
    if not text.strip():
        raise TableError("The file is empty.")
    return text


def _separator(text: str) -> str:
    """The first separator that stands in almost every line, else in most."""
    lines = [line for line in io.StringIO(text, newline="") if line.strip()][:200]
    for share in (0.9, 0.5):
        for separator in SEPARATORS:
            if sum(separator in line for line in lines) >= share * len(lines):
                return separator
    raise TableError(f"{ONE_COLUMN}. Columns are separated by commas, semicolons or tabs.")


def _rows(text: str, separator: str) -> list[Row]:
    """The rows that are not empty, at most one (a header) more than MOST_ROWS."""
    # Unlike str.splitlines, this leaves a vertical tab or a Unicode line separator in its cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise TableError(
                    f"The table has {len(cells):,} columns. At most {MOST_COLUMNS} are read."
                )
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) > MOST_ROWS + 1:
                raise TableError(TOO_LONG)
    except csv.Error as error:
        near = f"Near line {reader.line_num}, "
        if "field limit" in str(error):
            raise TableError(f"{near}a cell is too long.") from None
        raise TableError(
            f"{near}a quotation mark is not closed or stands in the middle of a cell."
        ) from None
    if not rows:
        raise TableError("The file contains only separators.")
    return rows


def _even(rows: list[Row], separator: str) -> tuple[list[Row], list[str]]:
    """The rows that have as many cells as most rows have, and a note about the others."""
    first_line, first = rows[0]
    usual, count = Counter(len(cells) for _, cells in rows).most_common(1)[0]
    odd = [line for line, cells in rows if len(cells) != usual]
    if 2 * count <= len(rows):
        line, size = next((line, len(row)) for line, row in rows if len(row) != len(first))
        raise TableError(
            f"The rows differ in length: line {first_line} has {counted(len(first), 'cell')}, "
            f"line {line} has {size}."
        )
    if separator == "," and odd == [first_line]:
        raise TableError(
            f"The first line has {counted(len(first), 'cell')}, the others {usual}. "
            "Numbers with a decimal comma need semicolons between the columns."
        )
    if usual < 2:
        raise TableError(f"{ONE_COLUMN}: a fit needs at least two.")
    if not odd:
        return rows, []
    note = f"{counted(len(odd), 'row')} left out for not having exactly {usual} cells"
    lines = "line" if len(odd) == 1 else "lines"
    even = [row for row in rows if len(row[1]) == usual]
    return even, [f"{note} ({lines} {_first_five(odd)})."]


def _has_decimal_comma(rows: list[Row]) -> bool:
    """Whether numbers are written 1,5; in a file separated by commas, those stand in quotation
    marks. Raises TableError for a file that has both kinds."""
    cells = [(line, cell) for line, row in rows for cell in row]
    commas = [line for line, cell in cells if "," in cell and _is_number(cell, has_comma=True)]
    points = [line for line, cell in cells if "." in cell and _is_number(cell, has_comma=False)]
    if points and commas:
        raise TableError(
            f"Some numbers have a decimal point (line {points[0]}), "
            f"others a decimal comma (line {commas[0]})."
        )
    return bool(commas)


def _is_number(cell: str, has_comma: bool) -> bool:
    return bool(NUMBER.fullmatch(cell.replace(",", ".", 1) if has_comma else cell))


def _has_header(codes: Int[ndarray, "row column"]) -> bool:
    """Whether a word stands above a column of numbers."""
    first, rest = codes[0], codes[1:]
    heads = first[2 * np.count_nonzero(rest == 0, axis=0) >= len(rest)]
    # A table without numeric columns is refused later, so either answer is right.
    return not len(heads) or bool(np.isin(heads, (WORDS, FORMULA)).any())


def _names(cells: list[str]) -> list[str]:
    """A different name for each column."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        usual = shortened(" ".join(cell.split()), LONGEST_NAME) or f"column {place}"
        others = (f"{usual} ({number})" for number in itertools.count(2))
        names.append(next(name for name in itertools.chain([usual], others) if name not in names))
    return names


def _parsed(cell: str, has_comma: bool) -> tuple[float, int]:
    """The number in a cell and 0; or NaN and the index in NUMBERLESS."""
    if _is_number(cell, has_comma):
        number = float(cell.replace(",", "."))
        # 1e999 is written like a number, but is infinite.
        return (math.nan, INFINITY) if math.isinf(number) else (number, 0)
    if cell.lower() in MISSING:
        return math.nan, EMPTY
    if cell.startswith("="):
        return math.nan, FORMULA
    return math.nan, INFINITY if INFINITE.fullmatch(cell) else WORDS


def _check_numbers(columns: tuple[Column, ...]) -> None:
    """Raises TableError unless two columns are numeric; it says what most other cells are."""
    numeric = sum(column.is_numeric for column in columns)
    if numeric < 2:
        codes = np.concatenate([column.codes for column in columns])
        usual = int(np.bincount(codes[codes > 0]).argmax())
        raise TableError(
            f"A fit needs two numeric columns, and the table has {numeric}: most other cells "
            f"{NUMBERLESS[usual]}.{' Save their values instead.' if usual == FORMULA else ''}"
        )


def _first_five(things: list[str] | list[int]) -> str:
    return ", ".join(map(str, things[:5])) + (", …" if len(things) > 5 else "")


def counted(number: int, thing: str) -> str:
    """A number and what is counted: 1 row, 1,200 rows."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"

"""Which rows of a table are its header, and the names of its columns."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from app.domain.csv_lines import Lines, TableError, counted
from app.domain.csv_numbers import BESIDE, FORMULA, WORDS
from app.domain.fields import shortened, shown

# Names are kept whole; this is for a text in the place of a name.
LONGEST_NAME = 120
YEARS = range(1500, 2101)


@dataclass(frozen=True)
class Header:
    """The columns' names, the lines that they come from, the first row of numbers, and notes."""

    names: list[str]
    lines: tuple[int, ...]
    body: int
    notes: tuple[str, ...] = ()


def header_of(
    lines: Lines,
    codes: Int[ndarray, "row column"],
    numeric: Bool[ndarray, "column"],
    chosen: int | None,
) -> Header:
    """The header: by its line, by words above numbers, or by names that are numbers. Raises
    TableError.

    codes    of NUMBERLESS, 0 for a number
    numeric  which columns consist of numbers
    chosen   the header's line, 0 for none; None finds it
    """
    has_words = np.array(np.isin(codes[:, numeric], (BESIDE, WORDS, FORMULA)).any(axis=1))
    has_numbers = (codes[:, numeric] == 0).any(axis=1)
    if chosen == 0:
        return _named(lines, [], 0)
    if chosen is not None:
        return _chosen(lines, chosen, has_words & ~has_numbers)
    # A table without numeric columns is refused later, so either answer is right.
    start = _start(lines, has_words, has_numbers) if numeric.any() else 0
    if start is not None:
        return _block(lines, start, has_words & ~has_numbers)
    if _has_numbers_as_names(lines, numeric):
        return _named(lines, [0], 1)
    return _from_above(lines, numeric)


def _start(
    lines: Lines, has_words: Bool[ndarray, "row"], has_numbers: Bool[ndarray, "row"]
) -> int | None:
    """The first row of those with words directly above the numbers; not a title, which fills no
    more than half of its cells."""
    first = next(iter(np.flatnonzero(has_numbers & ~has_words)), len(has_words))
    above = np.flatnonzero(has_words[:first])
    if not len(above):
        return None
    start = end = int(above[-1])
    while start and has_words[start - 1]:
        start -= 1
    full = (
        row for row in range(start, end) if 2 * sum(map(bool, lines.rows[row][1])) > lines.width
    )
    return next(full, end)


def _chosen(lines: Lines, chosen: int, has_only_words: Bool[ndarray, "row"]) -> Header:
    for row, (line, _) in enumerate(lines.rows):
        if line == chosen:
            return _block(lines, row, has_only_words)
    for line, cells in lines.above:
        if line == chosen:
            return _fitted(lines, line, cells)
    raise TableError(f"Line {shown(chosen)} is not a row of the table.")


def _block(lines: Lines, start: int, has_only_words: Bool[ndarray, "row"]) -> Header:
    """A header and what belongs to it: a row of units, further rows of names."""
    end = start + 1
    while end < len(lines.rows) and has_only_words[end]:
        end += 1
    return _named(lines, list(range(start, end)), end)


def _named(lines: Lines, rows: Sequence[int], body: int) -> Header:
    cells = [lines.rows[row][1] for row in rows]
    return Header(_names(lines.width, cells), tuple(lines.rows[row][0] for row in rows), body)


def _has_numbers_as_names(lines: Lines, numeric: Bool[ndarray, "column"]) -> bool:
    """Whether the first row has years that stand nowhere below, or counts from 0 as pandas does."""
    table = [[cells[place] for place in np.flatnonzero(numeric)] for _, cells in lines.rows]
    if not all(cell.isascii() and cell.isdigit() for cell in table[0]):
        return False
    first = [int(cell[:9]) for cell in table[0]]
    below = {cell for cells in table[1:] for cell in cells}
    is_years = len(set(first)) == len(first) > 1 and all(year in YEARS for year in first)
    is_count = len(first) == lines.width > 2 and first == list(range(len(first)))
    is_grid = len(table) > 1 and table[1] == [str(number + 1) for number in first]
    years = {str(year) for year in YEARS}
    return (is_years and not below & years) or (is_count and not is_grid)


def _from_above(lines: Lines, numeric: Bool[ndarray, "column"]) -> Header:
    """The header in the line above the table, if it has one cell more or less than the rows: one
    less where they begin with a name or a number of their own. Else there is none."""
    if not lines.above or lines.above[-1][0] + 1 != lines.rows[0][0]:
        return _named(lines, [], 0)
    line, cells = lines.above[-1]
    missing = lines.width - len(cells)
    # A quotation mark is gone here: what R numbers as "1" is 1.
    ranks = [cells[0] for _, cells in lines.rows]
    is_numbered = ranks == [str(rank) for rank in range(1, len(ranks) + 1)]
    has_row_names = not numeric[0] or is_numbered or lines.separator != "comma"
    if missing in (0, -1) or (missing == 1 and has_row_names):
        return _fitted(lines, line, cells)
    said = f"Line {line} has {counted(len(cells), 'cell')}, the lines below have {lines.width}."
    if lines.separator == "comma" and 0 < missing <= len(cells) > 1 and not _has_points(lines):
        raise TableError(
            f"{said} Numbers with a decimal comma need semicolons between the columns."
        )
    return _named(lines, [], 0)


def _has_points(lines: Lines) -> bool:
    return any("." in cell for _, cells in lines.rows for cell in cells)


def _fitted(lines: Lines, line: int, cells: list[str]) -> Header:
    """A line that has more or fewer cells than the table, as its header."""
    missing = lines.width - len(cells)
    notes: tuple[str, ...] = ()
    if missing == 1:
        cells = ["", *cells]
    elif missing:
        notes = (f"Line {line} names {len(cells)} columns, and the table has {lines.width}.",)
    return Header(
        _names(lines.width, [[*cells, *[""] * missing][: lines.width]]), (line,), 0, notes
    )


def _names(width: int, rows: list[list[str]]) -> list[str]:
    """A different name for each column: the first of its cells, and the others in brackets."""
    names: list[str] = []
    for place in range(width):
        cells = [" ".join(row[place].split()) for row in rows]
        parts = list(dict.fromkeys(cell for cell in cells if cell))
        more = f" ({', '.join(parts[1:])})" if parts[1:] else ""
        usual = shortened(parts[0] + more, LONGEST_NAME) if parts else f"column {place + 1}"
        others = (f"{usual} ({number})" for number in itertools.count(2))
        names.append(next(name for name in itertools.chain([usual], others) if name not in names))
    return names

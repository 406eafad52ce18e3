"""A file's bytes as rows of cells: its encoding, what stands above the table, and its separator."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.csv_numbers import texts_of
from app.domain.errors import UserError

if TYPE_CHECKING:
    import _csv

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
# Of two that split a table equally well, the first: a comma may also be a decimal comma.
SEPARATORS = {"tab": "\t", "semicolon": ";", "comma": ",", "blanks": " "}
SAMPLE_LINES = 200
# Excel's own hint in the first line.
HINT = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
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

# The number of the line on which a row ends, and its cells.
Row = tuple[int, list[str]]


class TableError(UserError):
    """A file that cannot be used; the text is a sentence for the person who opened it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, "dataset")


@dataclass(frozen=True)
class Lines:
    """The file's rows that are not empty.

    separator  a key of SEPARATORS
    above      comments, title lines and the like, which have another number of cells
    rows       those of the table, its header among them; all have the same number of cells
    odd        the lines below the first of these that have another number of cells
    """

    separator: str
    above: list[Row]
    rows: list[Row]
    odd: list[int]

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0][1])


def lines_of(content: bytes, separator: str | None = None) -> Lines:
    """The rows of a file. Raises TableError.

    separator  a key of SEPARATORS; None finds it
    """
    text = _text(content)
    comments, hint, start, skipped = _top(text)
    separator = separator or hint or _separator(text[start:])
    rows = _rows(text[start:], separator, skipped)
    above = [
        (line, _sample(comment, separator)[0]) for line, comment in comments if comment.strip()
    ]
    return _even(above, rows, separator)


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


def _top(text: str) -> tuple[list[tuple[int, str]], str | None, int, int]:
    """The comment lines above everything else, the separator of a hint, and how many characters
    and lines that is."""
    comments: list[tuple[int, str]] = []
    hint, start, skipped = None, 0, 0
    # Unlike str.splitlines, this leaves a vertical tab or a Unicode line separator in its line.
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        found = HINT.fullmatch(line)
        if found:
            hint = next((name for name, one in SEPARATORS.items() if one == found[1]), None)
        elif line.lstrip().startswith("#"):
            comments.append((number, line.strip().lstrip("#")))
        elif line.strip():
            break
        start, skipped = start + len(line), number
    return comments, hint, start, skipped


def _separator(text: str) -> str:
    """The one that splits most lines into equally many cells and most of these into numbers; in a
    table without numbers, the first that stands in most lines."""
    lines = [line for line in io.StringIO(text, newline="") if line.strip()][:SAMPLE_LINES]
    scores = {name: _score("".join(lines), name) for name in SEPARATORS}
    best = max(scores, key=lambda name: scores[name])
    if scores[best]:
        return best
    for name in ("tab", "semicolon", "comma"):
        if 2 * sum(SEPARATORS[name] in line for line in lines) >= len(lines):
            return name
    raise TableError(f"{ONE_COLUMN}. Columns are separated by commas, semicolons, tabs or spaces.")


def _score(text: str, separator: str) -> float:
    """The share of the rows that have equally many cells, times that of numbers among these. Title
    lines, of one cell, above most of the rows do not count."""
    rows = _sample(text, separator)
    wide = Counter(len(cells) for cells in rows if len(cells) > 1)
    if not wide:
        return 0.0
    usual, count = wide.most_common(1)[0]
    titles = next(place for place, row in enumerate(rows) if len(row) > 1)
    titles = titles if 2 * count > len(rows) else 0
    even = [row[:MOST_COLUMNS] for row in rows if len(row) == usual]
    filled = [[cell.strip() for cell in row if cell.strip()] for row in even]
    # Names and units are no numbers, however the lines are split.
    counts = [(_numbers_in(cells), len(cells)) for cells in filled]
    counts = [one for one in counts if one[0]] or counts
    numbers, cells = sum(found for found, _ in counts), sum(count for _, count in counts)
    # A single division: with two, rounding would decide between shares that are equal.
    return count * numbers / ((len(rows) - titles) * max(cells, 1))


def _numbers_in(cells: list[str]) -> int:
    texts = texts_of(cells)
    pairs = zip(texts.points, texts.commas, strict=True)
    return sum(point is not None or comma is not None for point, comma in pairs)


def _sample(text: str, separator: str) -> list[list[str]]:
    """Rows of a part of a file, whatever its quotation marks."""
    try:
        return list(_reader(text, separator, strict=False)) or [[]]
    except csv.Error:
        return [[]]


def _reader(text: str, separator: str, strict: bool = True) -> "_csv.Reader":
    # Columns may be aligned by blanks and tabs alike.
    text = text.replace("\t", " ") if separator == "blanks" else text
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=SEPARATORS[separator],
        skipinitialspace=True,
        strict=strict,
    )


def _rows(text: str, separator: str, skipped: int) -> list[Row]:
    """The rows that are not empty, at most MOST_ROWS and a few for what stands above them."""
    reader = _reader(text, separator)
    rows: list[Row] = []
    try:
        for cells in reader:
            if _filled(cells) > MOST_COLUMNS:
                raise TableError(
                    f"The table has {len(cells):,} columns. At most {MOST_COLUMNS} are read."
                )
            if any(cell.strip() for cell in cells):
                rows.append((skipped + reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) > MOST_ROWS + SAMPLE_LINES:
                raise TableError(TOO_LONG)
    except csv.Error as error:
        near = f"Near line {skipped + reader.line_num}, "
        if "field limit" in str(error):
            raise TableError(f"{near}a cell is too long.") from None
        raise TableError(
            f"{near}a quotation mark is not closed or stands in the middle of a cell."
        ) from None
    if not rows:
        raise TableError("The file contains only separators or comments.")
    return rows


def _even(above: list[Row], rows: list[Row], separator: str) -> Lines:
    """The rows that have as many cells as most, without the empty ends of trailing separators."""
    wide = Counter(len(cells) for _, cells in rows if len(cells) > 1)
    usual = wide.most_common(1)[0][0] if wide else 1
    width = max((_filled(cells) for _, cells in rows if len(cells) == usual), default=1)
    if width < 2:
        raise TableError(f"{ONE_COLUMN}: a fit needs at least two.")
    fits = [len(cells) >= width >= _filled(cells) for _, cells in rows]
    first = fits.index(True)
    if 2 * sum(fits) <= len(rows) - first:
        raise TableError(_ragged(rows[first:]))
    return Lines(
        separator,
        [*above, *rows[:first]],
        [(line, cells[:width]) for (line, cells), fit in zip(rows, fits, strict=True) if fit],
        [line for (line, _), fit in zip(rows[first:], fits[first:], strict=True) if not fit],
    )


def _filled(cells: list[str]) -> int:
    """The number of cells without the empty ones at the end."""
    return next((place for place in range(len(cells), 0, -1) if cells[place - 1]), 0)


def _ragged(rows: list[Row]) -> str:
    first_line, first = rows[0]
    line, size = next((line, len(cells)) for line, cells in rows if len(cells) != len(first))
    return (
        f"The rows differ in length: line {first_line} has {counted(len(first), 'cell')}, "
        f"line {line} has {size}."
    )


def counted(number: int, thing: str) -> str:
    """A number and what is counted: 1 row, 1,200 rows."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"

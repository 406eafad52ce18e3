"""Reads a person's CSV file as columns of numbers. Every error is one sentence for that person.

What the file leaves open is guessed, said, and can be set by hand (csv_table.py, `Reading`).
"""

from collections import Counter
from collections.abc import Sequence
from threading import BoundedSemaphore

import numpy as np

from app.domain.csv_header import LONGEST_NAME, Header, header_of
from app.domain.csv_lines import MOST_ROWS, TOO_LONG, Lines, TableError, counted, lines_of
from app.domain.csv_numbers import (
    BESIDE,
    COMMA,
    EMPTY,
    FORMULA,
    MIXED,
    NUMBERLESS,
    POINT,
    WORDS,
    Texts,
    parsed,
    texts_of,
)
from app.domain.csv_sentinels import sentinels_of
from app.domain.csv_table import Column, Question, Reading, Table
from app.domain.fields import exact, shortened

LEAST_ROWS = 3
# Of the rows above the first numbers, and of those from there on.
HEAD_ABOVE, HEAD_ROWS = 4, 5
LONGEST_CELL = 40
# A table of 2 MiB takes up to 60 MB while it is read. Without a limit, 16 at once took 0.9 GB.
READERS = BoundedSemaphore(4)


def read_table(content: bytes, reading: Reading | None = None) -> Table:
    """A table from a file's bytes: UTF-8 with or without a byte order mark. What `reading` does not
    set is found: separator, header, decimal sign. Raises TableError."""
    with READERS:
        return _read(content, reading or Reading())


def _read(content: bytes, reading: Reading) -> Table:
    lines = lines_of(content, reading.separator)
    texts = [texts_of(cells) for cells in zip(*(cells for _, cells in lines.rows), strict=True)]
    marks = _marks(texts, lines.separator, reading.decimal)
    codes = np.stack([parsed(*one)[1] for one in zip(texts, marks, strict=True)], axis=1)
    numeric = np.array([one.is_numeric for one in texts])
    header = header_of(lines, codes, numeric, reading.header)
    _check_rows(len(lines.rows) - header.body)
    marks = [reading.decimals.get(*one) for one in zip(header.names, marks, strict=True)]
    found = [_column(*one, header.body) for one in zip(header.names, texts, marks, strict=True)]
    columns, sentinels = sentinels_of(found, reading.missing)
    _check_numbers(columns, texts, lines, header.body)
    return Table(
        columns=tuple(columns),
        head=_head(lines, header),
        separator=lines.separator,
        decimal=_usual(texts, marks, lines.separator),
        header=header.lines,
        body=lines.rows[header.body][0],
        notes=tuple(_notes(lines, header, columns, texts, marks)),
        questions=_questions(columns, texts, marks, lines.separator, reading),
        sentinels=sentinels,
    )


def _column(name: str, texts: Texts, mark: str | None, body: int) -> Column:
    values, codes = (part[body:] for part in parsed(texts, mark))
    cells = np.array(texts.cells[body:])
    words = sorted(set(cells[codes == WORDS].tolist()), key=str.casefold)
    if len(words) != 2 or not np.isin(codes, (EMPTY, WORDS)).all():
        return Column(name, values, codes)
    numbers = np.where(codes == WORDS, (cells == words[1]).astype(float), np.nan)
    return Column(name, numbers, np.where(codes == WORDS, 0, codes), tuple(words))


def _check_rows(count: int) -> None:
    if count > MOST_ROWS:
        raise TableError(TOO_LONG)
    if count < LEAST_ROWS:
        raise TableError(f"{counted(count, 'row')} of data is too few: at least 3 are needed.")


def _certain(texts: Sequence[Texts]) -> Counter[str]:
    """How many columns of numbers leave no doubt about each decimal sign."""
    return Counter(mark for one in texts if one.is_numeric for mark in one.certain)


def _most(found: Counter[str], separator: str) -> str | None:
    """The decimal sign that most columns have; of two, the one that goes with the separator."""
    usual = COMMA if separator == "semicolon" else POINT
    return max(found, key=lambda mark: (found[mark], mark == usual), default=None)


def _marks(texts: Sequence[Texts], separator: str, chosen: str | None) -> list[str | None]:
    """Each column's decimal sign; None where it has both. One that is in doubt follows the others,
    and without these what goes with the separator: semicolons are for decimal commas."""
    if chosen:
        return [chosen] * len(texts)
    usual = _most(_certain(texts), separator)
    marks: list[str | None] = []
    for one in texts:
        certain = [*one.certain]
        guess = usual or _guess(one, separator)
        marks.append(guess if not certain else certain[0] if len(certain) == 1 else None)
    return marks


def _guess(texts: Texts, separator: str) -> str:
    """The decimal sign of a column that alone decides nothing."""
    if texts.doubtful is None:
        return POINT
    has_comma = "," in texts.cells[texts.doubtful]
    if texts.looks_grouped and separator != "blanks":
        return POINT if has_comma else COMMA
    return COMMA if has_comma and separator == "semicolon" else POINT


def _questions(
    columns: Sequence[Column],
    texts: Sequence[Texts],
    marks: Sequence[str | None],
    separator: str,
    reading: Reading,
) -> tuple[Question, ...]:
    """About the columns whose own cells do not say which decimal sign they have. None where all
    other columns agree; but a decimal comma between commas is no evidence for another."""
    certain = _certain(texts)
    is_clear = [*certain] == [POINT] or ([*certain] == [COMMA] and separator != "comma")
    asked: list[Question] = []
    for column, one, mark in zip(columns, texts, marks, strict=True):
        row = one.doubtful
        if row is None or one.certain or mark is None or not column.is_numeric:
            continue
        # Programs that write columns by commas or blanks write no groups by points.
        is_plain = "," not in one.cells[row] and separator in ("comma", "blanks") and not certain
        if column.name in reading.decimals or not (is_clear or is_plain or reading.decimal):
            numbers = (exact(one.points[row] or 0.0), exact(one.commas[row] or 0.0))
            asked.append(Question(column.name, one.cells[row], *numbers, mark))
    return tuple(asked)


def _usual(texts: Sequence[Texts], marks: Sequence[str | None], separator: str) -> str:
    """The decimal sign of most columns that have one."""
    found = Counter(
        mark
        for one, mark in zip(texts, marks, strict=True)
        if mark and one.is_numeric and (one.certain or one.doubtful is not None)
    )
    return _most(found, separator) or POINT


def _head(lines: Lines, header: Header) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The last lines above the numbers, and the first of these."""
    above = [*lines.above, *lines.rows[: header.body]][-HEAD_ABOVE:]
    rows = [*above, *lines.rows[header.body : header.body + HEAD_ROWS]]
    return tuple(
        (line, tuple(shortened(cell, _room(line, header)) for cell in cells[: lines.width]))
        for line, cells in rows
    )


def _room(line: int, header: Header) -> int:
    return LONGEST_NAME if line in header.lines else LONGEST_CELL


def _notes(
    lines: Lines,
    header: Header,
    columns: Sequence[Column],
    texts: Sequence[Texts],
    marks: Sequence[str | None],
) -> list[str]:
    """What was left out or read in a special way, one sentence each."""
    notes = [*header.notes]
    if lines.odd:
        those = f"{'line' if len(lines.odd) == 1 else 'lines'} {_first_five(lines.odd)}"
        cells = f"not having exactly {lines.width} cells ({those})"
        notes.append(f"{counted(len(lines.odd), 'row')} left out for {cells}.")
    usual = _usual(texts, marks, lines.separator)
    for column, one, mark in zip(columns, texts, marks, strict=True):
        if one.unit and column.is_numeric:
            notes.append(f"{column.name} is read without the “{one.unit}” in its cells.")
        if mark and mark != usual and column.is_numeric and mark in one.certain:
            others = "a point" if mark == COMMA else "a comma"
            notes.append(f"{column.name} has a decimal {mark}, other columns have {others}.")
    words = []
    for column, one in zip(columns, texts, strict=True):
        if (usual_code := _usual_code([column])) in (BESIDE, MIXED) and not column.is_numeric:
            notes.append(_reason(column, one, usual_code, lines, header.body))
        elif column.words:
            first, second = (shortened(word, LONGEST_CELL) for word in column.words)
            notes.append(f"{column.name} has two classes, {first} and {second}.")
        elif not column.is_numeric:
            words.append(column.name)
    if words:
        notes.append(f"Not selectable (neither numbers nor just two words): {_first_five(words)}.")
    return notes


def _usual_code(columns: Sequence[Column]) -> int:
    """Why most of the other cells are not numbers."""
    codes = np.concatenate([column.codes for column in columns])
    return int(np.bincount(codes[codes > 0], minlength=1).argmax())


def _reason(column: Column, texts: Texts, code: int, lines: Lines, body: int) -> str:
    """Why a column of things like numbers cannot be selected."""
    if code == MIXED:
        point, comma = (lines.rows[texts.certain[mark]][0] for mark in (POINT, COMMA))
        return (
            f"In {column.name}, some numbers have a decimal point (line {point}), others a decimal "
            f"comma (line {comma}): set the decimal sign."
        )
    cell = shortened(texts.cells[body + int(np.argmax(column.codes == code))], LONGEST_CELL)
    return f"In {column.name}, cells {NUMBERLESS[code]} (“{cell}”): keep the number alone."


def _check_numbers(
    columns: Sequence[Column], texts: Sequence[Texts], lines: Lines, body: int
) -> None:
    """Raises TableError unless two columns are numeric, or one is and another has two words; it
    says what most other cells are."""
    count = sum(column.is_numeric for column in columns)
    if count >= 2 or (count and any(column.words for column in columns)):
        return
    need = f"A fit needs two numeric columns, and the table has {count}"
    usual = _usual_code(columns)
    for column, one in zip(columns, texts, strict=True):
        if not column.is_numeric and (code := _usual_code([column])) in (BESIDE, MIXED):
            raise TableError(f"{need}. {_reason(column, one, code, lines, body)}")
    hint = " Save their values instead." if usual == FORMULA else ""
    raise TableError(f"{need}: most other cells {NUMBERLESS[usual]}.{hint}")


def _first_five(things: Sequence[str] | Sequence[int]) -> str:
    return ", ".join(map(str, things[:5])) + (", …" if len(things) > 5 else "")

"""A CSV file as columns of numbers, or a sentence that says what is wrong with it."""

import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.csv_lines import MOST_ROWS, TableError
from app.domain.csv_reader import read_table
from app.domain.csv_table import Reading, Table
from tests.user_data_files import GOOD, UNREADABLE, Broken, Good, many_rows


def sentence_of(error: TableError) -> str:
    """The error message, which must be one or two short sentences."""
    said = str(error)
    assert said.endswith(".") and 10 < len(said) < 300 and "\n" not in said, said
    assert error.field == "dataset"
    return said


def check_any(content: bytes) -> None:
    """Asserts a table of at least two columns and three rows, or an error message."""
    try:
        table = read_table(content)
        assert isinstance(table, Table) and len(table.targets) >= 2
        assert len(table.numeric) >= 1
        assert {len(column.values) for column in table.columns} == {len(table.columns[0].values)}
        assert len(table.columns[0].values) >= 3
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names) and all(names)
    except TableError as error:
        sentence_of(error)


@pytest.mark.parametrize("file", UNREADABLE, ids=lambda file: file.name)
def test_unreadable_file_is_refused_with_the_reason(file: Broken) -> None:
    with pytest.raises(TableError) as caught:
        read_table(file.content)
    assert re.search(file.words, sentence_of(caught.value)), caught.value


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.name)
def test_readable_file_gives_its_columns_of_numbers(file: Good) -> None:
    table = read_table(file.content)
    found = {column.name: column.values.tolist() for column in table.numeric}
    assert list(found) == list(file.columns)
    for name, values in file.columns.items():
        expected = [math.nan if value is None else value for value in values]
        np.testing.assert_array_equal(found[name], expected)
    assert table.separator == file.separator
    assert table.decimal == file.decimal
    assert bool(table.header) == file.has_header
    assert re.search(file.words, " ".join(table.notes)) and (file.words or not table.notes)


def test_a_table_of_20_000_rows_and_one_of_2_mib_are_read() -> None:
    for header in (b"", b"x,y\n"):
        table = read_table(header + many_rows(MOST_ROWS))
        assert len(table.columns[0].values) == MOST_ROWS
    padded = b"x,y\n1,2\n3,4\n5,6\n"
    assert read_table(padded + b"\n" * (2 * 1024 * 1024 - len(padded)))


def test_the_first_rows_keep_their_text() -> None:
    table = read_table(b"x;y\n1,50;two\n3;4\n5;6\n7;8\n9;1\n2;3\n")
    cells = (("x", "y"), ("1,50", "two"), ("3", "4"), ("5", "6"), ("7", "8"), ("9", "1"))
    assert table.head == tuple(enumerate(cells, 1))


@pytest.mark.parametrize(
    "names",
    [
        ["a (2)", "a", "a"], ["x", "x", "x (2)", "x"], ["", "column 1", "column 1"],
        ["y" * 60, "y" * 50, "y" * 41], ["=+1", "1x", "@@"],
    ],
)  # fmt: skip
def test_column_names_are_unique(names: list[str]) -> None:
    text = ",".join(names) + "\n" + "1,2,3,4\n4,3,2,2\n2,5,7,1\n"
    lines = [line.rsplit(",", 4 - len(names))[0] for line in text.splitlines()[1:]]
    rows = "\n".join([",".join(names), *lines])
    found = [column.name for column in read_table(rows.encode()).columns]
    assert len(set(found)) == len(names), found


def test_very_long_names_and_cells_are_shortened_in_the_middle() -> None:
    names, cell = (f"{'long ' * 60}{unit}" for unit in ("cm", "kg")), "c" * 50 + "d" * 50
    table = read_table(f"{','.join(names)},note\n1,2,{cell}\n2,3,x\n3,5,x\n".encode())
    found = [column.name for column in table.numeric]
    assert [len(name) for name in found] == [120, 120]
    assert [(name[:5], name[-3:], "…" in name) for name in found] == [
        ("long ", " cm", True),
        ("long ", " kg", True),
    ]
    assert table.head[1][1][2] == "c" * 20 + "…" + "d" * 19


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x,y\n1,2\n3,4\n5,6\n7,\xfc8\n", "line 5"),
        (
            b"x,y\n1,2\n2,3\n3,4\n" + b"w" * 140_000 + b",5\n6,7\n",
            "Near line 5, a cell is too long",
        ),
        (many_rows(MOST_ROWS + 1), "20,000 rows"),
    ],
    ids=["not UTF-8", "long cell", "20,001 rows"],
)
def test_error_says_what_is_wrong_and_where(content: bytes, words: str) -> None:
    with pytest.raises(TableError, match=words):
        read_table(content)


@pytest.mark.parametrize("cell", [b"1" * 130_000 + b"x", b"1" * 130_000, b"-" * 130_000])
def test_a_long_cell_is_read_in_linear_time(cell: bytes) -> None:
    """A quadratic reader would take minutes."""
    read_table(b"x,y\n1,2\n2,3\n3,5\n" + cell + b",3\n4,5\n")


# Separator and decimal mark.
FORMATS = [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")]
FLOATS = st.floats(-1e150, 1e150, allow_nan=False).map(lambda value: value + 0.0)


@settings(max_examples=60)
@given(
    st.integers(2, 6).flatmap(
        lambda wide: st.lists(st.lists(FLOATS, min_size=wide, max_size=wide), min_size=3)
    ),
    st.sampled_from(FORMATS),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
# Tabs and the blanks in its names split this table equally well.
@example([[0.0] * 5] * 5, ("\t", "."), True, "\n", False)
def test_a_written_table_reads_back_the_same(
    rows: list[list[float]], form: tuple[str, str], has_header: bool, end: str, has_mark: bool
) -> None:
    separator, point = form
    lines = [[repr(value).replace(".", point) for value in row] for row in rows]
    if has_header:
        lines.insert(0, [f"name {place}" for place in range(len(rows[0]))])
    text = end.join(separator.join(line) for line in lines)
    # What is in doubt, such as 1,125 alone, is settled by hand.
    reading = Reading(decimal="comma" if point == "," else "point")
    table = read_table(text.encode("utf-8-sig" if has_mark else "utf-8"), reading)
    assert np.stack([column.values for column in table.columns], axis=1).tolist() == rows
    assert bool(table.header) == has_header


@settings(max_examples=200)
@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_or_text_give_a_table_or_a_sentence(content: bytes) -> None:
    check_any(content)


CELLS = st.sampled_from(
    ["1", "2,5", "3.5", "-4e3", "", " ", "nan", "inf", "1e999", "=A1", "x", '"', '"a"', "a (2)",
     "a", "-", "\x0c", "\x1f", "\u2028", "\ufeff", "٣", "1_0", "0x1f", "1e", "é", "\r", "1e308",
     "-1e308", "1e-320"]
)  # fmt: skip


GRIDS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8)


@settings(max_examples=200)
@given(GRIDS, st.sampled_from(",;\t"))
@example([[cell, "1"] for cell in ("-1e308", "1e308", "1", "3.5", "-4e3")], ",")
def test_any_grid_of_cells_gives_a_table_or_a_sentence(
    rows: list[list[str]], separator: str
) -> None:
    check_any("\n".join(separator.join(row) for row in rows).encode())

"""A person's file as a table, and columns of it as examples."""

from __future__ import annotations

import base64
import csv
import io
import math
import re
import time
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.csv_reader import MOST_ROWS, Table, TableError, read_table
from app.domain.user_data import MOST_EXAMPLES, UserData, choose, label_of
from app.engine import datasets
from callbacks.requests import content_of
from callbacks.user_data import described, table_answer
from tests.unit.test_settings import json_values
from tests.user_data_files import GOOD, UNFIT, UNREADABLE, Broken, Good, many_rows

TOKEN = "one-token_that-is-long"
FILE = b"a,b,c,d\n1,10,5,2\n2,30,1,1\n3,20,4,5\n4,40,2,3\n5,15,3,7\n"


def sentence_of(error: TableError) -> str:
    """What the person reads: one short sentence, or two."""
    said = str(error)
    assert said.endswith(".") and 10 < len(said) < 300 and "\n" not in said, said
    assert error.field == "dataset"
    return said


def refusal(content: bytes, **chosen: Any) -> str:
    with pytest.raises(TableError) as caught:
        choose(read_table(content), TOKEN, **chosen)
    return sentence_of(caught.value)


class TestReading:
    @pytest.mark.parametrize("file", UNREADABLE, ids=lambda file: file.name)
    def test_a_broken_file_gets_a_sentence_of_its_own(self, file: Broken) -> None:
        with pytest.raises(TableError) as caught:
            read_table(file.content)
        assert re.search(file.words, sentence_of(caught.value)), caught.value

    @pytest.mark.parametrize("file", UNFIT, ids=lambda file: file.name)
    def test_what_cannot_be_trained_on_says_which_column_and_why(self, file: Broken) -> None:
        assert re.search(file.words, refusal(file.content))

    @pytest.mark.parametrize("file", GOOD, ids=lambda file: file.name)
    def test_a_good_file_gives_its_numbers(self, file: Good) -> None:
        table = read_table(file.content)
        found = {column.name: column.values.tolist() for column in table.numeric}
        assert list(found) == list(file.columns)
        for name, values in file.columns.items():
            expected = [math.nan if value is None else value for value in values]
            np.testing.assert_array_equal(found[name], expected)
        assert table.separator == file.separator
        assert table.has_decimal_comma == (file.decimal == "comma")
        assert table.has_header == file.has_header
        assert re.search(file.words, " ".join(table.notes)) and (file.words or not table.notes)

    def test_twenty_thousand_rows_and_two_mebibytes_are_read(self) -> None:
        for header in (b"", b"x,y\n"):
            table = read_table(header + many_rows(MOST_ROWS))
            assert len(table.columns[0].values) == MOST_ROWS
        padded = b"x,y\n1,2\n3,4\n5,6\n"
        assert read_table(padded + b"\n" * (2 * 1024 * 1024 - len(padded)))

    @pytest.mark.parametrize("header", [b"", b"x,y\n"])
    def test_one_row_more_is_refused(self, header: bytes) -> None:
        with pytest.raises(TableError, match="20,000 rows"):
            read_table(header + many_rows(MOST_ROWS + 1))

    def test_the_first_rows_are_shown_as_they_stand(self) -> None:
        table = read_table(b"x;y\n1,50;two\n3;4\n5;6\n7;8\n9;1\n2;3\n")
        assert table.head == (("1,50", "two"), ("3", "4"), ("5", "6"), ("7", "8"), ("9", "1"))

    def test_a_line_names_where_it_is_broken(self) -> None:
        with pytest.raises(TableError, match="line 5"):
            read_table(b"x,y\n1,2\n3,4\n5,6\n7,\xfc8\n")
        table = read_table(b"x,y\n\n1,2\n3,4\n5\n5,6\n")
        assert table.notes == ("1 row left out for not having exactly 2 cells (line 5).",)

    @pytest.mark.parametrize(
        "names",
        [
            ["a (2)", "a", "a"], ["x", "x", "x (2)", "x"], ["", "column 1", "column 1"],
            ["y" * 60, "y" * 50, "y" * 41], ["=+1", "1x", "@@"],
        ],
    )  # fmt: skip
    def test_no_name_comes_twice(self, names: list[str]) -> None:
        text = ",".join(names) + "\n" + "1,2,3,4\n4,3,2,2\n2,5,7,1\n"
        lines = [line.rsplit(",", 4 - len(names))[0] for line in text.splitlines()[1:]]
        rows = "\n".join([",".join(names), *lines])
        found = [column.name for column in read_table(rows.encode()).columns]
        assert len(set(found)) == len(names), found

    @pytest.mark.parametrize("name", ["=1+1", "= =1+1", "+ @x", "- -x", "=", '"=x"', "@ =SUM(A1)"])
    def test_no_name_begins_like_a_formula(self, name: str) -> None:
        table = read_table(f"{name},why\n1,2\n2,3\n3,5\n".encode())
        assert table.columns[0].name[0] not in "=+-@", table.columns[0].name

    def test_one_infinite_cell_is_not_what_is_wrong_with_a_column_of_words(self) -> None:
        with pytest.raises(TableError, match="has 1: most other cells contain words"):
            read_table(b"name,y\na,inf\nb,1\nc,2\nd,3\n")

    def test_a_long_cell_is_not_taken_for_an_open_quotation_mark(self) -> None:
        content = b"x,y\n1,2\n2,3\n3,4\n" + b"w" * 140_000 + b",5\n6,7\n"
        try:
            assert len(read_table(content).columns[0].values) == 5
        except TableError as error:
            assert "quotation" not in sentence_of(error)

    @pytest.mark.parametrize("cell", [b"1" * 10_000 + b"x", b"1" * 10_000, b"-" * 10_000])
    def test_a_long_cell_takes_no_long_time(self, cell: bytes) -> None:
        before = time.process_time()
        read_table(b"x,y\n1,2\n2,3\n3,5\n" + cell + b",3\n4,5\n")
        assert time.process_time() - before < 1

    @pytest.mark.parametrize("row", [b"7," * 49 + b"7\n", b"word," * 9 + b"7\n", b'"7","7"\n'])
    def test_a_full_file_takes_seconds_at_most(self, row: bytes) -> None:
        content = row * min(20_000, 2 * 1024 * 1024 // len(row))
        before = time.process_time()
        try:
            read_table(content)
        except TableError as error:
            sentence_of(error)
        assert time.process_time() - before < 5


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
def test_a_table_that_was_written_reads_back_the_same(
    rows: list[list[float]], form: tuple[str, str], has_header: bool, end: str, has_mark: bool
) -> None:
    separator, point = form
    lines = [[repr(value).replace(".", point) for value in row] for row in rows]
    if has_header:
        lines.insert(0, [f"name {place}" for place in range(len(rows[0]))])
    text = end.join(separator.join(line) for line in lines)
    table = read_table(text.encode("utf-8-sig" if has_mark else "utf-8"))
    assert np.stack([column.values for column in table.columns], axis=1).tolist() == rows
    assert table.has_header == has_header


def check_any(content: bytes) -> None:
    """A table of at least two columns of at least three rows, or a sentence."""
    before = time.process_time()
    try:
        table = read_table(content)
        assert isinstance(table, Table) and len(table.numeric) >= 2
        assert {len(column.values) for column in table.columns} == {len(table.columns[0].values)}
        assert len(table.columns[0].values) >= 3
        names = [column.name for column in table.columns]
        assert max(Counter(names).values()) == 1 and all(names)
        choose(table, TOKEN, standardize=True)
    except TableError as error:
        sentence_of(error)
    assert time.process_time() - before < 5


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_sentence(content: bytes) -> None:
    check_any(content)


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_any_text_gives_a_table_or_a_sentence(text: str) -> None:
    check_any(text.encode("utf-8", "surrogatepass"))


CELLS = st.sampled_from(
    ["1", "2,5", "3.5", "-4e3", "", " ", "nan", "inf", "1e999", "=A1", "x", '"', '"a"', "a (2)",
     "a", "-", "\x0c", "\x1f", "\u2028", "\ufeff", "٣", "1_0", "0x1f", "1e", "é", "\r", "1e308",
     "-1e308", "1e-320"]
)  # fmt: skip


@settings(max_examples=600)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8), st.sampled_from(",;\t"))
def test_any_near_table_gives_a_table_or_a_sentence(rows: list[list[str]], separator: str) -> None:
    check_any("\n".join(separator.join(row) for row in rows).encode())


class TestChoosing:
    def test_left_out_the_last_column_is_the_target_and_the_first_the_predictor(self) -> None:
        user_data = choose(read_table(FILE), TOKEN)
        assert (user_data.predictors, user_data.target) == (("a",), "d")
        assert user_data.table.tolist() == [[1, 2], [2, 1], [3, 5], [4, 3], [5, 7]]
        assert choose(read_table(FILE), TOKEN, target="a").predictors == ("b",)

    def test_columns_come_in_the_order_in_which_they_were_chosen(self) -> None:
        user_data = choose(read_table(FILE), TOKEN, target="b", predictors=["d", "a"])
        assert (user_data.predictors, user_data.target) == (("d", "a"), "b")
        assert (
            user_data.table[1].tolist() == [1, 2, 30]
            and user_data.example_count == user_data.rows == 5
        )

    @pytest.mark.parametrize(
        ("chosen", "words"),
        [
            (dict(target="e"), "no numeric column called 'e'"),
            (dict(target=7), "called 7"),
            (dict(target=["a"]), "called list"),
            (dict(predictors=[]), "at least one"),
            (dict(predictors="a"), "at least one"),
            (dict(predictors=["a", "a"]), "twice"),
            (dict(predictors=["a", "d"]), "d is the target"),
            (dict(predictors=["a", None]), "called nothing"),
            (dict(predictors=["a"] * 11), "at most 10 predictors, not 11"),
            (dict(standardize=1), "true or false"),
            (dict(standardize="yes"), "true or false"),
        ],
    )
    def test_an_impossible_choice_is_refused(self, chosen: dict, words: str) -> None:
        assert words in refusal(FILE, **chosen)

    @pytest.mark.parametrize("token", [None, 5, "", "short", "x" * 65, "a" * 21 + "!", ["a" * 22]])
    def test_a_token_must_be_one_that_nobody_guesses(self, token: object) -> None:
        with pytest.raises(TableError, match="token"):
            choose(read_table(FILE), token)

    @pytest.mark.parametrize("count", [1, 10])
    def test_one_to_ten_predictors(self, count: int) -> None:
        table = read_table(wide_file(12))
        user_data = choose(table, TOKEN, predictors=[f"c{k}" for k in range(count)])
        assert len(user_data.predictors) == count and user_data.table.shape == (8, count + 1)

    def test_rows_with_a_gap_are_dropped_with_the_reason_and_the_count(self) -> None:
        content = b"x,y,z\n1,2,1\n,4,1\n5,n/a,2\nsix,8,3\n9,inf,x\n1,=B2,6\n2,3,\n8,9,2\n3,1,8\n"
        user_data = choose(read_table(content), TOKEN, target="y", predictors=["x"])
        assert user_data.table.tolist() == [[1, 2], [2, 3], [8, 9], [3, 1]] and user_data.rows == 4
        said = " ".join(user_data.notes)
        assert "2 rows left out because cells are empty" in said
        for why in ("contain words", "are infinite", "contain formulas"):
            assert f"1 row left out because cells {why}." in said
        # A gap in a column that was not chosen costs no row.
        assert "9 rows" not in said

    def test_of_many_rows_the_same_five_hundred_are_trained_on(self) -> None:
        user_data = choose(read_table(many_rows(MOST_ROWS)), TOKEN)
        assert (user_data.example_count, user_data.rows) == (MOST_EXAMPLES, MOST_ROWS)
        assert len(set(user_data.table[:, 0])) == MOST_EXAMPLES
        assert (np.diff(user_data.table[:, 0]) > 0).all() and user_data.table[:, 0].std() > 5000
        assert "500 of 20,000 rows" in " ".join(user_data.notes)
        again = choose(read_table(many_rows(MOST_ROWS)), "another-token-thatislong")
        assert np.array_equal(user_data.table, again.table) and user_data.id != again.id
        exactly = choose(read_table(many_rows(MOST_EXAMPLES)), TOKEN)
        assert exactly.example_count == MOST_EXAMPLES and exactly.notes == ()

    def test_all_that_changes_the_examples_changes_their_name(self) -> None:
        table = read_table(FILE)
        made = [
            choose(table, TOKEN), choose(table, TOKEN[::-1]), choose(table, TOKEN, target="b"),
            choose(table, TOKEN, predictors=["b"]), choose(table, TOKEN, predictors=["a", "b"]),
            choose(table, TOKEN, predictors=["b", "a"]), choose(table, TOKEN, standardize=True),
            choose(read_table(FILE.replace(b"7", b"8")), TOKEN),
        ]  # fmt: skip
        assert len({user_data.id for user_data in made}) == len(made)
        assert choose(read_table(FILE), TOKEN, "other label").id == made[0].id


def wide_file(count: int, rows: int = 8, scale: float = 1.0) -> bytes:
    random = np.random.RandomState(3)
    table = random.normal(scale=scale, size=(rows, count))
    names = ",".join(f"c{k}" for k in range(count))
    return "\n".join([names, *(",".join(map(repr, row)) for row in table.tolist())]).encode()


class TestStandardising:
    @pytest.fixture(scope="class")
    @staticmethod
    def user_data() -> UserData:
        return choose(read_table(wide_file(4, 40, 300)), TOKEN, target="c1",
                      predictors=["c3", "c0"], standardize=True)  # fmt: skip

    def test_every_column_has_mean_0_and_standard_deviation_1(self, user_data: UserData) -> None:
        inputs, targets, _ = datasets.user_dataset(user_data)
        made = np.column_stack([inputs, targets])
        assert made.dtype == np.float32
        centred = user_data.table - [math.fsum(column) / 40 for column in user_data.table.T]
        expected = centred / [math.sqrt(math.fsum(column**2) / 40) for column in centred.T]
        np.testing.assert_allclose(made, expected, atol=3e-7)

    def test_units_lead_back_to_the_tables_numbers(self, user_data: UserData) -> None:
        inputs, targets, scaling = datasets.user_dataset(user_data)
        back = np.column_stack([scaling.inputs(inputs), scaling.targets(targets)])
        np.testing.assert_allclose(back, user_data.table, rtol=1e-5, atol=1e-4)

    def test_as_they_are_the_numbers_are_the_tables(self) -> None:
        user_data = choose(read_table(wide_file(3)), TOKEN)
        inputs, targets, scaling = datasets.user_dataset(user_data)
        assert np.array_equal(np.column_stack([inputs, targets]), user_data.table.astype("float32"))
        assert np.array_equal(scaling.inputs(inputs), inputs)
        assert np.array_equal(scaling.targets(targets), targets)

    def test_units_keep_the_digits_of_a_target_far_from_0(self) -> None:
        rows = [[k, 1e6 + k / 1000] for k in range(30)]
        content = "\n".join(f"{x},{y!r}" for x, y in rows).encode()
        inputs, targets, scaling = datasets.user_dataset(
            choose(read_table(content), TOKEN, standardize=True)
        )
        np.testing.assert_allclose(
            scaling.targets(targets), [y for _, y in rows], atol=1e-6, rtol=0
        )
        np.testing.assert_allclose(scaling.inputs(inputs)[:, 0], range(30), atol=1e-5)

    def test_numbers_that_float32_cannot_tell_apart_are_not_trained_on_as_they_are(self) -> None:
        content = "\n".join(f"{99_000 + k / 1000!r},{k * k % 7}" for k in range(20)).encode()
        assert "Standardise" in refusal(content)
        assert choose(read_table(content), TOKEN, standardize=True)

    @pytest.mark.parametrize("content", [
        b"x,y\n-1.7e308,1\n1.7e308,2\n1,3\n", b"x,y\n1e-320,1\n2e-320,2\n3e-320,3\n",
    ], ids=["widest", "finest"])  # fmt: skip
    def test_sizes_that_overflow_are_refused_without_a_warning(self, content: bytes) -> None:
        for is_standardized in (True, False):
            assert re.search(
                "to compute with|Standardise", refusal(content, standardize=is_standardized)
            )


class TestAsCsv:
    @settings(max_examples=50)
    @given(st.lists(st.tuples(FLOATS, FLOATS), min_size=3, max_size=20))
    def test_the_examples_to_take_away_are_exact(self, rows: list[tuple[float, float]]) -> None:
        content = "\n".join(f"{x!r},{y!r}" for x, y in [*rows, (1.5, 2.5), (2.5, 1.5)]).encode()
        try:
            user_data = choose(read_table(content), TOKEN, standardize=True)
        except TableError:
            assume(False)
        names, *lines = csv.reader(io.StringIO(user_data.csv()))
        assert names == ["column 1", "column 2"]
        assert [tuple(map(float, line)) for line in lines][: len(rows)] == rows


class TestLabel:
    @pytest.mark.parametrize(
        ("name", "label"),
        [
            ("heights.csv", "heights"), ("C:\\Users\\me\\heights.csv", "heights"),
            ("../../etc/passwd", "passwd"), ("/home/me/a b.tsv", "a b"), ("", "Your own data"),
            (None, "Your own data"), (7, "Your own data"), ("x" * 99 + ".csv", "x" * 40),
            ("a\nimport os\n.csv", "aimport os"), ("gr\u00f6\u00dfe.csv", "gr\u00f6\u00dfe"),
            ("a\u2028b\ud800\u202e.csv", "ab"),
        ],
    )  # fmt: skip
    def test_a_label_is_a_files_name(self, name: object, label: str) -> None:
        assert label_of(name) == label

    @given(json_values)
    def test_any_name_gives_a_short_label_of_one_line(self, name: object) -> None:
        label = label_of(name)
        assert 0 < len(label) <= 40 and label.isprintable()

    @pytest.mark.parametrize("name", ["C:\\secret\\heights.csv", "/home/secret/heights.csv"])
    def test_of_a_path_only_the_name_is_kept_and_it_is_said(self, name: str) -> None:
        made = described(read_table(FILE), name)
        assert made["label"] == "heights" and any("path" in note for note in made["notes"])
        assert "secret" not in str(made)
        plain = described(read_table(FILE), "heights.csv")
        assert plain["notes"] == []


class TestAnswer:
    def test_a_table_to_choose_from(self) -> None:
        content = base64.b64encode(b"who;x;y\nA;1,5;2\nB;2;3\nC;3;4\nD;;5\n").decode()
        result = table_answer({"ticket": 3, "content": content, "name": "my.csv"})
        assert result["ticket"] == 3
        assert result["table"] | {"notes": []} == {
            "label": "my", "columns": ["who", "x", "y"], "numeric": ["x", "y"], "rows": 4,
            "head": (("A", "1,5", "2"), ("B", "2", "3"), ("C", "3", "4"), ("D", "", "5")),
            "separator": "semicolon", "decimal": "comma", "has_header": True, "notes": [],
        }  # fmt: skip

    @given(json_values)
    def test_an_absurd_request_gets_a_sentence(self, request: object) -> None:
        result = table_answer(request)
        assert set(result) == {"ticket", "error", "field"} and result["error"].endswith(".")

    @given(st.fixed_dictionaries({"content": json_values, "name": json_values}))
    def test_an_absurd_file_gets_a_sentence(self, request: dict) -> None:
        result = table_answer(request | {"ticket": 1})
        assert result["ticket"] == 1 and result["error"].endswith(".")

    @pytest.mark.parametrize(
        "content", ["MSwy\n", "M", "MSw", "ÄÖÜ", "MSw yCg==", None, 7, b"MSwy"]
    )
    def test_what_is_not_base64_is_a_file_that_did_not_arrive(self, content: object) -> None:
        with pytest.raises(TableError, match=r"arrive|no file"):
            content_of({"content": content})

    def test_a_huge_content_is_not_even_decoded(self) -> None:
        with pytest.raises(TableError, match="too large"):
            content_of({"content": "!" * (3 * 1024 * 1024)})

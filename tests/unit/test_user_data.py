"""Chosen columns of a user's table as examples to train on."""

import csv
import io
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.csv_lines import MOST_ROWS, TableError
from app.domain.csv_reader import read_table
from app.domain.user_data import MOST_EXAMPLES, choose, label_of
from app.engine import datasets
from app.exports.csv_export import user_data_csv
from tests.unit.test_csv_reader import FLOATS, GRIDS, sentence_of
from tests.unit.test_settings import json_values
from tests.user_data_files import UNFIT, Broken, many_rows

TOKEN = "one-token_that-is-long"
FILE = b"a,b,c,d\n1,10,5,2\n2,30,1,1\n3,20,4,5\n4,40,2,3\n5,15,3,7\n"


def refusal(content: bytes, **chosen: Any) -> str:
    with pytest.raises(TableError) as caught:
        choose(read_table(content), TOKEN, **chosen)
    return sentence_of(caught.value)


def wide_file(count: int, rows: int = 8, scale: float = 1.0) -> bytes:
    random = np.random.RandomState(3)
    table = random.normal(scale=scale, size=(rows, count))
    names = ",".join(f"c{k}" for k in range(count))
    return "\n".join([names, *(",".join(map(repr, row)) for row in table.tolist())]).encode()


@pytest.mark.parametrize("file", UNFIT, ids=lambda file: file.name)
def test_untrainable_columns_are_named_with_the_reason(file: Broken) -> None:
    assert re.search(file.words, refusal(file.content))


def test_by_default_the_last_column_is_the_target_and_the_first_the_predictor() -> None:
    user_data = choose(read_table(FILE), TOKEN)
    assert (user_data.predictors, user_data.target) == (("a",), "d")
    assert user_data.table.tolist() == [[1, 2], [2, 1], [3, 5], [4, 3], [5, 7]]
    assert choose(read_table(FILE), TOKEN, target="a").predictors == ("b",)


def test_columns_keep_the_order_of_the_choice() -> None:
    user_data = choose(read_table(FILE), TOKEN, target="b", predictors=["d", "a"])
    assert (user_data.predictors, user_data.target) == (("d", "a"), "b")
    assert (
        user_data.table[1].tolist() == [1, 2, 30] and user_data.example_count == user_data.rows == 5
    )


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (dict(target="e"), "no numeric column called 'e'"),
        (dict(target=["a"]), "called list"),
        (dict(predictors=[]), "at least one"),
        (dict(predictors="a"), "at least one"),
        (dict(predictors=["a", "a"]), "twice"),
        (dict(predictors=["a", "d"]), "d is the target"),
        (dict(predictors=["a", None]), "called nothing"),
        (dict(predictors=["a"] * 11), "at most 10 predictors, not 11"),
        (dict(standardize=1), "true or false"),
    ],
)
def test_impossible_choice_of_columns_is_refused(chosen: dict, words: str) -> None:
    assert words in refusal(FILE, **chosen)


@settings(max_examples=100)
@given(GRIDS, st.booleans())
def test_any_table_gives_examples_or_a_sentence(rows: list[list[str]], standardize: bool) -> None:
    try:
        content = "\n".join(",".join(row) for row in rows).encode()
        user_data = choose(read_table(content), TOKEN, standardize=standardize)
    except TableError as error:
        sentence_of(error)
    else:
        assert np.isfinite(user_data.table).all() and user_data.example_count >= 3


@pytest.mark.parametrize("token", [None, 5, "", "short", "x" * 65, "a" * 21 + "!", ["a" * 22]])
def test_short_or_malformed_token_is_refused(token: object) -> None:
    with pytest.raises(TableError, match="token"):
        choose(read_table(FILE), token)


def test_incomplete_rows_are_left_out_with_count_and_reason() -> None:
    content = b"x,y,z\n1,2,1\n,4,1\n5,n/a,2\nsix,8,3\n9,inf,x\n1,=B2,6\n2,3,\n8,9,2\n3,1,8\n"
    user_data = choose(read_table(content), TOKEN, target="y", predictors=["x"])
    assert user_data.table.tolist() == [[1, 2], [2, 3], [8, 9], [3, 1]] and user_data.rows == 4
    said = " ".join(user_data.notes)
    assert "2 rows left out because cells are empty" in said
    for why in ("contain words", "are infinite", "contain formulas"):
        assert f"1 row left out because cells {why}." in said
    # A gap in a column that was not chosen does not matter.
    assert "9 rows" not in said


def test_500_of_20_000_rows_are_drawn_the_same_each_time() -> None:
    user_data = choose(read_table(many_rows(MOST_ROWS)), TOKEN)
    assert (user_data.example_count, user_data.rows) == (MOST_EXAMPLES, MOST_ROWS)
    assert len(set(user_data.table[:, 0])) == MOST_EXAMPLES
    assert (np.diff(user_data.table[:, 0]) > 0).all() and user_data.table[:, 0].std() > 5000
    assert "500 of 20,000 rows" in " ".join(user_data.notes)
    again = choose(read_table(many_rows(MOST_ROWS)), "another-token-thatislong")
    assert np.array_equal(user_data.table, again.table) and user_data.id != again.id
    exactly = choose(read_table(many_rows(MOST_EXAMPLES)), TOKEN)
    assert exactly.example_count == MOST_EXAMPLES and exactly.notes == ()


@pytest.mark.parametrize("row", [0, 777, 4321, MOST_ROWS - 1])
def test_what_varies_in_the_file_varies_in_the_rows_drawn(row: int) -> None:
    """1 in a single row of the target, and of a predictor in the row after it."""
    table = np.zeros((MOST_ROWS, 3))
    table[:, 0] = np.arange(MOST_ROWS)
    table[row, 1] = table[(row + 1) % MOST_ROWS, 2] = 1
    content = "\n".join(["a,rare,y", *(",".join(map(str, one)) for one in table.tolist())])
    user_data = choose(read_table(content.encode()), TOKEN, "own", "y", ["a", "rare"], True)
    assert user_data.example_count == len(set(user_data.table[:, 0])) == MOST_EXAMPLES
    assert user_data.table[:, 1:].sum(axis=0).tolist() == [1, 1]
    for name in ("rare", "y"):
        assert f"a row with a rare value of {name}." in " ".join(user_data.notes)


def test_id_depends_on_everything_that_changes_the_examples() -> None:
    table = read_table(FILE)
    made = [
        choose(table, TOKEN), choose(table, TOKEN[::-1]), choose(table, TOKEN, target="b"),
        choose(table, TOKEN, predictors=["b"]), choose(table, TOKEN, predictors=["a", "b"]),
        choose(table, TOKEN, predictors=["b", "a"]), choose(table, TOKEN, standardize=True),
        choose(read_table(FILE.replace(b"7", b"8")), TOKEN),
    ]  # fmt: skip
    assert len({user_data.id for user_data in made}) == len(made)
    assert choose(read_table(FILE), TOKEN, "other label").id == made[0].id


def test_standardised_columns_have_mean_0_and_standard_deviation_1_and_scale_back() -> None:
    user_data = choose(
        read_table(wide_file(12, 40, 300)), TOKEN, target="c11",
        predictors=[f"c{k}" for k in range(10)], standardize=True,
    )  # fmt: skip
    inputs, targets, scaling = datasets.user_dataset(user_data)
    made = np.column_stack([inputs, targets])
    assert made.dtype == np.float32 and made.shape == (40, 11)
    centred = user_data.table - [math.fsum(column) / 40 for column in user_data.table.T]
    expected = centred / [math.sqrt(math.fsum(column**2) / 40) for column in centred.T]
    np.testing.assert_allclose(made, expected, atol=3e-7)
    back = np.column_stack([scaling.inputs(inputs), scaling.targets(targets)])
    np.testing.assert_allclose(back, user_data.table, rtol=1e-5, atol=1e-4)


def test_examples_are_the_numbers_of_the_table_without_standardizing() -> None:
    user_data = choose(read_table(wide_file(3)), TOKEN)
    inputs, targets, scaling = datasets.user_dataset(user_data)
    assert np.array_equal(np.column_stack([inputs, targets]), user_data.table.astype("float32"))
    assert np.array_equal(scaling.inputs(inputs), inputs)
    assert np.array_equal(scaling.targets(targets), targets)


def test_scaling_keeps_the_digits_of_a_target_far_from_0() -> None:
    rows = [[k, 1e6 + k / 1000] for k in range(30)]
    content = "\n".join(f"{x},{y!r}" for x, y in rows).encode()
    inputs, targets, scaling = datasets.user_dataset(
        choose(read_table(content), TOKEN, standardize=True)
    )
    np.testing.assert_allclose(scaling.targets(targets), [y for _, y in rows], atol=1e-6, rtol=0)
    np.testing.assert_allclose(scaling.inputs(inputs)[:, 0], range(30), atol=1e-5)


def test_numbers_too_close_for_float32_must_be_standardised() -> None:
    content = "\n".join(f"{99_000 + k / 1000!r},{k * k % 7}" for k in range(20)).encode()
    assert "Standardise" in refusal(content)
    assert choose(read_table(content), TOKEN, standardize=True)


@pytest.mark.parametrize("content", [
    b"x,y\n-1.7e308,1\n1.7e308,2\n1,3\n", b"x,y\n1e-320,1\n2e-320,2\n3e-320,3\n",
], ids=["widest", "finest"])  # fmt: skip
def test_numbers_that_overflow_are_refused_without_a_warning(content: bytes) -> None:
    for is_standardized in (True, False):
        assert re.search(
            "to compute with|Standardise", refusal(content, standardize=is_standardized)
        )


@settings(max_examples=50)
@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=3, max_size=20))
def test_exported_examples_are_exact(rows: list[tuple[float, float]]) -> None:
    content = "\n".join(f"{x!r},{y!r}" for x, y in [*rows, (1.5, 2.5), (2.5, 1.5)]).encode()
    try:
        user_data = choose(read_table(content), TOKEN, standardize=True)
    except TableError:
        assume(False)
    names, *lines = csv.reader(io.StringIO(user_data_csv(user_data)))
    assert names == ["column 1", "column 2"]
    assert [tuple(map(float, line)) for line in lines][: len(rows)] == rows


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("heights.csv", "heights"), ("C:\\Users\\me\\heights.csv", "heights"),
        ("../../etc/passwd", "passwd"), ("/home/me/a b.tsv", "a b"), ("", "Your own data"),
        (None, "Your own data"), (7, "Your own data"),
        ("x" * 99 + "yz.csv", "x" * 20 + "…" + "x" * 17 + "yz"),
        ("a\nimport os\n.csv", "aimport os"), ("gr\u00f6\u00dfe.csv", "gr\u00f6\u00dfe"),
        ("a\u2028b\ud800\u202e.csv", "ab"),
    ],
)  # fmt: skip
def test_label_is_the_file_name(name: object, label: str) -> None:
    assert label_of(name) == label


@given(json_values)
def test_any_name_gives_a_short_label_of_one_line(name: object) -> None:
    label = label_of(name)
    assert 0 < len(label) <= 40 and label.isprintable()


CLINIC = b"pulse,age,state\n60,30,healthy\n61,50,healthy\n90,41,sick\n99,62,sick\n70,35,healthy\n"


def test_two_words_are_a_target_of_two_classes_that_keep_their_names() -> None:
    table = read_table(CLINIC)
    assert [column.name for column in table.numeric] == ["pulse", "age"]
    assert "state has two classes, healthy and sick." in table.notes
    user_data = choose(table, TOKEN, target="state", predictors=["pulse", "age"])
    assert user_data.classes == ("healthy", "sick") and user_data.has_words
    assert user_data.table[:, -1].tolist() == [0, 0, 1, 1, 0]


def test_a_single_column_of_numbers_predicts_two_words() -> None:
    user_data = choose(read_table(b"x,y\n1,no\n2,yes\n3,yes\n"), TOKEN)
    assert (user_data.predictors, user_data.target) == (("x",), "y")
    assert user_data.classes == ("no", "yes")


def test_clicked_points_of_two_colours_are_two_classes() -> None:
    rows = "\n".join(f"{x},{x * x},{'orange' if x < 2 else 'blue'}" for x in range(4))
    points = choose(read_table(f"x1,x2,class\n{rows}".encode()), TOKEN, "Points", "class",
                    ["x1", "x2"])  # fmt: skip
    assert points.classes == ("blue", "orange") and points.table[:, -1].tolist() == [1, 1, 0, 0]


def test_words_in_the_place_of_missing_values_are_left_out() -> None:
    content = b"x,y\n1,no\n2,n/a\n3,yes\n4,\n5,no\n"
    user_data = choose(read_table(content), TOKEN)
    assert user_data.table.tolist() == [[1, 0], [3, 1], [5, 0]]
    assert "2 rows left out because cells are empty or missing." in user_data.notes


def test_three_words_or_a_word_as_predictor_are_refused_with_a_sentence() -> None:
    three = CLINIC + b"80,44,unsure\n"
    assert "numbers or two different words; 'state' has not" in refusal(three, target="state")
    assert "no numeric column called 'state'" in refusal(CLINIC, target="age", predictors=["state"])


def test_two_numbers_are_two_classes_named_by_them() -> None:
    content = b"x,y\n1,2\n2,2.5\n3,2\n"
    user_data = choose(read_table(content), TOKEN)
    assert user_data.classes == ("2", "2.5") and not user_data.has_words
    assert choose(read_table(FILE), TOKEN).classes is None

"""Tables as people have them (tests/cases/tables): each gives its numbers, or the true sentence."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from app.domain.csv_lines import TableError
from app.domain.csv_reader import read_table
from app.domain.csv_table import Reading, Table

FOLDER = Path(__file__).parents[1] / "cases" / "tables"
NAN = math.nan


class Case(NamedTuple):
    """What a file must give.

    columns   numeric columns and their first numbers, written here by hand
    header    the lines of the names
    fit       "y = a + b x", least squares to the digits given, and the typical error after a
              semicolon; rows with a missing number are left out
    words     a pattern for the notes, questions and sentinels, or for the refusal
    """

    columns: Mapping[str, Sequence[float]] | None = None
    header: tuple[int, ...] = (1,)
    fit: str = ""
    words: str = ""


PHYPHOX = Case(
    {
        "Time (s)": [0, 0.01003, 0.0201, 0.03011],
        "Acceleration x (m/s^2)": [0.3555450439, 0.3711, -0.03555450439, 0.21],
        "Acceleration z (m/s^2)": [10.06282043, 9.96282043, 9.84, 9.79],
    }
)
PEOPLE = {"people": [10250, 950, 4730, 22100, 1815, 7400], "shops": [41, 5, 20, 86, 9, 31]}
TOWNS = Case(PEOPLE, (1,), "shops = 1.99 + 0.00381 people; 0.425", "10,250.*10250.*10.25")
STRETCH = {"Masse": [1, 2, 3, 4], "Dehnung": [2.1, 4.2, 5.9, 8.1]}
HAND = "Latest: Z-axis acceleration of the left hand"
CASES = {
    "a01_thousands_quoted.csv": TOWNS,
    "a02_thousands_tab.tsv": TOWNS,
    "a03_thousands_and_decimals.csv": Case(
        {"visits": [2334.01, 980.5, 1120.75, 3005, 640.25, 1999.99], "cost": [5.5, 2.1]},
        fit="cost = -0.211 + 0.00248 visits",
    ),
    "a04b_german_thousands_dec.csv": Case(
        {"Betrag": [1.2, 22.3, 1234.56, 845.1, 2010, 310.5], "Tage": [2, 4]},
        fit="Tage = 2.27 + 0.0229 Betrag",
    ),
    "a05_french_nbsp.csv": Case(
        {"habitants": [10250.5, 950, 4730.5, 22100, 1815.5, 700.5], "surface": [41]},
        fit="surface = 1.39 + 0.00384 habitants",
    ),
    "a06_unicode_minus.csv": Case(
        {"t": range(7), "T": [-6.5, -4, -2.5, -0.5, 1.5, 3, 5.5]}, fit="T = -6.29 + 1.93 t"
    ),
    "a07a_sep_two_columns.csv": Case(STRETCH, (2,)),
    "a07b_sep_three_columns.csv": Case(STRETCH | {"Zeit": [3, 4, 5, 7]}, (2,)),
    "a07c_sep_comma.csv": Case({"mass": [1, 2, 3, 4], "stretch": [2.1, 4.2, 5.9, 8.1]}, (2,)),
    "a08_year_columns.csv": Case(
        {"2023": [10, 5, 14, 8], "2024": [20, 6, 29, 15], "2025": [31, 7, 44, 24]},
        fit="2025 = -1.49 + 1.60 2024; 1.06",
    ),
    "a08b_numeric_header.csv": Case(
        {"0": [1.5, 2.5], "1": [3.1, 5.2], "2": [9, 7]}, fit="1 = 0.17 + 1.96 0"
    ),
    "a09a_trailing_comma.csv": Case({"A": [1, 2, 3, 4], "B": [4, 5, 7, 8], "C": [7, 9, 8, 11]}),
    "a09b_trailing_semicolon.csv": Case(
        {"Zeit": [1, 2, 3, 4], "T": [9.8, 10.4, 11.9, 12.6], "Po": [759, 758.1, 757.2, 757]}
    ),
    "a10_title_line.csv": Case(
        {
            "Year": range(1880, 1886),
            "Jan": [-0.18, -0.19, 0.16, -0.29, -0.13, NAN],
            "Feb": [-0.24, -0.14, 0.14, -0.37, -0.08, -0.33],
            "J-D": [-0.17, -0.09, -0.11, -0.18, -0.28, NAN],
        },
        (2,),
    ),
    "a10b_encoding_line.csv": Case({"h1": [1, 2, 3], "h2": [2, 4, 5], "h3": [3, 5, 9]}, (2,)),
    "a11_comment_lines.csv": Case(
        {"year": range(1990, 1995), "co2": [354.2, 355.6, 356.4, 357.1, 358.9]}, (4,)
    ),
    "a11b_many_comments.csv": Case(
        {"year": range(1990, 1995), "month": [1] * 5, "mean": [354.2, 355.6]}, (42,)
    ),
    "a12_units_row.csv": Case(
        {"Year": range(2019, 2023), "Temperature (degC)": [26.7], "Oxygen (umol/kg)": [200, 214]},
        (1, 2),
    ),
    "a12b_three_headers.csv": Case(
        {
            "TIME (DAYS)": [0, 16, 32, 48],
            "WBHPH (BARS, well-a)": [456.78, 1.5, 3.5, 7.5],
            "WBHPH (BARS, well-b)": [0, 2.45, 4.25, 9.45],
        },
        (1, 2, 3),
    ),
    "a13_whitespace.data": Case(
        {
            "column 1": [18, 15, 16, 24, 25], "column 2": [8, 8, 8, 4, 4],
            "column 3": [307, 350, 304, 113, 98], "column 4": [130, 165, 150, 95, NAN],
            "column 5": [3504, 3693, 3433, 2372, 2046], "column 6": [12, 11.5, 12, 15, 19],
            "column 7": [70, 70, 70, 70, 71], "column 8": [1, 1, 1, 3, 1],
        },
        (), words="column 9",
    ),
    "a13b_whitespace_plain.txt": Case(
        {"eruptions": [3.6, 1.8, 3.333, 2.283, 4.533], "waiting": [79, 54, 74, 62, 85]}
    ),
    "a14_space_then_quote.csv": Case(
        {"Index": range(1, 6), "Height(Inches)": [65.78], "Weight(Pounds)": [112.99, 136.49]}
    ),
    "a14b_space_then_quoted_number.csv": Case(
        {"size": [160, 120, 95, 210], "rooms": [8.5, 6.5, 5, 11]}
    ),
    "a15_winrate.csv": Case(
        {
            "Totals": [97, 80, 64, 31], "Wins": [49], "Losses": [48],
            "Winrate": [50.52, 38.75, 62.5, 38.71], "Shift": [1408, -0.9, 2.25, -1.5],
            "Games": [97, 80, 64, 31],
        },
        words="“%”.*Winrate has a decimal comma",
    ),
    "a15b_list_column.csv": Case(
        {"genre_ids": [28.12], "minutes": [101, 95, 122, 88, 79], "score": [6.5, 7.1, 5.9, 6.8]},
        words="genre_ids has a decimal comma, other columns have a point",
    ),
    "a16_airquality_head.csv": Case(
        {
            "CO(GT)": [2.6, 2, 2.2], "PT08.S1(CO)": [1360], "NMHC(GT)": [150], "C6H6(GT)": [11.9],
            "PT08.S2(NMHC)": [1046], "NOx(GT)": [166], "PT08.S3(NOx)": [1056], "NO2(GT)": [113],
            "PT08.S4(NO2)": [1692], "PT08.S5(O3)": [1268], "T": [13.6], "RH": [48.9],
            "AH": [0.7578, 0.7255, 0.7502],
        },
        words=r"-200\.0.*'CO\(GT\)', 'NMHC\(GT\)', 'NOx\(GT\)', 'NO2\(GT\)'",
    ),
    "a17_line_separator.csv": Case(
        {"id": range(1, 7), "x": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5], "y": [3, 5, 6.8, 9.1, 11, 13.2]}
    ),
    "a17b_line_separator_20.csv": Case(
        {"id": range(1, 21), "x": [k / 2 for k in range(1, 21)], "y": [1.6, 3.2, 4.5]}
    ),
    "a18_newline_in_header.csv": Case(
        {"Time (s)": range(4), "Temp (°C)": [20.5, 22, 23.4, 25.1]}, (3,)
    ),
    **{f"a19_phyphox_{kind}.csv": PHYPHOX for kind in range(5)},
    "a21_missing_codes.csv": Case(
        {"x": [1, NAN, 3], "y": [2, 3.1, *[NAN] * 6, 17.9, NAN, 22.3, NAN, 26.1, 28.2]}
    ),
    "a23_row_names.csv": Case(
        {"column 1": range(1, 6), "speed": [4, 7, 8, 9, 10], "dist": [2, 22, 16, 10, 34]}
    ),
    "a23b_row_names.tsv": Case(
        {"column 1": range(1, 6), "speed": [4, 7, 8, 9, 10], "dist": [2, 22, 16, 10, 34]}
    ),
    "a24_decimal_comma_unquoted.csv": Case(words="decimal comma need semicolons"),
    "a25_percent_money.csv": Case(
        {"share": [12, 18, 25, 31], "sales": [1200, 950, 2310, 2890]},
        words="share is read without the “%”.*sales is read without the “\\$”",
    ),
    "a26_long_names.csv": Case(
        {
            f"{HAND} 1 (m/s²)": [1.5, 2.5, 3.5, 4.5],
            f"{HAND} 2 (m/s²)": [2.5, 3.1, 3.9, 5.2],
            "Concrete compressive strength(MPa megapascals)": [30, 35, 41, 44],
        }
    ),
    "a27_minus_name.csv": Case({"dose": [1, 2, 3, 4], "-log10(p)": [0.5, 1.1, 1.4, 2.1]}),
    "a28_markup_names.csv": Case(
        {
            "<b>mass</b> [g]": [1, 2, 3, 4],
            "cost $ per $ unit": [5.5, 7.1, 9.2, 11],
            "H<sub>2</sub>O & x<y": [3, 4, 6, 7],
        }
    ),
    "a33_pipes.csv": Case(words="only one column"),
    "a34_broken_nan.csv": Case(
        {"time": [1, 3, 5], "lat": [40] * 3, "depth": [2] * 3, "tmin": [279.8, 278.3, 279.2]},
        words=r"lines 3, 5.*tmax",
    ),
    "a35_inches.csv": Case(words="height, cells have something beside the number"),
    "b02_fifths.csv": Case({"x": range(1, 6), "y": range(5, 14, 2)}, fit="y = 3.00 + 2.00 x"),
    "b02b_unit_line.csv": Case({"x": [0, 1 / 9], "y": [3]}, fit="y = 3.00 + 2.00 x"),
    "b02c_hours.csv": Case({"hours": range(1, 11), "score": range(50, 96, 5)}),
    "b02d_houses.csv": Case(
        {
            "size": [2104, 1416, 1534, 852], "rooms": [5, 3, 3, 2], "floors": [1, 2, 2, 1],
            "age": [45, 40, 30, 36], "price": [460, 232, 315, 178],
        }
    ),
    "b02e_small_x.csv": Case({"x": [0.550798, 0.708148], "y": [5.761899]}),
    "b02f_large_x.csv": Case({"x": [55.07979, 70.814782], "y": [278.406861]}),
    "b06_longley.csv": Case(
        {
            "Year": range(1947, 1963), "GNP.deflator": [83], "GNP": [234.289],
            "Unemployed": [235.6], "Armed.Forces": [159], "Population": [107.608],
            "Employed": [60.323],
        },
        fit="Employed = -1335.105 + 0.716512 Year; 0.80841",
    ),
}  # fmt: skip
# 2/sharpness of the last column from the one named, or from all before it.
CRITICAL = {
    "b02_fifths.csv": 0.0845241,
    "b02c_hours.csv": 0.0254518,
    "b02d_houses.csv": 4.2032e-7,
    "b02f_large_x.csv": 0.00030852,
}


def read(name: str, **by_hand: object) -> Table:
    return read_table((FOLDER / name).read_bytes(), Reading.from_mapping(by_hand))


def said(table: Table) -> str:
    return " ".join(map(str, (*table.notes, *table.questions, *table.sentinels)))


def whole(table: Table, *names: str) -> np.ndarray:
    numbers = np.stack([table.column(name).values for name in names], axis=1)
    return numbers[np.isfinite(numbers).all(axis=1)]


def check_fit(table: Table, fit: str) -> None:
    found = re.fullmatch(r"(\S+) = (\S+) \+ (\S+) (\S+?)(?:; (\S+))?", fit)
    assert found
    numbers = whole(table, found[4], found[1])
    model = LinearRegression().fit(numbers[:, :1], numbers[:, 1])
    error = np.sqrt(np.mean((numbers[:, 1] - model.predict(numbers[:, :1])) ** 2))
    for text, value in zip(
        (found[2], found[3], found[5]), (model.intercept_, model.coef_[0], error), strict=True
    ):
        digits = len((text or "").partition(".")[2])
        assert text is None or abs(value - float(text)) <= 0.51 * 10**-digits, (fit, text, value)


def test_every_case_has_an_expectation() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*CASES}


@pytest.mark.parametrize("name", CASES)
def test_a_table_gives_its_numbers_or_a_true_sentence(name: str) -> None:
    case = CASES[name]
    if case.columns is None:
        with pytest.raises(TableError, match=case.words):
            read(name)
        return
    table = read(name)
    assert [column.name for column in table.numeric] == [*case.columns]
    for column, expected in zip(table.numeric, case.columns.values(), strict=True):
        first = [*expected]
        np.testing.assert_allclose(column.values[: len(first)], first, rtol=1e-15)
    assert table.header == case.header
    assert re.search(case.words, said(table)), said(table)
    if not case.words:
        assert not table.questions and not table.sentinels, said(table)
    if case.fit:
        check_fit(table, case.fit)


@pytest.mark.parametrize("name", CRITICAL)
def test_the_sharpness_of_a_table_is_that_of_its_numbers(name: str) -> None:
    columns = [column.values for column in read(name).numeric]
    design = np.column_stack([*columns[:-1], np.ones(len(columns[0]))])
    sharpness = np.linalg.eigvalsh(2 * design.T @ design / len(design)).max()
    assert 2 / sharpness == pytest.approx(CRITICAL[name], rel=2e-5)


# Like the cases, by another hand: a table, and the numbers of its last two columns.
VARIATIONS = {
    "groups by points": (
        "Ort;Leute;n\nA;10.250;41\nB;950;5\nC;4.730;20\n",
        [[10250, 950, 4730], [41, 5, 20]],
    ),
    "groups and a currency": (
        "a;b;n\nA;1.200 €;3\nB;950 €;4\nC;2.310 €;6\n",
        [[1200, 950, 2310], [3, 4, 6]],
    ),
    "groups of India": (
        'a,b\n"1,00,000",1\n"25,000",2\n900,4\n',
        [[100000, 25000, 900], [1, 2, 4]],
    ),
    "a title of two words over tabs": (
        "Run 1\n\nt/s\tU/V\n0\t1,5\n1\t2,5\n2\t3,7\n",
        [[0, 1, 2], [1.5, 2.5, 3.7]],
    ),
    "a title with commas": ("My table,,\nx,y,z\n1,2,3\n2,3,4\n3,5,9\n", [[2, 3, 5], [3, 4, 9]]),
    "a dash as minus": (
        "a,b\n\u20131,1\n\u20132,2\n3,\u2013\n5,4\n",
        [[-1, -2, 3, 5], [1, 2, NAN, 4]],
    ),
    "columns aligned by blanks": (
        "   x     y\n  1.0   2.0\n 10.0  20.5\n  3.0   6.1\n",
        [[1, 10, 3], [2, 20.5, 6.1]],
    ),
    "names behind a comment sign": ("# x y\n1 2\n2 4\n3 5\n", [[1, 2, 3], [2, 4, 5]]),
    "a quoted hint": ('"sep=;"\r\na;b\r\n1;2\r\n2;3\r\n3;5\r\n', [[1, 2, 3], [2, 3, 5]]),
    "a note below": ("x,y\n1,2\n2,4\n3,5\nSource: a book\n", [[1, 2, 3], [2, 4, 5]]),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_strangers_table_gives_its_numbers(name: str) -> None:
    text, expected = VARIATIONS[name]
    found = read_table(text.encode()).numeric[-2:]
    np.testing.assert_array_equal([column.values for column in found], expected)


def test_a_sentinel_is_left_out_by_hand_and_told_still() -> None:
    name = "a16_airquality_head.csv"
    text = (FOLDER / name).read_text(encoding="utf-8")
    count = sum(";-200;" in f";{cell};" for line in text.splitlines() for cell in line.split(";"))
    (told,) = read(name).sentinels
    (gone,) = read(name, missing=[-200]).sentinels
    assert (told.value, told.count, told.is_left_out) == (-200, count, False)
    assert gone.is_left_out and gone.columns == told.columns
    columns = [column.values for column in read(name, missing=[-200]).numeric]
    assert min(np.nanmin(values) for values in columns) >= 0
    # What nobody was told is not left out.
    assert read(name, missing=[1360]).column("PT08.S1(CO)").values[0] == 1360


@pytest.mark.parametrize(
    ("column", "is_told"),
    [
        ([3, 5, 4, 6, 5, 9999], True),
        ([0.3, 0.5, 0.4, 0.6, 0.5, 99.99], True),
        ([3, -99, 4, 6, -99, 5], True),
        ([-3, -7, 1, 0, -200, -200], True),
        ([3, 4, -99, 5, -98, 6, -98, -99], True),
        ([34, 41, -1, 28, 36, -1], True),
        ([0, 1, 0, 1, 1, 0], False),
        ([3, 5, 4, 6, 250, 250], False),
        ([-2, -1, 0, 1, 2, -2], False),
        ([90, 95, 99, 91, 93, 97], False),
        ([3, 5, 4, 6, 5, -200], False),
    ],
)
def test_a_sentinel_stands_apart_and_repeats_or_is_all_nines(
    column: list[float], is_told: bool
) -> None:
    rows = "\n".join(f"{row},{value}" for row, value in enumerate(column))
    assert bool(read_table(f"a,b\n{rows}\n".encode()).sentinels) == is_told


def test_what_was_guessed_can_be_set_by_hand() -> None:
    towns = "a01_thousands_quoted.csv"
    assert read(towns, decimals={"people": "comma"}).column("people").values[0] == 10.25
    (question,) = read(towns, decimals={"people": "comma"}).questions
    assert (question.point, question.comma, question.decimal) == ("10250", "10.25", "comma")
    assert read(towns, decimal="comma").column("people").values[0] == 10.25
    assert not read(towns, decimal="point").questions
    years = read("a08_year_columns.csv", header=0)
    assert years.header == () and [*years.columns[1].values] == [2023, 10, 5, 14, 8]
    units = read("a12b_three_headers.csv", header=3)
    assert [column.name for column in units.columns] == ["column 1", "well-a", "well-b"]
    assert read("a11b_many_comments.csv", header=41).columns[2].name == "remark"
    mixed = b"x;y\n1,5;2\n2.5;3\n3,5;4\n4,5;7\n"
    assert read_table(mixed, Reading(decimal="comma")).column("x").values[0] == 1.5
    pairs = read_table(b"a,b,c;d\n1,2,3;4\n4,5,6;7\n7,8,9;1\n", Reading(separator="comma"))
    assert [column.name for column in pairs.columns] == ["a", "b", "c;d"]


@pytest.mark.parametrize(
    "by_hand",
    [
        5, "x", [1], {"more": 1}, {"separator": "pipe"}, {"separator": []}, {"decimal": "?"},
        {"decimals": {"a": 1}}, {"decimals": []}, {"header": "1"}, {"header": True},
        {"header": 99}, {"header": -1}, {"missing": 5}, {"missing": ["-200"]},
        {"missing": [None]},
    ],
)  # fmt: skip
def test_nonsense_set_by_hand_is_refused_with_a_sentence(by_hand: object) -> None:
    with pytest.raises(TableError, match=r"\.$"):
        read_table(b"a,b\n1,2\n2,3\n3,5\n", Reading.from_mapping(by_hand))


# How numbers with two decimals are written: the decimal sign, between groups of digits, for minus.
STYLES = [
    (".", "", "-"), (",", "", "-"), (".", ",", "-"), (",", ".", "\u2212"), (",", " ", "-"),
    (",", "\xa0", "\u2212"), (".", "\u202f", "-"), (".", "'", "-"), (".", "\u2019", "-"),
]  # fmt: skip
ABOVE = ["", "# a comment, with; signs\n", "A title\n", "sep=;\n", "\n\n# one\n# two\n", "UTF-8\n"]


def styled(cents: int, style: tuple[str, str, str]) -> str:
    point, group, minus = style
    digits = f"{abs(cents) / 100:,.2f}".replace(".", "p").replace(",", group).replace("p", point)
    return (minus if cents < 0 else "") + digits


@settings(max_examples=150)
@given(
    st.lists(st.tuples(*[st.integers(-(10**9), 10**9)] * 2), min_size=3, max_size=6),
    st.sampled_from(STYLES),
    st.sampled_from(ABOVE),
    st.sampled_from(["", "s;m;"]),
    st.sampled_from(["", ";"]),
    st.sampled_from(["", "\u00a0€", " %"]),
)
def test_numbers_are_the_same_in_any_dress(
    rows: list[tuple[int, int]],
    style: tuple[str, str, str],
    above: str,
    units: str,
    end: str,
    sign: str,
) -> None:
    """Two decimals leave no doubt: groups have three digits."""
    lines = [";".join(styled(cents, style) + sign for cents in row) + end for row in rows]
    text = "\n".join([above + "time;way" + end, *([units[:3] + end] if units else []), *lines])
    table = read_table(text.encode())
    assert [column.name.split(" ")[0] for column in table.numeric] == ["time", "way"]
    found = np.stack([column.values for column in table.columns], axis=1)
    np.testing.assert_array_equal(found, np.array(rows) / 100)
    assert not table.questions


@settings(max_examples=100)
@given(
    st.lists(st.integers(1000, 999_999), min_size=3, max_size=6),
    st.sampled_from(["\t", ";", ","]),
    st.sampled_from(",."),
)
def test_a_group_of_three_digits_is_never_silently_a_decimal(
    numbers: list[int], separator: str, group: str
) -> None:
    cells = [f"{number:,}".replace(",", group) for number in numbers]
    lines = [f'{place}{separator}"{cell}"' for place, cell in enumerate(cells)]
    table = read_table("\n".join([f"a{separator}b", *lines]).encode())
    asked = [question.column for question in table.questions]
    # Where commas separate columns, a point is the decimal sign.
    assert asked == ([] if (separator, group) == (",", ".") else ["b"])
    mark = "point" if group == "," else "comma"
    by_hand = Reading(decimals={"b": mark})
    assert (
        read_table("\n".join([f"a{separator}b", *lines]).encode(), by_hand)
        .column("b")
        .values.tolist()
        == numbers
    )

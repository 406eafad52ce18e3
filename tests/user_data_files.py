"""Example files for the tests of the CSV reader and of the browser: some broken, some good."""

from __future__ import annotations

from typing import NamedTuple

# They differ where names were once cut off.
LONG_NAMES = [f"Latest: Z-axis acceleration of the left hand {hand} (m/s²)" for hand in (1, 2)]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10"


class Broken(NamedTuple):
    """A file that cannot be trained on, and a pattern that its error message must match."""

    name: str
    content: bytes
    words: str


class Good(NamedTuple):
    """A readable file, its numeric columns (None: missing), and a pattern for its notes."""

    name: str
    content: bytes
    columns: dict[str, list[float | None]]
    separator: str = "comma"
    decimal: str = "point"
    has_header: bool = True
    words: str = ""


def many_rows(count: int) -> bytes:
    return b"".join(b"%d,%d\n" % (k, k * k % 97) for k in range(count))


# What the reader refuses.
UNREADABLE = [
    Broken("empty.csv", b"", "file is empty"),
    Broken("blank.csv", b"  \n\r\n \t \n", "file is empty"),
    Broken("mark.csv", b"\xef\xbb\xbf", "file is empty"),
    Broken("separators.csv", b",,,\n,,,\n,,,\n", "separators"),
    Broken("words.csv", b"name,town\nAda,Rome\nBob,Oslo\nCid,Bern\n", "has 0: most other"),
    Broken("header_only.csv", b"x,y\n", "0 rows"),
    Broken("one_row.csv", b"x,y\n1,2\n", "1 row of data"),
    Broken("two_rows.csv", b"1,2\n3,4\n", "2 rows of data"),
    Broken("one_column.csv", b"x\n1\n2\n3\n4\n", "only one column"),
    Broken("one_number.csv", b"name,x\na,1\nb,2\nc,3\n", "has 1: most other cells contain words"),
    Broken("ragged.csv", b"1,2\n3,4,5\n6,7,8,9\n1,2\n1,2,3,4,5\n", "2 cells, line 2 has 3"),
    Broken("nan.csv", b"x,y\nnan,NaN\nNaN,nan\nnan,nan\n", "empty"),
    Broken("infinity.csv", b"x,y\ninf,-inf\n-inf,Infinity\ninf,inf\n", "infinite"),
    Broken("powers.csv", b"x,y\n1e999,1e999\n1e999,-1e999\n2e999,1e999\n", "infinite"),
    Broken("wide.csv", b"\n".join([b",".join([b"1"] * 50_000)] * 3), "50,000 columns"),
    Broken("noise.csv", bytes(range(128, 256)) * 8, "not in UTF-8"),
    Broken("zeros.csv", b"x,y\n1,2\n\x003,4\n5,6\n", "not a text file"),
    Broken("picture.csv", PNG, "not a text file"),
    Broken("sheet.csv", b"PK\x03\x04\x14\x00\x06\x00\x08\x00xl/workbook.xml", "spreadsheet"),
    Broken("sheet97.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old spreadsheet"),
    Broken("paper.csv", b"%PDF-1.7\n1 0 obj\n", "PDF"),
    Broken("utf16.csv", "x,y\n1,2\n3,4\n5,6\n".encode("utf-16"), "UTF-16"),
    Broken("latin1.csv", "x,gr\xf6\xdfe\n1,2\n3,4\n5,6\n".encode("latin-1"), r"UTF-8 \(line 1\)"),
    Broken("large.csv", b"1,2\n" * (600 * 1024), "too large"),
    Broken("long.csv", b"x,y\n" + many_rows(20_001), "20,000 rows"),
    Broken("formulas.csv", b"x,y\n=A1,=B1\n=A2,=SUM(B1)\n=A3,=B3\n", "formulas"),
    Broken("quote.csv", b'x,y\n1,2\n"3,4\n5,6\n7,8\n', "quotation mark"),
    Broken("within.csv", b'x,y\n"1"2,3\n4,5\n6,7\n', "quotation mark"),
    Broken("mixed.csv", b"x;y\n1,5;2\n2.5;3\n3,5;4\n", r"point \(line 3\).* comma \(line 2\)"),
    Broken("commas.csv", b"height,shoe\n172,5,41\n168,0,39\n181,5,43\n", "need semicolons"),
    Broken("page.csv", b"<!DOCTYPE html>\n<html><body>no</body></html>\n", "only one column"),
]  # fmt: skip
# What is read, but cannot be trained on as it stands; the columns are the default ones.
UNFIT = [
    Broken("level.csv", b"x,y\n1,5\n2,5\n3,5\n4,5\n", "y has the same value"),
    Broken("too_much.csv", b"x,y\n1,2000000\n2,3000000\n3,1000000\n", "y are too large"),
    Broken("too_fine.csv", b"x,y\n0.00001,1\n0.00002,3\n0.00003,2\n", "x are too close"),
    Broken("holes.csv", b"x,y\n1,\n2,\n,3\n,4\n5,6\n7,8\n", "2 complete rows"),
    Broken("giant.csv", b"x,y\n1e200,1\n-1e300,3\n1e10,2\n", "too large to compute"),
]  # fmt: skip

GOOD = [
    Good("comma.csv", b"x,y\n1,2.5\n2,3.5\n3,5\n", {"x": [1, 2, 3], "y": [2.5, 3.5, 5]}),
    Good("semicolon.csv", b"x;y\n1,5;2\n2,5;-3,25\n3,0;4\n",
         {"x": [1.5, 2.5, 3], "y": [2, -3.25, 4]}, "semicolon", "comma"),
    Good("point.csv", b"x;y\n1.5;2\n2.5;3\n3;4\n", {"x": [1.5, 2.5, 3], "y": [2, 3, 4]},
         "semicolon"),
    Good("tab.tsv", b"x\ty\n1,5\t2\n2,5\t3\n3\t4\n", {"x": [1.5, 2.5, 3], "y": [2, 3, 4]},
         "tab", "comma"),
    Good("bare.csv", b"1,2\n3,4\n5,7\n", {"column 1": [1, 3, 5], "column 2": [2, 4, 7]},
         has_header=False),
    Good("mark.csv", b"\xef\xbb\xbfx,y\n1,2\n3,4\n5,7\n", {"x": [1, 3, 5], "y": [2, 4, 7]}),
    Good("windows.csv", b"x,y\r\n1,2\r\n3,4\r\n5,7\r\n", {"x": [1, 3, 5], "y": [2, 4, 7]}),
    Good("mac.csv", b"x,y\r1,2\r3,4\r5,7\r", {"x": [1, 3, 5], "y": [2, 4, 7]}),
    Good("quoted.csv", b'size, metres;"weight; kg"\n"1,5";2\n"2,5";3\n3;"4"\n',
         {"size, metres": [1.5, 2.5, 3], "weight; kg": [2, 3, 4]}, "semicolon", "comma"),
    # str.splitlines would break these cells.
    Good("page_break.csv",
         "name,x,y\na\x0bb,1,2\nc\x0c,3,4\nd\x1ce,5,7\n\x85,6,8\n\u2028f,7,1\n".encode(),
         {"x": [1, 3, 5, 6, 7], "y": [2, 4, 7, 8, 1]}, words="Not selectable"),
    Good("two_lines.csv", b'x,"y\nin cm"\n1,2\n3,4\n5,7\n',
         {"x": [1, 3, 5], "y in cm": [2, 4, 7]}),
    Good("gaps.csv", b"\n\nx,y\n1,2\n\n3,4\n,,\n5,7\n\n\n", {"x": [1, 3, 5], "y": [2, 4, 7]}),
    Good("missing.csv", b"x,y\n1,2\n,4\n5,n/a\n7,?\n9,8\n1,inf\n2,3\nsix,4\n",
         {"x": [1, None, 5, 7, 9, 1, 2, None], "y": [2, 4, None, None, 8, None, 3, 4]}),
    Good("odd.csv", b"x,y\n1,2\n3\n3,4\n5,7\n6,8,9\n2,2\n",
         {"x": [1, 3, 5, 2], "y": [2, 4, 7, 2]}, words=r"2 rows left out .*2 cells \(lines 3, 6\)"),
    Good("science.csv", b"x,y\n1e3,.5\n-2.5E-3,+1.\n3,1e+2\n",
         {"x": [1000, -0.0025, 3], "y": [0.5, 1, 100]}),
    Good("umlaut.csv", "Größe,Höhe\n1,2\n3,4\n5,7\n".encode(),
         {"Größe": [1, 3, 5], "Höhe": [2, 4, 7]}),
    Good("twice.csv", b"x,x,,x\n1,2,3,4\n2,3,4,6\n4,2,1,3\n",
         {"x": [1, 2, 4], "x (2)": [2, 3, 2], "column 3": [3, 4, 1], "x (3)": [4, 6, 3]}),
    # As pandas writes its index.
    Good("index.csv", b",x,y\n0,1.5,2\n1,2.5,3\n2,3.5,5\n",
         {"column 1": [0, 1, 2], "x": [1.5, 2.5, 3.5], "y": [2, 3, 5]}),
    Good("formula_names.csv", b"=x,@y,-z\n1,2,3\n2,3,5\n3,4,4\n",
         {"=x": [1, 2, 3], "@y": [2, 3, 4], "-z": [3, 5, 4]}),
    Good("long_names.csv", f"{LONG_NAMES[0]},{LONG_NAMES[1]}\n1,2\n2,3\n3,5\n".encode(),
         {LONG_NAMES[0]: [1, 2, 3], LONG_NAMES[1]: [2, 3, 5]}),
    Good("names_like_markup.csv", b"cost $ per $ unit,H<sub>2</sub>O & x<y\n1,2\n2,3\n3,5\n",
         {"cost $ per $ unit": [1, 2, 3], "H<sub>2</sub>O & x<y": [2, 3, 5]}),
    Good("with_words.csv", b"who,x,y\nAda,1,2\nBob,2,3\nCid,4,5\n",
         {"x": [1, 2, 4], "y": [2, 3, 5]},
         words=r"Not selectable \(neither numbers nor just two words\): who"),
]  # fmt: skip

"""Lessons as teachers write them (tests/cases/lessons): read, or refused with the true reason."""

import base64
from pathlib import Path

import pytest
from dash import dcc
from hypothesis import given
from hypothesis import strategies as st

from app.lessons.course import Chapter, Course, load_course
from app.lessons.mathematics import marked, parts, plain
from components.lesson import chapter_text

FOLDER = Path(__file__).parents[1] / "cases" / "lessons"
COURSE = load_course([FOLDER])
DOT = "data:image/png;base64," + base64.b64encode((FOLDER / "dot.png").read_bytes()).decode()
HEAD = "---\ntitle: A\n---\n"


def chapter(slug: str) -> Chapter:
    return next(one for one in COURSE.chapters if one.slug == slug)


def written(folder: Path, content: str) -> Course:
    (folder / "01-one.md").write_text(content, encoding="utf-8")
    return load_course([folder])


def test_every_file_is_read_or_reported_with_its_line() -> None:
    assert [one.slug for one in COURSE.chapters] == [
        "money", "norway", "windows", "sci", "single", "escaped",
    ]  # fmt: skip
    assert [(Path(one.file).name, one.line) for one in COURSE.problems] == [
        ("03-money.md", 11),
        ("11-silent.md", 2),
    ]
    far, silent = (problem.reason for problem in COURSE.problems)
    assert "https://example.org/dot.png beside the chapter" in far
    assert "use single quotes" in silent


def test_numbers_and_words_stay_as_they_are_written() -> None:
    norway, windows, sci = chapter("norway"), chapter("windows"), chapter("sci")
    assert (norway.settings.learning_rate, norway.settings.epochs, norway.settings.seed) == (
        *(0.05, 200, 10),
    )
    assert norway.question and norway.question.choices == ("yes", "no", "0.10", "1e-3")
    assert norway.question.why == "on"
    assert (windows.settings.hidden_units, windows.text) == (4, "Text.")
    assert (sci.settings.learning_rate, sci.settings.epochs) == (0.05, 1000)
    assert sci.goal and sci.goal.train_loss_below == 0.05


def test_latex_in_single_quotes_keeps_its_commands() -> None:
    single = chapter("single")
    assert single.question
    assert single.question.choices == (r"$2 \times \theta$", r"$\rho \neq \nu$")
    assert plain(single.title) == "Single: θ"
    heading = chapter_text(single)[0]
    assert [getattr(part, "children", part) for part in heading.children] == [
        "Single: ",
        r"$\theta$",
    ]


def test_pictures_beside_the_chapter_are_put_into_its_text() -> None:
    text = chapter("money").text
    assert text.count(f"({DOT})") == 2 and "[far picture](https://" in text and "![far" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$20 a month, $1680 a year, $x$", [(r"\$20 a month, \$1680 a year, $x$"), True]),
        (r"\$20 and \$1680", [r"\$20 and \$1680", False]),
        ("It costs $20.", [r"It costs \$20.", False]),
        ("$5/$10 or US$7", [r"\$5/\$10 or US\$7", False]),
        ("$$\nx = 1\n$$\n$y$", ["$$\nx = 1\n$$\n$y$", True]),
        ("$5 here\n\nand 6$ there", ["\\$5 here\n\nand 6\\$ there", False]),
        ("`$x` costs $3, `$y`", [r"`$x` costs \$3, `$y`", False]),
        ("```\n$a$\n```\n", ["```\n$a$\n```\n", False]),
        (r"$\alpha = 0.05$, $w$", [r"$\alpha = 0.05$, $w$", True]),
        ("$x$-axis, ($y$)", ["$x$-axis, ($y$)", True]),
    ],
)
def test_prices_are_no_mathematics(text: str, expected: list[object]) -> None:
    assert [*marked(text)] == expected


def test_mathematics_is_asked_of_the_page_only_where_there_is_some() -> None:
    (heading, body) = chapter_text(chapter("windows"))
    assert isinstance(body, dcc.Markdown) and not body.mathjax and heading.children == ["Windows"]
    assert chapter_text(chapter("escaped"))[1].mathjax


@given(st.lists(st.sampled_from(["$", "$$", r"\$", "a", "5", " ", "`", "\n", "\n\n"]), max_size=30))
def test_marking_changes_no_text_but_lone_dollar_signs(pieces: list[str]) -> None:
    text = "".join(pieces)
    found, has_maths = marked(text)
    assert found.replace(r"\$", "$") == text.replace(r"\$", "$")
    assert marked(found) == (found, has_maths)
    assert "".join(part for part, _ in parts(text)).replace(r"\$", "$") == text.replace(r"\$", "$")
    plain(text)


@pytest.mark.parametrize(
    ("old", "line", "words"),
    [
        (r'title: "$\alpha$"', 2, "single quotes"),
        (r'title: "$\left( x \right)$"', 2, "single quotes"),
        (r'title: "$\underline{x}, \xi$"', 2, "single quotes"),
        (r'title: "one $a\ b$"', 2, "single quotes"),
        ('title: A\nsettings:\n\tepochs: 5', 4, "tab"),
        ('title:\tA', 2, "tab"),
        ('title: A\nsettings:\n  epochs: 5\n\tseed: 3', 5, "tab"),
        ("title: A\nsettings: {learning_rate: 0,05}", 3, "write 0.05, with a decimal point"),
        ("title: A\nsettings: {learning_rate: 0,05, seed: 3}", 3, "write 0.05"),
        ("title: A\nsettings:\n  learning_rate: 0,05", 4, "Write 0.05"),
        ("title: A\ngoal:\n  train_loss_below: 0,1\n  within_epochs: 5\n  say: Go", 4, "Write 0.1"),
        ("title: A\nclaims:\n  - {learning_rate: 0.1, train_loss: 0,25}", 4, "write 0.25"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_plain_words(tmp_path: Path, old: str, line: int, words: str) -> None:
    (problem,) = written(tmp_path, HEAD.replace("title: A", old) + "Text.\n").problems
    assert (problem.line, words in problem.reason) == (line, True), problem.reason


@pytest.mark.parametrize("text", [r'"$\\theta$"', r'"He said \"so\"."', r'"caf\u00e9 \x41"'])
def test_what_yaml_escapes_rightly_is_read(tmp_path: Path, text: str) -> None:
    (one,) = written(tmp_path, HEAD.replace("A", text) + "Text.\n").chapters
    assert one.title in (r"$\theta$", 'He said "so".', "café A")


@pytest.mark.parametrize(
    ("picture", "shown", "words"),
    [
        ('![a](dot.png "b")', f'![a]({DOT} "b")', ""),
        ("![a](<my dot.png>)", f"![a]({DOT})", ""),
        ("![a](my%20dot.png)", f"![a]({DOT})", ""),
        ("![a [1]](./dot.png?raw=1)", f"![a [1]]({DOT})", ""),
        ("![a][p]\n\n[p]: dot.png", f"![a][p]\n\n[p]: {DOT}", ""),
        ("[p]: other-page", "[p]: other-page", ""),
        ("`![a](dot.png)`", "`![a](dot.png)`", ""),
        ("![a](gone.png)", "*a*", "no such file"),
        ("![a](../secret.png)", "*a*", "outside the lesson's folder"),
        ("![a](/etc/passwd.png)", "*a*", "outside the lesson's folder"),
        ("![a](01-one.md)", "*a*", "no picture"),
        ("![a](%00.png)", "*a*", "no picture"),
        ("![a](//example.org/x.png)", "[a](//example.org/x.png)", "beside the chapter"),
        ("![a](large.png)", "*a*", "too large"),
    ],
)
def test_a_picture_is_shown_or_reported(
    tmp_path: Path, picture: str, shown: str, words: str
) -> None:
    dot = (FOLDER / "dot.png").read_bytes()
    (tmp_path.parent / "secret.png").write_bytes(dot)
    for name in ("dot.png", "my dot.png"):
        (tmp_path / name).write_bytes(dot)
    (tmp_path / "large.png").write_bytes(bytes(1_000_001))
    course = written(tmp_path, f"{HEAD}First.\n\n{picture}\n")
    assert course.chapters[0].text == f"First.\n\n{shown}"
    assert [(one.line, words in one.reason) for one in course.problems] == [(6, True)] * bool(words)


def test_a_choice_may_be_a_picture_and_their_sum_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes((FOLDER / "dot.png").read_bytes())
    asked = "question:\n  ask: Which?\n  choices: ['![a](dot.png)', b]\n  answer: 1\n  why: So.\n"
    (one,) = written(tmp_path, HEAD.replace("---\n", f"---\n{asked}", 1) + "Text.\n").chapters
    assert one.question and one.question.choices[0] == f"![a]({DOT})"
    (tmp_path / "big.png").write_bytes(bytes(999_999))
    course = written(tmp_path, HEAD + "![a](big.png)\n" * 5)
    assert course.chapters[0].text.count("data:") == 4 and len(course.problems) == 1

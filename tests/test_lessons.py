from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from app import lessons
from app.engine import datasets, train_sweep
from app.lessons import BUILT_IN, FILE_BYTES, PIECES, Chapter, Claim, Course, load_course
from app.results import Sweep
from app.settings import Settings
from components import ids
from components.panels import TITLES

COURSE = load_course([BUILT_IN])
ORDER = (
    "the-data", "least-squares", "a-line-as-a-network", "predict", "how-wrong", "the-slope",
    "the-step", "which-learning-rate", "the-whole-descent", "several-predictors",
    "the-hidden-layer", "activations", "watching-it-fit", "when-it-breaks",
)  # fmt: skip
CLAIMS = [
    pytest.param(chapter, claim, id=f"{chapter.slug}-{number}")
    for chapter in COURSE.chapters
    for number, claim in enumerate(chapter.claims, 1)
]
GOALS = [pytest.param(chapter, id=chapter.slug) for chapter in COURSE.chapters if chapter.goal]

GOOD = """---
title: Too careful
piece: [8, 9]
settings: {dataset: parabola, hidden_units: 10, learning_rate: 0.01, epochs: 500}
playhead: 20
views: [fit, curves]
hide: [hints]
question:
  ask: Does it follow the points?
  choices: ["Yes", "No"]
  answer: 2
  why: |
    The steps are short.

    Very short.
  curtain: [verdict, ahead]
goal:
  train_loss_below: 0.01
  within_epochs: 100
  say: Get below 0.01.
claims:
  - {learning_rate: 0.01, verdict: too slow, epoch: 500, train_loss: 0.0596}
---
Each step goes $\\alpha$ times the slope.

See [the next one](next "title") or [that](https://example.org/a_(b)).
"""


def written(folder: Path, content: str | bytes, name: str = "01-mine.md") -> Path:
    folder.mkdir(exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(data)
    return folder


def the_problem(course: Course) -> tuple[int, str]:
    assert course.chapters == ()
    (problem,) = course.problems
    return problem.line, problem.reason


@cache
def swept(settings: Settings) -> Sweep:
    return train_sweep(settings)


# The built-in course.


def test_every_built_in_file_is_a_chapter() -> None:
    assert COURSE.problems == ()
    assert len(COURSE.chapters) == len(list(BUILT_IN.glob("*.md")))


def test_the_course_has_its_order() -> None:
    assert tuple(chapter.slug for chapter in COURSE.chapters) == ORDER


def test_all_pieces_are_covered() -> None:
    covered = {piece for chapter in COURSE.chapters for piece in chapter.pieces}
    assert covered == set(range(1, PIECES + 1))


def test_every_view_is_used_or_explained_in_depth() -> None:
    used = {view for chapter in COURSE.chapters for view in chapter.views}
    docs = Path(lessons.__file__).parents[1] / "docs"
    in_depth, teaching = (
        (docs / name).read_text() for name in ("learning-rates.md", "teaching.md")
    )
    for view in set(lessons.VIEWS) - used:
        assert f"images/{view}.png" in in_depth or TITLES[view] in teaching


def test_a_lesson_can_open_whatever_the_page_has() -> None:
    assert set(lessons.VIEWS) == {*ids.VIEWS, *ids.PANELS}


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.slug)
def test_each_chapter_is_short_and_ends_with_something_to_do(chapter: Chapter) -> None:
    words = re.sub(r"\$\$.*?\$\$|\$.*?\$|\|.*\|", " ", chapter.text, flags=re.S).split()
    assert 80 <= len(words) <= 210
    assert chapter.text.split("\n\n")[-1].startswith("**Do this:**")


@pytest.mark.parametrize(("chapter", "claim"), CLAIMS)
def test_what_a_chapter_says_is_what_the_engine_finds(chapter: Chapter, claim: Claim) -> None:
    sweep = swept(replace(chapter.settings, learning_rate=claim.learning_rate))
    run = sweep.settings.run_index
    assert claim.verdict in (None, sweep.verdicts[run])
    assert claim.overflow_at in (None, sweep.overflow_at[run])
    assert claim.diverged_at in (None, sweep.diverged_at[run])


@pytest.mark.parametrize(("chapter", "claim"), [p for p in CLAIMS if p.values[1].epoch is not None])
def test_printed_numbers_are_those_of_the_engine(chapter: Chapter, claim: Claim) -> None:
    assert claim.epoch is not None
    # A run is the same however long it goes on, and its last epoch is always a frame.
    epochs = max(10, claim.epoch)
    sweep = swept(replace(chapter.settings, learning_rate=claim.learning_rate, epochs=epochs))
    at = sweep.settings.run_index, sweep.epochs.tolist().index(claim.epoch)
    found = {"train_loss": sweep.train_loss[at]}
    if sweep.params.shape[-1] == 2:
        found["weight"], found["bias"] = sweep.params[at]
    for name in ("train_loss", "weight", "bias"):
        claimed = getattr(claim, name)
        if claimed is not None:
            decimals = len(claimed.partition(".")[2])
            assert f"{found[name]:.{decimals}f}" == claimed, name


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.slug)
def test_a_claimed_number_stands_in_the_chapter(chapter: Chapter) -> None:
    question = chapter.question
    text = chapter.text + (question.ask + question.why if question else "")
    for claim in chapter.claims:
        for number in (claim.weight, claim.bias, claim.train_loss):
            # The few that a person is sent to find are not told.
            told = number is None or number in text
            assert told or (chapter.slug, number) in {
                ("which-learning-rate", "0.4095"),
                ("which-learning-rate", "0.0862"),
                ("which-learning-rate", "0.1136"),
            }


@pytest.mark.parametrize("chapter", GOALS)
def test_a_goal_can_be_reached_but_not_by_everything(chapter: Chapter) -> None:
    goal = chapter.goal
    assert goal is not None
    sweep = swept(replace(chapter.settings, epochs=max(10, goal.within_epochs)))
    reached = np.nanmin(sweep.train_loss, axis=1) < goal.train_loss_below
    assert reached.any() and not reached[sweep.settings.run_index]


def test_the_numbers_that_no_claim_can_hold_are_true() -> None:
    """Each is computed here, and has to stand in its chapter as it is printed here."""
    text = {path.stem[3:]: path.read_text("utf-8") for path in BUILT_IN.glob("*.md")}
    data, parabola = datasets.builtin("line"), datasets.builtin("parabola")
    inputs, targets = data.inputs[:, 0].astype("float64"), data.targets.astype("float64")
    sweep = swept(Settings(epochs=10, learning_rate=0.01))
    run = sweep.settings.run_index
    first = np.sort(inputs * sweep.params[run, 0, 0] + sweep.params[run, 0, 1])
    columns = np.c_[inputs, np.ones_like(inputs)]
    flat, sharp = np.linalg.eigvalsh(2 / len(inputs) * columns.T @ columns)
    weight, bias = data.least_squares
    for slug, number in (
        ("least-squares", f"w &= {weight:.4f} "),
        ("least-squares", f"b &= {bias:.4f} "),
        ("least-squares", f"error}} &= {data.least_squares_loss:.4f}"),
        ("least-squares", f"{np.mean((0.5 * inputs + 1 - targets) ** 2):.4f}"),
        ("how-wrong", f"{data.least_squares_loss:.4f}"),
        ("the-whole-descent", f"| {weight:.4f} | {bias:.4f} | {data.least_squares_loss:.4f} |"),
        ("the-whole-descent", f"about {round(sharp / flat, -1):.0f} times"),
        ("predict", f"between {first[0]:.4f} and {first[-1]:.4f}"),
        ("predict", f"The target is {targets[0]:.4f}"),
        ("predict", f"x = {inputs[0]:.3f}$"),
        *(("the-slope", f"${slope:.2f}$") for slope in sweep.gradients[run, :4, 0]),
        ("the-slope", f"${sweep.gradients[run, 0, 1]:.2f}$"),
        ("which-learning-rate", f"{weight:.4f} would be best"),
        ("the-hidden-layer", f"{parabola.least_squares_loss:.4f}"),
        ("when-it-breaks", f"{sharp:.2f}"),
        *(("when-it-breaks", f"${1 - rate * sharp:.2f}$") for rate in (0.01, 0.05, 0.1)),
    ):
        assert number in text[slug], (slug, number)
    assert 0.0888 < 2 / sharp < 0.0889


def test_the_sentences_about_diabetes_are_true() -> None:
    """Of scikit-learn's data, with each predictor standardised; nothing here is the engine's."""
    predictors, targets = load_diabetes(return_X_y=True)
    standard = (predictors - predictors.mean(axis=0)) / predictors.std(axis=0)
    assert standard.shape == (442, 10)
    assert f"{LinearRegression().fit(standard, targets).score(standard, targets):.2f}" == "0.52"
    # s1 and s2 rise together, and are what the flattest direction is made of most.
    assert np.corrcoef(standard[:, 4], standard[:, 5])[0, 1] > 0.85
    flattest = np.abs(np.linalg.eigh(standard.T @ standard)[1][:, 0])
    assert set(np.argsort(flattest)[-2:]) == {4, 5}


def test_five_of_the_ten_units_are_off_everywhere() -> None:
    (chapter,) = (chapter for chapter in COURSE.chapters if chapter.slug == "the-hidden-layer")
    sweep = swept(chapter.settings)
    params = sweep.params[sweep.settings.run_index, -1]
    sums = datasets.builtin("parabola").inputs * params[:10] + params[10:20]
    assert (sums <= 0).all(axis=0).sum() == 5


def test_the_chapter_asks_for_the_learning_rate_whose_first_step_lands_lowest() -> None:
    (chapter,) = (chapter for chapter in COURSE.chapters if chapter.slug == "which-learning-rate")
    first = swept(replace(chapter.settings, epochs=10)).train_loss[:, 1]
    claimed = {claim.learning_rate: float(claim.train_loss or "nan") for claim in chapter.claims}
    assert claimed[0.04] == pytest.approx(first.min(), abs=5e-5)


# The format.


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    course = load_course([written(tmp_path, GOOD)])
    assert course.problems == ()
    (chapter,) = course.chapters
    assert (chapter.slug, chapter.title, chapter.playhead) == ("mine", "Too careful", 20)
    assert chapter.settings == Settings(dataset="parabola", hidden_units=10, epochs=500)
    assert (chapter.views, chapter.hide, chapter.pieces) == (("fit", "curves"), ("hints",), (8, 9))
    assert chapter.question == lessons.Question(
        "Does it follow the points?",
        ("Yes", "No"),
        2,
        "The steps are short.\n\nVery short.",
        ("verdict", "ahead"),
    )
    assert chapter.goal == lessons.Goal(0.01, 100, "Get below 0.01.")
    assert chapter.claims[0].train_loss == "0.0596"
    assert chapter.text.startswith("Each step goes $\\alpha$ times")


def test_a_title_and_a_text_are_enough(tmp_path: Path) -> None:
    (chapter,) = load_course([written(tmp_path, "---\ntitle: Free\n---\nLook around.\n")]).chapters
    assert chapter.settings == Settings() and chapter.views == lessons.PAGE_VIEWS
    assert (chapter.playhead, chapter.hide, chapter.pieces, chapter.claims) == (0, (), (), ())
    assert chapter.question is None and chapter.goal is None


def test_a_question_hides_everything_unless_it_says_what(tmp_path: Path) -> None:
    text = GOOD.replace("  curtain: [verdict, ahead]\n", "")
    (chapter,) = load_course([written(tmp_path, text)]).chapters
    assert chapter.question is not None and chapter.question.curtain == lessons.HIDEABLE


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_other_line_ends_and_a_byte_order_mark_are_fine(tmp_path: Path, ends: str) -> None:
    plain = load_course([written(tmp_path, GOOD)])
    assert load_course([written(tmp_path, "\ufeff" + GOOD.replace("\n", ends))]) == plain


def test_the_example_of_the_guide_is_a_chapter_and_true(tmp_path: Path) -> None:
    guide = (BUILT_IN.parent / "docs" / "writing-lessons.md").read_text("utf-8")
    (example_text,) = re.findall(r"```markdown\n(.*?)```", guide, flags=re.S)
    (chapter,) = load_course([written(tmp_path, example_text)]).chapters
    test_what_a_chapter_says_is_what_the_engine_finds(chapter, chapter.claims[0])
    test_printed_numbers_are_those_of_the_engine(chapter, chapter.claims[0])
    test_a_goal_can_be_reached_but_not_by_everything(chapter)


def test_the_guide_names_every_field_and_view() -> None:
    guide = (BUILT_IN.parent / "docs" / "writing-lessons.md").read_text("utf-8")
    nested = (*lessons.QUESTION, *lessons.GOAL, *lessons.CLAIM, "curtain")
    for name in (*lessons.FIELDS, *lessons.VIEWS, *lessons.HIDEABLE, *nested):
        assert f"`{name}`" in guide, name


# What is wrong, where, and why.

BOMB = "a: &a [x, x]\nb: &b [*a, *a, *a]\ntitle: *b"
BROKEN = {
    "empty": ("", 1, "The first line must be ---"),
    "no front matter": ("# Hello\n\ntext\n", 1, "The first line must be ---"),
    "never ends": ("---\ntitle: A\ntext\n", 1, "no second ---"),
    "no text": ("---\ntitle: A\n---\n \n\n", 3, "no text"),
    "nothing in front": ("---\n---\ntext\n", 1, "lines of `name: value`"),
    "a list in front": ("---\n- title\n---\ntext\n", 2, "lines of `name: value`"),
    "not UTF-8": (GOOD.encode().replace(b"short", b"\xff\xfe"), 13, "not UTF-8"),
    "a NUL": (GOOD.replace("Very", "\0"), 15, "nobody can see"),
    "an escaped NUL": (GOOD.replace("Too careful", '"a\\0"'), 2, "nobody can see"),
    "an escaped surrogate": (GOOD.replace("Too careful", r'"\ud800"'), 2, "nobody can see"),
    "no such code point": (GOOD.replace("Too careful", r'"\U99999999"'), 2, "YAML cannot read"),
    "too large": (GOOD + "x" * FILE_BYTES, 1, "200 kB"),
    "bad YAML": (GOOD.replace("[fit, curves]", "[fit, curves"), 7, "not YAML"),
    "a colon": (GOOD.replace("Too careful", "Look: here"), 2, "in quotes"),
    "a bomb": (GOOD.replace("title: Too careful", BOMB), 2, "Anchors and aliases"),
    "a tag": (GOOD.replace("Too careful", "!!python/name:os.system"), 2, "Tags (!)"),
    "too deep": (GOOD.replace("[fit, curves]", "[[[[fit]]]]"), 6, "nested too deeply"),
    "very deep": (GOOD.replace("[fit, curves]", "[" * 90_000), 6, "nested too deeply"),
    "no title": (GOOD.replace("title: Too careful", "playhead: 1", 1).replace("playhead: 20\n", ""),
                 2, "lacks `title`"),
    "an empty title": (GOOD.replace("Too careful", ""), 2, "`title` must be a text"),
    "a title that is a list": (GOOD.replace("Too careful", "[a]"), 2, "`title` must be a text"),
    "an unknown key": (GOOD.replace("playhead", "play_head"), 5, "Did you mean `playhead`?"),
    "a key twice": (GOOD.replace("playhead: 20", "title: B"), 5, "second time"),
    "a key that is a list": (GOOD.replace("playhead: 20", "? [a]\n: b"), 5, "does not know a list"),
    "an unknown setting": (GOOD.replace("hidden_units", "hiden_units"), 4, "`hidden_units`?"),
    "a setting out of range": (GOOD.replace("10,", "100,"), 4, "from 0 to 64. Got 100."),
    "a setting in quotes": (GOOD.replace("0.01,", '"0.01",', 1), 4, "must be a number"),
    "a data set of old": (GOOD.replace("parabola", "spiral"), 4, "Got 'spiral'."),
    "too much work": (GOOD.replace("10, learning_rate: 0.01, epochs: 500",
                                   "64, epochs: 5000"), 4, "epochs fit."),
    "settings that are a word": (GOOD.replace("{dataset: parabola, hidden_units: 10, "
                                              "learning_rate: 0.01, epochs: 500}", "line"),
                                 4, "`settings` must be"),
    "a playhead too late": (GOOD.replace("playhead: 20", "playhead: 501"), 5, "from 0 to 500"),
    "a playhead between": (GOOD.replace("playhead: 20", "playhead: 1.5"), 5, "Got 1.5"),
    "a playhead of many digits": (GOOD.replace("head: 20", "head: " + "9" * 5000), 5, "Got inf."),
    "an unknown view": (GOOD.replace("curves]", "curve]"), 6, "Did you mean `curves`?"),
    "a view twice": (GOOD.replace("curves]", "fit]"), 6, "fit twice"),
    "no view": (GOOD.replace("[fit, curves]", "[]"), 6, "a list of 1 to 5"),
    "a view that is no list": (GOOD.replace("[fit, curves]", "fit"), 6, "a list of 1 to 5"),
    "nothing to hide": (GOOD.replace("[hints]", "[everything]"), 7, "It may be verdict"),
    "a question without why": (re.sub(r"  why: \|\n.*\n\n.*\n", "", GOOD), 9, "`why`"),
    "one choice": (GOOD.replace('["Yes", "No"]', '["Yes"]'), 10, "a list of 2 to 5"),
    "no such answer": (GOOD.replace("answer: 2", "answer: 3"), 11, "from 1 to 2. Got 3."),
    "answer zero": (GOOD.replace("answer: 2", "answer: 0"), 11, "from 1 to 2"),
    "answer true": (GOOD.replace("answer: 2", "answer: true"), 11, "from 1 to 2"),
    "half a goal": (GOOD.replace("  within_epochs: 100\n", ""), 18, "lacks `within_epochs`"),
    "a goal below nothing": (GOOD.replace("below: 0.01", "below: -1"), 18, "must be a number"),
    "a goal of nan": (GOOD.replace("below: 0.01", "below: nan"), 18, "must be a number"),
    "an unknown verdict": (GOOD.replace("too slow", "too fast"), 22, "Did you mean `too slow`?"),
    "a number without epoch": (GOOD.replace("epoch: 500, ", ""), 22, "together"),
    "a claim of nothing": (GOOD.replace(", verdict: too slow, epoch: 500, train_loss: 0.0596", ""),
                           22, "says something"),
    "an unknown piece": (GOOD.replace("[8, 9]", "[8, 20]"), 3, "from 1 to 19"),
    "HTML": (GOOD.replace("See [", "<b>See</b> ["), 26, "HTML is not allowed"),
    "HTML in a block": (GOOD.replace("Very short", "<img src=x onerror=alert(1)>"), 15, "HTML"),
    "a comment": (GOOD.replace("See [", "<!-- --> ["), 26, "HTML is not allowed"),
    "script as a link": (GOOD.replace("(next ", "(javascript:alert(1) "), 26, "Got javascript:."),
    "a link in maths": (GOOD.replace("\\alpha", "\\href{javascript:x}{a}"), 24, "maths command"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_gives_its_line_and_the_reason(tmp_path: Path, case: str) -> None:
    content, line, reason = BROKEN[case]
    found_line, found_reason = the_problem(load_course([written(tmp_path, content)]))
    assert found_line == line and reason in found_reason
    assert found_reason.endswith((".", "?")) and len(found_reason) < 300


def test_a_problem_is_printed_as_editors_understand_it(tmp_path: Path) -> None:
    (problem,) = load_course([written(tmp_path, GOOD.replace("curves]", "curve]"))]).problems
    place = f"{tmp_path / '01-mine.md'}:6"
    assert str(problem) == f"{place}: `views` does not know 'curve'. Did you mean `curves`?"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "  javascript:alert(1)",
        "java&#115;cript:alert(1)",
        "javascript&colon;alert(1)",
        "java&Tab;script:alert(1)",
        "javascript\\:alert(1)",
        "<javascript:alert(1)>",
        "< java\tscript:alert(1)>",
        "java script:alert(1)",
        "a [b](javascript:alert(1)",
        "a[b](javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:x",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("shape", ["[x]({})", "![x]({})", "[x]\n\n[x]: {}", "[x\\]:a]: {}"])
def test_no_address_runs_anything(tmp_path: Path, shape: str, address: str) -> None:
    if "[b]" in address or (shape.endswith(": {}") and " " in address.strip()):
        shape = "[x]({})"
    course = load_course([written(tmp_path, GOOD + shape.format(address))])
    assert the_problem(course)[0] >= 27


@pytest.mark.parametrize(
    "text",
    ["a < b and c > d", "$x<3$", "x <- y", "[a](#there)", "[a](../b?c=d:e)", "[a](//x.org)",
     "![a](https://x.org/y.png 'a: b')", "[a][b]\n\n[b]: http://x.org", "`x = [1](2)`",
     "$\\datum$ and $\\hrefs$", "a ] (b)"],
)  # fmt: skip
def test_what_is_harmless_is_allowed(tmp_path: Path, text: str) -> None:
    assert load_course([written(tmp_path, GOOD + text)]).problems == ()


@given(st.sampled_from("abcimgscriptdivSVG/!?"), st.text(max_size=20))
def test_no_raw_html_passes(tmp_path_factory: pytest.TempPathFactory, tag: str, rest: str) -> None:
    folder = tmp_path_factory.mktemp("html")
    assert load_course([written(folder, f"{GOOD}<{tag}{rest}")]).chapters == ()


# Folders.


def test_chapters_come_by_folder_and_then_by_name(tmp_path: Path) -> None:
    mine = written(tmp_path, GOOD, "02-b.md")
    written(mine, GOOD, "01-a.md")
    written(mine, "no chapter", "README.md")
    written(mine, "no chapter", ".hidden.md")
    written(mine, "no chapter", "notes.txt")
    course = load_course([BUILT_IN, mine])
    assert [chapter.slug for chapter in course.chapters[-2:]] == ["a", "b"]
    assert course.problems == COURSE.problems


def test_one_broken_file_leaves_the_others(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "01-good.md")
    course = load_course([written(tmp_path, "broken", "02-broken.md")])
    assert [chapter.slug for chapter in course.chapters] == ["good"]
    assert len(course.problems) == 1


def test_a_name_is_given_once(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "01-mine.md")
    course = load_course([written(tmp_path, GOOD, "02-mine.md")])
    (problem,) = course.problems
    assert problem.file.endswith("02-mine.md") and "01-mine.md" in problem.reason


@pytest.mark.parametrize("name", ["mine.md", "1-mine.md", "01-Mine.md", "01_mine.md", "01-a b.md"])
def test_a_file_that_is_named_wrongly_is_told_so(tmp_path: Path, name: str) -> None:
    assert (
        "named like 01-my-chapter.md"
        in the_problem(load_course([written(tmp_path, GOOD, name)]))[1]
    )


def test_a_name_of_any_bytes_can_be_printed(tmp_path: Path) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/01-\xff.md"))).write_text("x")
    except OSError:
        pytest.skip("this file system knows only UTF-8")
    str(load_course([tmp_path]).problems[0]).encode()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (problem,) = load_course([tmp_path / "gone"]).problems
    assert str(problem) == (
        f"{tmp_path / 'gone'}: The folder cannot be read: No such file or directory."
    )


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    assert (
        "Not a directory" in the_problem(load_course([written(tmp_path, GOOD) / "01-mine.md"]))[1]
    )


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "No chapter here" in the_problem(load_course([tmp_path]))[1]


def test_a_link_may_not_leave_its_folder(tmp_path: Path) -> None:
    outside = written(tmp_path / "outside", GOOD)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "01-mine.md").symlink_to(outside / "01-mine.md")
    assert "outside" in the_problem(load_course([mine]))[1]


def test_a_link_inside_its_folder_is_followed(tmp_path: Path) -> None:
    """As a mounted Kubernetes volume makes them."""
    written(tmp_path / "..data", GOOD)
    (tmp_path / "01-mine.md").symlink_to("..data/01-mine.md")
    assert load_course([tmp_path]).problems == ()


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "01-mine.md").symlink_to("01-mine.md")
    assert the_problem(load_course([tmp_path]))[0] == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "01-mine.md")
    assert "not a file" in the_problem(load_course([tmp_path]))[1]


def test_a_folder_named_like_a_chapter(tmp_path: Path) -> None:
    (tmp_path / "01-mine.md").mkdir()
    assert "not a file" in the_problem(load_course([tmp_path]))[1]


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    mine = written(tmp_path, GOOD)
    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in the_problem(load_course([mine]))[1]


# Any file at all.


def check_anything(folder: Path, content: str | bytes) -> None:
    """A chapter, or one problem whose line is in the file and whose text can be printed."""
    course = load_course([written(folder, content)])
    assert len(course.chapters) + len(course.problems) == 1
    for problem in course.problems:
        data = (folder / "01-mine.md").read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert 1 <= problem.line <= data.count(b"\n") + 1
        str(problem).encode()
    for chapter in course.chapters:
        assert not re.search("<[A-Za-z/!?]", repr(chapter))
        repr(chapter).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anything")


@given(st.binary(max_size=400))
def test_any_bytes(folder: Path, content: bytes) -> None:
    check_anything(folder, content)


YAMLISH = st.text(
    st.sampled_from("ab12:-?[]{}&*!|>'\"%@`#,\\ \n\r\t\x85\u2028\ufeffux"), max_size=80
)


@given(YAMLISH | st.text(max_size=80))
@example('"\\U99999999"')
@example("%YAML " + "1" * 5000 + ".1\n--- a")
@example("2024-99-99: 1")
@example("... \n--- x")
def test_any_front_matter(folder: Path, front: str) -> None:
    check_anything(folder, f"---\n{front}\n---\ntext")
    check_anything(folder, f"---\ntitle: {front}\nviews: [fit]\n---\ntext")


@given(st.integers(0, len(GOOD)), st.integers(0, 12), YAMLISH | st.text(max_size=8))
@settings(max_examples=300)
def test_a_good_file_with_a_piece_replaced(folder: Path, at: int, cut: int, new: str) -> None:
    check_anything(folder, GOOD[:at] + new + GOOD[at + cut :])


LINES = GOOD.split("\n")


@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_a_good_file_with_its_lines_shuffled(folder: Path, lines: list[str]) -> None:
    check_anything(folder, "---\n" + "\n".join(lines))


@pytest.mark.parametrize(
    "unit", ["[", "](", "](a", "](a ", "- ", "? ", "<", "&#", "\\", "a: ", "{", '"', "|", "](\n"]
)
@pytest.mark.parametrize("place", ["front", "text"])
def test_no_file_takes_long(folder: Path, place: str, unit: str) -> None:
    """A quadratic reader would need minutes for these."""
    much = unit * (190_000 // len(unit))
    content = f"---\nt: {much}\n---\ntext" if place == "front" else f"---\ntitle: A\n---\n{much}"
    started = time.process_time()
    check_anything(folder, content)
    assert time.process_time() - started < 5

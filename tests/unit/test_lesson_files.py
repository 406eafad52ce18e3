"""A chapter's file: parsed, or left out with the line and the reason."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.settings import Settings
from app.lessons import course as lessons
from app.lessons.course import BUILT_IN, FILE_BYTES, Chapter, Course, load_course

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
  - {learning_rate: 0.01, verdict: too slow, epoch: 500, train_loss: 0.0590}
---
Each step goes $\\alpha$ times the slope.

See [the next one](next "title") or [that](https://example.org/a_(b)).
"""


def written(folder: Path, content: str | bytes, name: str = "01-mine.md") -> Path:
    folder.mkdir(exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(data)
    return folder


def chapter_from(folder: Path, content: str) -> Chapter:
    course = load_course([written(folder, content)])
    assert course.problems == ()
    (chapter,) = course.chapters
    return chapter


def the_problem(course: Course) -> tuple[int, str]:
    assert course.chapters == ()
    (problem,) = course.problems
    return problem.line, problem.reason


def test_every_field_of_a_chapter_is_read(tmp_path: Path) -> None:
    chapter = chapter_from(tmp_path, GOOD)
    assert (chapter.slug, chapter.title, chapter.playhead) == ("mine", "Too careful", 20)
    assert chapter.settings == Settings(dataset="parabola", hidden_units=10, epochs=500)
    assert (chapter.views, chapter.hide, chapter.piece) == (("fit", "curves"), ("hints",), (8, 9))
    assert chapter.question is not None and chapter.goal is not None
    assert tuple(dict(chapter.question).values()) == (
        "Does it follow the points?",
        ("Yes", "No"),
        2,
        "The steps are short.\n\nVery short.",
        ("verdict", "ahead"),
    )
    assert tuple(dict(chapter.goal).values()) == (0.01, 100, "Get below 0.01.")
    assert chapter.claims[0].train_loss == "0.0590"
    assert chapter.text.startswith("Each step goes $\\alpha$ times")


def test_fields_that_are_left_out_get_their_defaults(tmp_path: Path) -> None:
    chapter = chapter_from(tmp_path, "---\ntitle: 2026\n---\nLook around.\n")
    assert (chapter.title, chapter.settings) == ("2026", Settings())
    assert chapter.views == ("loss-surface", "descent-path", "cross-sections", "fit", "curves")
    assert (chapter.playhead, chapter.hide, chapter.piece, chapter.claims) == (0, (), (), ())
    assert chapter.question is None and chapter.goal is None
    asking = chapter_from(tmp_path, GOOD.replace("  curtain: [verdict, ahead]\n", ""))
    assert asking.question is not None and asking.question.curtain == lessons.CURTAIN


GOAL = """goal:
  train_loss_below: 0.01
  within_epochs: 100
  say: Get below 0.01.
"""
TASK = """task:
  do: Get below 0.01.
  checks:
    - {epoch: [1, 100], learning_rate: 0.2, activation: relu}
    - {train_loss_below: 0.01, within_epochs: 100}
  choices: [faster, slower]
  answer: 1
  done: It is.
  hint: Longer steps.
  curtain: [optimum]
"""
TASKED = GOOD.replace(GOAL, TASK)


def test_a_goal_is_a_task_of_one_check(tmp_path: Path) -> None:
    task = chapter_from(tmp_path, GOOD).exercise
    assert task is not None and task.do == "Get below 0.01."
    assert [check.model_dump(exclude_none=True) for check in task.checks] == [
        {"train_loss_below": 0.01, "within_epochs": 100}
    ]


def test_every_part_of_a_task_is_read(tmp_path: Path) -> None:
    task = chapter_from(tmp_path, TASKED).exercise
    assert task is not None
    assert [check.model_dump(exclude_none=True) for check in task.checks] == [
        {"epoch": (1, 100), "learning_rate": (0.2, 0.2), "activation": "relu"},
        {"train_loss_below": 0.01, "within_epochs": 100},
    ]
    assert (task.choices, task.answer, task.done) == (("faster", "slower"), 1, "It is.")
    assert (task.hint, task.curtain, task.reveal) == ("Longer steps.", ("optimum",), "")


# What is replaced in TASKED, by what, and the line and the words of the problem.
BROKEN_TASKS = {
    "an empty check": ("{train_loss_below: 0.01, within_epochs: 100}", "{}", 21, "name something"),
    "a setting out of range": ("learning_rate: 0.2", "learning_rate: 20", 20, "to 10. Got 20."),
    "an epoch that is no number": ("[1, 100]", "late", 20, "Epoch must be a whole number"),
    "a range backwards": ("[1, 100]", "[100, 1]", 20, "its lower end"),
    "a range of three": ("[1, 100]", "[1, 2, 3]", 20, "a range like [1, 3]"),
    "an unknown activation": ("activation: relu", "activation: rulu", 20, "Got 'rulu'"),
    "an unknown setting": ("learning_rate: 0.2", "lerning_rate: 1", 20, "`learning_rate`?"),
    "epochs without a loss": ("train_loss_below: 0.01, ", "", 21, "needs `train_loss_below`"),
    "an answer beyond the choices": ("answer: 1", "answer: 3", 23, "at most 2"),
    "no answer": ("  answer: 1\n", "", 18, "and an `answer`"),
    "one choice": ("[faster, slower]", "[faster]", 18, "at least two items"),
    "an unknown field": ("hint:", "hnit:", 25, "Did you mean `hint`?"),
    "nothing to do": ("  do: Get below 0.01.\n", "", 18, "`do` is missing"),
    "a task and a goal": (TASK, TASK + GOAL, 28, "not both"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN_TASKS)
def test_mistake_in_a_task_is_reported_with_its_line(tmp_path: Path, case: str) -> None:
    old, new, line, words = BROKEN_TASKS[case]
    assert old in TASKED
    course = load_course([written(tmp_path, TASKED.replace(old, new, 1))])
    found_line, reason = the_problem(course)
    assert (found_line, words in reason) == (line, True), (found_line, reason)


def test_a_file_numbered_99_comes_after_all_folders(tmp_path: Path) -> None:
    text = "---\ntitle: T\n---\nText.\n"
    first, second = (
        written(written(tmp_path / name, text, "99-end-" + name + ".md"), text, f"01-{name}.md")
        for name in ("a", "b")
    )
    chapters = load_course([first, second]).chapters
    assert [chapter.slug for chapter in chapters] == ["a", "b", "end-a", "end-b"]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_other_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path, ends: str) -> None:
    plain = chapter_from(tmp_path, GOOD)
    assert chapter_from(tmp_path, "\ufeff" + GOOD.replace("\n", ends)) == plain


@pytest.mark.parametrize("start", ["\n  start: 2,-1", "{start: '2.0,-1'}", '{"start": "2,-1"}'])
def test_a_chapter_may_start_where_its_author_wants(tmp_path: Path, start: str) -> None:
    text = f"---\ntitle: There\nsettings: {start}\n---\nLook around.\n"
    assert chapter_from(tmp_path, text).settings == Settings(start="2,-1")


BOMB = "a: &a [x, x]\nb: &b [*a, *a, *a]\ntitle: *b"
SETTINGS = "{dataset: parabola, hidden_units: 10, learning_rate: 0.01, epochs: 500}"
# What is replaced in GOOD, by what, and the line and the words of the problem.
BROKEN = {
    "not UTF-8": ("short", "\udcff", 13, "not UTF-8"),
    "a NUL in the front matter": ("Very", "\0", 15, "not YAML"),
    "an escaped surrogate": ("Too careful", r'"\ud800"', 2, "`title`"),
    "a code point that does not exist": ("Too careful", r'"\U99999999"', 1, "not YAML"),
    "a bracket that is not closed": ("[fit, curves]", "[fit, curves", 7, "not YAML"),
    "a colon": ("Too careful", "Look: here", 2, "in quotes"),
    "aliases": ("title: Too careful", BOMB, 2, "Aliases"),
    "a list that contains itself": ("[hints]", "&a [*a]", 7, "Aliases"),
    "deep nesting": ("[fit, curves]", "[" * 90_000, 1, "not YAML"),
    "no title": ("title: Too careful\n", "", 2, "`title` is missing"),
    "an empty title": ("Too careful", "", 2, "`title`"),
    "an unknown field": ("playhead", "play_head", 5, "Did you mean `playhead`?"),
    "a field twice": ("playhead: 20", "title: B", 5, "used once"),
    "a list as field": ("playhead: 20", "? [a]\n: b", 5, "one name"),
    "an unknown setting": ("hidden_units", "hiden_units", 4, "`hidden_units`?"),
    "a setting in a block": (SETTINGS, "\n  dataset: line\n  seed: 100", 6, "Got 100."),
    "user data": (SETTINGS, "{user_data: x}", 4, "no setting named 'user_data'"),
    "a token": (SETTINGS, "{data_token: x}", 4, "no setting named 'data_token'"),
    "the data set own": ("parabola", "own", 4, "not stored in links"),
    "a start without quotes between braces": (SETTINGS, "{start: 2,-1}", 4, 'quotes: "2,-1".'),
    "a start of whole numbers": (SETTINGS, "{start: '1,2,3'}", 4, "a weight and a bias"),
    "a line's start for a network": (
        *("epochs: 500}", "start: '1,2'}"), *(4, "such as anchored,0.5,1. Got '1,2'."),
    ),
    "a setting out of range": ("10,", "100,", 4, "from 0 to 64. Got 100."),
    "an unknown data set": ("parabola", "rings", 4, "Got 'rings'."),
    "too large a training": (
        *("10, learning_rate: 0.01, epochs: 500", "64, epochs: 5000"),
        *(4, "With 64 hidden units the limit is"),
    ),
    "one word as settings": (SETTINGS, "line", 4, "lines of `name: value`"),
    "a playhead beyond the training": ("playhead: 20", "playhead: 501", 5, "last epoch, 500"),
    "a playhead of many digits": ("head: 20", "head: " + "9" * 5000, 5, "`playhead`"),
    "an unknown view": ("curves]", "curve]", 6, "Did you mean `curves`?"),
    "a word as views": ("[fit, curves]", "fit", 6, "valid list. Got 'fit'."),
    "an unknown thing to hide": ("[hints]", "[everything]", 7, "Choose from verdict"),
    "one choice": ('["Yes", "No"]', '["Yes"]', 10, "at least 2 items"),
    "an answer beyond the choices": ("answer: 2", "answer: 3", 11, "at most 2"),
    "answer true": ("answer: 2", "answer: true", 11, "`answer`"),
    "half a goal": ("  within_epochs: 100\n", "", 18, "`within_epochs` is missing"),
    "a goal of nan": ("below: 0.01", "below: nan", 18, "Got 'nan'"),
    "an unknown verdict": ("too slow", "too fast", 22, "Did you mean `too slow`?"),
    "a claim that prints a word": ("0.0590", "small", 22, "`train_loss`"),
    "an unknown piece": ("[8, 9]", "[8, 20]", 3, "less than or equal to 19"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_mistake_in_a_chapter_is_reported_with_its_line(tmp_path: Path, case: str) -> None:
    old, new, line, words = BROKEN[case]
    assert old in GOOD
    content = GOOD.replace(old, new, 1).encode("utf-8", "surrogateescape")
    found_line, reason = the_problem(load_course([written(tmp_path, content)]))
    assert found_line == line and words in reason, reason
    assert reason.endswith((".", "?")) and len(reason) < 300


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("", 1, "first line must be ---"),
        ("---\ntitle: A\ntext\n", 1, "no second ---"),
        ("---\ntitle: A\n---\n \n\n", 3, "no text"),
        ("---\n---\ntext\n", 1, "`title` is missing"),
        ("---\n- title\n---\ntext\n", 2, "lines of `name: value`"),
        (GOOD + "x" * FILE_BYTES, 1, "200 kB"),
    ],
    ids=["empty", "no end", "no text", "no field", "a list", "too large"],
)
def test_file_without_front_matter_or_text_is_refused(
    tmp_path: Path, content: str, line: int, words: str
) -> None:
    found_line, reason = the_problem(load_course([written(tmp_path, content)]))
    assert found_line == line and words in reason


def test_problem_is_printed_as_file_line_and_reason(tmp_path: Path) -> None:
    (problem,) = load_course([written(tmp_path, GOOD.replace("curves]", "curve]"))]).problems
    place = f"{tmp_path / '01-mine.md'}:6"
    assert str(problem) == f"{place}: `views`: 'curve' is unknown. Did you mean `curves`?"


def test_chapters_are_sorted_by_folder_and_then_by_name(tmp_path: Path) -> None:
    mine = written(tmp_path, GOOD, "02-b.md")
    written(mine, GOOD, "01-a.md")
    for name in ("README.md", ".hidden.md", "notes.txt"):
        written(mine, "no chapter", name)
    course = load_course([BUILT_IN, mine])
    assert [chapter.slug for chapter in course.chapters[-3:]] == ["a", "b", "where-to-go"]
    assert course.problems == ()


def test_broken_or_repeated_file_is_left_out_alone(tmp_path: Path) -> None:
    for name, content in (("01-good", GOOD), ("02-good", GOOD), ("03-broken", "broken")):
        written(tmp_path, content, f"{name}.md")
    course = load_course([tmp_path])
    assert [chapter.slug for chapter in course.chapters] == ["good"]
    repeated, broken = course.problems
    assert repeated.file.endswith("02-good.md") and "01-good.md" in repeated.reason
    assert broken.file.endswith("03-broken.md")


@pytest.mark.parametrize("name", ["mine.md", "1-mine.md", "01-Mine.md", "01_mine.md", "01-a b.md"])
def test_wrong_file_name_is_reported_with_the_right_form(tmp_path: Path, name: str) -> None:
    assert "01-my-chapter.md" in the_problem(load_course([written(tmp_path, GOOD, name)]))[1]


def test_problem_with_a_file_name_outside_unicode_can_be_printed(tmp_path: Path) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/01-\xff.md"))).write_text("x")
    except OSError:
        pytest.skip("this file system knows only UTF-8")
    str(load_course([tmp_path]).problems[0]).encode()


def test_missing_or_empty_folder_is_a_problem_without_a_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    (problem,) = load_course([gone]).problems
    assert str(problem) == f"{gone}: The folder cannot be read: No such file or directory."
    assert "no chapter files" in the_problem(load_course([tmp_path]))[1]
    (problem,) = load_course([written(tmp_path, GOOD) / "01-mine.md"]).problems
    assert "Not a directory" in problem.reason


def test_symbolic_link_is_followed_inside_the_folder_alone(tmp_path: Path) -> None:
    """A mounted Kubernetes volume has links inside."""
    mine, outside = tmp_path / "mine", written(tmp_path / "outside", GOOD)
    mine.mkdir()
    written(mine / "..data", GOOD)
    (mine / "01-mine.md").symlink_to("..data/01-mine.md")
    assert load_course([mine]).problems == ()
    (mine / "01-mine.md").unlink()
    (mine / "01-mine.md").symlink_to(outside / "01-mine.md")
    assert "outside" in the_problem(load_course([mine]))[1]


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path.name)],
    ids=["pipe", "folder", "loop"],
)
def test_only_a_regular_file_is_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "01-mine.md")
    assert "not a file" in the_problem(load_course([tmp_path]))[1]


def test_an_unreadable_file_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    mine = written(tmp_path, GOOD)
    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in the_problem(load_course([mine]))[1]


def check_anything(folder: Path, content: str | bytes) -> None:
    """Asserts one chapter, or one problem with a line of the file, and that it can be printed."""
    course = load_course([written(folder, content)])
    assert len(course.chapters) + len(course.problems) == 1
    for problem in course.problems:
        data = (folder / "01-mine.md").read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert 1 <= problem.line <= data.count(b"\n") + 1
        str(problem).encode()
    for chapter in course.chapters:
        repr(chapter).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anything")


YAMLISH = st.text(
    st.sampled_from("ab12:-?[]{}&*!|>'\"%@`#,\\ \n\r\t\x85\u2028\ufeffux"), max_size=80
)


# Text, and the lines of a good chapter in any order.
FRONT = YAMLISH | st.text(max_size=80)
FRONT |= st.lists(st.sampled_from(GOOD.split("\n")), max_size=40).map("\n".join)


@given(FRONT)
@example('"\\U99999999"')
@example("%YAML " + "1" * 5000 + ".1\n--- a")
@example("2024-99-99: 1")
@example("... \n--- x")
@example("!!python/object/apply:os.system [id]")
def test_any_front_matter_is_a_chapter_or_a_problem(folder: Path, front: str) -> None:
    check_anything(folder, f"---\n{front}\n---\ntext")
    check_anything(folder, f"---\ntitle: {front}\nviews: [fit]\n---\ntext")


@given(st.integers(0, len(GOOD)), st.integers(0, 12), YAMLISH | st.text(max_size=8))
@settings(max_examples=100)
def test_any_change_of_a_chapter_leaves_a_chapter_or_a_problem(
    folder: Path, at: int, cut: int, new: str
) -> None:
    check_anything(folder, GOOD[:at] + new + GOOD[at + cut :])


@pytest.mark.parametrize("unit", ["[", "- ", "a: ", "{", '"', "---\n"])
@pytest.mark.parametrize("place", ["front", "text"])
def test_a_long_file_is_read_in_linear_time(folder: Path, place: str, unit: str) -> None:
    """A quadratic reader would take minutes."""
    much = unit * (190_000 // len(unit))
    content = f"---\nt: {much}\n---\ntext" if place == "front" else f"---\ntitle: A\n---\n{much}"
    check_anything(folder, content)

"""The lesson as data: a folder of Markdown files, one for each chapter, read into frozen values.

Nothing in a file can stop the app or put script on the page: a file that is wrong is left out and
becomes a Problem with its line and reason. docs/writing-lessons.md says what may stand in one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import yaml

from app import front_matter as given
from app.choices import NUMBERS, SettingsError
from app.results import VERDICTS
from app.settings import Settings

BUILT_IN = Path(__file__).resolve().parent.parent / "lessons"
# The views of the page that stands without a lesson, then those that only a lesson opens.
PAGE_VIEWS = ("loss-surface", "descent-path", "cross-sections", "fit", "curves")
VIEWS = (
    *PAGE_VIEWS,
    *("rate-axis", "loss-by-rate", "sharpness", "compare", "map", "own-data", "share"),
    *("one-step", "rate-table", "network", "activations", "parameters", "tensor"),
)
HIDEABLE = ("verdict", "strip", "mark", "ahead", "hints")
# What the notebook shows, counted in its own order: the pieces that a course has to cover.
PIECES = 19

FILE_BYTES = 200_000
FILE_NAME = re.compile(r"\d\d-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
FIELDS = ("title", "piece", "settings", "playhead", "views", "hide", "question", "goal", "claims")
QUESTION = ("ask", "choices", "answer", "why")
GOAL = ("train_loss_below", "within_epochs", "say")
PRINTED = ("train_loss", "weight", "bias")
CLAIM = ("learning_rate", "verdict", "epoch", *PRINTED, "overflow_at", "diverged_at")


@dataclass(frozen=True)
class Problem:
    """Why a file is no chapter. Line 0 is a whole folder, where no line could be named."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """`file:line: reason`, as an editor understands it."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


@dataclass(frozen=True)
class Question:
    """Asked before the result is shown. `answer` counts from 1; `curtain` is what it hides."""

    ask: str
    choices: tuple[str, ...]
    answer: int
    why: str
    curtain: tuple[str, ...]


@dataclass(frozen=True)
class Goal:
    """Reached by any run whose train loss is below the mark at one of its first epochs."""

    train_loss_below: float
    within_epochs: int
    say: str


@dataclass(frozen=True)
class Claim:
    """What the text says of one run, for the tests; printed numbers keep the digits they have."""

    learning_rate: float
    verdict: str | None
    epoch: int | None
    overflow_at: int | None
    diverged_at: int | None
    train_loss: str | None
    weight: str | None
    bias: str | None


@dataclass(frozen=True)
class Chapter:
    """One page of a lesson: a text, and the state of the app that it speaks about."""

    file: str
    slug: str
    title: str
    text: str
    settings: Settings
    playhead: int
    views: tuple[str, ...]
    hide: tuple[str, ...]
    pieces: tuple[int, ...]
    question: Question | None
    goal: Goal | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Course:
    """Every chapter in its order, and what is wrong with the files that are none."""

    chapters: tuple[Chapter, ...]
    problems: tuple[Problem, ...]


def load_course(folders: Sequence[Path]) -> Course:
    """The chapters of all folders, in the order given; in each, by file name."""
    chapters: dict[str, Chapter] = {}
    problems: list[Problem] = []
    for folder in folders:
        for found in _read_folder(folder):
            if isinstance(found, Problem):
                problems.append(found)
            elif found.slug in chapters:
                problems.append(_same_name(found, chapters[found.slug]))
            else:
                chapters[found.slug] = found
    return Course(tuple(chapters.values()), tuple(problems))


def _same_name(chapter: Chapter, first: Chapter) -> Problem:
    return Problem(chapter.file, 1, f"The name {chapter.slug} is already that of {first.file}.")


def _read_folder(folder: Path) -> Iterator[Chapter | Problem]:
    try:
        names = sorted(name for name in os.listdir(folder) if _means_chapter(name))
    except (OSError, ValueError) as error:
        yield Problem(_shown(folder), 0, f"The folder cannot be read: {_why(error)}.")
        return
    if not names:
        yield Problem(_shown(folder), 0, "No chapter here: no file is named like 01-one.md.")
    for name in names:
        yield _read_chapter(folder, name)


def _means_chapter(name: str) -> bool:
    return name.lower().endswith(".md") and name[0] != "." and name.lower() != "readme.md"


def _read_chapter(folder: Path, name: str) -> Chapter | Problem:
    file = _shown(folder / name)
    try:
        named = FILE_NAME.fullmatch(name)
        if not named:
            raise given.Mistake(
                1, "A chapter's file is named like 01-my-chapter.md, in small letters."
            )
        return _chapter(file, named[1], _read_text(folder, folder / name))
    except given.Mistake as mistake:
        return Problem(file, mistake.line, mistake.reason)


def _read_text(folder: Path, path: Path) -> str:
    """The file's text with plain line ends; only of a regular file, as a pipe would never end."""
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise given.Mistake(1, "This is a link to a file outside of the lesson's folder.")
        if not path.is_file():
            raise given.Mistake(1, "This is not a file.")
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    except (OSError, RuntimeError) as error:
        raise given.Mistake(1, f"The file cannot be read: {_why(error)}.") from None
    if len(content) > FILE_BYTES:
        raise given.Mistake(1, f"A chapter may have {FILE_BYTES // 1000} kB; this file is larger.")
    return given.decoded(content)


def _chapter(file: str, slug: str, text: str) -> Chapter:
    front, body, body_line = given.split(text)
    found = given.mapping(given.compose(front), "front matter", FIELDS, required=("title",))
    settings = _settings(found.get("settings"))
    given.check_markdown(body, partial(given.line_at, body, first=body_line))
    return Chapter(
        file=file,
        slug=slug,
        title=given.string(found["title"], "title"),
        text=body.strip(),
        settings=settings,
        playhead=_epoch(found, "playhead", settings) or 0,
        views=given.names(found.get("views"), "views", VIEWS, PAGE_VIEWS, (1, 5)),
        hide=given.names(found.get("hide"), "hide", HIDEABLE, ()),
        pieces=tuple(
            given.whole(node, "piece", 1, PIECES)
            for node in given.items(found.get("piece"), "piece")
        ),
        question=_question(found["question"]) if "question" in found else None,
        goal=_goal(found["goal"]) if "goal" in found else None,
        claims=tuple(_claim(node, settings) for node in given.items(found.get("claims"), "claims")),
    )


def _settings(node: yaml.Node | None) -> Settings:
    """Settings as a request would bring them; the line is that of the value which is refused."""
    if node is None:
        return Settings()
    found = given.mapping(node, "settings", [field.name for field in fields(Settings)])
    values = {name: given.value_of(value) for name, value in found.items()}
    for name, value in values.items():
        _as_settings({name: value}, found[name])
    return _as_settings(values, node)


def _as_settings(values: dict[str, object], node: yaml.Node) -> Settings:
    try:
        return Settings.from_mapping(values)
    except SettingsError as error:
        raise given.Mistake(node, str(error)) from None


def _question(node: yaml.Node) -> Question:
    found = given.mapping(node, "question", (*QUESTION, "curtain"), required=QUESTION)
    choices = given.items(found["choices"], "choices", limits=(2, 5))
    return Question(
        ask=given.string(found["ask"], "ask"),
        choices=tuple(given.string(choice, "choices") for choice in choices),
        answer=given.whole(found["answer"], "answer", 1, len(choices)),
        why=given.string(found["why"], "why"),
        curtain=given.names(found.get("curtain"), "curtain", HIDEABLE, HIDEABLE),
    )


def _goal(node: yaml.Node) -> Goal:
    found = given.mapping(node, "goal", GOAL, required=GOAL)
    return Goal(
        train_loss_below=given.number(found["train_loss_below"], "train_loss_below", 1e-9, 1e9),
        within_epochs=given.whole(
            found["within_epochs"], "within_epochs", 1, int(NUMBERS["epochs"].high)
        ),
        say=given.string(found["say"], "say"),
    )


def _claim(node: yaml.Node, settings: Settings) -> Claim:
    found = given.mapping(node, "claim", CLAIM, required=("learning_rate",))
    if any(name in found for name in PRINTED) != ("epoch" in found):
        raise given.Mistake(node, "A claim names an `epoch` and a number at that epoch together.")
    if len(found) == 1:
        raise given.Mistake(node, "A claim says something about its learning rate.")
    rates, verdict = NUMBERS["learning_rate"], found.get("verdict")
    return Claim(
        learning_rate=given.number(found["learning_rate"], "learning_rate", rates.low, rates.high),
        verdict=None if verdict is None else given.known_name(verdict, "verdict", VERDICTS),
        epoch=_epoch(found, "epoch", settings),
        overflow_at=_epoch(found, "overflow_at", settings),
        diverged_at=_epoch(found, "diverged_at", settings),
        train_loss=_printed(found, "train_loss"),
        weight=_printed(found, "weight"),
        bias=_printed(found, "bias"),
    )


def _epoch(found: Mapping[str, yaml.Node], name: str, settings: Settings) -> int | None:
    return given.whole(found[name], name, 0, settings.epochs) if name in found else None


def _printed(found: Mapping[str, yaml.Node], name: str) -> str | None:
    return given.printed(found[name], name) if name in found else None


def _shown(path: Path) -> str:
    """A path that can be printed, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)

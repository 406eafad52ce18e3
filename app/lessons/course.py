"""The lesson as data: folders of Markdown files, one per chapter, read into frozen values.

A mistake in a file never stops the app: the file is left out, or of a picture only its words are
shown, and the Mistake is kept with its line and reason. docs/writing-lessons.md says what a file
may contain. Markdown is not searched for script here, because the page shows HTML as text
(components/lesson.py).
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, PlainValidator, ValidationError

from app.domain.errors import InvalidSetting
from app.domain.fields import FIELDS, NUMBERS, shown
from app.domain.results import VERDICTS
from app.domain.settings import Settings
from app.domain.views import USUAL_VIEWS
from app.domain.views import VIEWS as PAGE_VIEWS
from app.lessons.files import content
from app.lessons.front_matter import (
    Mistake,
    Part,
    advice,
    decoded,
    first_mistake,
    load,
    number,
    one_of,
    split,
)
from app.lessons.pictures import Pictures
from app.lessons.task import CURTAIN, Check, Curtain, Goal, Task

BUILT_IN = Path(__file__).resolve().parents[2] / "lessons"
# The views, then the panels that a lesson can open.
VIEWS = (
    *PAGE_VIEWS,
    *("rate-axis", "loss-by-rate", "sharpness", "compare", "map", "own-data", "share"),
    *("one-step", "rate-table", "network", "activations", "parameters", "tensor"),
)
# What a chapter can do without: whole controls and readouts that it has not introduced.
ABSENT = ("rate", "timeline", "loss")
HIDEABLE = (*CURTAIN, *ABSENT)
# What the notebook shows, as docs/notebook.md numbers it; the built-in course covers all of it.
PIECES = 19

FILE_BYTES = 200_000
FILE_NAME = re.compile(r"\d\d-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
EPOCHS, RATE = int(NUMBERS["epochs"].high), NUMBERS["learning_rate"]


def _settings(values: Any) -> Settings:
    """Settings from front matter, whose values are texts. Raises InvalidSetting, which names the
    setting."""
    if not isinstance(values, dict):
        raise ValueError("write lines of `name: value`.")
    for name in values:
        if name not in FIELDS:
            known = advice(name, FIELDS)
            raise InvalidSetting(f"There is no setting named {shown(name)}. {known}", name)
    return Settings.from_mapping({name: number(value) for name, value in values.items()})


View = Annotated[str, one_of(VIEWS)]
ONCE = AfterValidator(lambda words: tuple(dict.fromkeys(words)))
Hidden = tuple[Annotated[str, one_of(HIDEABLE)], ...]
Epoch = Annotated[int, Field(ge=0, le=EPOCHS)]
# A number as the page prints it: the digits are kept.
Printed = Annotated[str, Field(pattern=r"^-?\d{1,20}(\.\d{1,12})?$")]


class Question(Part):
    """Asked before the result is shown. `answer` counts from 1; `curtain` is what it hides."""

    ask: str
    choices: tuple[str, ...] = Field(min_length=2, max_length=5)
    answer: int = Field(ge=1)
    why: str
    curtain: Curtain = CURTAIN


class Claim(Part):
    """What the text says about one run, for the tests."""

    learning_rate: float = Field(ge=RATE.low, le=RATE.high)
    verdict: Annotated[str, one_of(VERDICTS)] | None = None
    epoch: Epoch | None = None
    overflow_at: Epoch | None = None
    diverged_at: Epoch | None = None
    train_loss: Printed | None = None
    weight: Printed | None = None
    bias: Printed | None = None


class FrontMatter(Part):
    """What stands above a chapter's text."""

    title: str
    settings: Annotated[Settings, PlainValidator(_settings)] = Settings()
    playhead: Epoch = 0
    views: Annotated[tuple[View, ...], ONCE] = Field(USUAL_VIEWS, min_length=1, max_length=5)
    hide: Hidden = ()
    piece: tuple[Annotated[int, Field(ge=1, le=PIECES)], ...] = ()
    part: int = Field(0, ge=0, le=4)
    question: Question | None = None
    task: Task | None = None
    goal: Goal | None = None
    claims: tuple[Claim, ...] = ()

    @property
    def exercise(self) -> Task | None:
        """What the chapter asks for: its task, or its goal as one."""
        return self.goal.as_task() if self.goal else self.task


PARTS: dict[str, type[BaseModel]] = {
    "": FrontMatter,
    "question": Question,
    "task": Task,
    "checks": Check,
    "goal": Goal,
    "claims": Claim,
}


class Chapter(FrontMatter):
    """One page of a lesson: a text, and the state of the app that it is about."""

    file: str
    slug: str
    text: str

    @property
    def is_ending(self) -> bool:
        """Whether it stands after all others, without a number."""
        return Path(self.file).name.startswith("99-")


@dataclass(frozen=True)
class Course:
    """The chapters in their order, and what is wrong with other files and with pictures."""

    chapters: tuple[Chapter, ...]
    problems: tuple[Mistake, ...]


def load_course(folders: Sequence[Path]) -> Course:
    """The chapters of all folders, in the order given; in each, by file name. One numbered 99 comes
    after all folders: it says where to go from there."""
    chapters: dict[str, Chapter] = {}
    problems: list[Mistake] = []

    @contextmanager
    def noting(path: Path) -> Iterator[None]:
        try:
            yield
        except Mistake as mistake:
            mistake.file = _printable(path)
            problems.append(mistake.with_traceback(None))

    for folder in folders:
        with noting(folder):
            for name in _chapter_names(folder):
                with noting(folder / name):
                    pictures = Pictures(folder)
                    chapter = _read_chapter(folder / name, pictures)
                    if chapter.slug in chapters:
                        first = chapters[chapter.slug].file
                        raise Mistake(1, f"The name {chapter.slug} is already used by {first}.")
                    chapters[chapter.slug] = chapter
                    for problem in pictures.problems:
                        problem.file = chapter.file
                        problems.append(problem)
    in_order = sorted(chapters.values(), key=lambda chapter: chapter.is_ending)
    return Course(tuple(in_order), tuple(problems))


def _chapter_names(folder: Path) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise Mistake(0, f"The folder cannot be read: {error.strerror}.") from None
    found = [
        name
        for name in names
        if name.lower().endswith(".md") and name[0] != "." and name.lower() != "readme.md"
    ]
    if not found:
        raise Mistake(0, "This folder has no chapter files (named like 01-one.md).")
    return found


def _read_chapter(path: Path, pictures: Pictures) -> Chapter:
    named = FILE_NAME.fullmatch(path.name)
    if not named:
        raise Mistake(1, "Name a chapter's file like 01-my-chapter.md, in lowercase letters.")
    front, body = split(decoded(content(path, path.parent, FILE_BYTES)))
    values, lines = load(front)
    text = pictures.put_into(body, front.count("\n") + 1)
    try:
        chapter = FrontMatter.model_validate(pictures.put_into_all(values, lines))
    except ValidationError as error:
        raise first_mistake(error, lines, PARTS) from None
    if chapter.playhead > chapter.settings.epochs:
        reason = f"`playhead` is beyond the last epoch, {chapter.settings.epochs}."
        raise Mistake(lines[("playhead",)], reason)
    if chapter.task and chapter.goal:
        raise Mistake(lines["goal",], "A chapter has a `task` or a `goal`, not both.")
    if chapter.question and chapter.question.answer > len(chapter.question.choices):
        reason = f"`answer` must be at most {len(chapter.question.choices)}, the last choice."
        raise Mistake(lines["question", "answer"], reason)
    return Chapter.model_construct(
        **dict(chapter), file=_printable(path), slug=named[1], text=text.strip()
    )


def _printable(path: Path) -> str:
    """A path that can be printed, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "replace")

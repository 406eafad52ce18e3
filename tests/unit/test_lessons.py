"""The built-in course: what it covers, and whether the engine agrees with what it says."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from app.domain.data_options import DATASETS
from app.domain.results import Sweep
from app.domain.settings import Settings
from app.domain.views import VIEWS
from app.engine import train_sweep
from app.engine.datasets import builtin
from app.lessons import course as lessons
from app.lessons.course import BUILT_IN, PIECES, Chapter, Claim, load_course
from app.lessons.task import Check
from components.panels import PANELS

COURSE = load_course([BUILT_IN])
BY_NAME = {chapter.slug: chapter for chapter in COURSE.chapters}
DOCS = BUILT_IN.parent / "docs"
CLAIMS = [
    pytest.param(chapter, claim, id=f"{chapter.slug}-{number}")
    for chapter in COURSE.chapters
    for number, claim in enumerate(chapter.claims, 1)
]
TASKS = [pytest.param(chapter, id=chapter.slug) for chapter in COURSE.chapters if chapter.exercise]
# Readers are asked to find these numbers, so the chapter does not print them.
NOT_PRINTED = {("which-learning-rate", number) for number in ("0.4095", "0.1136")}
# For each check of each chapter, settings and an epoch that reach it: the answers of the course.
ANSWERS: dict[str, list[tuple[dict[str, Any], int]]] = {
    "the-data": [({"start": "0.5,1"}, 0)],
    "least-squares": [({}, 1000)],
    "a-line-as-a-network": [({"start": "0.5,1"}, 0), ({"input": 0.5}, 0)],
    "predict": [({"seed": 19}, 0)],
    "how-wrong": [],
    "the-slope": [({}, 3)],
    "the-step": [({}, 3)],
    "which-learning-rate": [({"learning_rate": 0.04}, 1)],
    "the-whole-descent": [({"learning_rate": rate}, 1000) for rate in (0.001, 0.05)],
    "several-predictors": [({}, 1000)],
    "the-hidden-layer": [],
    "activations": [({"activation": name}, 0) for name in ("linear", "logistic", "relu", "tanh")],
    "watching-it-fit": [({"learning_rate": 0.2}, 100)],
    "when-it-breaks": [({"learning_rate": rate}, 1000) for rate in (0.0888, 0.0889)],
    "two-classes": [({"learning_rate": 0.0125}, 500)],
    "a-boundary-that-bends": [
        ({"hidden_units": 2}, 500),
        ({"hidden_units": 3}, 500),
        ({"dataset": "spiral", "hidden_units": 16}, 500),
    ],
    "sure-and-wrong": [({}, 1000), ({"epochs": 5000}, 5000)],
}


@cache
def swept(settings: Settings) -> Sweep:
    return train_sweep(settings)


def test_built_in_course_has_no_problems_and_covers_the_notebook() -> None:
    assert COURSE.problems == ()
    assert len(COURSE.chapters) == len(list(BUILT_IN.glob("*.md"))) == 18
    assert [chapter.is_ending for chapter in COURSE.chapters] == [False] * 17 + [True]
    covered = {piece for chapter in COURSE.chapters for piece in chapter.piece}
    assert covered == set(range(1, PIECES + 1))


def test_every_view_is_used_in_the_course_or_explained_in_the_docs() -> None:
    assert set(lessons.VIEWS) == {*VIEWS, *PANELS}
    used = {view for chapter in COURSE.chapters for view in chapter.views}
    # The last page sends people on.
    used |= set(re.findall(r"view=([a-z-]+)", COURSE.chapters[-1].text))
    in_depth, teaching = (
        (DOCS / name).read_text("utf-8") for name in ("learning-rates.md", "teaching.md")
    )
    titles = {name: one.title for name, one in (*VIEWS.items(), *PANELS.items())}
    for view in set(lessons.VIEWS) - used:
        assert f"images/{view}.png" in in_depth or titles[view] in teaching


def test_every_chapter_has_a_task_that_the_page_can_check() -> None:
    for chapter in COURSE.chapters:
        task = chapter.exercise
        if chapter.is_ending:
            assert task is None
            continue
        assert task and (task.checks or task.choices) and task.hint, chapter.slug
        assert set(ANSWERS) == {one.slug for one in COURSE.chapters if one.exercise}


@pytest.mark.parametrize("chapter", TASKS)
def test_checks_are_reached_by_the_courses_answers_and_not_before(chapter: Chapter) -> None:
    task = chapter.exercise
    assert task is not None
    start = chapter.settings
    answers = ANSWERS[chapter.slug]
    assert len(answers) == len(task.checks)
    for check, (settings, epoch) in zip(task.checks, answers, strict=True):
        choices = dict(settings)
        sent = choices.pop("input", np.nan)
        assert is_reached(check, replace(start, **choices), epoch, sent), (check, settings)
        assert not is_reached(check, start, chapter.playhead), check


def is_reached(check: Check, settings: Settings, epoch: int, sent: float = np.nan) -> bool:
    """The same as isReached of assets/lab/model/checks.mjs, by the engine's numbers."""
    sweep = swept(settings)
    run, epochs = sweep.settings.run_index, sweep.epochs.tolist()
    losses = sweep.train_loss[run]
    shown: dict[str, Any] = dict(vars(settings))
    shown |= {"epoch": epoch, "verdict": sweep.verdicts[run], "input": sent}
    if sweep.params.shape[-1] == 2:
        shown["weight"], shown["bias"] = sweep.params[run, epochs.index(epoch)].tolist()
    wanted = check.model_dump(exclude_none=True)
    below, within = wanted.pop("train_loss_below", np.inf), wanted.pop("within_epochs", None)
    seen = losses[: within and np.searchsorted(sweep.epochs, min(within, epoch), "right")]
    low = np.nanmin(seen) if within else losses[epochs.index(epoch)]
    return bool(low < below) and all(
        value[0] <= shown[name] <= value[1] if isinstance(value, tuple) else shown[name] == value
        for name, value in wanted.items()
    )


@pytest.mark.parametrize(("chapter", "claim"), CLAIMS)
def test_claims_are_the_engines(chapter: Chapter, claim: Claim) -> None:
    sweep = swept(replace(chapter.settings, learning_rate=claim.learning_rate))
    run = sweep.settings.run_index
    assert claim.model_fields_set > {"learning_rate"}
    assert claim.verdict in (None, sweep.verdicts[run])
    assert claim.overflow_at in (None, sweep.overflow_at[run])
    assert claim.diverged_at in (None, sweep.diverged_at[run])
    printed = {name: getattr(claim, name) for name in ("train_loss", "weight", "bias")}
    printed = {name: text for name, text in printed.items() if text is not None}
    assert bool(printed) == (claim.epoch is not None)
    if claim.epoch is None:
        return
    # A run is the same however long it goes on, and its last epoch is always a frame.
    epochs = max(10, claim.epoch)
    sweep = swept(replace(chapter.settings, learning_rate=claim.learning_rate, epochs=epochs))
    at = sweep.settings.run_index, sweep.epochs.tolist().index(claim.epoch)
    found = {"train_loss": sweep.train_loss[at]}
    if sweep.params.shape[-1] == 2:
        found["weight"], found["bias"] = sweep.params[at]
    for name, text in printed.items():
        assert f"{found[name]:.{len(text.partition('.')[2])}f}" == text, name


def test_claimed_numbers_are_printed_in_their_chapters() -> None:
    for chapter in COURSE.chapters:
        question = chapter.question
        task = chapter.exercise
        text = chapter.text + (question.ask + question.why if question else "")
        text += task.do + task.done if task else ""
        for claim in chapter.claims:
            for number in (claim.weight, claim.bias, claim.train_loss):
                assert number is None or number in text or (chapter.slug, number) in NOT_PRINTED


def test_computed_numbers_are_printed_in_their_chapters() -> None:
    text = {
        path.stem[3:]: " ".join(path.read_text("utf-8").split()) for path in BUILT_IN.glob("*.md")
    }
    data, parabola = builtin("line"), builtin("parabola")
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
        ("the-slope", f"${sweep.gradients[run, 0, 0]:.2f}$"),
        ("the-slope", ", ".join(f"−{-slope:.2f}" for slope in sweep.gradients[run, :4, 0])),
        ("the-slope", f"${sweep.gradients[run, 0, 1]:.2f}$"),
        ("which-learning-rate", f"{weight:.4f} would be best"),
        ("the-hidden-layer", f"{parabola.least_squares_loss:.4f}"),
        ("when-it-breaks", f"{sharp:.2f}"),
        *(("when-it-breaks", f"${1 - rate * sharp:.2f}$") for rate in (0.01, 0.05, 0.1)),
    ):
        assert number in text[slug], (slug, number)
    assert 0.0888 < 2 / sharp < 0.0889


def test_claims_about_diabetes_are_true_of_scikit_learns_data() -> None:
    predictors, targets = load_diabetes(return_X_y=True)
    standard = (predictors - predictors.mean(axis=0)) / predictors.std(axis=0)
    assert standard.shape == (442, 10)
    assert f"{LinearRegression().fit(standard, targets).score(standard, targets):.2f}" == "0.52"
    # s1 and s2 rise together, and the flattest direction consists mostly of them.
    assert np.corrcoef(standard[:, 4], standard[:, 5])[0, 1] > 0.85
    flattest = np.abs(np.linalg.eigh(standard.T @ standard)[1][:, 0])
    assert set(np.argsort(flattest)[-2:]) == {4, 5}


def test_five_of_ten_hidden_units_are_off_everywhere_as_claimed() -> None:
    sweep = swept(BY_NAME["the-hidden-layer"].settings)
    params = sweep.params[sweep.settings.run_index, -1]
    sums = builtin("parabola").inputs * params[:10] + params[10:20]
    assert (sums <= 0).all(axis=0).sum() == 5 and picked("the-hidden-layer") == "Five"


def test_learning_rate_to_find_has_the_lowest_loss_after_one_step() -> None:
    chapter = BY_NAME["which-learning-rate"]
    first = swept(replace(chapter.settings, epochs=10)).train_loss[:, 1]
    claimed = {claim.learning_rate: float(claim.train_loss or "nan") for claim in chapter.claims}
    assert claimed[0.04] == pytest.approx(first.min(), abs=5e-5)


def picked(slug: str) -> str:
    """The choice that a chapter calls right."""
    task = BY_NAME[slug].task
    assert task and task.answer
    return task.choices[task.answer - 1]


def test_the_choices_that_are_called_right_are_right() -> None:
    inputs = builtin("line").inputs[:, 0].astype("float64")
    columns = np.c_[inputs, np.ones_like(inputs)]
    flat = np.linalg.eigh(2 / len(inputs) * columns.T @ columns)[1][:, 0]
    # Along the flattest direction one grows while the other shrinks.
    assert flat[0] * flat[1] < 0 and picked("how-wrong").startswith("One grows")
    slopes = swept(Settings(epochs=10)).gradients[Settings().run_index, :4, 0]
    assert (np.diff(np.abs(slopes)) < 0).all() and picked("the-slope") == "It gets flatter"
    # At x = 0.5 the derivative for the weight is 0.5, and for the bias 1.
    assert picked("a-line-as-a-network") == "$b$"
    ends = {
        rate: swept(Settings(learning_rate=rate)).last_loss[Settings(learning_rate=rate).run_index]
        for rate in (0.001, 0.01, 0.05)
    }
    assert float(picked("the-whole-descent")) == min(ends, key=lambda rate: ends[rate])


def test_predictors_called_farthest_from_least_squares_are() -> None:
    sweep = swept(BY_NAME["several-predictors"].settings)
    gaps = np.abs(sweep.params[sweep.settings.run_index, -1] - builtin("diabetes").least_squares)
    names = DATASETS["diabetes"].predictors
    farthest = {names[k] for k in np.argsort(gaps)[-2:]}
    assert farthest == set(picked("several-predictors").split(" and "))


def test_only_the_linear_activation_keeps_the_best_lines_loss() -> None:
    settings, best = BY_NAME["activations"].settings, builtin("parabola").least_squares_loss
    lowest = {
        name: float(np.nanmin(swept(replace(settings, activation=name)).train_loss))
        for name in ("linear", "logistic", "relu", "tanh")
    }
    bent = [name for name, loss in lowest.items() if loss < 0.99 * best]
    assert sorted(bent) == ["logistic", "relu", "tanh"] and picked("activations") == "linear"
    assert lowest["linear"] == pytest.approx(best, abs=1e-4)


def test_about_one_seed_in_four_starts_among_the_points() -> None:
    (check,) = BY_NAME["predict"].task.checks  # type: ignore[union-attr]
    close = [seed for seed in range(100) if is_reached(check, Settings(seed=seed, epochs=10), 0)]
    assert 20 <= len(close) <= 30


def test_example_in_the_lesson_guide_is_a_true_chapter(tmp_path: Path) -> None:
    guide = (DOCS / "writing-lessons.md").read_text("utf-8")
    (example_text,) = re.findall(r"```markdown\n(.*?)```", guide, flags=re.S)
    (tmp_path / "01-mine.md").write_text(example_text, "utf-8")
    (chapter,) = load_course([tmp_path]).chapters
    test_claims_are_the_engines(chapter, chapter.claims[0])
    assert chapter.task and len(chapter.task.checks) == 1
    (check,) = chapter.task.checks
    assert is_reached(check, replace(chapter.settings, learning_rate=0.2), 100)
    assert not is_reached(check, chapter.settings, chapter.playhead)


def test_lesson_guide_names_every_field_and_view() -> None:
    guide = (DOCS / "writing-lessons.md").read_text("utf-8")
    fields = {name for part in lessons.PARTS.values() for name in part.model_fields}
    for name in (*fields, *lessons.VIEWS, *lessons.HIDEABLE):
        assert f"`{name}`" in guide, name

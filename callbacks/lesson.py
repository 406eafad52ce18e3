"""Open a chapter of the lesson, or side panels."""

from typing import Any

from dash import Dash, Input, Output, html, no_update
from dash.development.base_component import Component

from app.domain.errors import UserError
from app.domain.fields import FIELDS
from app.lessons import mathematics
from app.lessons.course import Chapter, Course
from app.lessons.task import Task
from callbacks.answers import answered
from components import ids
from components.lesson import chapter_task, chapter_text
from components.panels import PANELS, panel_section


def register(app: Dash, course: Course) -> None:
    """Registers the callbacks. Texts are sent when they are opened, so that MathJax is loaded only
    where maths is shown."""

    @app.callback(
        Output(ids.LESSON_TEXT, "children"),
        Output(ids.LESSON_TASK, "children"),
        Output(ids.CHAPTER_ANSWER, "data"),
        Input(ids.CHAPTER_REQUEST, "data"),
    )
    def open_chapter(request: Any) -> tuple[Any, Any, dict[str, Any]]:
        return chapter_answer(course, request)

    @app.callback(Output(ids.SIDE_BODY, "children"), Input(ids.PANEL_REQUEST, "data"))
    def open_panels(names: Any) -> list[Component]:
        return panels_named(names)


def chapter_answer(course: Course, request: Any) -> tuple[Any, Any, dict[str, Any]]:
    """The chapter's text, its task, and {"ticket", "chapter": the state of the page} or
    {"ticket", "error"}.

    request  {"ticket": identifies the request, "slug": the chapter's name}
    """
    result = answered(
        request,
        lambda fields: _opened(course, fields.get("slug")),
        "The server could not open this chapter.",
    )
    return result.pop("text", no_update), result.pop("task", no_update), result


def _opened(course: Course, slug: Any) -> dict[str, Any]:
    slugs = [chapter.slug for chapter in course.chapters]
    if not isinstance(slug, str) or slug not in slugs:
        known = ", ".join(slugs)
        shown = slug[:40] if isinstance(slug, str) else "something else"
        raise UserError(f"There is no chapter named {shown!r}. The chapters are {known}.")
    place = slugs.index(slug)
    chapter = course.chapters[place]
    around = {
        "previous": slugs[place - 1] if place else None,
        "next": slugs[place + 1] if place + 1 < len(slugs) else None,
    }
    parts = {"text": chapter_text(chapter), "task": chapter_task(chapter)}
    return parts | {"chapter": _state(chapter) | around}


def _state(chapter: Chapter) -> dict[str, Any]:
    question, task = chapter.question, chapter.exercise
    return {
        "slug": chapter.slug,
        "settings": {name: getattr(chapter.settings, name) for name in FIELDS},
        "playhead": chapter.playhead,
        "views": list(chapter.views),
        "hide": list(chapter.hide),
        "curtain": list(question.curtain) if question else [],
        "question": question and {"choices": list(question.choices), "answer": question.answer},
        "part": chapter.part,
        "task": task and _task(task),
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "checks": [check.model_dump(exclude_none=True) for check in task.checks],
        "answer": task.answer,
        "done": mathematics.plain(task.done),
        "hint": mathematics.plain(task.hint),
        "curtain": list(task.curtain),
        "reveals": bool(task.reveal),
    }


def panels_named(names: Any) -> list[Component]:
    """The side panels of these names; unknown names are left out. A sentence if that fails."""
    wanted = names if isinstance(names, list) else []
    known = [name for name in wanted[: len(PANELS)] if isinstance(name, str) and name in PANELS]
    result = answered(
        None,
        lambda _: {"panels": [panel_section(name) for name in known]},
        "The server could not open these panels.",
    )
    return result["panels"] if "panels" in result else [html.P(result["error"], role="alert")]

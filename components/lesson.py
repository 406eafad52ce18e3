"""The lesson's panel: a frame, and the chapter in it."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.lessons import mathematics
from app.lessons.course import Chapter, Course, Question
from app.lessons.task import Task
from components import ids
from components.parts import data, icon_button, named, select


def lesson_panel(course: Course) -> Component:
    """The contents, the places for `chapter_text` and, below it and always on show,
    `chapter_task`, and the way on."""
    contents = {
        chapter.slug: mathematics.plain(chapter.title)
        if chapter.is_ending
        else f"{number} · {mathematics.plain(chapter.title)}"
        for number, chapter in enumerate(course.chapters, 1)
    }
    return html.Aside(
        id="lesson",
        className="lesson",
        hidden=True,
        **named("Lesson"),
        children=[
            html.Div(
                className="lesson-head",
                children=[
                    icon_button("previous-chapter", "chevron-left", "previous chapter"),
                    select("chapter", contents, class_name="contents"),
                    icon_button("next-chapter", "chevron-right", "next chapter"),
                ],
            ),
            # A picture of the chapters: which are done, and which is on show.
            html.Div(id="lesson-progress", className="lesson-progress", role="img"),
            html.Div(
                id="lesson-body",
                className="lesson-body",
                children=[*_problems(course), html.Div(id=ids.LESSON_TEXT)],
            ),
            html.Div(
                className="lesson-foot",
                children=[
                    html.Div(id=ids.LESSON_TASK, className="lesson-task"),
                    html.Div(
                        className="lesson-way",
                        children=[
                            icon_button(
                                "reset-chapter", "back", "start this chapter over", "quiet"
                            ),
                            html.Button("Next", id="go-on", className="quiet go-on"),
                        ],
                    ),
                ],
            ),
        ],
    )


def chapter_text(chapter: Chapter) -> list[Component]:
    """A chapter's text, and what answers its question. dcc.Markdown shows HTML as text and never
    runs it."""
    why = [html.Div(_words(chapter.question.why), id="lesson-why")] if chapter.question else []
    return [_title(chapter.title), _words(chapter.text), *why]


def chapter_task(chapter: Chapter) -> list[Component]:
    """A chapter's question, and what it asks for."""
    question, task = chapter.question, chapter.exercise
    return [*([_question(question)] if question else []), *([_task(task)] if task else [])]


def _title(title: str) -> Component:
    """Only mathematics is marked up in a title: "1. One" begins no list."""
    return html.H2(
        [
            dcc.Markdown(part, mathjax=True, className="words inline") if is_maths else part
            for part, is_maths in mathematics.parts(title)
        ]
    )


def _question(question: Question) -> Component:
    return html.Div(
        id="lesson-question",
        className="question",
        children=[
            _words(question.ask),
            *_choices(question.choices, "choice"),
            html.P(id="lesson-verdict", className="lesson-verdict", role="status"),
        ],
    )


def _task(task: Task) -> Component:
    """assets/lab/page/task.mjs writes what is done of it."""
    return html.Div(
        id="task",
        className="task",
        children=[
            _words(f"**Do this:** {task.do}"),
            html.Div(_choices(task.choices, "pick"), className="picks"),
            *([html.Button(task.step, className="quiet step")] if task.step else []),
            html.Button(task.reveal, id="reveal", className="quiet", hidden=True),
            html.P(id="task-status", className="task-status", role="status"),
        ],
    )


def _choices(texts: Sequence[str], kind: str) -> list[Component]:
    """A button for each, which scripts know by its number: `data-choice`, `data-pick`."""
    return [
        html.Button(_words(text), className=kind, **data(**{kind: number}))
        for number, text in enumerate(texts, 1)
    ]


def _words(text: str) -> Component:
    text, has_maths = mathematics.marked(text)
    return dcc.Markdown(text, mathjax=has_maths, className="words", link_target="_blank")


def _problems(course: Course) -> list[Component]:
    """For the teacher: what is wrong with which file. The other chapters are not affected."""
    if not course.problems:
        return []
    count = len({problem.file for problem in course.problems})
    title = f"{count} lesson {'files have' if count > 1 else 'file has'} a mistake"
    listed = html.Ul([html.Li(str(problem)) for problem in course.problems])
    return [html.Details([html.Summary(title), listed], className="problems")]

"""The lesson's panel: a frame, and the chapter in it."""

from dash import dcc, html
from dash.development.base_component import Component

from app.lessons import mathematics
from app.lessons.course import Chapter, Course, Question
from components import ids
from components.parts import data, icon_button, named, select


def lesson_panel(course: Course) -> Component:
    """The contents, previous and next, and the place for `chapter_text`."""
    contents = {
        chapter.slug: f"{number} · {mathematics.plain(chapter.title)}"
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
            html.Div(
                id="lesson-body",
                className="lesson-body",
                children=[
                    *_problems(course),
                    html.Div(id=ids.LESSON_TEXT),
                    html.Button(
                        "Back to this chapter's settings", id="reset-chapter", className="quiet"
                    ),
                ],
            ),
        ],
    )


def chapter_text(chapter: Chapter) -> list[Component]:
    """A chapter's text, question and goal. dcc.Markdown shows HTML as text and never runs it."""
    parts: list[Component] = [_title(chapter.title), _words(chapter.text)]
    if chapter.question:
        parts.append(_question(chapter.question))
    if chapter.goal:
        parts.append(
            html.Div(
                className="goal",
                children=[_words(chapter.goal.say), html.Span(id="lesson-goal-status")],
            )
        )
    return parts


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
        className="question",
        children=[
            _words(question.ask),
            *(
                html.Button(_words(text), className="choice", **data(choice=number))
                for number, text in enumerate(question.choices, 1)
            ),
            html.P(id="lesson-verdict", className="lesson-verdict", role="status"),
            html.Div(_words(question.why), id="lesson-why", hidden=True),
        ],
    )


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

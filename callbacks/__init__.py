"""What happens on a change. A callback translates (parse, ask, return); it never computes."""

from __future__ import annotations

from dash import Dash

from app.engine import Laboratory
from app.lessons import Course
from callbacks import browser, inspection, lesson, mapping, sharing, training


def register(
    app: Dash, laboratory: Laboratory, course: Course, listens_on: str | None = None
) -> None:
    """Binds every callback to `app`."""
    training.register(app, laboratory)
    inspection.register(app, laboratory)
    mapping.register(app)
    lesson.register(app, course)
    sharing.register(app, laboratory, listens_on)
    browser.register(app)

"""What happens on a change. A callback translates (parse, ask, return); it never computes."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash

from app.engine import Laboratory
from app.lessons import Course
from app.own_data import OwnData
from app.shelf import Shelf
from callbacks import browser, inspection, lesson, mapping, own_data, sharing, training


def register(
    app: Dash,
    laboratory: Laboratory,
    course: Course,
    listens_on: str | None = None,
    ancestors: Sequence[str] = (),
) -> None:
    """Binds every callback to `app`; `ancestors` are the origins that may show it in a frame."""
    shelf: Shelf[OwnData] = Shelf(own_data.MOST_KEPT)
    training.register(app, laboratory, shelf)
    inspection.register(app, laboratory, shelf)
    mapping.register(app, laboratory, shelf)
    own_data.register(app)
    lesson.register(app, course)
    sharing.register(app, laboratory, shelf, listens_on, ancestors)
    browser.register(app)

"""What happens on a change. A callback translates (parse, ask, return); it never computes."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash

from app.domain.user_data import UserData
from app.engine import Laboratory
from app.lessons import Course
from app.meter import Meter
from app.shelf import Shelf
from callbacks import browser, inspection, lesson, mapping, sharing, training, user_data
from callbacks.packed import PackedAnswers, set_packed_answers


def register(
    app: Dash,
    laboratory: Laboratory,
    course: Course,
    listens_on: str | None = None,
    ancestors: Sequence[str] = (),
    meter: Meter | None = None,
) -> None:
    """Binds every callback to `app`; `ancestors` are the origins that may show it in a frame."""
    uploads: Shelf[UserData] = Shelf(user_data.MOST_KEPT)
    packed = PackedAnswers(meter)
    set_packed_answers(app.server)
    training.register(app, laboratory, uploads, packed)
    inspection.register(app, laboratory, uploads, packed)
    mapping.register(app, laboratory, uploads)
    user_data.register(app)
    lesson.register(app, course)
    sharing.register(app, laboratory, uploads, listens_on, ancestors)
    browser.register(app)

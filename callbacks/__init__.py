"""What happens on a change. A callback translates (parse, ask, return); it never computes."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash

from app.engine import Laboratory
from app.lessons import Course
from app.meter import Meter
from app.own_data import OwnData
from app.shelf import Shelf
from callbacks import browser, inspection, lesson, mapping, own_data, sharing, training
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
    shelf: Shelf[OwnData] = Shelf(own_data.MOST_KEPT)
    packed = PackedAnswers(meter)
    set_packed_answers(app.server)
    training.register(app, laboratory, shelf, packed)
    inspection.register(app, laboratory, shelf, packed)
    mapping.register(app, laboratory, shelf)
    own_data.register(app)
    lesson.register(app, course)
    sharing.register(app, laboratory, shelf, listens_on, ancestors)
    browser.register(app)

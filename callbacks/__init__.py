"""What happens on a change. A callback translates (parse, ask, return); it never computes."""

from __future__ import annotations

from dash import Dash

from app.engine import Laboratory
from callbacks import browser, inspection, training


def register(app: Dash, laboratory: Laboratory) -> None:
    """Binds every callback to `app`."""
    training.register(app, laboratory)
    inspection.register(app, laboratory)
    browser.register(app)

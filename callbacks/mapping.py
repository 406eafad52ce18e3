"""The map: one row is one sweep and one request, so that a map never blocks anybody else."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output

from app.domain.user_data import UserData
from app.engine import Laboratory
from app.exports.payload import map_row
from app.shelf import Shelf
from callbacks.answers import answer
from components import ids


def register(app: Dash, laboratory: Laboratory, uploads: Shelf[UserData]) -> None:
    """The browser asks for one row after the other, and stops when the person cancels."""

    @app.callback(
        Output(ids.MAP_ANSWER, "data"),
        Input(ids.MAP_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def train_row(request: Any) -> dict[str, Any]:
        return answer(request, lambda settings, _: map_row(laboratory.sweep(settings)), uploads)

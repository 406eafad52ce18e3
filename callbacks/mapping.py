"""The map: each row is one sweep and one request, so a map never blocks other people."""

from typing import Any

from dash import Dash, Input, Output

from app.domain.user_data import UserData
from app.exports.payload import map_row
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import answer
from components import ids


def register(app: Dash, cache: ExperimentCache, uploads: TtlCache[UserData]) -> None:
    """Registers the callback. The browser asks for one row after the other."""

    @app.callback(Output(ids.MAP_ANSWER, "data"), Input(ids.MAP_REQUEST, "data"))
    def train_row(request: Any) -> dict[str, Any]:
        return answer(request, lambda settings, _: map_row(cache.sweep(settings)), uploads)

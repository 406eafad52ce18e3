"""Inspect: once the learning rate has settled, the browser asks for its run in full."""

from typing import Any

from dash import Dash, Input, Output

from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.domain.user_data import UserData
from app.engine import epoch_that_counts
from app.exports.payload import detail_payload
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import answer
from callbacks.blocks import Blocks
from components import ids


def register(
    app: Dash, cache: ExperimentCache, uploads: TtlCache[UserData], blocks: Blocks
) -> None:
    """Registers the callback. The browser drops late answers by their ticket."""

    def payload(settings: Settings, plane: PlaneChoice, epoch: Any) -> dict[str, Any]:
        # Made once for everyone who looks at this run.
        counts = epoch_that_counts(settings, settings.checked_epoch(epoch))
        key = (settings.sweep_id, settings.learning_rate, plane, counts)
        return blocks.payload(
            None if settings.user_data else key,
            lambda: inspect_payload(cache, settings, epoch, plane),
        )

    @app.callback(Output(ids.INSPECT_ANSWER, "data"), Input(ids.INSPECT_REQUEST, "data"))
    def inspect(request: Any) -> dict[str, Any]:
        return answer(
            request,
            lambda settings, plane: payload(settings, plane, request.get("epoch")),
            uploads,
        )


def inspect_payload(
    cache: ExperimentCache, settings: Settings, epoch: Any = 0, plane: PlaneChoice | None = None
) -> dict[str, Any]:
    """The selected run for the browser, with exact slices where the playhead stands."""
    experiment, detail = cache.inspect(settings, settings.checked_epoch(epoch), plane)
    return detail_payload(detail, experiment.surface, experiment.dataset)

"""Train: a setting other than the learning rate has changed, or a typed rate is not a stop of the
slider."""

from typing import Any

from dash import Dash, Input, Output

from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.domain.user_data import UserData
from app.exports.block import pack
from app.exports.payload import range_test_payload, settings_payload, sweep_payload
from app.trainers.base import Experiment
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import answer
from callbacks.blocks import Blocks
from components import ids
from components.figures import view_figures


def register(
    app: Dash, cache: ExperimentCache, uploads: TtlCache[UserData], blocks: Blocks
) -> None:
    """Registers the callback. The browser sends one request at a time."""

    def payload(settings: Settings, plane: PlaneChoice) -> dict[str, Any]:
        # All learning rates of a sweep share its block; only the default plane is the same for
        # every run.
        rate = None if plane == PlaneChoice() else settings.learning_rate
        key = None if settings.user_data else (settings.sweep_id, plane, rate)
        made = blocks.payload(key, lambda: train_payload(cache, settings, plane))
        return made | {"settings": settings_payload(settings)}

    @app.callback(Output(ids.TRAIN_ANSWER, "data"), Input(ids.TRAIN_REQUEST, "data"))
    def train(request: Any) -> dict[str, Any]:
        return answer(request, payload, uploads)


def train_payload(
    cache: ExperimentCache, settings: Settings, plane: PlaneChoice | None = None
) -> dict[str, Any]:
    """The sweep for the browser, with the views' static layers."""
    payload = experiment_payload(cache.experiment(settings, plane))
    # The cached sweep may have been trained for another selected rate.
    return payload | {"settings": settings_payload(settings)}


def first_payload(experiment: Experiment) -> dict[str, Any]:
    """The payload of the page's first sweep."""
    settings = settings_payload(experiment.sweep.settings)
    return {"block": pack(experiment_payload(experiment)), "settings": settings}


def experiment_payload(experiment: Experiment) -> dict[str, Any]:
    """All that the page plays of an experiment."""
    sweep, surface, dataset = experiment.sweep, experiment.surface, experiment.dataset
    payload = sweep_payload(sweep, surface, experiment.projection, experiment.fit, dataset)
    return payload | {
        "range_test": range_test_payload(experiment.range_test),
        "views": view_figures(sweep, surface, dataset, experiment.fit),
    }

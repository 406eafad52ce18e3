"""Train: everything but the learning rate has changed, or a rate that is no stop was typed."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output

from app.engine import Experiment, Laboratory
from app.own_data import OwnData
from app.payload import range_test_payload, sweep_payload
from app.planes import PlaneChoice
from app.settings import Settings
from app.shelf import Shelf
from callbacks.answers import answer
from components import ids
from components.figures import view_figures


def register(app: Dash, laboratory: Laboratory, own_data: Shelf[OwnData]) -> None:
    """One request in flight is the browser's part (assets/60-bridge.js)."""

    @app.callback(
        Output(ids.TRAIN_ANSWER, "data"),
        Input(ids.TRAIN_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def train(request: Any) -> dict[str, Any]:
        return answer(
            request,
            lambda settings, plane: train_payload(laboratory, settings, plane),
            own_data,
        )


def train_payload(
    laboratory: Laboratory, settings: Settings, plane: PlaneChoice | None = None
) -> dict[str, Any]:
    """The sweep for the browser, with the views' static layers."""
    payload = experiment_payload(laboratory.experiment(settings, plane))
    # The sweep at hand may have been trained for somebody who had selected another of its rates.
    payload["settings"]["learning_rate"] = settings.learning_rate
    return payload


def experiment_payload(experiment: Experiment) -> dict[str, Any]:
    """An experiment as the one JSON object that the page plays."""
    sweep, surface, dataset = experiment.sweep, experiment.surface, experiment.dataset
    payload = sweep_payload(sweep, surface, experiment.projection, experiment.fit, dataset)
    return payload | {
        "range_test": range_test_payload(experiment.range_test),
        "views": view_figures(sweep, surface, dataset, experiment.fit),
    }

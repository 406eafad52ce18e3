"""The choices: the learning rate on top, everything that trains again in the rail."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.settings import (
    DATASET_HELP,
    DATASET_LABEL,
    DATASETS,
    NUMBERS,
    SLIDER_LEARNING_RATES,
    Settings,
    plain,
)
from components import ids

DEFAULTS = Settings()
# The epochs' slider stops; any whole number in the range may be set in Settings.
EPOCH_STOPS = (10, 20, 50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000)


def learning_rate_bar() -> Component:
    """Typed value, slider and, under it, one cell for each of the slider's rates."""
    choice = NUMBERS["learning_rate"]
    stop = SLIDER_LEARNING_RATES.index(DEFAULTS.learning_rate)
    return html.Section(
        className="rate",
        children=[
            html.Div(
                className="rate-head",
                children=[
                    html.Label(choice.label, htmlFor=ids.LEARNING_RATE, className="rate-label"),
                    html.Button(
                        html.Span(className="icon icon-dash-lg"),
                        id="slower",
                        className="step-button",
                        title="one step slower",
                    ),
                    dbc.Input(
                        id=ids.LEARNING_RATE_VALUE,
                        type="text",
                        inputmode="decimal",
                        value=plain(DEFAULTS.learning_rate),
                        class_name="rate-value",
                        maxlength=20,
                    ),
                    html.Button(
                        html.Span(className="icon icon-plus-lg"),
                        id="faster",
                        className="step-button",
                        title="one step faster",
                    ),
                    html.Span(id="nudge", className="nudge"),
                ],
            ),
            html.Div(
                className="rate-scale",
                children=[
                    dbc.Input(
                        id=ids.LEARNING_RATE,
                        type="range",
                        min=0,
                        max=len(SLIDER_LEARNING_RATES) - 1,
                        step=1,
                        value=stop,
                        class_name="slider",
                    ),
                    html.Div(
                        id=ids.STRIP,
                        className="strip",
                        children=[html.I(className="cell") for _ in SLIDER_LEARNING_RATES],
                    ),
                    html.Div(id="strip-names", className="strip-names"),
                    html.Div(id="edge", className="edge", children=html.Span(id="edge-label")),
                ],
            ),
        ],
    )


def rail() -> Component:
    """Data set, hidden units, seed and epochs: each trains again while it is dragged."""
    return html.Aside(
        id="rail",
        className="rail",
        children=[
            _dataset(),
            _slider(ids.HIDDEN_UNITS, "hidden_units"),
            _slider(ids.SEED, "seed"),
            _epochs(),
            html.Hr(),
            html.Div(id="explanation", className="explanation"),
        ],
    )


def _dataset() -> Component:
    options = [{"label": choice.label, "value": name} for name, choice in DATASETS.items()]
    return html.Div(
        className="control",
        children=[
            html.Label(DATASET_LABEL, htmlFor=ids.DATASET, title=DATASET_HELP),
            dbc.Select(id=ids.DATASET, options=options, value=DEFAULTS.dataset),
        ],
    )


def _slider(name: str, field: str) -> Component:
    choice = NUMBERS[field]
    return _labelled_slider(
        name, choice.label, choice.help, int(choice.low), int(choice.high), int(choice.default)
    )


def _epochs() -> Component:
    choice = NUMBERS["epochs"]
    last, stop = len(EPOCH_STOPS) - 1, EPOCH_STOPS.index(int(choice.default))
    slider = _labelled_slider(ids.EPOCHS, choice.label, choice.help, 0, last, stop)
    stops: dict[str, Any] = {"data-stops": " ".join(map(str, EPOCH_STOPS))}
    return html.Div(slider, **stops)


def _labelled_slider(
    name: str, label: str, words: str, low: int, high: int, value: int
) -> Component:
    return html.Div(
        className="control",
        children=[
            html.Div(
                className="control-head",
                children=[
                    html.Label(label, htmlFor=name, title=words),
                    html.Span(id=f"{name}-shown", className="control-value"),
                ],
            ),
            dbc.Input(
                id=name, type="range", min=low, max=high, step=1, value=value, class_name="slider"
            ),
        ],
    )

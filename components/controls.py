"""The choices: the learning rate on top, everything that trains again in the rail."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.settings import (
    NAMES,
    NUMBERS,
    SLIDER_LEARNING_RATES,
    Settings,
    plain,
)
from components import ids

DEFAULTS = Settings()
# How far one stop of a slider goes where that is not 1; any whole number can be typed.
STEPS = {"epochs": 10}


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
                    _edge(),
                ],
            ),
        ],
    )


def _edge() -> Component:
    """The mark of 2/sharpness, with a longer and a shorter label for where there is room."""
    labels = [
        html.Span(id="edge-long", className="long"),
        html.Span(id="edge-short", className="short"),
    ]
    return html.Div(id="edge", className="edge", children=html.Span(labels))


def rail() -> Component:
    """Data set, hidden units, seed and epochs: each trains again while it is dragged."""
    return html.Aside(
        id="rail",
        className="rail",
        children=[
            _select(ids.DATASET, "dataset"),
            _slider(ids.HIDDEN_UNITS, "hidden_units"),
            _select(ids.ACTIVATION, "activation"),
            _slider(ids.SEED, "seed"),
            _slider(ids.EPOCHS, "epochs"),
            html.Hr(),
            html.Div(id="explanation", className="explanation"),
        ],
    )


def _select(name: str, field: str) -> Component:
    choice = NAMES[field]
    options = [{"label": label, "value": value} for value, label in choice.options.items()]
    return html.Div(
        className="control",
        id=f"{name}-control",
        children=[
            html.Label(choice.label, htmlFor=name, title=choice.help),
            dbc.Select(id=name, options=options, value=choice.default),
        ],
    )


def _slider(name: str, field: str) -> Component:
    """A slider with its exact number beside it; the server checks whatever is typed there."""
    choice = NUMBERS[field]
    return html.Div(
        className="control",
        children=[
            html.Div(
                className="control-head",
                children=[
                    html.Label(choice.label, htmlFor=name, title=choice.help),
                    html.Span(id=f"{name}-note", className="control-note"),
                    dbc.Input(
                        id=f"{name}-value",
                        type="text",
                        inputmode="numeric",
                        value=str(int(choice.default)),
                        class_name="control-value",
                        maxlength=20,
                    ),
                ],
            ),
            dbc.Input(
                id=name,
                type="range",
                min=int(choice.low),
                max=int(choice.high),
                step=STEPS.get(field, 1),
                value=int(choice.default),
                class_name="slider",
            ),
        ],
    )

"""The learning rate on top of the page."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.fields import NUMBERS, SLIDER_LEARNING_RATES, plain
from components import ids
from components.naming import named, tip


def learning_rate_bar() -> Component:
    """The typed value, the slider and, below it, one cell for each of the slider's rates."""
    choice = NUMBERS["learning_rate"]
    stop = SLIDER_LEARNING_RATES.index(choice.default)
    return html.Section(
        className="rate",
        **named("Learning rate"),
        children=[
            html.Div(
                className="rate-head",
                children=[
                    html.Label(choice.label, htmlFor=ids.LEARNING_RATE, className="rate-label"),
                    html.Button(
                        html.Span(className="icon icon-dash-lg"),
                        id="slower",
                        className="step-button",
                        **tip("one step slower"),
                    ),
                    dbc.Input(
                        id=ids.LEARNING_RATE_VALUE,
                        type="text",
                        inputmode="decimal",
                        value=plain(choice.default),
                        class_name="rate-value",
                        maxlength=20,
                    ),
                    html.Button(
                        html.Span(className="icon icon-plus-lg"),
                        id="faster",
                        className="step-button",
                        **tip("one step faster"),
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
                    # Cells are narrower than a finger; the slider above does the same.
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
    """The mark of the stability edge, with a longer and a shorter label."""
    labels = [
        html.Span(id="edge-long", className="long"),
        html.Span(id="edge-short", className="short"),
    ]
    return html.Div(id="edge", className="edge", children=html.Span(labels))

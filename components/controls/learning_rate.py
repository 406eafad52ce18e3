"""The learning rate on top of the page."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.fields import NUMBERS, SLIDER_LEARNING_RATES, plain
from components.parts import icon_button, named, slider

CHOICE = NUMBERS["learning_rate"]


def learning_rate_bar() -> Component:
    """The typed value, the slider and, below it, one cell for each of the slider's rates."""
    return html.Section([_head(), _scale()], className="rate", **named("Learning rate"))


def _head() -> Component:
    value = dbc.Input(
        id="learning-rate-value",
        type="text",
        inputmode="decimal",
        value=plain(CHOICE.default),
        class_name="rate-value",
        maxlength=20,
    )
    return html.Div(
        className="rate-head",
        children=[
            html.Label(CHOICE.label, htmlFor="learning-rate", className="rate-label"),
            icon_button("slower", "dash-lg", "one step slower"),
            value,
            icon_button("faster", "plus-lg", "one step faster"),
            html.Span(id="nudge", className="nudge"),
        ],
    )


def _scale() -> Component:
    stop = SLIDER_LEARNING_RATES.index(CHOICE.default)
    cells = [html.I(className="cell") for _ in SLIDER_LEARNING_RATES]
    return html.Div(
        className="rate-scale",
        children=[
            slider("learning-rate", len(SLIDER_LEARNING_RATES) - 1, stop),
            # Cells are narrower than a finger; the slider above does the same.
            html.Div(cells, id="strip", className="strip"),
            html.Div(id="strip-names", className="strip-names"),
            # The mark of the stability edge, with a longer and a shorter label.
            html.Div(
                html.Span(
                    [
                        html.Span(id="edge-long", className="long"),
                        html.Span(id="edge-short", className="short"),
                    ]
                ),
                id="edge",
                className="edge",
            ),
        ],
    )

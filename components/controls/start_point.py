"""Where training starts: two numbers to type, the way back to the seed's own start, and the handles
on the line in Fit. assets/lab/page/start-by-hand.mjs fills them."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.fields import TEXTS
from components.parts import aria, data, icon, named

BACK = "Back to the seed's start"


def start_field() -> list[Component]:
    """The parts of the control: its label, the two numbers, and the text that they make."""
    choice = TEXTS["start"]
    return [
        html.Div(
            className="control-head",
            children=[
                html.Label(choice.label, htmlFor="start-first", title=choice.help),
                html.Span(id="start-note", className="control-note"),
            ],
        ),
        html.Div([_number("first"), _number("second"), _back("rail")], className="start-numbers"),
        dbc.Input(id="start", type="hidden", value=choice.default),
    ]


def back_button(card: str) -> Component:
    """The same way back, in the head of a view."""
    return _back(card)


def line_handles() -> Component:
    """A handle at either side of the line. The layer lies beside the picture, not in it: what is
    inside an image is hidden from screen readers."""
    sides = {"left": "left side of the line", "right": "right side of the line"}
    return html.Div(
        id="fit-handles",
        className="handles",
        hidden=True,
        children=[
            html.Div(
                className="line-handle",
                role="slider",
                tabIndex=0,
                title="drag: all rates start from here",
                **aria(orientation="vertical", valuenow="0"),
                **named(words),
                **data(side=side),
            )
            for side, words in sides.items()
        ],
    )


def _number(which: str) -> Component:
    return dbc.Input(
        id=f"start-{which}",
        type="text",
        inputmode="decimal",
        class_name="control-value",
        maxlength=20,
    )


def _back(place: str) -> Component:
    return html.Button(
        [
            icon("back"),
            html.Span(BACK, className="long"),
            # Where a card is too narrow for all of it.
            html.Span("Seed's start", className="short"),
        ],
        className="quiet start-back",
        id=f"start-back-{place}",
        title=BACK,
        hidden=True,
        **named(BACK),
    )

"""The learning rate: its slider is the axis of the curve of all rates, whose floor is the strip."""

import math

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.fields import NUMBERS, SLIDER_LEARNING_RATES, plain
from components.about import about
from components.notices import refusal
from components.parts import aria, data, icon_button, named, slider
from components.tables import data_button, sentence

CHOICE = NUMBERS["learning_rate"]
CURVE = "rate-curve"
CURVE_TITLE = "Loss at every learning rate"
STOPS = len(SLIDER_LEARNING_RATES)


def learning_rate_bar() -> Component:
    """The typed value, the curve of all rates, one cell for each of them, and the slider."""
    parts = [_head(), _legend(), _scale(), refusal("learning-rate")]
    return html.Section(parts, id="rate", className="rate", **named("Learning rate"))


def outcome_bar() -> Component:
    """The outcome of the whole run in one sentence, and why it is so."""
    return html.Div(
        className="outcome",
        children=[
            html.P(
                html.Span(
                    [
                        about("converging", "", class_name="chip", id="fact-verdict"),
                        html.Span(id="outcome-sentence"),
                    ]
                ),
                id="outcome-words",
                className="outcome-words",
            ),
            html.Details(
                [html.Summary("Why?"), html.Div(id="explanation", className="explanation")],
                id="why",
                className="why",
            ),
        ],
    )


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
            about("learning-rate", CHOICE.label, class_name="rate-label", id="learning-rate-label"),
            icon_button("slower", "dash-lg", "one step slower"),
            value,
            icon_button("faster", "plus-lg", "one step faster"),
        ],
    )


def _legend() -> Component:
    """What the two lines are, and the outcomes that occur; assets/lab/page/strip.mjs fills it."""
    return html.Div(
        className="rate-legend",
        children=[
            html.Span(id="legend-now", className="key key-now"),
            html.Span(id="legend-end", className="key key-end"),
            html.Span(id="legend", className="legend"),
            data_button(CURVE, CURVE_TITLE),
        ],
    )


def _scale() -> Component:
    cells = [html.I(className="cell") for _ in SLIDER_LEARNING_RATES]
    return html.Div(
        className="rate-scale",
        children=[
            html.H2(CURVE_TITLE, id=f"{CURVE}-title", className="visually-hidden"),
            sentence(CURVE),
            html.Div(
                id=CURVE,
                className="rate-curve",
                role="img",
                **aria(labelledby=f"{CURVE}-title", describedby=f"{CURVE}-words"),
            ),
            # What a class guessed; the words beside the counts say the same.
            html.Div(id="hand-columns", className="hand-columns", **aria(hidden="true")),
            # Cells are narrower than a finger; the slider below does the same.
            html.Div(cells, id="strip", className="strip"),
            slider("learning-rate", STOPS - 1, SLIDER_LEARNING_RATES.index(CHOICE.default)),
            html.Div([*_ticks(), html.Span(id="fact-learning-rate")], className="rate-ticks"),
            _mark(),
        ],
    )


def _ticks() -> list[Component]:
    """The decades, where the slider has them."""
    decades = [
        (stop, rate)
        for stop, rate in enumerate(SLIDER_LEARNING_RATES)
        if math.log10(rate) == round(math.log10(rate))
    ]
    return [
        html.Span(
            plain(rate), style={"--place": stop / (STOPS - 1)}, className="tick", **data(stop=stop)
        )
        for stop, rate in decades
    ]


def _mark() -> Component:
    """The mark of the stability edge; its words are longer where there is room."""
    words = [
        html.Span(id="fact-edge-label"),
        html.Span(id="fact-edge"),
        html.Span(id="edge-after", className="long"),
        html.Span(id="edge-after-short", className="short"),
    ]
    return html.Div(about("mark", words, id="edge-words"), id="edge", className="edge")

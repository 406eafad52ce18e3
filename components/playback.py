"""The timeline below the views: one playhead for all of them. Its slider is the axis of the
training curves."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.domain.views import VIEWS
from components import ids
from components.about import about
from components.parts import aria, icon, icon_button, named, select, slider
from components.tables import data_button, sentence

# The playhead's slider has this many steps, linear in log10(1 + epoch).
POSITIONS = 1000
SPEEDS = (0.25, 0.5, 1, 2, 4)


def timeline() -> Component:
    """Play, step by one epoch, the training curves over the slider, and the readouts."""
    return html.Section(
        className="timeline",
        **named("Timeline"),
        children=[
            _transport(),
            _curves(),
            html.Div(
                [slider("playhead", POSITIONS), html.Div(id="ticks", className="ticks")],
                className="scrub",
            ),
            _facts(),
        ],
    )


def _transport() -> Component:
    speeds = {str(speed): f"{speed:g}×" for speed in SPEEDS}
    return html.Div(
        className="transport",
        children=[
            html.Button(
                id="play",
                className="btn btn-primary play",
                children=[icon("play-fill"), html.Span("Play")],
            ),
            _step("−1", "epoch-back", "one epoch back"),
            _step("+1", "epoch-on", "one epoch forward"),
            select("speed", speeds, value="1", class_name="speed"),
            icon_button("loop", "arrow-repeat", "loop"),
            html.A(
                "↗",
                id="open-whole",
                href="?",
                className="step-button whole",
                target="_blank",
                title="open Descent Lab in a new tab",
            ),
        ],
    )


def _step(sign: str, name: str, words: str) -> Component:
    return html.Button(
        sign, id=name, className="step-button", title=words, **named(f"{sign}, {words}")
    )


def _curves() -> Component:
    """The loss over the epochs; weight and bias below it where there is height for them."""
    name = ids.CURVES
    title = VIEWS[name].title
    titled = aria(labelledby=f"{name}-title")
    taller = html.Button(
        "weight, bias", id="taller", className="quiet", **aria(pressed="false", controls=name)
    )
    return html.Section(
        id=f"{name}-card",
        className="card-view curves-card",
        **titled,
        children=[
            html.Div(
                className="card-head",
                children=[
                    html.H2(about(name, title), id=f"{name}-title"),
                    html.Span(id=f"{name}-note", className="card-note"),
                    taller,
                    data_button(name, title),
                ],
            ),
            sentence(name),
            html.Div(
                id=name,
                className="plot",
                role="img",
                **titled,
                **aria(describedby=f"{name}-words"),
            ),
        ],
    )


def _facts() -> Component:
    """The readouts; assets/lab/page/facts.mjs sets texts and data attributes."""
    epoch: list[Component | str]
    epoch = [html.Span(id="fact-epoch"), " / ", html.Span(id="epoch-end")]
    return html.Section(
        id="facts",
        className="facts",
        **named("Readouts"),
        children=[
            _fact("epoch", "epoch", html.Span(epoch, id="epoch-shown")),
            _fact("train-loss", "train loss", html.Span(id="fact-train-loss")),
            _fact("accuracy", "accuracy", html.Span(id="fact-accuracy"), hidden=True),
        ],
    )


def _fact(name: str, label: str, value: Component, **more: Any) -> Component:
    return html.Div(
        className="fact",
        **more,
        children=[
            about(name, label, class_name="fact-label", id=f"fact-{name}-label"),
            html.Span(value, className="fact-value"),
        ],
    )

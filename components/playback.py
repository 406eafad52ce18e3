"""The timeline below the views: one playhead for all of them."""

from dash import html
from dash.development.base_component import Component

from components.parts import icon, icon_button, named, select, slider

# The playhead's slider has this many steps, linear in log10(1 + epoch).
POSITIONS = 1000
SPEEDS = (0.25, 0.5, 1, 2, 4)


def timeline() -> Component:
    """Play, step by one epoch, scrub, speed, loop."""
    return html.Section(
        className="timeline",
        **named("Timeline"),
        children=[
            html.Button(
                id="play",
                className="btn btn-primary play",
                children=[icon("play-fill"), html.Span("Play")],
            ),
            _step("−1", "epoch-back", "one epoch back"),
            _step("+1", "epoch-on", "one epoch forward"),
            html.Div(
                [slider("playhead", POSITIONS), html.Div(id="ticks", className="ticks")],
                className="scrub",
            ),
            html.Span(
                className="epoch-shown",
                title="With the full batch, one epoch is one step.",
                children=[html.Span("epoch ", className="word"), html.Span(id="epoch-shown")],
            ),
            select(
                "speed",
                {str(speed): f"{speed:g}×" for speed in SPEEDS},
                value="1",
                class_name="speed",
            ),
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

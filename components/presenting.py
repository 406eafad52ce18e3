"""For a class: the bar on top while presenting, and the card with all keys."""

from dash import html
from dash.development.base_component import Component

from components import ids
from components.parts import data, named

# What each key does; assets/lab/page/keys.mjs binds them.
KEYS = (
    ("Space", "play or pause"),
    ("← →", "one epoch back or forward"),
    ("[ ]", "learning rate down or up"),
    ("1 – 5", "show only this view, or all again; while presenting, up to two views"),
    ("Page Up, Page Down", "previous or next chapter; without a lesson, first or last epoch"),
    ("P", "start or stop presenting"),
    ("C", "curtain: hide the outcome; press again to reveal it and play"),
    ("F", "full screen"),
    ("T", "theme: light, dark, projector"),
    ("?", "this card"),
    ("Esc", "close or leave"),
)


def present_bar() -> Component:
    """Which views fill the screen, and the curtain."""
    views = [
        html.Button(f"{number} {title}", className="mode show-view", **data(view=name))
        for number, (name, title) in enumerate(ids.SHORT_TITLES.items(), 1)
    ]
    curtain = html.Button("Curtain", id="curtain", className="mode", title="hide the outcome (C)")
    return html.Div(className="present-bar", children=[*views, curtain])


def keys_card() -> Component:
    """All keys, and the switch that people need who use speech input (WCAG 2.1.4)."""
    rows = [html.Tr([html.Td(html.Kbd(key)), html.Td(what)]) for key, what in KEYS]
    return html.Dialog(
        id="keys",
        className="keys",
        **named("Keys"),
        children=[
            html.H2("Keys"),
            html.Table(html.Tbody(rows)),
            html.Label(
                [
                    html.Span("Single keys: "),
                    html.Button("on", id="single-keys", className="quiet", role="switch"),
                ]
            ),
            html.Button("Close", id="close-keys", className="btn btn-primary play"),
        ],
    )

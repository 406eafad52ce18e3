"""For a class: the bar on top while presenting, and the card of keys and words."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.views import VIEWS
from components.about import GLOSSARY
from components.parts import data, icon, named, select

# What each key does; assets/lab/page/keys.mjs binds them.
KEYS = (
    ("Space", "play or pause"),
    ("← →", "one epoch back or forward"),
    ("[ ]", "learning rate down or up"),
    (f"1 – {len(VIEWS)}", "show only this view, or all again; while presenting, up to two views"),
    ("Page Up, Page Down", "previous or next chapter; without a lesson, first or last epoch"),
    ("P", "start or stop presenting"),
    ("C", "curtain: hide every outcome; again: play the selected rate and reveal its outcome"),
    ("A", "show all: the curtain goes away"),
    ("H", "show of hands: count who guessed what"),
    ("F", "full screen"),
    ("T", "theme: light, dark, projector"),
    ("?", "this card"),
    ("Esc", "close or leave"),
)


QUESTIONS = {"outcome": "What happens?", "rate": "Which rate?"}
# What a class can guess: the three colours of the strip, each as a cell of it is marked.
ANSWERS = {
    "converging": ("gets down", {"arrived": "true", "verdict": "converging"}),
    "too-slow": ("does not", {"arrived": "false", "verdict": "too slow"}),
    "diverged": ("diverges", {"arrived": "false", "verdict": "diverged"}),
}


def present_bar() -> Component:
    """Which views fill the screen, and the curtain."""
    views = [
        html.Button(f"{number} {view.short}", className="mode show-view", **data(view=name))
        for number, (name, view) in enumerate(VIEWS.items(), 1)
    ]
    curtain = html.Button(
        "Curtain", id="curtain", className="mode", title="for a class to guess (C)"
    )
    raise_it = raise_button("mode")
    hands = html.Button("Hands", id="open-hands", className="mode", title="show of hands (H)")
    return html.Div(className="present-bar", children=[*views, curtain, raise_it, hands])


def raise_button(look: str) -> Component:
    """Takes the curtain away."""
    return html.Button("Show all", className=f"{look} raise-curtain", hidden=True, title="(A)")


def show_of_hands() -> Component:
    """How many of a class guessed which outcome, or which learning rate."""
    return html.Section(
        id="show-of-hands",
        className="hands",
        hidden=True,
        tabIndex=-1,
        **named("Show of hands"),
        children=[
            select("hands-question", QUESTIONS, value="outcome", class_name="hands-question"),
            *(_answer(k, words, shade) for k, (words, shade) in enumerate(ANSWERS.values())),
            html.Span(id="hands-said", className="hands-said", role="status"),
            html.Button("Clear", id="hands-clear", className="quiet"),
        ],
    )


def _answer(number: int, words: str, shade: dict[str, str]) -> Component:
    """An answer with its count, by buttons or typed; the first one is also that of a rate."""
    swatch = html.I(className="cell", **data(**shade))
    label = html.Span([swatch, html.Span(words, className="hand-words")], className="key")
    count = dbc.Input(
        type="text", inputmode="numeric", value="0", maxlength=3, class_name="hand-count"
    )
    count.id = f"hands-{number}"
    minus, plus = (
        html.Button(
            icon(shows), className="step-button hand", title=f"{way}: {words}", **data(by=by)
        )
        for shows, way, by in (("dash-lg", "one hand less", -1), ("plus-lg", "one hand more", 1))
    )
    return html.Span([label, minus, count, plus], className="hand-answer", **data(answer=number))


def _explained(word: str, sentence: str) -> tuple[Component, Component]:
    return html.Dt(word), html.Dd(sentence)


def keys_card() -> Component:
    """All keys, the page's key words, and the switch that people need who use speech input (WCAG
    2.1.4)."""
    rows = [html.Tr([html.Td(html.Kbd(key)), html.Td(what)]) for key, what in KEYS]
    explained = [part for word in GLOSSARY.items() for part in _explained(*word)]
    return html.Dialog(
        id="keys",
        className="keys",
        **named("Keys and words"),
        children=[
            # First, as the browser scrolls to what has the focus.
            html.Label(
                [
                    html.Span("Keyboard shortcuts: "),
                    html.Button("on", id="single-keys", className="quiet", role="switch"),
                ]
            ),
            html.Div([html.H2("Keys"), html.Table(html.Tbody(rows))]),
            html.Div([html.H2("Words"), html.Dl(explained)]),
            html.Button("Close", id="close-keys", className="btn btn-primary play"),
        ],
    )

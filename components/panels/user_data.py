"""A person's own data: pasted, opened from a file, or clicked as points."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.panels.base import Panel, slot, words
from components.parts import data

# Files in assets/examples, from scikit-learn's data sets: name, label, what to look for.
EXAMPLES = (
    (
        "exercise",
        "Exercise",
        "20 men at a gym (Linnerud); one of them jumps far more than the others",
    ),
    ("wine", "Wine", "178 wines from three growers; unless standardised, no learning rate works"),
)


def _example(name: str, label: str, about: str) -> Component:
    """A file that comes with the app: opened here, or saved to look into."""
    return html.Div(
        [
            html.Button(label, className="quiet", **data(example=name)),
            html.Span(about),
            html.A("save", href="", download=f"{name}.csv", **data(save=name)),
        ]
    )


PANEL = Panel(
    "Your own data",
    [
        words(
            "Paste a table, open a CSV file, or click points. Your data are sent to the server "
            "for training. It keeps them **in memory only**, for at most half an hour; no link "
            "contains them."
        ),
        html.Label("Table as text", htmlFor="own-text"),
        dbc.Textarea(
            id="own-text",
            rows=5,
            placeholder="height;shoe\n172,5;41\n168;39\n181,5;43",
            spellCheck=False,
        ),
        html.Div(
            className="own-buttons",
            children=[
                html.Button("Read this text", id="own-read", className="quiet"),
                slot("own-file"),
            ],
        ),
        html.P(id="own-note", className="link-note", role="status"),
        # Where the file could not be read, how to read it can still be changed.
        slot("own-refused"),
        words("**Or click to add points**; click a point to remove it."),
        slot("own-chart"),
        words("**Or try a real data set** (with file):"),
        html.Div(className="own-examples", children=[_example(*one) for one in EXAMPLES]),
        slot("own-table"),
    ],
)

"""The link with its QR code, and everything that can be taken away as a file."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.views import VIEWS
from components.panels.base import Panel, words
from components.parts import data, named

# kind, name, what it is; callbacks/sharing.py makes them
FILES = (
    ("script", "Python script", "plain PyTorch, the same numbers"),
    ("notebook", "Notebook", "the same as .ipynb"),
    ("run", "This run as CSV", "every epoch, all parameters"),
    ("sweep", "The sweep as CSV", "all learning rates"),
    ("data", "Your data as CSV", "save it next to the script or notebook"),
)


def _copied(name: str, field: Component) -> Component:
    """A text that can be selected, and the button that copies it."""
    button = html.Button("Copy", className="quiet", **data(copy=name))
    return html.Div([field, button], className="share-link")


def _text(name: str, label: str, rows: int) -> Component:
    locked: dict[str, Any] = {"readOnly": True, **named(label)}
    return html.Textarea(id=name, rows=rows, spellCheck="false", **locked)


def _file(name: str, what: str, **attributes: Any) -> Component:
    return html.Button([html.B(name), html.Span(what)], **attributes)


PANEL = Panel(
    "Share and take away",
    [
        words("**This link** restores every setting and the epoch."),
        html.Label("The link", htmlFor="link", className="visually-hidden"),
        _copied("link", dbc.Input(id="link", type="text", readonly=True, value="")),
        html.P(id="link-note", className="link-note", role="status"),
        html.Img(id="qr", className="qr", alt="QR code of the link", hidden=True),
        words("**Take away**"),
        html.Div(
            className="files",
            children=[
                _file("This sweep as a page", "one file, works offline", id="save-page"),
                *(_file(name, what, **data(file=kind)) for kind, name, what in FILES),
                _file("The views as pictures", "PNG of what is on screen", id="save-pictures"),
            ],
        ),
        html.Div(
            [
                html.Span("One view: "),
                *(
                    html.Button(view.short, className="quiet", **data(picture=name))
                    for name, view in VIEWS.items()
                ),
            ],
            className="pictures",
        ),
        html.P(id="export-note", className="link-note", role="status"),
        words("**The script** of this run, to copy"),
        _copied("script", _text("script", "the script", 6)),
        words("**A frame** for a course page"),
        _copied("frame", _text("frame", "the frame", 4)),
        html.P(id="frame-note", className="link-note"),
    ],
)

"""Text alternatives for a view: a sentence, and its data as a table."""

from dash import html
from dash.development.base_component import Component

from components.parts import aria, data, icon, named


def sentence(name: str) -> Component:
    """Where the browser describes what a view or panel shows now."""
    return html.P(id=f"{name}-words", className="visually-hidden said")


def data_button(name: str, title: str) -> Component:
    """The button that opens the table of a view or panel."""
    about = data(table=name) | aria(haspopup="dialog") | named(f"Data: {title}")
    return html.Button(icon("table"), className="data-button", title="data as a table", **about)


def table_card() -> Component:
    """The card in which every table opens; assets/lab/page/tables.mjs fills it."""
    titled = aria(labelledby="table-title")
    return html.Dialog(
        id="table",
        className="keys table-card",
        children=[
            html.H2(id="table-title"),
            html.P(id="table-words", className="table-words", **aria(live="polite")),
            html.Div(id="table-rows", className="table-rows", role="region", tabIndex=0, **titled),
            html.P(id="table-note", className="table-note"),
            html.Button("Close", id="close-table", className="btn btn-primary play"),
        ],
        **titled,
    )

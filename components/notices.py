"""What the page says of itself, above the views and without moving them."""

from dash import html
from dash.development.base_component import Component

from components.parts import icon_button


def notices() -> Component:
    """That the server is not there (assets/lab/page/connection.mjs), and any other message."""
    return html.Div(
        className="notices",
        children=[
            html.Div(
                id="connection",
                className="notice",
                role="alert",
                hidden=True,
                children=[
                    html.Span(id="connection-words"),
                    html.Button("Retry", id="retry", className="quiet"),
                    icon_button("close-connection", "x-lg", "close"),
                ],
            ),
            html.Div(
                id="message-box",
                className="notice",
                hidden=True,
                children=[
                    html.Div(id="message", className="message", role="alert", hidden=True),
                    icon_button("close-message", "x-lg", "close"),
                ],
            ),
        ],
    )


def refusal(name: str) -> Component:
    """Where the server's refusal of a control's value stands (assets/lab/page/refusals.mjs)."""
    return html.Div(id=f"{name}-error", className="control-error", role="alert", hidden=True)

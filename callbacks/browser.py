"""What the browser itself does with an answer: the functions are in assets/60-bridge.js."""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output

from components import ids

NAMESPACE = "descentLab"


def register(app: Dash) -> None:
    """Hands both answers to the page's own modules."""
    for answered, seen, function in (
        (ids.TRAIN_ANSWER, ids.TRAIN_SEEN, "receiveSweep"),
        (ids.INSPECT_ANSWER, ids.INSPECT_SEEN, "receiveDetail"),
    ):
        app.clientside_callback(
            ClientsideFunction(NAMESPACE, function), Output(seen, "data"), Input(answered, "data")
        )

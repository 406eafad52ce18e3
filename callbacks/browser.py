"""Client-side callbacks: each answer goes to the page's own modules."""

from dash import Dash, Input

from components import ids


def register(app: Dash) -> None:
    """Passes on what the server puts into these. Dash may do so before the modules have loaded, so
    each callback imports what it calls."""
    for answered, part in (
        *((name, "data") for name in ids.ANSWERS),
        (ids.SIDE_BODY, "children"),
        (ids.LESSON_TASK, "children"),
    ):
        app.clientside_callback(
            "(answer) => void import('#lab/page/start.mjs')"
            f".then(({{ receive }}) => receive('{answered}', answer))",
            Input(answered, part),
            prevent_initial_call=False,
        )

"""Client-side callbacks: which function of the page receives each answer."""

from dash import ClientsideFunction, Dash, Input, Output

from components import ids

NAMESPACE = "descentLab"


def register(app: Dash) -> None:
    """Passes the answers to the page's own modules (assets/)."""
    for answered, part, seen, function in (
        (ids.TRAIN_ANSWER, "data", ids.TRAIN_SEEN, "receiveSweep"),
        (ids.INSPECT_ANSWER, "data", ids.INSPECT_SEEN, "receiveDetail"),
        (ids.MAP_ANSWER, "data", ids.MAP_SEEN, "receiveRow"),
        (ids.SHARE_ANSWER, "data", ids.SHARE_SEEN, "receiveLink"),
        (ids.EXPORT_ANSWER, "data", ids.EXPORT_SEEN, "receiveExport"),
        (ids.OWN_ANSWER, "data", ids.OWN_SEEN, "receiveTable"),
        (ids.CHAPTER_ANSWER, "data", ids.CHAPTER_SEEN, "receiveChapter"),
        (ids.SIDE_BODY, "children", ids.PANEL_SEEN, "seeChange"),
    ):
        app.clientside_callback(
            ClientsideFunction(NAMESPACE, function),
            Output(seen, "data"),
            Input(answered, part),
            prevent_initial_call=False,
        )

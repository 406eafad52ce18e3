"""Up to four pinned runs beside the one on show."""

from dash import html
from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            "Pin up to four runs. Each is drawn in every view, together with the run on show. "
            "They share the start, the data and the batch order, so they differ only in what you "
            "changed."
        ),
        html.Button("Pin the run on show", id="pin", className="btn btn-primary play wide"),
        slot("compare", scrolls="The compared runs"),
        slot("compare-reading"),
    ]


PANEL = Panel("Compare runs", content, has_table=True, is_saved=True)

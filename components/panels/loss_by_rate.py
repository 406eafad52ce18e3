"""The train loss of every run of the sweep, against its learning rate."""

from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            "Every run of this sweep: the train loss **at the playhead** and **at the end** "
            "against the learning rate, on logarithmic axes. The bands are the outcomes. Click to "
            "select a rate."
        ),
        slot("loss-by-rate"),
        slot("loss-by-rate-reading"),
    ]


PANEL = Panel("Loss against learning rate", content, has_table=True, is_saved=True)

"""The network as a diagram."""

from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            "Each line is a weight: thick is large, dashed is negative. Each unit shows the shape "
            "that it adds to the fit. Point at a unit for its numbers."
        ),
        slot("network"),
        slot("network-reading"),
    ]


PANEL = Panel("The network", content, is_saved=True)

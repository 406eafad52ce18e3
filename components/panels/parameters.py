"""How many parameters each layer has, and their values at the current epoch."""

from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        slot("layers"),
        slot("values", scrolls="The parameters"),
        words("**Train loss** every 50 epochs"),
        slot("losses", scrolls="Train loss over the epochs"),
    ]


PANEL = Panel("Parameters", content, is_saved=True)

"""One step from the current point, at three learning rates."""

from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            "One step from the current point, at three learning rates. Each arrow on the descent "
            "path is one of them. Type other rates into the first column."
        ),
        slot("rates", scrolls="One step at three learning rates"),
    ]


PANEL = Panel("What would each learning rate do?", content, is_saved=True)

"""The activation functions with their derivatives."""

from dash import html
from dash.development.base_component import Component

from app.domain.options import ACTIVATIONS, ActivationOption
from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            "The function that a hidden unit applies to its weighted sum $z$ (solid), and its "
            "derivative $f'(z)$ (dashed), by which every gradient is multiplied on its way back."
        ),
        # From the simplest to the one that the menu offers first.
        *(_row(name, option) for name, option in reversed(ACTIVATIONS.items())),
        words(
            "The threshold is flat on both sides of its step: its derivative is 0 everywhere, so "
            "no gradient reaches the hidden weights, and only the output layer learns."
        ),
    ]


def _row(name: str, option: ActivationOption) -> Component:
    return html.Div(
        [html.Div(words(f"**{name}**  {option.rule}  \n{option.output}")), slot(f"curve-{name}")],
        className="activation-row",
    )


PANEL = Panel("Activation functions", content)

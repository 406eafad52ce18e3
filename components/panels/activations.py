"""The activation functions with their derivatives."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.panels.base import Panel, slot, words

# name, formula, range of its values
ROWS = (
    ("threshold", r"$f(z) = 1$ if $z > 0$, else $0$", "0 or 1"),
    ("linear", r"$f(z) = z$", "any number"),
    ("logistic", r"$f(z) = \frac{e^z}{1 + e^z}$", "between 0 and 1"),
    ("relu", r"$f(z) = \max(z, 0)$", "0 or more"),
    ("tanh", r"$f(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}$", "between −1 and 1"),
)


def content() -> list[Component]:
    return [
        words(
            "The function that a hidden unit applies to its weighted sum $z$ (solid), and its "
            "derivative $f'(z)$ (dashed), by which every gradient is multiplied on its way back."
        ),
        *(_row(*row) for row in ROWS),
        words(
            "The threshold is flat on both sides of its step: its derivative is 0 everywhere, so "
            "no gradient reaches the hidden weights, and only the output layer learns."
        ),
    ]


def _row(name: str, formula: str, output: str) -> Component:
    return html.Div(
        [html.Div(words(f"**{name}**  {formula}  \n{output}")), slot(f"curve-{name}")],
        className="activation-row",
    )


PANEL = Panel("Activation functions", content)

"""A prediction as a tensor, with the gradient that autograd computes."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            r"Take one prediction, $y = w x + b$. A tensor created with `requires_grad=True` "
            r"records how $y$ is computed, so it can tell how $y$ changes with $w$ and with $b$: "
            r"$\frac{\partial y}{\partial w} = x$ and $\frac{\partial y}{\partial b} = 1$."
        ),
        html.Label("x", htmlFor="tensor-x"),
        dbc.Input(id="tensor-x", type="number", value=3, step="any", class_name="tensor-x"),
        slot("tensor", maths=True),
    ]


PANEL = Panel("A tensor and its gradient", content)

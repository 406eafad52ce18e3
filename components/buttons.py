"""Small pieces that several parts of the page are made of."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.naming import tip


def icon_button(name: str, icon: str, words: str) -> Component:
    """A small square button that shows an icon of bootstrap-icons."""
    return html.Button(
        html.Span(className=f"icon icon-{icon}"), id=name, className="step-button", **tip(words)
    )


def slider(name: str, high: float, value: float = 0, low: float = 0, step: float = 1) -> Component:
    """A range input."""
    return dbc.Input(
        id=name, type="range", min=low, max=high, step=step, value=value, class_name="slider"
    )

"""Small pieces that several parts of the page are made of."""

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component


def aria(**values: str) -> dict[str, Any]:
    """Attributes for assistive technology: `aria(live="polite")` is `aria-live="polite"`."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: Any) -> dict[str, Any]:
    """Attributes for the page's scripts: `data(stands_for="x")` is `data-stands-for="x"`."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}


def named(words: str) -> dict[str, Any]:
    """The name of an icon, sign or landmark. Begin it with the text that the element shows, so that
    people who use speech input can say what they see."""
    return aria(label=words)


def icon(name: str) -> Component:
    """An icon of bootstrap-icons."""
    return html.Span(className=f"icon icon-{name}")


def icon_button(name: str, shows: str, words: str, kind: str = "step-button") -> Component:
    """A small square button that shows an icon; its name is also its tooltip."""
    return html.Button(icon(shows), id=name, className=kind, title=words, **named(words))


def slider(name: str, high: float, value: float = 0, low: float = 0, step: float = 1) -> Component:
    """A range input."""
    return dbc.Input(
        id=name, type="range", min=low, max=high, step=step, value=value, class_name="slider"
    )


def select(name: str, options: Mapping[str, str], **more: str) -> Component:
    """A menu of value -> label."""
    entries = [{"label": label, "value": value} for value, label in options.items()]
    return dbc.Select(id=name, options=entries, **more)

"""One setting as a menu or as a slider with its exact number."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.fields import FIELDS, NAMES, NUMBERS, TEXTS, USED_BY, plain, users_of
from components.controls.start_point import start_field
from components.notices import refusal
from components.parts import data, select, slider

# The step of a slider, if it is not 1. Any number in range can be typed.
STEPS = {"epochs": 10, "momentum": 0.01, "noise": 0.05, "validation_fraction": 0.05}
# Sliders whose stops are not evenly spaced.
STOPS = {
    "warmup_epochs": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
    "batch_size": (0, 1, 2, 4, 8, 16, 32, 64, 128, 256),
    "weight_decay": (0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1),
    "initial_scale": (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
}


def field(name: str) -> Component:
    """The control of the setting `name`, at its default."""
    if name in TEXTS:
        return _control(name, *start_field())
    return _select(name) if name in NAMES else _slider(name)


def _control(field: str, *children: Component) -> Component:
    """A control with what the browser needs: its field, its default, and which other setting
    decides whether it applies. Below it is the place for the server's error."""
    name = field.replace("_", "-")
    about = data(field=field, default=str(FIELDS[field].default))
    if field in USED_BY:
        about |= data(decides=USED_BY[field][0], users=" ".join(users_of(field)))
    if field in STOPS:
        about |= data(stops=" ".join(plain(stop) for stop in STOPS[field]))
    return html.Div(
        className="control",
        id=f"{name}-control",
        children=[
            *children,
            refusal(name),
        ],
        **about,
    )


def _select(field: str) -> Component:
    choice, name = NAMES[field], field.replace("_", "-")
    return _control(
        field,
        html.Label(choice.label, htmlFor=name, title=choice.help),
        select(name, _short(choice.options), value=choice.default),
    )


def _short(options: Mapping[str, str]) -> dict[str, str]:
    """Labels that the rail has room for; the headline has the rest of them: Line, 10 points."""
    return {value: label.split(",")[0] for value, label in options.items()}


def _slider(field: str) -> Component:
    """A slider with its exact number beside it. The server checks what is typed there."""
    choice, name = NUMBERS[field], field.replace("_", "-")
    stops = STOPS.get(field)
    value = stops.index(choice.default) if stops else choice.default
    return _control(
        field,
        html.Div(
            className="control-head",
            children=[
                html.Label(choice.label, htmlFor=name, title=choice.help),
                html.Span(id=f"{name}-note", className="control-note"),
                dbc.Input(
                    id=f"{name}-value",
                    type="text",
                    inputmode="numeric" if choice.whole else "decimal",
                    value=plain(choice.default),
                    class_name="control-value",
                    maxlength=20,
                ),
            ],
        ),
        slider(
            name,
            high=len(stops) - 1 if stops else choice.high,
            value=value,
            low=0 if stops else choice.low,
            step=STEPS.get(field, 1),
        ),
    )

"""The choices: the learning rate on top, everything that trains again in the rail."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.choices import (
    NAMES,
    NUMBERS,
    SLIDER_LEARNING_RATES,
    USED_BY,
    NameChoice,
    NumberChoice,
    plain,
)
from app.settings import Settings
from components import ids
from components.naming import named, tip

DEFAULTS = Settings()
# How far one stop of a slider goes where that is not 1; any number in range can be typed.
STEPS = {"epochs": 10, "momentum": 0.01, "noise": 0.05, "validation_fraction": 0.05}
# Sliders whose stops are not evenly spaced.
STOPS = {
    "warmup_epochs": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
    "batch_size": (0, 1, 2, 4, 8, 16, 32, 64, 128, 256),
    "weight_decay": (0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1),
    "initial_scale": (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
}
# In the order in which one thinks of them: how it steps, how it starts, on what.
MORE = (
    *("optimizer", "momentum", "schedule", "warmup_epochs", "batch_size", "weight_decay"),
    *("initialization", "initial_scale", "hidden_layers", "noise", "validation_fraction"),
)


def learning_rate_bar() -> Component:
    """Typed value, slider and, under it, one cell for each of the slider's rates."""
    choice = NUMBERS["learning_rate"]
    stop = SLIDER_LEARNING_RATES.index(DEFAULTS.learning_rate)
    return html.Section(
        className="rate",
        **named("Learning rate"),
        children=[
            html.Div(
                className="rate-head",
                children=[
                    html.Label(choice.label, htmlFor=ids.LEARNING_RATE, className="rate-label"),
                    html.Button(
                        html.Span(className="icon icon-dash-lg"),
                        id="slower",
                        className="step-button",
                        **tip("one step slower"),
                    ),
                    dbc.Input(
                        id=ids.LEARNING_RATE_VALUE,
                        type="text",
                        inputmode="decimal",
                        value=plain(DEFAULTS.learning_rate),
                        class_name="rate-value",
                        maxlength=20,
                    ),
                    html.Button(
                        html.Span(className="icon icon-plus-lg"),
                        id="faster",
                        className="step-button",
                        **tip("one step faster"),
                    ),
                    html.Span(id="nudge", className="nudge"),
                ],
            ),
            html.Div(
                className="rate-scale",
                children=[
                    dbc.Input(
                        id=ids.LEARNING_RATE,
                        type="range",
                        min=0,
                        max=len(SLIDER_LEARNING_RATES) - 1,
                        step=1,
                        value=stop,
                        class_name="slider",
                    ),
                    # Its cells are narrower than a finger: the slider above is the same control.
                    html.Div(
                        id=ids.STRIP,
                        className="strip",
                        children=[html.I(className="cell") for _ in SLIDER_LEARNING_RATES],
                    ),
                    html.Div(id="strip-names", className="strip-names"),
                    _edge(),
                ],
            ),
        ],
    )


def _edge() -> Component:
    """The mark of 2/sharpness, with a longer and a shorter label for where there is room."""
    labels = [
        html.Span(id="edge-long", className="long"),
        html.Span(id="edge-short", className="short"),
    ]
    return html.Div(id="edge", className="edge", children=html.Span(labels))


def rail() -> Component:
    """Data set, hidden units, seed and epochs, and all others under More: each trains again while
    it is dragged."""
    return html.Aside(
        id="rail",
        className="rail",
        **named("Choices"),
        children=[
            _select("dataset"),
            _slider("hidden_units"),
            _select("activation"),
            _slider("seed"),
            _slider("epochs"),
            html.Details(
                id=ids.MORE,
                className="more",
                children=[
                    html.Summary(
                        [html.Span("More"), html.Span(id="more-count", className="control-note")]
                    ),
                    *(_select(name) if name in NAMES else _slider(name) for name in MORE),
                ],
            ),
            html.Hr(),
            html.Button("Standardise these data", id="standardize", className="quiet", hidden=True),
            html.Div(id="explanation", className="explanation"),
            html.Div(
                [_stand_in("present", "Present"), _stand_in("show-keys", "All keys")],
                className="rail-more",
            ),
        ],
    )


def _stand_in(name: str, words: str) -> Component:
    """In place of a button of the header that a narrow page has no room for."""
    return html.Button(words, className="quiet", **{"data-stands-for": name})  # type: ignore[arg-type]


def _control(field: str, *children: Component) -> Component:
    """A control as the browser finds it: its field, its default, and which other setting decides
    whether it counts; below it the place for what the server says of its value."""
    choice: NameChoice | NumberChoice = NAMES[field] if field in NAMES else NUMBERS[field]
    name = field.replace("_", "-")
    about = {"data-field": field, "data-default": str(choice.default)}
    if field in USED_BY:
        decides, users = USED_BY[field]
        about |= {"data-decides": decides, "data-users": " ".join(users)}
    if field in STOPS:
        about["data-stops"] = " ".join(plain(stop) for stop in STOPS[field])
    return html.Div(
        className="control",
        id=f"{name}-control",
        children=[
            *children,
            html.Div(id=f"{name}-error", className="control-error", role="alert", hidden=True),
        ],
        **about,  # type: ignore[arg-type]
    )


def _select(field: str) -> Component:
    choice, name = NAMES[field], field.replace("_", "-")
    options = [{"label": label, "value": value} for value, label in choice.options.items()]
    return _control(
        field,
        html.Label(choice.label, htmlFor=name, title=choice.help),
        dbc.Select(id=name, options=options, value=choice.default),
    )


def _slider(field: str) -> Component:
    """A slider with its exact number beside it; the server checks whatever is typed there."""
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
        dbc.Input(
            id=name,
            type="range",
            min=0 if stops else choice.low,
            max=len(stops) - 1 if stops else choice.high,
            step=STEPS.get(field, 1),
            value=value,
            class_name="slider",
        ),
    )

"""The settings beside the page: every control that starts a new training."""

from dash import html
from dash.development.base_component import Component

from components.controls.fields import field
from components.parts import data, named

FIRST = ("dataset", "hidden_units", "activation", "seed", "epochs")
# How it steps, how it starts, on what.
MORE = (
    *("optimizer", "momentum", "schedule", "warmup_epochs", "batch_size", "weight_decay"),
    *("initialization", "initial_scale", "hidden_layers", "noise", "validation_fraction"),
)


def rail() -> Component:
    """The settings that matter first, and all others under More. Each trains again while it is
    dragged."""
    return html.Aside(
        id="rail",
        className="rail",
        **named("Choices"),
        children=[
            *(field(name) for name in FIRST),
            html.Details(
                id="more",
                className="more",
                children=[
                    html.Summary(
                        [html.Span("More"), html.Span(id="more-count", className="control-note")]
                    ),
                    *(field(name) for name in MORE),
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
    """Replaces a button of the header, for which a narrow page has no room."""
    return html.Button(words, className="quiet", **data(stands_for=name))

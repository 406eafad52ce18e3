"""The settings beside the page: every control that starts a new training."""

from dash import html
from dash.development.base_component import Component

from components.controls.fields import field
from components.parts import data, icon_button, named

FIRST = ("dataset", "hidden_units", "seed")
# What it makes small and from what, how long, with which units, how it steps and starts, on what.
MORE = (
    *("loss", "features", "epochs", "activation", "hidden_layers"),
    *("optimizer", "momentum", "schedule", "warmup_epochs", "batch_size", "weight_decay"),
    *("initialization", "initial_scale", "start", "noise", "validation_fraction"),
)


def rail() -> Component:
    """The settings that matter first, and all others under Settings. Each trains again while it is
    dragged."""
    return html.Aside(
        id="rail",
        className="rail",
        **named("Choices"),
        children=[
            icon_button("close-rail", "x-lg", "close"),
            *(field(name) for name in FIRST),
            html.Details(
                id="more",
                className="more",
                children=[
                    html.Summary(
                        ["Settings", html.Span(id="more-count", className="control-note")]
                    ),
                    *(field(name) for name in MORE),
                ],
            ),
            html.Button("Standardise these data", id="standardize", className="quiet", hidden=True),
            html.Button(
                "Reset",
                id="reset",
                className="quiet",
                title="back to the opening: ten points, one line, learning rate 0.01",
            ),
            html.Div(
                [_stand_in("present", "Present"), _stand_in("show-keys", "Keys and words")],
                className="rail-more",
            ),
        ],
    )


def _stand_in(name: str, words: str) -> Component:
    """Replaces a button of the header, for which a narrow page has no room."""
    return html.Button(words, className="quiet", **data(stands_for=name))

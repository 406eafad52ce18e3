"""A map of learning rates against a second setting: one row is one sweep."""

from dash import html

from app.domain.fields import NUMBERS
from components.panels.base import Panel, menu, reading, slot, words

# The second settings: from where to where the rows go, and whether by equal factors. A batch is at
# most all the examples.
AXES: dict[str, tuple[float, float | None, bool]] = {
    "seed": (NUMBERS["seed"].low, NUMBERS["seed"].high, False),
    "hidden_units": (1, NUMBERS["hidden_units"].high, False),
    "momentum": (NUMBERS["momentum"].low, NUMBERS["momentum"].high, False),
    "batch_size": (1, None, True),
    "noise": (NUMBERS["noise"].low, NUMBERS["noise"].high, False),
    "initial_scale": (0.1, NUMBERS["initial_scale"].high, True),
    "weight_decay": (1e-4, NUMBERS["weight_decay"].high, True),
    "epochs": (NUMBERS["epochs"].low, NUMBERS["epochs"].high, True),
    "hidden_layers": (NUMBERS["hidden_layers"].low, NUMBERS["hidden_layers"].high, False),
}
COLORS = {"last_loss": "final loss", "accuracy": "accuracy", "diverged_at": "divergence"}
ROWS = ("8", "16", "32", "41", "64")

PANEL = Panel(
    "Map of learning rates",
    [
        words(
            "Learning rate against a second setting. Each row is one sweep, with all other "
            "settings as they are now; a ring marks its best rate. Click a cell to open its run."
        ),
        html.Div(
            className="map-controls",
            children=[
                menu("map-field", "Second setting", {f: NUMBERS[f].label for f in AXES}, "seed"),
                menu("map-rows", "Rows", {rows: rows for rows in ROWS}, "16"),
                menu("map-color", "Colour", COLORS, "last_loss"),
                html.Button("Start", id="map-start", className="btn btn-primary play wide"),
                html.Button("Start again", id="map-again", className="quiet", hidden=True),
            ],
        ),
        html.Progress(id="map-progress", value="0", max="1"),
        slot("map"),
        reading("map"),
    ],
    has_table=True,
)

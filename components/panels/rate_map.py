"""A map of learning rates against a second setting: one row is one sweep."""

from dash import html

from app.domain.fields import NUMBERS
from components.panels.base import Panel, menu, slot, words

FIELDS = ("seed", "hidden_units", "momentum", "batch_size", "noise", "initial_scale")
COLORS = {"last_loss": "loss at the end", "diverged_at": "epoch of divergence"}
ROWS = ("8", "16", "32", "41", "64")

PANEL = Panel(
    "Map of learning rates",
    [
        words(
            "Learning rate against a second setting. Each row is one sweep, with all other "
            "settings as on show. Click a cell to open its run."
        ),
        html.Div(
            className="map-controls",
            children=[
                menu("map-field", "Second setting", {f: NUMBERS[f].label for f in FIELDS}, "seed"),
                menu("map-rows", "Rows", {rows: rows for rows in ROWS}, "16"),
                menu("map-color", "Colour", COLORS, "last_loss"),
                html.Button("Start", id="map-start", className="btn btn-primary play wide"),
                html.Button("Start again", id="map-again", className="quiet", hidden=True),
            ],
        ),
        html.Progress(id="map-progress", value="0", max="1"),
        slot("map"),
        slot("map-reading"),
    ],
    has_table=True,
)

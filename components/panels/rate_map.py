"""A map of learning rates against a second setting: one row is one sweep."""

from dash import html

from app.domain.fields import NUMBERS
from components.panels.base import Panel, menu, slot, words

FIELDS = ("seed", "hidden_units", "momentum", "batch_size", "noise", "initial_scale")
COLORS = [("loss at the end", "last_loss"), ("epoch of divergence", "diverged_at")]
ROWS = (8, 16, 32, 41, 64)

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
                menu("map-field", "Second setting", [(NUMBERS[f].label, f) for f in FIELDS]),
                menu("map-rows", "Rows", [(str(rows), str(rows)) for rows in ROWS], 1),
                menu("map-color", "Colour", COLORS),
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

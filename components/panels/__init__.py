"""The side panels, one file each. Here are words, formulas and empty slots; assets/45-panels.js
fills the slots with the current epoch's numbers."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from components.panels import (
    activations,
    compare,
    loss_by_rate,
    network,
    one_step,
    parameters,
    rate_axis,
    rate_map,
    rate_table,
    share,
    sharpness,
    tensor,
    user_data,
)
from components.panels.base import Panel
from components.tables import data_button, sentence

# By the name that links and lessons use, in the order of the menu.
PANELS: dict[str, Panel] = {
    "rate-axis": rate_axis.PANEL,
    "loss-by-rate": loss_by_rate.PANEL,
    "sharpness": sharpness.PANEL,
    "compare": compare.PANEL,
    "map": rate_map.PANEL,
    "own-data": user_data.PANEL,
    "share": share.PANEL,
    "one-step": one_step.PANEL,
    "rate-table": rate_table.PANEL,
    "network": network.PANEL,
    "activations": activations.PANEL,
    "parameters": parameters.PANEL,
    "tensor": tensor.PANEL,
}


def panel_section(name: str) -> Component:
    """A panel with its title. Raises KeyError for an unknown name."""
    panel, title = PANELS[name], f"{name}-title"
    about: dict[str, Any] = {"data-panel": name, "aria-labelledby": title}
    table = [data_button(name, panel.title), sentence(name)] if panel.has_table else []
    parts = [html.H2(panel.title, id=title), *table, *panel.content()]
    return html.Section(parts, className="panel", **about)

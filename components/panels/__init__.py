"""The side panels: texts, formulas and empty slots, which assets/lab/panels fills with the
current epoch's numbers."""

from dash import html
from dash.development.base_component import Component

from components.panels import model, rate_map, rates, share, user_data
from components.panels.base import Panel
from components.parts import aria, data
from components.tables import data_button, sentence

# By the name that links and lessons use, in the order of the menu.
PANELS: dict[str, Panel] = {
    "rate-axis": rates.RATE_AXIS,
    "loss-by-rate": rates.LOSS_BY_RATE,
    "sharpness": rates.SHARPNESS,
    "compare": rates.COMPARE,
    "map": rate_map.PANEL,
    "own-data": user_data.PANEL,
    "share": share.PANEL,
    "one-step": model.ONE_STEP,
    "rate-table": rates.RATE_TABLE,
    "network": model.NETWORK,
    "activations": model.ACTIVATION_FUNCTIONS,
    "parameters": model.PARAMETERS,
    "tensor": model.TENSOR,
}


def panel_section(name: str) -> Component:
    """A panel with its title. Raises KeyError for an unknown name."""
    panel, title = PANELS[name], f"{name}-title"
    table = [data_button(name, panel.title), sentence(name)] if panel.has_table else []
    parts = [html.H2(panel.title, id=title), *table, *panel.content]
    return html.Section(parts, className="panel", **data(panel=name), **aria(labelledby=title))

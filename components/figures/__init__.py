"""The static layers of the views: finished arrays in, a Plotly figure out.

The browser draws what moves (path, point, sections, tangents, fit, cursors) on a canvas above each
figure, and the curves on a canvas alone. A trace whose `meta` is a key of `theme.PALETTE` takes its
colour from the theme. A trace whose `meta` is "rest" is invisible: it is updated when nothing
moves, for export.
"""

from typing import Any

from app.domain.results import Dataset, Fit, LossSurface, Sweep
from components import ids
from components.figures.contour import contour_figure
from components.figures.fit import fit_figure
from components.figures.sections import sections_figure
from components.figures.surface import surface_figure


def view_figures(sweep: Sweep, surface: LossSurface, dataset: Dataset, fit: Fit) -> dict[str, Any]:
    """Each view's figure as Plotly's JSON with arrays, by element id."""
    user_data = sweep.settings.user_data
    names = (user_data.predictors[0], user_data.target) if user_data else ("x", "y")
    views = {
        ids.LOSS_SURFACE: surface_figure(surface),
        ids.DESCENT_PATH: contour_figure(surface),
        ids.CROSS_SECTIONS: sections_figure(surface),
        ids.FIT: fit_figure(dataset, fit.predictions[0, 0], names),
    }
    # The contour has the surface's colours as heights: the browser copies them.
    views[ids.DESCENT_PATH]["data"][0]["z"] = None
    return views

"""The static layers of the views: finished arrays in, a Plotly figure out.

The browser draws what moves (path, point, sections, tangents, fit, cursors) on a canvas above each
figure, and the curves on a canvas alone. A trace whose `meta` is a key of `theme.PALETTE` takes its
colour from the theme.
"""

from typing import Any

from app.domain.results import Dataset, Fit, LossSurface, Sweep
from app.domain.settings import Settings
from components import ids
from components.figures.base import Figure, loss_title
from components.figures.classes import plane_figure, strips_figure
from components.figures.contour import contour_figure
from components.figures.fit import fit_figure
from components.figures.sections import sections_figure
from components.figures.surface import surface_figure


def view_figures(
    sweep: Sweep, surface: LossSurface, dataset: Dataset, fit: Fit | None
) -> dict[str, Any]:
    """Each view's figure as Plotly's JSON with arrays, by element id."""
    loss = loss_title(sweep.settings.loss_option)
    # In 3D there is little room; the sections' title is shortened in the browser where it has none.
    short = loss_title(sweep.settings.loss_option, is_short=True)
    views = {
        ids.LOSS_SURFACE: surface_figure(surface, short),
        ids.DESCENT_PATH: contour_figure(surface, loss, has_star=not sweep.no_lowest_point),
        ids.CROSS_SECTIONS: sections_figure(surface, loss),
        ids.FIT: _fit_figure(sweep.settings, dataset, fit),
    }
    # The contour has the surface's colours as heights: the browser copies them.
    views[ids.DESCENT_PATH]["data"][0]["z"] = None
    return views


def _fit_figure(settings: Settings, dataset: Dataset, fit: Fit | None) -> Figure:
    """The plane of two predictors, one predictor's curve, or the examples of several."""
    names, user_data = settings.data.predictors, settings.user_data
    if fit is None and len(names) == 2:
        return plane_figure(dataset, names, bool(settings.classes))
    if fit is None:
        return strips_figure(settings.classes or ("0", "1"))
    titles = (user_data.predictors[0], user_data.target) if user_data else ("x", "y")
    if settings.classes:
        titles = (titles[0] if user_data else names[0], f"probability of {settings.classes[1]}")
    are_numbers = settings.loss == "squared_error"
    return fit_figure(dataset, fit.predictions[0, 0], titles, are_numbers)

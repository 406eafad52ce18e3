"""The contours below the descent path: the loss surface seen from above."""

from app.domain.results import LossSurface
from components import theme
from components.figures.base import (
    Figure,
    Trace,
    axis,
    base_layout,
    decade_ticks,
    figure,
    log_loss,
)

LEVELS = 20


def contour_figure(surface: LossSurface, loss: str, has_star: bool = True) -> Figure:
    """Contours at log-spaced losses, which show the bowl as well as its floor; the loss is called
    `loss`."""
    box, (first, second) = surface.box, surface.plane.names
    logs = log_loss(surface)
    low, high = float(logs.min()), float(logs.max())
    traces = [
        dict(
            type="contour",
            x=surface.first.astype("float32"),
            y=surface.second.astype("float32"),
            z=logs,
            colorscale=theme.COLORSCALE,
            zmin=low,
            zmax=high,
            contours=dict(start=low, end=high, size=(high - low) / LEVELS),
            line=dict(width=0.6, color="rgba(255,255,255,0.55)"),
            colorbar=dict(
                thickness=10,
                outlinewidth=0,
                xpad=6,
                title=dict(text=loss, side="right"),
                **decade_ticks(low, high),
            ),
        ),
        *([_optimum(surface)] if has_star else []),
    ]
    layout = base_layout(right=6) | dict(
        xaxis=axis(first, box.first), yaxis=axis(second, box.second)
    )
    return figure(traces, layout)


def _optimum(surface: LossSurface) -> Trace:
    """A filled star at a known optimum; a hollow one at the best point found so far. The browser
    names it where there is room."""
    exact = surface.optimum_is_exact
    name = surface.optimum_name
    first, second = (float(value) for value in surface.optimum)
    return dict(
        type="scatter",
        x=[first],
        y=[second],
        name=name,
        meta="optimum",
        mode="markers",
        marker=dict(
            symbol="star" if exact else "star-open",
            size=15,
            color=theme.color("optimum"),
            line=dict(width=1.5 if exact else 2.5, color="#ffffff" if exact else None),
        ),
    )

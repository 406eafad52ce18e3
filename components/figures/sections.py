"""The axes of the cross sections. The browser draws the curves, which follow the current point."""

from app.domain.results import LossSurface
from components.figures.base import Figure, axis, base_layout, empty_trace, figure, in_two_lines


def sections_figure(surface: LossSurface, loss: str) -> Figure:
    """Loss along each direction of the plane, on one scale; the axis is called `loss`."""
    box, (first, second) = surface.box, surface.plane.names
    # Large losses have long tick labels.
    height = axis(loss, (0, box.height), automargin="left")
    traces = [empty_trace(), empty_trace(xaxis="x2", yaxis="y2")]
    # Side by side, long names would overlap.
    first, second = in_two_lines(first), in_two_lines(second)
    bottom = 56 if "\n" in first + second else 42
    layout = base_layout(left=46, bottom=bottom) | dict(
        xaxis=axis(first, box.first, domain=[0, 0.48], nticks=5),
        yaxis=height,
        xaxis2=axis(second, box.second, domain=[0.52, 1], nticks=5, anchor="y2"),
        yaxis2=height | dict(title=None, anchor="x2", showticklabels=False, ticks="", matches="y"),
    )
    return figure(traces, layout)

"""The loss surface in 3D."""

from typing import Any

import numpy as np

from app.domain.results import LossSurface
from components import theme
from components.figures.base import Figure, as_written, base_layout, figure, in_two_lines, log_loss

# In heights of the box. WebGL would draw much higher values over everything else.
CUT_AT = 1.5
CAMERA = dict(eye=dict(x=0.84, y=-1.84, z=1.14), center=dict(x=0, y=0, z=-0.33))


def surface_figure(surface: LossSurface, loss: str) -> Figure:
    """The surface, coloured by log loss, which is called `loss`. Users can rotate its initial
    view."""
    box, (first, second) = surface.box, surface.plane.names
    height = np.minimum(surface.loss, CUT_AT * box.height).astype("float32")
    logs = log_loss(surface)
    lines = dict(show=True, start=0, end=box.height, size=box.height / 8, color="#9c9884", width=1)
    traces = [
        dict(
            type="surface",
            x=surface.first.astype("float32"),
            y=surface.second.astype("float32"),
            z=height,
            surfacecolor=logs,
            colorscale=theme.COLORSCALE,
            cmin=float(logs.min()),
            cmax=float(logs.max()),
            showscale=False,
            lighting=dict(ambient=0.85, diffuse=0.3, specular=0.04, roughness=0.9),
            contours=dict(z=lines),
        ),
    ]
    layout = base_layout(left=0, right=0, top=0, bottom=0) | dict(
        dragmode="turntable",
        scene=dict(
            xaxis=_scene_axis(first, box.first),
            yaxis=_scene_axis(second, box.second),
            zaxis=_scene_axis(loss, (0, box.height)),
            hovermode=False,
            aspectmode="manual",
            aspectratio=dict(x=1.45, y=1.15, z=0.62),
            camera=CAMERA,
        ),
    )
    return figure(traces, layout)


def _scene_axis(title: str, limits: tuple[float, float]) -> dict[str, Any]:
    return dict(
        title=dict(text=as_written(in_two_lines(title))),
        range=list(limits),
        nticks=5,
        showbackground=False,
        gridcolor=theme.color("grid"),
        linecolor=theme.color("line"),
        zeroline=False,
        showspikes=False,
        tickfont=dict(size=theme.FONT_SIZE),
    )

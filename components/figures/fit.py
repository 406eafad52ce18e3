"""The data and, where there is one, the least-squares line; the current fit moves on a canvas."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from app.results import Dataset
from components import theme
from components.figures.base import axis, base_layout, rest_trace

ROOM = 0.12


def fit_figure(dataset: Dataset, is_linear: bool) -> go.Figure:
    """One predictor against the target."""
    inputs, targets = dataset.inputs[:, 0], dataset.targets
    ends = _with_room(inputs)
    weight, bias = dataset.least_squares
    traces = [
        go.Scatter(
            x=list(ends),
            y=[weight * end + bias for end in ends],
            name="least squares",
            meta="optimum",
            mode="lines",
            line=dict(color=theme.color("optimum"), width=2, dash="dot"),
            hovertemplate=f"least squares: {weight:.4f} x + {bias:.4f}<extra></extra>",
        ),
        go.Scatter(
            x=inputs,
            y=targets,
            name="data",
            meta="data",
            mode="markers",
            marker=dict(color=theme.color("data"), size=8 if len(inputs) < 50 else 6),
            hovertemplate="x %{x:.4f}<br>y %{y:.4f}<extra></extra>",
        ),
        rest_trace("fit"),
    ]
    layout = base_layout(left=44) | dict(
        xaxis=axis("x", ends), yaxis=axis("y", _with_room(targets, 2 if is_linear else 1))
    )
    return go.Figure(traces, layout)


def _with_room(values: np.ndarray, times: float = 1) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = ROOM * times * (high - low)
    return low - room, high + room

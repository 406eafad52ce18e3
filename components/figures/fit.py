"""The data and the least-squares fit. The browser draws the current fit on a canvas."""

import numpy as np
import plotly.graph_objects as go
from numpy import ndarray

from app.domain.results import Dataset
from components import theme
from components.figures.base import axis, base_layout, rest_trace

ROOM = 0.12
# How far beyond the targets the start's predictions extend the range, in spans of the targets.
FURTHEST = 1.0


def fit_figure(dataset: Dataset, start: ndarray, names: tuple[str, str] = ("x", "y")) -> go.Figure:
    """One predictor against the target; with several, predicted against observed. All in the units
    of the original data.

    start  the untrained model's predictions (sample,), so that the first fit is in range
    names  of the predictor and the target
    """
    if dataset.inputs.shape[1] > 1:
        return _observed_figure(dataset)
    scaling = dataset.scaling
    inputs, targets = scaling.inputs(dataset.inputs)[:, 0], scaling.targets(dataset.targets)
    ends = _with_room(np.append(inputs, scaling.inputs(dataset.validation_inputs)[:, 0]))
    every = np.append(targets, scaling.targets(dataset.validation_targets))
    weight, bias = _line_in_units(dataset)
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
        _examples(inputs, targets, "data", "circle"),
        *_held_back(dataset),
        rest_trace("fit"),
    ]
    layout = base_layout(left=44) | dict(
        xaxis=axis(names[0], ends),
        yaxis=axis(
            names[1], _with_room(np.concatenate([every, _near(scaling.targets(start), targets)]))
        ),
    )
    return go.Figure(traces, layout)


def _line_in_units(dataset: Dataset) -> tuple[float, float]:
    """The least-squares line's weight and bias in the units of the original data."""
    scaling, (weight, bias) = dataset.scaling, dataset.least_squares
    own_weight = weight * scaling.target_scale / scaling.input_scales[0]
    at_zero = scaling.target_mean + scaling.target_scale * bias
    return own_weight, at_zero - own_weight * scaling.input_means[0]


def _held_back(dataset: Dataset) -> list[go.Scatter]:
    """The validation examples, as rings."""
    if not len(dataset.validation_targets):
        return []
    scaling = dataset.scaling
    inputs = scaling.inputs(dataset.validation_inputs)[:, 0]
    targets = scaling.targets(dataset.validation_targets)
    return [_examples(inputs, targets, "validation", "circle-open")]


def _examples(inputs: ndarray, targets: ndarray, name: str, symbol: str) -> go.Scatter:
    size = 8 if len(inputs) < 50 else 6
    return go.Scatter(
        x=inputs,
        y=targets,
        name=name,
        meta="data",
        mode="markers",
        marker=dict(color=theme.color("data"), size=size, symbol=symbol, line=dict(width=1.5)),
        hovertemplate=f"{name}<br>x %{{x:.4f}}<br>y %{{y:.4f}}<extra></extra>",
    )


def _observed_figure(dataset: Dataset) -> go.Figure:
    """Predicted against observed: a perfect model puts every example on the diagonal."""
    ends = _with_room(dataset.scaling.targets(dataset.targets))
    diagonal = go.Scatter(
        x=list(ends),
        y=list(ends),
        name="predicted = observed",
        meta="optimum",
        mode="lines",
        line=dict(color=theme.color("optimum"), width=2, dash="dot"),
        hovertemplate="predicted = observed<extra></extra>",
    )
    layout = base_layout(left=48) | dict(
        xaxis=axis("observed", ends), yaxis=axis("predicted", ends)
    )
    return go.Figure([diagonal, rest_trace("fit")], layout)


def _near(start: ndarray, targets: ndarray) -> ndarray:
    """The start's predictions, clipped so that they do not dwarf the data."""
    span = targets.max() - targets.min()
    return np.clip(start, targets.min() - FURTHEST * span, targets.max() + FURTHEST * span)


def _with_room(values: ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = ROOM * (high - low or 1)
    return low - room, high + room

"""The data and the least-squares fit. The browser draws the current fit on a canvas."""

import numpy as np
from numpy import ndarray

from app.domain.fields import shortened
from app.domain.results import Dataset
from components import theme
from components.figures.base import Figure, Trace, axis, base_layout, dotted, empty_trace, figure

ROOM = 0.12
# Of an axis's title, in characters.
TITLE_ROOM = 32
# How far beyond the targets the start's predictions extend the range, in spans of the targets.
FURTHEST = 1.0


def fit_figure(
    dataset: Dataset,
    start: ndarray,
    names: tuple[str, str] = ("x", "y"),
    are_numbers: bool = True,
) -> Figure:
    """One predictor against the target; with several, predicted against observed. All in the units
    of the original data.

    start  the untrained model's predictions (sample,), so that the first fit is in range; with
           several predictors, of the examples that are drawn
    names  of the predictor and the target
    are_numbers  whether numbers are predicted; of a probability the browser draws the examples too,
                 by class
    """
    if dataset.inputs.shape[1] > 1:
        return _observed_figure(dataset, len(start))
    scaling = dataset.scaling
    inputs, targets = scaling.inputs(dataset.inputs)[:, 0], scaling.targets(dataset.targets)
    held_inputs = scaling.inputs(dataset.validation_inputs)[:, 0]
    held_targets = scaling.targets(dataset.validation_targets)
    ends = with_room(np.append(inputs, held_inputs))
    known = [
        _least_squares(dataset, ends),
        _examples(inputs, targets, "data", "circle"),
    ]
    if held_targets.size:
        known.append(_examples(held_inputs, held_targets, "validation", "circle-open"))
    # The start's predictions are clipped so that they do not dwarf the data.
    low, high = float(targets.min()), float(targets.max())
    further = FURTHEST * (high - low)
    near = np.clip(scaling.targets(start), low - further, high + further)
    limits = with_room(np.concatenate([targets, held_targets, near]))
    across, up = titles_of(*names)
    layout = base_layout(left=44) | dict(xaxis=axis(across, ends), yaxis=axis(up, limits))
    return figure(known if are_numbers else [empty_trace()], layout)


def titles_of(*names: str) -> list[str]:
    """The names as far as there is room, or as far as it takes to tell them apart."""
    room, titles = TITLE_ROOM, [shortened(name, TITLE_ROOM) for name in names]
    while len(set(titles)) < len(set(names)):
        room += 8
        titles = [shortened(name, room) for name in names]
    return titles


def _least_squares(dataset: Dataset, ends: tuple[float, float]) -> Trace:
    weight, bias = _line_in_units(dataset)
    values = (weight * ends[0] + bias, weight * ends[1] + bias)
    return dotted("least squares", "optimum", ends, values)


def _line_in_units(dataset: Dataset) -> tuple[float, float]:
    """The least-squares line's weight and bias in the units of the original data."""
    scaling, (weight, bias) = dataset.scaling, dataset.least_squares
    own_weight = weight * scaling.target_scale / scaling.input_scales[0]
    at_zero = scaling.target_mean + scaling.target_scale * bias
    return own_weight, at_zero - own_weight * scaling.input_means[0]


def _examples(inputs: ndarray, targets: ndarray, name: str, symbol: str) -> Trace:
    size = 8 if len(inputs) < 50 else 6
    return dict(
        type="scatter",
        x=inputs,
        y=targets,
        name=name,
        meta="data",
        mode="markers",
        marker=dict(color=theme.color("data"), size=size, symbol=symbol, line=dict(width=1.5)),
    )


def _observed_figure(dataset: Dataset, drawn: int) -> Figure:
    """Predicted against observed: a perfect model puts every example on the diagonal."""
    count = len(dataset.targets)
    observed = "observed" if drawn == count else f"observed ({drawn} of {count} examples)"
    ends = with_room(dataset.scaling.targets(dataset.targets))
    name = "predicted = observed"
    diagonal = dotted(name, "optimum", ends, ends)
    layout = base_layout(left=48) | dict(xaxis=axis(observed, ends), yaxis=axis("predicted", ends))
    return figure([diagonal], layout)


def with_room(values: ndarray) -> tuple[float, float]:
    """The range of the values, and some room around them."""
    low, high = float(values.min()), float(values.max())
    room = ROOM * (high - low or 1)
    return low - room, high + room

"""The fits that the browser draws from parameters, without what moves: the plane of two predictors,
and the two strips of several predictors' classes. Predictions and points are on a canvas."""

import numpy as np

from app.domain.results import Dataset
from components.figures.base import Figure, axis, base_layout, empty_trace, figure
from components.figures.fit import titles_of, with_room

# The room at the right of a plane for the colour bar, which the browser draws: with numbers from 0
# to 1, and with any.
CLASSES_BAR, NUMBERS_BAR = 72, 88


def plane_figure(dataset: Dataset, names: tuple[str, ...], has_classes: bool) -> Figure:
    """Axes of the two predictors, in the units of the data, around all examples."""
    inputs = np.concatenate([dataset.inputs, dataset.validation_inputs])[:, :2]
    places = dataset.scaling.inputs(inputs)
    across, up = titles_of(*names)
    axes = dict(
        xaxis=axis(across, with_room(places[:, 0])), yaxis=axis(up, with_room(places[:, 1]))
    )
    bar = CLASSES_BAR if has_classes else NUMBERS_BAR
    return figure([empty_trace()], base_layout(left=44, right=bar) | axes)


def strips_figure(classes: tuple[str, str]) -> Figure:
    """The predicted probability across, from 0 to 1, and a strip for each class."""
    strips = dict(tickmode="array", tickvals=[0, 1], ticktext=list(classes))
    axes = dict(
        xaxis=axis(f"predicted probability of {classes[1]}", (-0.02, 1.02)),
        yaxis=axis("", (-0.6, 1.6), **strips),
    )
    return figure([empty_trace()], base_layout(left=84) | axes)

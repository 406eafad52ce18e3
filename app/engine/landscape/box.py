"""Which part of a plane the views show, and up to which loss."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain.fields import NUMBERS
from app.domain.results import Box, Plane, SeedsPicture, Sweep
from app.engine.datasets import dataset_for
from app.engine.landscape.planes import NETWORK_HEIGHT, calm_paths, on_plane
from app.engine.optima import linear_optimum
from app.engine.training import descend

PADDING = 0.4
# The box of a line also shows the first steps at a learning rate that is too large for it.
BOLD_RATE, BOLD_STEPS, BOLD_PADDING = 0.1, 3, 0.1
# If the critical learning rate is far below BOLD_RATE, this multiple of it is shown instead.
BOLD_SHARE = 1.2
# The box's height, as a multiple of the loss at the start.
LINEAR_HEIGHT = 1.5
# Li et al. show one filter-normalised direction to each side.
RANDOM_REACH = 1.0

Range = tuple[float, float]


def choose_box(sweep: Sweep, plane: Plane, seeds: SeedsPicture | None = None) -> Box:
    """The part of the plane that the calm runs cross, with some padding; and on a plane of the
    seed's own sweep those that its runs cross."""
    if plane.is_exact and sweep.settings.is_quadratic:
        return _linear_box(sweep)
    points, start_loss = on_plane(plane, calm_paths(sweep)), float(sweep.train_loss[0, 0])
    if seeds:
        points, start_loss = (
            np.concatenate([points, seeds.corners]),
            max(start_loss, seeds.start_loss),
        )
    if plane.is_exact and (best := linear_optimum(sweep.settings).params) is not None:
        points = np.vstack([points, best])
    if plane.kind == "random":
        points = np.concatenate([points, RANDOM_REACH * np.array([[-1, -1], [1, 1]])])
    first, second = _padded(points, PADDING)
    # No calm run ever rises above the start, so the start is the highest calm loss.
    return Box(first, second, NETWORK_HEIGHT * start_loss)


def _linear_box(sweep: Sweep) -> Box:
    """Room for the start, the optimum, and the first steps from the seed's own start at a learning
    rate that is too large: the picture stays where a start set by hand is in it."""
    plain = replace(
        sweep.settings, optimizer="sgd", momentum=NUMBERS["momentum"].default,
        schedule="constant", warmup_epochs=int(NUMBERS["warmup_epochs"].default),
        batch_size=0, weight_decay=0, epochs=int(NUMBERS["epochs"].low), start="",
    )  # fmt: skip
    # On a much steeper bowl the steps at BOLD_RATE would be so long that the bowl looks tiny.
    rate = min(BOLD_RATE, BOLD_SHARE * 2 / sweep.start_sharpness)
    descent = descend(plain, list(range(BOLD_STEPS + 1)), learning_rates=[rate])
    bold, own_loss = descent.params[0].numpy(), float(descent.train_loss[0, 0])
    least_squares = dataset_for(sweep.settings).least_squares
    best = linear_optimum(sweep.settings).params
    calm = np.stack([bold[0], sweep.start, least_squares, least_squares if best is None else best])
    corners = [_padded(calm, PADDING), _padded(bold, BOLD_PADDING)]
    first, second = (np.array(sides) for sides in zip(*corners, strict=True))
    height = LINEAR_HEIGHT * max(own_loss, float(sweep.train_loss[0, 0]))
    return Box(
        *_square((first[:, 0].min(), first[:, 1].max()), (second[:, 0].min(), second[:, 1].max())),
        height,
    )


def _square(first: Range, second: Range) -> tuple[Range, Range]:
    """Both ranges as wide as the wider one, so that the bowl keeps its shape."""
    half = max(first[1] - first[0], second[1] - second[0]) / 2
    middles = (first[0] + first[1]) / 2, (second[0] + second[1]) / 2
    ranges = [(float(middle - half), float(middle + half)) for middle in middles]
    return ranges[0], ranges[1]


def _padded(points: Float[ndarray, "point 2"], padding: float) -> tuple[Range, Range]:
    """The range of the points along each direction, with half of the padding on each side."""
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    span = high - low
    # A direction in which nothing moves still needs a width: the other's, or 1.
    span = np.where(span > 1e-6 * span.max(), span, span.max() or 1.0)
    middle, half = (low + high) / 2, span * (1 + padding) / 2
    (first_low, second_low), (first_high, second_high) = middle - half, middle + half
    return (float(first_low), float(first_high)), (float(second_low), float(second_high))

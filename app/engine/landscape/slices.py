"""The train loss along each plane direction, through a run's own parameters.

Unlike the surface, a slice has no error from what the plane hides: it passes through the point
itself, not through its projection.
"""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from app.domain.results import LossSurface, Plane, Slices
from app.domain.settings import Settings
from app.engine.chunks import chunks
from app.engine.landscape.surface import train_losses

SAMPLES = 41


def loss_slices(
    settings: Settings,
    surface: LossSurface,
    epochs: Int[ndarray, "epoch"],
    params: Float[ndarray, "epoch param"],
) -> Slices:
    """The train loss at SAMPLES points across the box, along both directions through params."""
    plane, box = surface.plane, surface.box
    positions = np.stack([np.linspace(*box.first, SAMPLES), np.linspace(*box.second, SAMPLES)])
    shifts = positions - plane.coordinates(params)[:, :, None]  # epoch direction sample
    largest = max(settings.param_count, settings.example_count)
    loss = [
        train_losses(settings, _shifted(params[some], shifts[some], plane))
        for some in chunks(len(params), shifts[0].size * largest)
    ]
    return Slices(epochs, positions, np.concatenate(loss).reshape(shifts.shape).astype("float32"))


def _shifted(
    params: Float[ndarray, "epoch param"], shifts: Float[ndarray, "epoch 2 sample"], plane: Plane
) -> Float[ndarray, "stack param"]:
    """The points of the slices: params shifted along each direction of the plane."""
    points = shifts[..., None] * plane.directions[:, None]
    points += params[:, None, None]
    return np.asarray(points.reshape(-1, params.shape[1]))

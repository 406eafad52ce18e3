"""The train loss on a grid over a plane."""

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.plane_choice import PlaneChoice
from app.domain.results import Bowl, Box, LossSurface, Plane, Sweep
from app.domain.settings import Settings
from app.engine.chunks import chunks
from app.engine.datasets import as_tensors, dataset_for
from app.engine.landscape.box import choose_box
from app.engine.landscape.planes import choose_plane
from app.engine.losses import loss_for
from app.engine.network import network_for
from app.engine.optima import linear_optimum
from app.engine.recorder import Training

GRID = 51


def loss_surface(training: Training, choice: PlaneChoice | None = None) -> LossSurface:
    """The train loss over the chosen plane, on a grid of GRID x GRID points."""
    sweep = training.sweep
    settings, plane = sweep.settings, choose_plane(training, choice or PlaneChoice())
    seeds = training.seeds
    box = choose_box(sweep, plane, seeds if seeds and plane is seeds.plane else None)
    optimum, optimum_loss, name = _optimum(sweep)
    return LossSurface(
        plane=plane,
        box=box,
        first=np.linspace(*box.first, GRID),
        second=np.linspace(*box.second, GRID),
        loss=_grid_losses(settings, plane, box),
        optimum=plane.coordinates(optimum),
        optimum_loss=optimum_loss,
        optimum_is_exact=settings.is_line and not sweep.no_lowest_point,
        optimum_name=name,
        bowl=_bowl(settings, plane) if settings.is_quadratic else None,
    )


def _bowl(settings: Settings, plane: Plane) -> Bowl:
    """Linear regression's loss on a plane: mean (A x + r)^2, with the errors r at its origin."""
    data = dataset_for(settings)
    columns = np.column_stack([data.inputs, np.ones(len(data.targets))]).astype(float)
    along, errors = columns @ plane.directions.T, columns @ plane.origin - data.targets
    minimum = np.linalg.lstsq(along, -errors)[0]
    return Bowl(
        hessian=2 / len(errors) * along.T @ along,
        minimum=minimum,
        loss=float(np.mean((along @ minimum + errors) ** 2)),
    )


def _grid_losses(settings: Settings, plane: Plane, box: Box) -> Float[ndarray, "row col"]:
    axes = np.linspace(*box.first, GRID), np.linspace(*box.second, GRID)
    coordinates = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    loss = [
        train_losses(settings, plane.origin + coordinates[points] @ plane.directions)
        for points in chunks(len(coordinates), max(settings.param_count, settings.example_count))
    ]
    return np.concatenate(loss).reshape(GRID, GRID)


def train_losses(
    settings: Settings, params: Float[ndarray, "stack param"]
) -> Float[ndarray, "stack"]:
    """The train loss at each row of params: float64 for the linear model, else float32. Infinite
    where the numbers overflow, even where what overflows is a difference, NaN."""
    dtype = torch.float64 if settings.is_linear else torch.float32
    inputs, targets = (part.to(dtype) for part in as_tensors(dataset_for(settings)))
    outputs = network_for(settings).predict(torch.tensor(params, dtype=dtype), inputs)
    losses = loss_for(settings).mean(outputs, targets)
    return losses.nan_to_num_(nan=np.inf, posinf=np.inf).numpy()


def _optimum(sweep: Sweep) -> tuple[Float[ndarray, "param"], float, str]:
    """The marked optimum: its parameters, loss and name.

    But for a line, and for a line where there is none, it is the end of the best run. A run that
    rose above its starting loss may end lower, but its path is not shown.
    """
    if sweep.settings.is_line:
        known = linear_optimum(sweep.settings)
        if known.params is not None:
            return known.params, known.loss, known.name
    best, ends = sweep.best_run, sweep.last_loss[: len(SLIDER_LEARNING_RATES)]
    if not np.isfinite(ends).any():
        start_loss = float(sweep.train_loss[0, 0])
        return sweep.start.astype(float), start_loss, "start: every run overflows"
    is_lowest = sweep.last_loss[best] <= np.nanmin(ends)
    name = "lowest loss in this sweep" if is_lowest else "best run that stayed below its start"
    return sweep.params[best, -1], float(sweep.last_loss[best]), name

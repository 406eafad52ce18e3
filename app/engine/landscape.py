"""The loss landscape around a sweep: a plane to look at, its box, the surface, slices, projections.

The plane of the linear model is weight x bias and shows everything. Any other network has more
parameters than a picture has axes: its plane is *anchored* at the start that all runs share and
laid through the end of the best run. What it hides is measured: `Projection.off_plane` and
`.explained`.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from app.engine import datasets
from app.engine.curvature import hessian
from app.engine.training import as_tensors, descend, network_of
from app.results import Box, Fit, LossSurface, Plane, Projection, Slices, Sweep
from app.settings import SLIDER_LEARNING_RATES, Settings

GRID = 51
SAMPLES = 41
PADDING = 0.4
# The notebook's rate that is too large for its line, and how much of it the box still shows.
BOLD_RATE, BOLD_STEPS, BOLD_PADDING = 0.1, 3, 0.1
LINEAR_HEIGHT, NETWORK_HEIGHT = 1.5, 2.0
LINEAR_NAMES = ("weight", "bias")
ANCHORED_NAMES = ("toward the best run's end", "strongest other motion")
# A direction shorter than this share of the parameters is rounding, not motion.
NEGLIGIBLE = 1e-7


def loss_surface(sweep: Sweep) -> LossSurface:
    """The train loss over the sweep's plane and box, on a grid of GRID x GRID points."""
    plane, settings = choose_plane(sweep), sweep.settings
    box = choose_box(sweep, plane)
    first, second = np.linspace(*box.first, GRID), np.linspace(*box.second, GRID)
    coordinates = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
    points = plane.origin + coordinates @ plane.directions
    dataset, best = datasets.load(settings.dataset), sweep.best_run
    exact = settings.is_line
    optimum = dataset.least_squares if exact else sweep.params[best, -1]
    return LossSurface(
        plane=plane,
        box=box,
        first=first,
        second=second,
        loss=losses(settings, points).reshape(GRID, GRID),
        optimum=plane.coordinates(optimum),
        optimum_loss=dataset.least_squares_loss if exact else float(sweep.last_loss[best]),
        optimum_is_exact=exact,
        optimum_name=_optimum_name(sweep),
        curvature=_curvature(sweep) if exact else None,
    )


def _optimum_name(sweep: Sweep) -> str:
    """What the star is: a run that rose above its start may end lower still, and is not shown."""
    if sweep.settings.is_line:
        return "least squares"
    ends = sweep.last_loss[: len(SLIDER_LEARNING_RATES)]
    is_lowest = sweep.last_loss[sweep.best_run] <= np.nanmin(ends)
    return "lowest loss in this sweep" + ("" if is_lowest else " (of its calm runs)")


def _curvature(sweep: Sweep) -> Float[ndarray, "2"]:
    """The second derivatives of a line's loss by weight and by bias; they are constant."""
    settings, start = sweep.settings, torch.tensor(sweep.params[:1, 0])
    whole = hessian(network_of(settings), start, datasets.load(settings.dataset))
    return whole[0].diagonal().numpy()


def losses(settings: Settings, params: Float[ndarray, "stack param"]) -> Float[ndarray, "stack"]:
    """The train loss of each of the stacked params, float64 for the linear model, else float32."""
    dtype = torch.float64 if settings.is_linear else torch.float32
    inputs, targets = (part.to(dtype) for part in as_tensors(datasets.load(settings.dataset)))
    errors = network_of(settings).predict(torch.tensor(params, dtype=dtype), inputs).sub_(targets)
    return errors.square_().mean(dim=1).numpy()


def choose_plane(sweep: Sweep) -> Plane:
    """Weight x bias where these are all params, else the anchored plane of the slider's runs."""
    if sweep.settings.is_line:
        return Plane(np.zeros(2), np.eye(2), LINEAR_NAMES, is_exact=True)
    start = sweep.start.astype(float)
    moves = np.nan_to_num(_calm_paths(sweep).astype(float) - start)
    first = np.nan_to_num(sweep.params[sweep.best_run, -1] - start)
    if not _is_motion(first, start):
        first = np.eye(len(start))[0]
    first = first / np.linalg.norm(first)
    second = _strongest_other(moves, first, start)
    return Plane(start, np.stack([first, second]), ANCHORED_NAMES, is_exact=False)


def choose_box(sweep: Sweep, plane: Plane) -> Box:
    """What the views show of the plane, and up to which loss."""
    start_loss = float(sweep.train_loss[0, 0])
    if sweep.settings.is_line:
        first, second = _linear_box(sweep)
        return Box(first, second, LINEAR_HEIGHT * start_loss)
    points = plane.coordinates(_calm_paths(sweep)).reshape(-1, 2)
    first, second = _padded(points[np.isfinite(points).all(axis=1)], PADDING)
    # No calm run ever rises above the start, so the start is the highest calm loss.
    return Box(first, second, NETWORK_HEIGHT * start_loss)


def project(
    plane: Plane,
    params: Float[ndarray, "*run frame param"],
    gradients: Float[ndarray, "*run frame param"],
) -> Projection:
    """Trajectories on a plane, the slopes along its directions, and what the plane hides."""
    coordinates = plane.coordinates(params)
    offset = params - plane.origin - coordinates @ plane.directions
    moved = params - params[..., :1, :]
    on_plane = np.nansum((moved @ plane.directions.T) ** 2, axis=(-2, -1))
    in_all = np.nansum(moved.astype(float) ** 2, axis=(-2, -1))
    return Projection(
        coordinates=coordinates.astype("float32"),
        off_plane=np.linalg.norm(offset, axis=-1).astype("float32"),
        slopes=(gradients @ plane.directions.T).astype("float32"),
        explained=np.where(in_all > 0, on_plane / np.where(in_all > 0, in_all, 1), 1.0),
    )


def fits(settings: Settings, params: Float[ndarray, "*stack param"]) -> Fit:
    """Predictions over the range of one predictor: a line's two ends, a curve's SAMPLES points.

    With several predictors, predictions for SAMPLES examples, evenly from the lowest target to the
    highest, to be shown against what was observed.
    """
    inputs, targets = as_tensors(datasets.load(settings.dataset))
    if inputs.shape[1] > 1:
        chosen = targets.argsort()[torch.linspace(0, len(targets) - 1, SAMPLES).long()]
        samples, places = inputs[chosen], targets[chosen]
    else:
        count = 2 if settings.is_linear else SAMPLES
        places = torch.linspace(float(inputs.min()), float(inputs.max()), count)
        samples = places[:, None]
    flat = torch.tensor(params, dtype=torch.float32).reshape(-1, params.shape[-1])
    predictions = network_of(settings).predict(flat, samples)
    return Fit(places.numpy(), predictions.view(*params.shape[:-1], -1).numpy())


def slices(
    settings: Settings,
    surface: LossSurface,
    epochs: Int[ndarray, "epoch"],
    params: Float[ndarray, "epoch param"],
) -> Slices:
    """The train loss along each plane direction through the actual params of these epochs."""
    plane, box = surface.plane, surface.box
    positions = np.stack([np.linspace(*box.first, SAMPLES), np.linspace(*box.second, SAMPLES)])
    shifts = positions - plane.coordinates(params)[:, :, None]  # epoch direction sample
    points = params[:, None, None] + shifts[..., None] * plane.directions[:, None]
    loss = losses(settings, points.reshape(-1, params.shape[1])).reshape(shifts.shape)
    return Slices(epochs, positions, loss.astype("float32"))


def _calm_paths(sweep: Sweep) -> Float[ndarray, "run frame param"]:
    """The paths of the runs that choose the plane and the box: the calm ones among the slider's.

    Runs that rise above their start leave the picture; all slider runs choose where none is calm.
    """
    slider = slice(0, len(SLIDER_LEARNING_RATES))
    calm = sweep.calm[slider]
    return sweep.params[slider][calm] if calm.any() else sweep.params[slider]


def _strongest_other(
    moves: Float[ndarray, "run frame param"],
    first: Float[ndarray, "param"],
    start: Float[ndarray, "param"],
) -> Float[ndarray, "param"]:
    """The strongest direction orthogonal to `first`, where every run counts the same."""
    rest = torch.tensor(moves - (moves @ first)[..., None] * first)
    lengths = torch.linalg.vector_norm(rest, dim=(1, 2), keepdim=True)
    counted = (rest / lengths.clamp_min(1e-300)).flatten(0, 1)
    # torch's eigh: with threads of its own, NumPy's costs the other people on the machine more.
    second = torch.linalg.eigh(counted.T @ counted)[1][:, -1].numpy()
    if not _is_motion(lengths.flatten().numpy(), start):
        second = np.eye(len(first))[np.argmin(np.abs(first))]
    second = second - (second @ first) * first
    second = second / np.linalg.norm(second)
    return np.asarray(second * np.sign(second[np.argmax(np.abs(second))]))


def _is_motion(move: Float[ndarray, "size"], start: Float[ndarray, "param"]) -> bool:
    return bool(np.linalg.norm(move) > NEGLIGIBLE * max(1.0, float(np.linalg.norm(start))))


def _linear_box(sweep: Sweep) -> tuple[tuple[float, float], tuple[float, float]]:
    """Room for start and optimum, and for the first steps of a rate that is too bold."""
    dataset = datasets.load(sweep.settings.dataset)
    start = torch.tensor(sweep.start)
    bold = descend(
        network_of(sweep.settings), dataset, start, torch.tensor([BOLD_RATE]), BOLD_STEPS,
        list(range(BOLD_STEPS + 1)),
    ).params[0].numpy()  # fmt: skip
    calm = np.stack([sweep.start, dataset.least_squares])
    corners = [_padded(calm, PADDING), _padded(bold, BOLD_PADDING)]
    (first, second) = (np.array(sides) for sides in zip(*corners, strict=True))
    return _square((first[:, 0].min(), first[:, 1].max()), (second[:, 0].min(), second[:, 1].max()))


def _square(
    first: tuple[float, float], second: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Both ranges as wide as the wider one, so that the bowl keeps its shape."""
    half = max(first[1] - first[0], second[1] - second[0]) / 2
    middles = (first[0] + first[1]) / 2, (second[0] + second[1]) / 2
    ranges = [(float(middle - half), float(middle + half)) for middle in middles]
    return ranges[0], ranges[1]


def _padded(
    points: Float[ndarray, "point 2"], padding: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The points' range along each direction, half of the padding added at each side."""
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    span = high - low
    # A direction in which nothing moves still needs a width: the other's, or 1.
    span = np.where(span > 1e-6 * span.max(), span, span.max() or 1.0)
    middle, half = (low + high) / 2, span * (1 + padding) / 2
    (first_low, second_low), (first_high, second_high) = middle - half, middle + half
    return (float(first_low), float(first_high)), (float(second_low), float(second_high))

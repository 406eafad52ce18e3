"""The loss landscape around a sweep: a plane to look at, its box, the surface, slices, projections.

The plane of a line is weight x bias and shows everything. Any other model has more parameters than
a picture has axes: its plane is *anchored* at the start that all runs share and laid through the
end of the best run, unless another is asked for. What it hides is measured: `Projection.off_plane`
and `.explained`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from app.choices import NUMBERS, SLIDER_LEARNING_RATES
from app.engine import datasets
from app.engine.chunks import chunks
from app.engine.curvature import DENSE_PARAMS, hessian, lanczos, sharpest
from app.engine.datasets import dataset_for
from app.engine.deadline import checked
from app.engine.training import Training, as_tensors, descend, network_of
from app.planes import PlaneChoice, parameter_names
from app.results import Box, Fit, LossSurface, Plane, Projection, Slices, Sweep
from app.settings import Settings

GRID = 51
SAMPLES = 41
PADDING = 0.4
# The notebook's rate that is too large for its line, and how much of it the box still shows.
BOLD_RATE, BOLD_STEPS, BOLD_PADDING = 0.1, 3, 0.1
# How far that rate is above the critical one, at least.
BOLD_SHARE = 1.2
LINEAR_HEIGHT, NETWORK_HEIGHT = 1.5, 2.0
LINEAR_NAMES = ("weight", "bias")
ANCHORED_NAMES = ("toward the best run's end", "strongest other motion")
RANDOM_NAMES = ("random direction", "another random direction")
SHARPEST_NAMES = ("sharpest direction at the best end", "second sharpest")
# Li et al. show one filter-normalised direction to each side.
RANDOM_REACH = 1.0
REDRAWS = 20
# A direction shorter than this share of the parameters is rounding, not motion.
NEGLIGIBLE = 1e-7


def loss_surface(training: Training, choice: PlaneChoice | None = None) -> LossSurface:
    """The train loss over a plane and its box, on a grid of GRID x GRID points."""
    sweep = training.sweep
    settings, plane = sweep.settings, choose_plane(training, choice or PlaneChoice())
    box = choose_box(sweep, plane)
    first, second = np.linspace(*box.first, GRID), np.linspace(*box.second, GRID)
    coordinates = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
    loss = [
        losses(settings, plane.origin + coordinates[piece] @ plane.directions)
        for piece in chunks(len(coordinates), max(settings.param_count, settings.example_count))
    ]
    optimum, optimum_loss, name = _optimum(sweep)
    return LossSurface(
        plane=plane,
        box=box,
        first=first,
        second=second,
        loss=np.concatenate(loss).reshape(GRID, GRID),
        optimum=plane.coordinates(optimum),
        optimum_loss=optimum_loss,
        optimum_is_exact=settings.is_line,
        optimum_name=name,
        curvature=_curvature(sweep) if settings.is_line else None,
    )


def _optimum(sweep: Sweep) -> tuple[Float[ndarray, "param"], float, str]:
    """Where the star stands, its loss, and what it is. A run that rose above its start may end
    lower still, and is not shown."""
    if sweep.settings.is_line:
        return datasets.linear_optimum(sweep.settings)
    best, ends = sweep.best_run, sweep.last_loss[: len(SLIDER_LEARNING_RATES)]
    if not np.isfinite(ends).any():
        return (
            sweep.start.astype(float),
            float(sweep.train_loss[0, 0]),
            "start: every run overflows",
        )
    is_lowest = sweep.last_loss[best] <= np.nanmin(ends)
    name = "lowest loss in this sweep" + ("" if is_lowest else " (of its calm runs)")
    return sweep.params[best, -1], float(sweep.last_loss[best]), name


def _curvature(sweep: Sweep) -> Float[ndarray, "2"]:
    """The second derivatives of a line's loss by weight and by bias; they are constant."""
    settings, start = sweep.settings, torch.tensor(sweep.params[:1, 0])
    whole = hessian(network_of(settings), start, dataset_for(settings))
    return whole[0].diagonal().numpy()


def losses(settings: Settings, params: Float[ndarray, "stack param"]) -> Float[ndarray, "stack"]:
    """The train loss of each of the stacked params, float64 for the linear model, else float32."""
    dtype = torch.float64 if settings.is_linear else torch.float32
    inputs, targets = (part.to(dtype) for part in as_tensors(dataset_for(settings)))
    errors = network_of(settings).predict(torch.tensor(params, dtype=dtype), inputs).sub_(targets)
    return errors.square_().mean(dim=1).numpy()


def choose_plane(training: Training, choice: PlaneChoice) -> Plane:
    """Weight x bias where these are all params, else the plane of this choice."""
    if training.sweep.settings.is_line:
        return Plane(np.zeros(2), np.eye(2), LINEAR_NAMES, is_exact=True)
    return PLANES[choice.kind](training, choice)


def _anchored(training: Training, choice: PlaneChoice) -> Plane:
    """Through the start, the best run's end, and the strongest motion that is left over."""
    sweep = training.sweep
    start = sweep.start.astype(float)
    # Of a large network the largest array of all: changed in place, here and below.
    moves = _calm_paths(sweep).astype(float)
    for run in checked(moves):
        run -= start
        np.nan_to_num(run, copy=False)
    first = np.nan_to_num(sweep.params[sweep.best_run, -1] - start)
    if not _is_motion(first, start):
        first = np.eye(len(start))[0]
    first = first / np.linalg.norm(first)
    second = _strongest_other(moves, first, start)
    return Plane(start, np.stack([first, second]), ANCHORED_NAMES, is_exact=False)


def _parameters(training: Training, choice: PlaneChoice) -> Plane:
    """Two parameters; the others stay as the selected run has them at an epoch."""
    settings, kept = training.sweep.settings, training.kept_epochs
    overflow = int(training.sweep.overflow_at[settings.run_index])
    epoch = choice.epoch if overflow < 0 else min(choice.epoch, overflow - 1)
    slot = int(np.searchsorted(kept, epoch, side="right")) - 1
    whole = parameter_names(settings)
    return Plane(
        origin=training.descent.params[settings.run_index, slot].double().numpy(),
        directions=np.eye(settings.param_count)[[choice.first, choice.second]],
        names=(whole[choice.first], whole[choice.second]),
        is_exact=False,
        kind=choice.kind,
        frozen_at=int(kept[slot]),
    )


def _random(training: Training, choice: PlaneChoice) -> Plane:
    """Random directions through the best run's end, each unit's weights as long as its own there,
    biases left alone (Li et al. 2018, https://arxiv.org/abs/1712.09913)."""
    end, generator = _best_end(training), torch.Generator().manual_seed(0)
    settings = training.sweep.settings
    first, second = (_drawn(settings, end, generator) for _ in range(2))
    # Filters of one weight each have but a sign to draw, and may draw the same ones twice.
    for _ in range(REDRAWS):
        if not _are_parallel(first, second):
            break
        second = _drawn(settings, end, generator)
    else:
        second = torch.randn(len(end), generator=generator).double().numpy()
    directions = np.stack([first, second])
    return Plane(end, directions, RANDOM_NAMES, is_exact=False, kind=choice.kind)


def _drawn(
    settings: Settings, params: Float[ndarray, "param"], generator: torch.Generator
) -> Float[ndarray, "param"]:
    drawn = torch.randn(len(params), generator=generator)
    return filter_normalized(settings, params, drawn)


def _are_parallel(first: Float[ndarray, "param"], second: Float[ndarray, "param"]) -> bool:
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    return bool(abs(first @ second) > 0.9 * lengths)


def filter_normalized(
    settings: Settings, params: Float[ndarray, "param"], drawn: Float[Tensor, "param"]
) -> Float[ndarray, "param"]:
    """`drawn` with each unit's incoming weights scaled to the length that `params` give them, and
    0 for biases: d <- d / |d| * |theta|, filter by filter."""
    parts, place = [], 0
    for fan_in, fan_out in pairwise(settings.widths):
        here = slice(place, place + fan_in * fan_out)
        weights, lengths = (
            part[here].reshape(fan_out, fan_in) for part in (drawn.double().numpy(), params)
        )
        size = np.linalg.norm(lengths, axis=1, keepdims=True)
        parts.append((weights / np.linalg.norm(weights, axis=1, keepdims=True) * size).ravel())
        parts.append(np.zeros(fan_out))
        place += (fan_in + 1) * fan_out
    direction = np.concatenate(parts)
    # All weights 0: there is no length to take over.
    return direction if direction.any() else drawn.double().numpy() / float(drawn.norm())


def _sharpest(training: Training, choice: PlaneChoice) -> Plane:
    """The two directions in which the loss curves most at the best run's end."""
    settings, end = training.sweep.settings, _best_end(training)
    _, vectors = sharpest(
        network_of(settings), torch.tensor(end)[None], dataset_for(settings), count=2
    )
    directions = vectors[0].T.numpy()
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(2), largest])[:, None]
    return Plane(end, directions, SHARPEST_NAMES, is_exact=False, kind=choice.kind)


def _best_end(training: Training) -> Float[ndarray, "param"]:
    sweep = training.sweep
    end = sweep.params[sweep.best_run, -1].astype(float)
    return end if np.isfinite(end).all() else sweep.start.astype(float)


PLANES: dict[str, Callable[[Training, PlaneChoice], Plane]] = {
    "anchored": _anchored,
    "parameters": _parameters,
    "random": _random,
    "sharpest": _sharpest,
}


def choose_box(sweep: Sweep, plane: Plane) -> Box:
    """What the views show of the plane, and up to which loss."""
    start_loss = float(sweep.train_loss[0, 0])
    if plane.is_exact:
        first, second = _linear_box(sweep)
        return Box(first, second, LINEAR_HEIGHT * start_loss)
    paths = _calm_paths(sweep)
    runs = chunks(len(paths), paths[0].size)
    points = np.concatenate([plane.coordinates(paths[some]).reshape(-1, 2) for some in runs])
    points = points[np.isfinite(points).all(axis=1)]
    if plane.kind == "random":
        points = np.concatenate([points, RANDOM_REACH * np.array([[-1, -1], [1, 1]])])
    first, second = _padded(points, PADDING)
    # No calm run ever rises above the start, so the start is the highest calm loss.
    return Box(first, second, NETWORK_HEIGHT * start_loss)


def project(
    plane: Plane,
    params: Float[ndarray, "*run frame param"],
    gradients: Float[ndarray, "*run frame param"],
) -> Projection:
    """Trajectories on a plane, the slopes along its directions, and what the plane hides."""
    paths, slopes = (whole.reshape(-1, *whole.shape[-2:]) for whole in (params, gradients))
    runs = chunks(len(paths), paths[0].size)
    parts = zip(*(_projected(plane, paths[some], slopes[some]) for some in runs), strict=True)
    wholes = [np.concatenate(part) for part in parts]
    return Projection(*(whole.reshape(params.shape[:-2] + whole.shape[1:]) for whole in wholes))


def _projected(
    plane: Plane,
    params: Float[ndarray, "run frame param"],
    gradients: Float[ndarray, "run frame param"],
) -> tuple[ndarray, ...]:
    """The fields of a Projection, of some runs; in place where it can be, as these are large."""
    offset = params - plane.origin
    coordinates = offset @ plane.dual_directions.T
    offset -= coordinates @ plane.directions
    moved = (params - params[:, :1]).astype(float)
    on_plane = _squares(moved @ plane.dual_directions.T @ plane.directions).sum(axis=(1, 2))
    in_all = _squares(moved).sum(axis=(1, 2))
    return (
        coordinates.astype("float32"),
        np.sqrt(np.square(offset, out=offset).sum(axis=2)).astype("float32"),
        (gradients @ plane.directions.T).astype("float32"),
        np.where(in_all > 0, on_plane / np.where(in_all > 0, in_all, 1), 1.0),
    )


def _squares(lengths: Float[ndarray, "run frame param"]) -> Float[ndarray, "run frame param"]:
    """In place, 0 where there is no number."""
    np.square(lengths, out=lengths)
    lengths[np.isnan(lengths)] = 0
    return lengths


def fits(settings: Settings, params: Float[ndarray, "*stack param"]) -> Fit:
    """Predictions over the range of one predictor: a line's two ends, a curve's SAMPLES points.

    With several predictors, predictions for SAMPLES examples, evenly from the lowest target to the
    highest, to be shown against what was observed.
    """
    inputs, targets = as_tensors(dataset_for(settings))
    if inputs.shape[1] > 1:
        chosen = targets.argsort()[torch.linspace(0, len(targets) - 1, SAMPLES).long()]
        samples, places = inputs[chosen], targets[chosen]
    else:
        count = 2 if settings.is_linear else SAMPLES
        places = torch.linspace(float(inputs.min()), float(inputs.max()), count)
        samples = places[:, None]
    flat = torch.from_numpy(params).reshape(-1, params.shape[-1])
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
    loss = [
        losses(settings, _through(params[some], shifts[some], plane))
        for some in chunks(
            len(params), shifts[0].size * max(settings.param_count, settings.example_count)
        )
    ]
    return Slices(epochs, positions, np.concatenate(loss).reshape(shifts.shape).astype("float32"))


def _through(
    params: Float[ndarray, "epoch param"], shifts: Float[ndarray, "epoch 2 sample"], plane: Plane
) -> Float[ndarray, "stack param"]:
    """The points of slices: params shifted along each direction of the plane."""
    points = shifts[..., None] * plane.directions[:, None]
    points += params[:, None, None]
    return np.asarray(points.reshape(-1, params.shape[1]))


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
    for run in checked(moves):
        run -= np.outer(run @ first, first)
    rest = torch.from_numpy(moves)
    lengths = torch.linalg.vector_norm(rest, dim=(1, 2), keepdim=True)
    rest /= lengths.clamp_min(1e-300)
    second = _leading(rest).numpy()
    if not _is_motion(lengths.flatten().numpy(), start):
        second = np.eye(len(first))[np.argmin(np.abs(first))]
    second = second - (second @ first) * first
    second = second / np.linalg.norm(second)
    return np.asarray(second * np.sign(second[np.argmax(np.abs(second))]))


def _leading(paths: Float[Tensor, "run frame param"]) -> Float[Tensor, "param"]:
    """The direction in which the paths reach farthest: the leading eigenvector of rows' rows."""
    params = paths.shape[2]
    if params > DENSE_PARAMS:
        return lanczos(lambda v: _by_rows(v, paths), torch.Size([1, params]))[1][0, :, -1]
    rows = paths.flatten(0, 1)
    # torch's eigh: with threads of its own, NumPy's costs the other people on the machine more.
    vectors: Tensor = torch.linalg.eigh(rows.T @ rows)[1]
    return vectors[:, -1]


def _by_rows(
    v: Float[Tensor, "1 param"], paths: Float[Tensor, "run frame param"]
) -> Float[Tensor, "1 param"]:
    """v times rows' rows; run by run, so that the second reading finds each near the processor."""
    product = torch.zeros_like(v)
    for path in paths:
        product += (v @ path.T) @ path
    return product


def _is_motion(move: Float[ndarray, "size"], start: Float[ndarray, "param"]) -> bool:
    return bool(np.linalg.norm(move) > NEGLIGIBLE * max(1.0, float(np.linalg.norm(start))))


def _linear_box(sweep: Sweep) -> tuple[tuple[float, float], tuple[float, float]]:
    """Room for start and optimum, and for the first steps of a rate that is too bold."""
    plain = replace(
        sweep.settings, optimizer="sgd", momentum=NUMBERS["momentum"].default,
        schedule="constant", warmup_epochs=int(NUMBERS["warmup_epochs"].default),
        batch_size=0, weight_decay=0, epochs=int(NUMBERS["epochs"].low),
    )  # fmt: skip
    # Where much smaller steps break already, those of 0.1 would leave nothing of the bowl to see.
    rate = min(BOLD_RATE, BOLD_SHARE * 2 / sweep.start_sharpness)
    bold = descend(plain, list(range(BOLD_STEPS + 1)), learning_rates=[rate]).params[0].numpy()
    optimum, _, _ = datasets.linear_optimum(sweep.settings)
    calm = np.stack([sweep.start, dataset_for(sweep.settings).least_squares, optimum])
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

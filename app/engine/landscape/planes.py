"""The planes on which the loss of a network can be looked at."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy import ndarray
from torch import Tensor

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.plane_choice import PlaneChoice, parameter_names
from app.domain.results import Plane, SeedsPicture, Sweep
from app.domain.settings import Settings
from app.engine.chunks import chunks
from app.engine.curvature import DENSE_PARAMS, lanczos, sharpest
from app.engine.datasets import dataset_for
from app.engine.deadline import checked
from app.engine.losses import loss_for
from app.engine.network import network_for
from app.engine.recorder import Training

ANCHORED_NAMES = ("toward the best run's end", "second direction of movement")
RANDOM_NAMES = ("random direction", "another random direction")
UNSCALED_NAMES = ("random direction, not filter-normalised", "another random direction")
SHARPEST_NAMES = ("sharpest direction at the best end", "second sharpest")
REDRAWS = 20
# Two random directions are drawn again above this cosine of their angle.
MOST_PARALLEL = 0.99
# The height of the box of a network's plane, as a multiple of the loss at the start.
NETWORK_HEIGHT = 2.0
# A direction shorter than this share of the parameters' length is rounding, not motion.
NEGLIGIBLE = 1e-7


def choose_plane(training: Training, choice: PlaneChoice) -> Plane:
    """Weight x bias if these are all the parameters, else the plane of this choice; the usual one
    is that on which the start was set by hand."""
    if training.sweep.settings.is_line:
        return Plane(np.zeros(2), np.eye(2), ("weight", "bias"), is_exact=True)
    if training.seeds and choice == PlaneChoice():
        return training.seeds.plane
    return PLANE_BUILDERS[choice.kind](training, choice)


def seeds_picture(own: Training, kind: str) -> SeedsPicture:
    """The plane of this kind of the seed's own sweep, with names that say whose it is."""
    sweep, plane = own.sweep, choose_plane(own, PlaneChoice(kind))
    points = on_plane(plane, calm_paths(sweep))
    corners = np.stack([points.min(axis=0), points.max(axis=0)])
    names = [name.replace("best run's", "best").replace("the best", "the seed's best")
             for name in plane.names]  # fmt: skip
    named = replace(plane, names=(names[0], names[1]))
    return SeedsPicture(named, corners, float(sweep.train_loss[0, 0]))


def on_plane(plane: Plane, paths: Float[ndarray, "run frame param"]) -> Float[ndarray, "point 2"]:
    """The coordinates of all points of the paths that are finite."""
    runs = chunks(len(paths), paths[0].size)
    points = np.concatenate([plane.coordinates(paths[some]).reshape(-1, 2) for some in runs])
    return np.asarray(points[np.isfinite(points).all(axis=1)])


def calm_paths(sweep: Sweep) -> Float[ndarray, "run frame param"]:
    """The paths that choose plane and box: those of the slider's calm runs.

    A run that rises above its start leaves the picture. If none is calm, all slider runs choose, up
    to where they leave it; from there on they are NaN.
    """
    slider = slice(0, len(SLIDER_LEARNING_RATES))
    calm = sweep.calm[slider]
    if calm.any():
        return np.asarray(sweep.params[slider][calm])
    shown = _in_picture(sweep)[slider, :, None]
    return np.asarray(np.where(shown, sweep.params[slider], np.nan))


def _in_picture(sweep: Sweep) -> Bool[ndarray, "run frame"]:
    """Whether a run has not yet been above what the box of a network's plane shows. Afterwards its
    parameters may be of any size, even where the loss is small again: all units may be off."""
    low = sweep.train_loss <= NETWORK_HEIGHT * sweep.train_loss[0, 0]
    return np.asarray(np.logical_and.accumulate(low, axis=1))


def _anchored(training: Training, choice: PlaneChoice) -> Plane:
    """Through the start and the best run's end, and along the strongest motion besides."""
    sweep = training.sweep
    start = sweep.start.astype(float)
    # For a large network this is the largest array of all, so it is changed in place throughout.
    moves = calm_paths(sweep).astype(float)
    for run in checked(moves):
        run -= start
        np.nan_to_num(run, copy=False)
    first = np.nan_to_num(sweep.params[sweep.best_run, -1] - start)
    if not _is_motion(first, start):
        first = np.eye(len(start))[0]
    first = first / np.linalg.norm(first)
    second = _strongest_other(moves, first, start)
    return Plane(
        start,
        np.stack([first, second]),
        ANCHORED_NAMES,
        is_exact=False,
    )


def _parameters(training: Training, choice: PlaneChoice) -> Plane:
    """Two parameters vary; the others keep the selected run's values at one epoch."""
    settings, kept = training.sweep.settings, training.kept_epochs
    overflow = int(training.sweep.overflow_at[settings.run_index])
    epoch = choice.epoch if overflow < 0 else min(choice.epoch, overflow - 1)
    slot = int(np.searchsorted(kept, epoch, side="right")) - 1
    path = training.descent.params[settings.run_index].double().numpy()
    end = len(kept) if overflow < 0 else int(np.searchsorted(kept, overflow))
    first, second = _varied(choice, path[:end])
    names = parameter_names(settings)
    return Plane(
        origin=path[slot],
        directions=np.eye(settings.param_count)[[first, second]],
        names=(names[first], names[second]),
        is_exact=False,
        kind=choice.kind,
        frozen_at=int(kept[slot]),
    )


def _varied(choice: PlaneChoice, path: Float[ndarray, "frame param"]) -> list[int]:
    """The places of both parameters: where none is chosen, of those that move furthest."""
    chosen = [choice.first, choice.second]
    furthest = np.argsort(-np.ptp(path, axis=0), kind="stable").tolist()
    free = (place for place in furthest if place not in chosen)
    return [next(free) if place is None else place for place in chosen]


def _random(training: Training, choice: PlaneChoice) -> Plane:
    """Random directions through the best run's end. Each unit's weights are as long as in the
    network itself, and biases stay as they are (Li et al. 2018, https://arxiv.org/abs/1712.09913).
    """
    end, generator = _best_end(training), torch.Generator().manual_seed(0)
    settings = training.sweep.settings
    draws = (torch.randn(len(end), generator=generator) for _ in range(2 + REDRAWS))
    scaled = (filter_normalized(settings, end, drawn) for drawn in draws)
    first, names = next(scaled), RANDOM_NAMES
    # If each unit has a single weight, only signs are drawn, and both directions may be the same.
    second = next((other for other in scaled if _cosine(first, other) <= MOST_PARALLEL), None)
    if second is None:
        # No two exist where all weights but one unit's are 0.
        names = UNSCALED_NAMES
        first, second = (
            drawn / np.linalg.norm(drawn)
            for drawn in torch.randn(2, len(end), generator=generator).double().numpy()
        )
    return Plane(end, np.stack([first, second]), names, is_exact=False, kind=choice.kind)


def _cosine(first: Float[ndarray, "param"], second: Float[ndarray, "param"]) -> float:
    """Of the angle between two lines: 1 if they are parallel or one of them has no length."""
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return abs(float(first @ second)) / lengths if lengths else 1.0


def filter_normalized(
    settings: Settings, params: Float[ndarray, "param"], drawn: Float[Tensor, "param"]
) -> Float[ndarray, "param"]:
    """`drawn` with each unit's incoming weights d scaled to the length of the network's own
    weights theta, and with biases 0:  d <- d / |d| * |theta|."""
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
    return np.concatenate(parts)


def _sharpest(training: Training, choice: PlaneChoice) -> Plane:
    """The two directions in which the loss curves most at the best run's end."""
    settings, end = training.sweep.settings, _best_end(training)
    network, data, loss = network_for(settings), dataset_for(settings), loss_for(settings)
    _, vectors = sharpest(network, torch.tensor(end)[None], data, loss, count=2)
    directions = vectors[0].T.numpy()
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(2), largest])[:, None]
    return Plane(
        end,
        directions,
        SHARPEST_NAMES,
        is_exact=False,
        kind=choice.kind,
    )


def _best_end(training: Training) -> Float[ndarray, "param"]:
    """The best run's last parameters, or the start if that run has left the picture."""
    sweep = training.sweep
    has_end = _in_picture(sweep)[sweep.best_run, -1]
    return (sweep.params[sweep.best_run, -1] if has_end else sweep.start).astype(float)


PLANE_BUILDERS: dict[str, Callable[[Training, PlaneChoice], Plane]] = {
    "anchored": _anchored,
    "parameters": _parameters,
    "random": _random,
    "sharpest": _sharpest,
}


def _strongest_other(
    moves: Float[ndarray, "run frame param"],
    first: Float[ndarray, "param"],
    start: Float[ndarray, "param"],
) -> Float[ndarray, "param"]:
    """The direction of strongest motion orthogonal to `first`; every run has the same weight."""
    for run in checked(moves):
        run -= np.outer(run @ first, first)
    rest = torch.from_numpy(moves)
    lengths = torch.linalg.vector_norm(rest, dim=(1, 2), keepdim=True)
    rest /= lengths.clamp_min(1e-300)
    second = _leading_direction(rest).numpy()
    if not _is_motion(lengths.flatten().numpy(), start):
        second = np.eye(len(first))[np.argmin(np.abs(first))]
    second = second - (second @ first) * first
    second = second / np.linalg.norm(second)
    return np.asarray(second * np.sign(second[np.argmax(np.abs(second))]))


def _leading_direction(paths: Float[Tensor, "run frame param"]) -> Float[Tensor, "param"]:
    """The leading eigenvector of X'X, where the rows of X are the points of all paths."""
    param_count = paths.shape[2]
    if param_count > DENSE_PARAMS:
        return lanczos(lambda v: _scatter_product(v, paths), torch.Size([1, param_count]))[1][
            0, :, -1
        ]
    rows = paths.flatten(0, 1)
    # NumPy's eigh starts threads of its own, which slows down everyone else on the machine.
    vectors: Tensor = torch.linalg.eigh(rows.T @ rows)[1]
    return vectors[:, -1]


def _scatter_product(
    v: Float[Tensor, "1 param"], paths: Float[Tensor, "run frame param"]
) -> Float[Tensor, "1 param"]:
    """v X'X, run by run: each path is used twice while it is in the processor's cache."""
    product = torch.zeros_like(v)
    for path in paths:
        product += (v @ path.T) @ path
    return product


def _is_motion(move: Float[ndarray, "size"], start: Float[ndarray, "param"]) -> bool:
    return bool(np.linalg.norm(move) > NEGLIGIBLE * max(1.0, float(np.linalg.norm(start))))

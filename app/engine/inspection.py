"""One run in full: every epoch, its exact slices, and its sharpness along the way."""

from math import ceil

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from app.domain.cost_model import estimated_seconds, pass_seconds
from app.domain.results import LossSurface, RunDetail
from app.domain.settings import Settings
from app.domain.stability import l2_decay
from app.engine.curvature import sharpness
from app.engine.datasets import dataset_for
from app.engine.fit import fit_of
from app.engine.landscape.projection import project
from app.engine.landscape.slices import SAMPLES, loss_slices
from app.engine.losses import loss_for
from app.engine.measures import accuracies, validation_loss
from app.engine.network import network_for
from app.engine.recorder import Descent, Training, frame_epochs, history_fits
from app.engine.schedules import rate_factors
from app.engine.training import batch_order, descend

# The sharpness of a run is computed at this many epochs, or at fewer if they cost more than
# SHARPNESS_WORK together. One costs params x (examples + SHARPNESS_EXAMPLES), and twice that with
# the rescaled sharpness.
SHARPNESS_EPOCHS, FEWEST_SHARPNESS_EPOCHS, SHARPNESS_WORK = 40, 4, 4_000_000
SHARPNESS_EXAMPLES = 45
# A run has every epoch if its params take at most DETAIL_BYTES and are in memory, or can be trained
# again in an estimated SECONDS_AGAIN; otherwise it has the frames.
DETAIL_BYTES, SECONDS_AGAIN = 1_000_000, 1.0
# Every epoch has slices if all take at most this long; otherwise as many frames as fit.
SLICED_SECONDS, SLICED_FRAMES_SECONDS = 0.12, 0.35


def inspect_run(
    settings: Settings, training: Training, surface: LossSurface, epoch: int = 0
) -> RunDetail:
    """The selected run of `training`, which has the same Settings, up to its overflow.

    `epoch` is the one on show: the nearest epoch of the result always has slices. Raises
    UserError if this takes longer than the time limit.
    """
    is_whole = _has_every_epoch(settings)
    epochs = np.arange(settings.epochs + 1) if is_whole else training.sweep.epochs
    descent, run = _descent_at(settings, training, epochs), settings.run_index
    overflow = training.sweep.overflow_at[run]
    end = len(epochs) if overflow < 0 else int(np.searchsorted(epochs, overflow))
    epochs = epochs[:end]
    params, gradients = descent.params[0, :end].numpy(), descent.gradients[0, :end].numpy()
    updates, preconditioners = descent.updates, descent.preconditioners
    each = (settings.example_count + SHARPNESS_EXAMPLES) * settings.param_count
    each *= 1 if preconditioners is None else 2
    many = min(max(SHARPNESS_WORK // each, FEWEST_SHARPNESS_EPOCHS), SHARPNESS_EPOCHS)
    sharp = np.unique(np.geomspace(1, end, many).astype(int)) - 1
    rescaled = None
    if preconditioners is not None:
        decay = l2_decay(settings)
        rescaled = _sharpness(settings, params[sharp], preconditioners[0, sharp], decay)
    sliced = _sliced(settings, epochs, epoch)
    first_steps = np.minimum(epochs * settings.steps_per_epoch, settings.step_count - 1)
    return RunDetail(
        sweep_id=settings.sweep_id,
        run=run,
        epochs=epochs,
        params=params,
        train_loss=descent.train_loss[run, torch.tensor(epochs)].numpy(),
        gradients=gradients,
        validation_loss=validation_loss(settings, params),
        **accuracies(settings, params),
        updates=None if updates is None else updates[0, :end].numpy(),
        batches=_first_batches(settings, epochs),
        rate_factors=rate_factors(settings)[first_steps],
        projection=project(surface.plane, params, gradients),
        fit=fit_of(settings, params),
        slices=loss_slices(settings, surface, epochs[sliced], params[sliced]),
        sharpness_epochs=epochs[sharp],
        sharpness=_sharpness(settings, params[sharp]),
        rescaled_sharpness=rescaled,
    )


def epoch_that_counts(settings: Settings, epoch: int) -> int:
    """`epoch`, or 0 if `inspect_run` gives the same result for every epoch."""
    frames = np.array(frame_epochs(settings))
    epochs = np.arange(settings.epochs + 1) if _has_every_epoch(settings) else frames
    sliced = epochs[_always_sliced(settings, epochs)]
    return 0 if len(sliced) == len(epochs) or epoch in sliced else epoch


def _has_every_epoch(settings: Settings) -> bool:
    is_small = (settings.epochs + 1) * settings.param_count * 4 <= DETAIL_BYTES
    is_quick = history_fits(settings) or estimated_seconds(settings) <= SECONDS_AGAIN
    return is_small and is_quick


def _descent_at(settings: Settings, training: Training, epochs: Int[ndarray, "epoch"]) -> Descent:
    """The selected run alone at these epochs, from memory if the training kept them.

    Otherwise the whole sweep is trained again and this run is kept. A run trained alone rounds
    differently from the batched one and, near the stability edge, ends elsewhere.
    """
    run, kept = settings.run_index, training.kept_epochs
    if not np.isin(epochs, kept).all():
        start = torch.tensor(training.sweep.start)
        return descend(settings, epochs.tolist(), kept_run=run, start=start)
    slots, descent = torch.tensor(np.searchsorted(kept, epochs)), training.descent
    return Descent(
        descent.params[run : run + 1, slots],
        descent.gradients[run : run + 1, slots],
        descent.train_loss,
        *(
            None if part is None else part[run : run + 1, slots]
            for part in (descent.updates, descent.preconditioners)
        ),
    )


def _first_batches(
    settings: Settings, epochs: Int[ndarray, "epoch"]
) -> Int[ndarray, "epoch example"] | None:
    """The examples in the first batch of each of these epochs; None for the full batch."""
    if settings.steps_per_epoch == 1:
        return None
    orders, wanted = batch_order(settings), set(epochs.tolist())
    firsts = [
        order[: settings.batch_size].numpy()
        for epoch, order in zip(range(settings.epochs + 1), orders, strict=False)
        if epoch in wanted
    ]
    return np.array(firsts)


def _sliced(
    settings: Settings, epochs: Int[ndarray, "epoch"], wanted: int
) -> Int[ndarray, "sliced"]:
    """Indices of the epochs that get slices.

    These are the epochs that always do, the last one, which the page shows after an overflow, and
    the epoch nearest to `wanted`, which the page shows for it; if two are equally near, both.
    """
    distances = np.abs(epochs - wanted)
    is_sliced = _always_sliced(settings, epochs) | (distances == distances.min())
    is_sliced[-1] = True
    return np.flatnonzero(is_sliced)


def _always_sliced(settings: Settings, epochs: Int[ndarray, "epoch"]) -> Bool[ndarray, "epoch"]:
    """All epochs if that is cheap, else every n-th frame, starting with the first."""
    each = pass_seconds(settings, 2 * SAMPLES * settings.example_count)
    if len(epochs) * each <= SLICED_SECONDS:
        return np.ones(len(epochs), dtype=bool)
    frames = frame_epochs(settings)
    apart = ceil(len(frames) * each / SLICED_FRAMES_SECONDS)
    return np.isin(epochs, frames[::apart])


def _sharpness(
    settings: Settings,
    params: Float[ndarray, "sample param"],
    preconditioners: Float[Tensor, "sample param"] | None = None,
    decay: float = 0.0,
) -> Float[ndarray, "sample"]:
    network, dataset, loss = network_for(settings), dataset_for(settings), loss_for(settings)
    found = sharpness(network, torch.tensor(params), dataset, loss, preconditioners, decay)
    return np.asarray(found.numpy())

"""Training: every learning rate at once. The file to read first.

All runs share their start and their data and differ in the learning rate alone. They share no
parameters either, so the gradient of the summed loss holds each run's own gradient, and one batched
loop trains them all for less than the cost of one plain loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.optim.sgd import sgd

from app.engine import datasets
from app.engine.curvature import sharpest
from app.engine.network import ACTIVATIONS, HiddenGradient, LinearGradient, Network, with_ones
from app.engine.verdicts import judge
from app.results import Dataset, Sweep
from app.settings import SLIDER_LEARNING_RATES, Settings

FRAMES = 160
EARLY_EPOCHS = 20
# Where all epochs of all runs take less memory than this, they are kept for `inspect_run`.
HISTORY_BYTES = 16_000_000


class Descent(NamedTuple):
    """What the loop brings home: params and gradients at the kept epochs, the loss at every one."""

    params: Float[Tensor, "run kept param"]
    gradients: Float[Tensor, "run kept param"]
    train_loss: Float[Tensor, "run epoch"]


@dataclass(frozen=True)
class Training:
    """A sweep, and the descent that it is made of at all epochs where memory allows."""

    sweep: Sweep
    descent: Descent
    kept_epochs: Int[ndarray, "kept"]


def train_sweep(settings: Settings) -> Sweep:
    """Trains every learning rate of `settings` from one start by full-batch gradient descent.

    >>> train_sweep(Settings(dataset="line", epochs=1000)).params.shape  # run, frame, param
    (41, 160, 2)
    """
    return train(settings).sweep


def train(settings: Settings) -> Training:
    """`train_sweep`, with the descent at every epoch kept where it takes under HISTORY_BYTES."""
    network, dataset = network_of(settings), datasets.load(settings.dataset)
    frames = frame_epochs(settings.epochs)
    kept = list(range(settings.epochs + 1)) if _history_fits(settings, network) else frames
    descent = descend_all(settings, kept)
    sweep = _sweep(settings, network, dataset, descent, kept, frames)
    return Training(sweep, descent, np.array(kept))


def descend_all(settings: Settings, kept_epochs: list[int], kept_run: int | None = None) -> Descent:
    """The training loop as `settings` ask for it."""
    network = network_of(settings)
    return descend(
        network,
        datasets.load(settings.dataset),
        network.initial_params(settings.seed),
        torch.tensor(settings.learning_rates()),
        settings.epochs,
        kept_epochs,
        kept_run,
    )


def descend(
    network: Network,
    dataset: Dataset,
    initial_params: Float[Tensor, "param"],
    learning_rates: Float[Tensor, "run"],
    epochs: int,
    kept_epochs: list[int],
    kept_run: int | None = None,
) -> Descent:
    """The training loop: params <- params - learning_rate * gradient, for all runs at once.

    `torch.optim` itself makes the update, though it knows one learning rate only: it steps a zeroed
    `update` at rate 1, which the runs' own rates then scale. All runs are trained, and all are kept
    unless one is named.
    """
    runs = len(learning_rates)
    rates = network.to_blocks(learning_rates[:, None].expand(-1, network.params))
    # Params and gradient lie side by side, so that one copy keeps both.
    state = torch.empty(2, len(rates))
    params, gradient = state
    params.copy_(network.to_blocks(initial_params.expand(runs, -1)))
    update = torch.zeros_like(params)
    compute = gradient_of(network, state, runs, dataset).compute

    columns = _kept_columns(network, runs, kept_run)
    kept = torch.empty(len(kept_epochs), 2, len(rates) if columns is None else len(columns))
    slots = dict(zip(kept_epochs, kept, strict=True))
    train_loss = torch.empty(epochs + 1, runs)

    for epoch, loss in enumerate(train_loss.unbind()):
        compute(loss)
        slot = slots.get(epoch)
        if slot is not None:
            slot.copy_(state if columns is None else state[:, columns])
        params.addcmul_(rates, _step_at_rate_1(update, gradient))

    kept_runs = runs if kept_run is None else 1
    kept_params, kept_gradients = (network.from_blocks(kept[:, k], kept_runs) for k in (0, 1))
    return Descent(kept_params, kept_gradients, train_loss.T)


def gradient_of(
    network: Network, state: Float[Tensor, "2 size"], runs: int, dataset: Dataset
) -> LinearGradient | HiddenGradient:
    """What computes the loss and, into state[1], the gradient of the block params in state[0]."""
    if not network.hidden_units:
        return LinearGradient(state, runs, *as_tensors(dataset))
    activation = ACTIVATIONS[network.activation]
    return HiddenGradient(state, runs, *as_tensors(dataset), activation)


def _kept_columns(network: Network, runs: int, kept_run: int | None) -> Tensor | None:
    """Where a run's parameters stand in the block vector; None where all runs are kept."""
    if kept_run is None:
        return None
    owners = network.to_blocks(torch.arange(float(runs))[:, None].expand(-1, network.params))
    return (owners == kept_run).nonzero()[:, 0]


def _step_at_rate_1(update: Tensor, gradient: Tensor) -> Tensor:
    """What torch's optimizer adds to a parameter at learning rate 1, written into `update`.

    It is torch's own functional SGD; the bookkeeping of an Optimizer object costs 20 us a step.
    """
    update.zero_()
    sgd(
        [update], [gradient], [None], lr=1.0, weight_decay=0.0, momentum=0.0, dampening=0.0,
        nesterov=False, maximize=False, foreach=False,
    )  # fmt: skip
    return update


def network_of(settings: Settings) -> Network:
    """The network that `settings` ask for."""
    features = datasets.load(settings.dataset).inputs.shape[1]
    return Network(features, settings.hidden_units, settings.activation)


def as_tensors(
    dataset: Dataset,
) -> tuple[Float[Tensor, "example feature"], Float[Tensor, "example"]]:
    """The data as float32 tensors. They are copies: a frozen array cannot back a tensor."""
    return torch.tensor(dataset.inputs), torch.tensor(dataset.targets)


def frame_epochs(epochs: int) -> list[int]:
    """The epochs that a sweep keeps: all, or 0..20 and then ever wider steps, FRAMES in all."""
    if epochs < FRAMES:
        return list(range(epochs + 1))
    kept = list(range(EARLY_EPOCHS + 1))
    while len(kept) < FRAMES:
        ratio = (epochs / kept[-1]) ** (1 / (FRAMES - len(kept)))
        kept.append(max(kept[-1] + 1, round(kept[-1] * ratio)))
    return kept


def _history_fits(settings: Settings, network: Network) -> bool:
    floats = len(settings.learning_rates()) * (settings.epochs + 1) * network.params * 2
    return floats * 4 < HISTORY_BYTES


def _sweep(
    settings: Settings,
    network: Network,
    dataset: Dataset,
    descent: Descent,
    kept: list[int],
    frames: list[int],
) -> Sweep:
    """The descent at the sweep's frames, with each run judged from every epoch."""
    every_loss = descent.train_loss.numpy()
    sharpness, direction = sharpest(network, descent.params[0, :1], dataset)
    slots = np.searchsorted(kept, frames)
    params, gradients = (whole[:, slots].numpy() for whole in (descent.params, descent.gradients))
    early = (descent.gradients[:, : EARLY_EPOCHS + 1].double() @ direction[0]).numpy()
    judged = judge(
        every_loss,
        early,
        stuck=_all_units_off(network, descent.params[:, -1], dataset),
        slider_runs=len(SLIDER_LEARNING_RATES),
        least_squares_loss=None if network.hidden_units else dataset.least_squares_loss,
    )
    after = _after_overflow(judged.overflow_at, np.array(frames))
    return Sweep(
        settings=settings,
        learning_rates=np.array(settings.learning_rates()),
        epochs=np.array(frames),
        params=np.where(after[:, :, None], np.nan, params).astype("float32"),
        train_loss=np.where(after, np.nan, every_loss[:, frames]).astype("float32"),
        gradients=np.where(after[:, :, None], np.nan, gradients).astype("float32"),
        diverged_at=judged.diverged_at,
        overflow_at=judged.overflow_at,
        last_loss=np.where(judged.overflow_at < 0, every_loss[:, -1], np.nan).astype("float32"),
        calm=judged.calm,
        verdicts=judged.verdicts,
        arrived=judged.arrived,
        reference_loss=judged.reference_loss,
        start_sharpness=float(sharpness[0]),
    )


def _after_overflow(overflow_at: ndarray, epochs: ndarray) -> ndarray:
    """Per run and epoch: is its loss no number any more?"""
    return (overflow_at[:, None] >= 0) & (epochs >= overflow_at[:, None])


def _all_units_off(
    network: Network, last_params: Float[Tensor, "run param"], dataset: Dataset
) -> ndarray:
    """Per run: is every ReLU unit 0 for every example? No gradient reaches its weights then."""
    if not network.hidden_units or network.activation != "relu":
        return np.zeros(len(last_params), dtype=bool)
    hidden, _, _ = network.split(last_params)
    inputs, _ = as_tensors(dataset)
    return ((hidden @ with_ones(inputs)) <= 0).flatten(1).all(dim=1).numpy()

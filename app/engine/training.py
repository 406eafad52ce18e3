"""Training: every learning rate at once. The file to read first.

All runs share their start, their data and its batches, and differ in the learning rate alone. They
share no parameters either, so the gradient of the summed loss holds each run's own gradient, and
one batched loop trains them all for less than the cost of one plain loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import Dataset, Sweep
from app.domain.settings import Settings
from app.engine import datasets
from app.engine.chunks import chunks
from app.engine.curvature import sharpest
from app.engine.datasets import dataset_for
from app.engine.deadline import check, checked, time_limit
from app.engine.network import HiddenGradient, LinearGradient, Network, with_ones
from app.engine.optimizers import Update
from app.engine.schedules import rate_factors
from app.engine.verdicts import judge

EARLY_EPOCHS = 20
# Where all epochs of all runs take less memory than this, they are kept for `inspect_run`.
HISTORY_BYTES = 16_000_000


class Descent(NamedTuple):
    """What the loop brings home: the loss at every epoch, the rest at the kept ones.

    updates          the first step from there at learning rate 1; None for plain gradient descent,
                     where it is minus the gradient
    preconditioners  by what an adaptive optimizer has divided in that step
    """

    params: Float[Tensor, "run kept param"]
    gradients: Float[Tensor, "run kept param"]
    train_loss: Float[Tensor, "run epoch"]
    updates: Float[Tensor, "run kept param"] | None = None
    preconditioners: Float[Tensor, "run kept param"] | None = None


@dataclass(frozen=True)
class Training:
    """A sweep, and the descent that it is made of at all epochs where memory allows."""

    sweep: Sweep
    descent: Descent
    kept_epochs: Int[ndarray, "kept"]

    def of_run(self, settings: Settings) -> Training:
        """The same training with another of its learning rates selected."""
        return replace(self, sweep=replace(self.sweep, settings=settings))


def train_sweep(settings: Settings) -> Sweep:
    """Trains every learning rate of `settings` from one start, on the same batches.

    >>> train_sweep(Settings(dataset="line", epochs=1000)).params.shape  # run, frame, param
    (41, 160, 2)
    """
    return train(settings, keeps_history=False).sweep


def train(settings: Settings, keeps_history: bool = True) -> Training:
    """`train_sweep`, with the descent at every epoch kept where it takes under HISTORY_BYTES."""
    frames, kept = frame_epochs(settings), list(range(settings.epochs + 1))
    if not keeps_history or not history_fits(settings):
        kept = frames
    with time_limit(settings):
        descent = descend(settings, kept)
        return Training(_sweep(settings, descent, kept, frames), descent, np.array(kept))


def descend(
    settings: Settings,
    kept_epochs: list[int],
    kept_run: int | None = None,
    learning_rates: Sequence[float] | None = None,
) -> Descent:
    """The training loop: params <- params + learning_rate * update, for all runs at once.

    The update is what `torch.optim` makes of the gradient at learning rate 1 (see optimizers.py).
    All runs are trained, and all are kept unless one is named. Other learning rates than those of
    `settings` may be asked for. Raises InvalidSetting where its unit of work takes too long.
    """
    network, dataset = network_of(settings), dataset_for(settings)
    chosen = torch.tensor(learning_rates or settings.learning_rates())
    runs, rates = len(chosen), network.to_blocks(chosen[:, None].expand(-1, network.param_count))
    # Side by side, so that one copy keeps all: params, gradient, update, preconditioner.
    state = torch.empty(settings.kept_parts, len(rates))
    params = state[0].copy_(network.to_blocks(start_of(settings).expand(runs, -1)))
    compute = gradient_of(network, state, runs, dataset).compute
    batches, update = Batches(settings, network, state, runs, dataset), Update(settings, state)
    factors, per_epoch = rate_factors(settings).tolist(), settings.steps_per_epoch

    columns = _kept_columns(network, runs, kept_run)
    kept = torch.empty(
        len(kept_epochs), len(state), len(rates) if columns is None else len(columns)
    )
    slots = dict(zip(kept_epochs, kept, strict=True))
    train_loss = torch.empty(settings.epochs + 1, runs)

    for epoch, loss in enumerate(train_loss.unbind()):
        compute(loss)
        slot = slots.get(epoch)
        if slot is not None:
            slot.copy_(state if columns is None else state[:, columns])
        for step in batches.of_epoch():
            done = epoch * per_epoch + step
            check(epoch)
            update.compute()
            if step == 0 and slot is not None and len(state) > 2:
                update.note_preconditioner()
                slot[2:] = state[2:] if columns is None else state[2:, columns]
            # What would follow the last epoch is kept, but no more taken.
            if epoch == settings.epochs:
                break
            params.addcmul_(rates, update.at_rate_1, value=factors[done])

    kept_runs = runs if kept_run is None else 1
    parts = [network.from_blocks(part, kept_runs) for part in checked(kept.unbind(1))]
    updates, preconditioners = [*parts[2:], None, None][:2]
    return Descent(parts[0], parts[1], train_loss.T, updates, preconditioners)


class Batches:
    """The steps of an epoch: one with the full batch, else one for each minibatch, in an order
    that the seed fixes and all runs share. `loss` is each run's over the minibatch at hand."""

    def __init__(
        self,
        settings: Settings,
        network: Network,
        state: Float[Tensor, "part size"],
        runs: int,
        dataset: Dataset,
    ) -> None:
        self.settings = settings
        inputs, self._targets = as_tensors(dataset)
        self._columns, self._order = with_ones(inputs), batch_order(settings)
        self.loss = torch.empty(runs)
        self._starts = range(0, len(inputs), settings.batch_size or len(inputs))
        # The last batch of an epoch may be smaller.
        sizes = {min(self._starts.step, len(inputs) - start) for start in self._starts}
        self._gradients = {size: gradient_of(network, state, runs, dataset, size) for size in sizes}

    def of_epoch(self) -> Iterable[int]:
        """Counts an epoch's steps; before each, its gradient is in place."""
        return range(1) if self.settings.steps_per_epoch == 1 else self._minibatches()

    def _minibatches(self) -> Iterator[int]:
        order = next(self._order)
        columns, targets = self._columns[:, order], self._targets[order]
        for step, start in enumerate(self._starts):
            part = slice(start, start + self._starts.step)
            gradient = self._gradients[len(targets[part])]
            gradient.see(columns[:, part], targets[part])
            gradient.compute(self.loss)
            yield step


def batch_order(settings: Settings) -> Iterator[Int[Tensor, "example"]]:
    """Epoch after epoch, the training examples in the order in which its batches take them."""
    generator = torch.Generator().manual_seed(settings.seed)
    while True:
        yield torch.randperm(settings.example_count, generator=generator)


def gradient_of(
    network: Network,
    state: Float[Tensor, "part size"],
    runs: int,
    dataset: Dataset,
    examples: int | None = None,
) -> LinearGradient | HiddenGradient:
    """What computes the loss and, into state[1], the gradient of the block params in state[0];
    of all examples, or made for so many of them."""
    inputs, targets = (part[:examples] for part in as_tensors(dataset))
    if not network.hidden_units:
        return LinearGradient(state, runs, inputs, targets)
    return HiddenGradient(network, state, runs, inputs, targets)


def _kept_columns(network: Network, runs: int, kept_run: int | None) -> Tensor | None:
    """Where a run's parameters stand in the block vector; None where all runs are kept."""
    if kept_run is None:
        return None
    owners = network.to_blocks(torch.arange(float(runs))[:, None].expand(-1, network.param_count))
    return (owners == kept_run).nonzero()[:, 0]


def network_of(settings: Settings) -> Network:
    """The network that `settings` ask for."""
    features = dataset_for(settings).inputs.shape[1]
    return Network(features, settings.hidden_units, settings.activation, settings.hidden_layers)


def start_of(settings: Settings) -> Float[Tensor, "param"]:
    """The initial parameters that `settings` ask for."""
    return network_of(settings).initial_params(
        settings.seed, settings.initialization, settings.initial_scale
    )


def as_tensors(
    dataset: Dataset,
) -> tuple[Float[Tensor, "example feature"], Float[Tensor, "example"]]:
    """The data as float32 tensors. They are copies: a frozen array cannot back a tensor."""
    return torch.tensor(dataset.inputs), torch.tensor(dataset.targets)


def frame_epochs(settings: Settings) -> list[int]:
    """The epochs that a sweep keeps: all, or 0..20 and then ever wider steps, as many as
    the settings have frames."""
    epochs, most = settings.epochs, settings.frame_count
    if epochs < most:
        return list(range(epochs + 1))
    kept = list(range(EARLY_EPOCHS + 1))
    while len(kept) < most:
        ratio = (epochs / kept[-1]) ** (1 / (most - len(kept)))
        kept.append(max(kept[-1] + 1, round(kept[-1] * ratio)))
    return kept


def history_fits(settings: Settings) -> bool:
    """Whether every epoch of every run takes less memory than HISTORY_BYTES."""
    runs, params = len(settings.learning_rates()), network_of(settings).param_count
    return runs * (settings.epochs + 1) * params * settings.kept_parts * 4 < HISTORY_BYTES


def _sweep(settings: Settings, descent: Descent, kept: list[int], frames: list[int]) -> Sweep:
    """The descent at the sweep's frames, with each run judged from every epoch.

    Where these are all that is kept, the sweep has the descent's own arrays, NaN after an overflow:
    a large network's need not be held twice.
    """
    network, dataset = network_of(settings), dataset_for(settings)
    every_loss = descent.train_loss.numpy()
    sharpness, direction = sharpest(network, descent.params[0, :1], dataset)
    slots = slice(None) if kept == frames else np.searchsorted(kept, frames)
    params, gradients = (whole[:, slots].numpy() for whole in (descent.params, descent.gradients))
    early = _slopes(descent.gradients[:, : EARLY_EPOCHS + 1], direction[0, :, 0])
    known = datasets.known_optimum(settings)
    judged = judge(
        every_loss,
        early,
        stuck=_all_units_off(network, descent.params[:, -1], dataset),
        slider_runs=len(SLIDER_LEARNING_RATES),
        known_loss=known[0] if known else None,
    )
    after = _after_overflow(judged.overflow_at, np.array(frames))
    validation = validation_loss(settings, params)
    for whole in (params, gradients):
        whole[after] = np.nan
    return Sweep(
        settings=settings,
        learning_rates=np.array(settings.learning_rates()),
        epochs=np.array(frames),
        params=params,
        train_loss=np.where(after, np.nan, every_loss[:, frames]).astype("float32"),
        gradients=gradients,
        validation_loss=None if validation is None else np.where(after, np.nan, validation),
        diverged_at=judged.diverged_at,
        overflow_at=judged.overflow_at,
        last_loss=np.where(judged.overflow_at < 0, every_loss[:, -1], np.nan).astype("float32"),
        calm=judged.calm,
        verdicts=judged.verdicts,
        arrived=judged.arrived,
        reference_loss=judged.reference_loss,
        reference_name=known[1] if known else "the lowest here",
        start_sharpness=float(sharpness[0, 0]),
    )


def _slopes(
    gradients: Float[Tensor, "run step param"], direction: Float[Tensor, "param"]
) -> Float[ndarray, "run step"]:
    """Along a direction, in float64."""
    runs = chunks(len(gradients), gradients[0].numel())
    return torch.cat([gradients[some].double() @ direction for some in runs]).numpy()


def _after_overflow(overflow_at: ndarray, epochs: ndarray) -> ndarray:
    """Per run and epoch: is its loss no number any more?"""
    return (overflow_at[:, None] >= 0) & (epochs >= overflow_at[:, None])


def _all_units_off(
    network: Network, last_params: Float[Tensor, "run param"], dataset: Dataset
) -> ndarray:
    """Per run: is every ReLU unit of some layer 0 for every example? Then no gradient reaches what
    lies below, and the prediction is the same for all."""
    stuck = np.zeros(len(last_params), dtype=bool)
    if not network.hidden_units or network.activation != "relu":
        return stuck
    inputs, _ = as_tensors(dataset)
    for units in network.unit_values(last_params, inputs):
        stuck |= (units <= 0).flatten(1).all(dim=1).numpy()
    return stuck


def validation_loss(
    settings: Settings, params: Float[ndarray, "*stack param"]
) -> Float[ndarray, "*stack"] | None:
    """The mean squared error over the examples that are held back; None where there are none."""
    dataset = dataset_for(settings)
    if not len(dataset.validation_targets):
        return None
    inputs, targets = dataset.validation_inputs, dataset.validation_targets
    flat = torch.from_numpy(params).reshape(-1, params.shape[-1])
    errors = network_of(settings).predict(flat, torch.tensor(inputs)) - torch.tensor(targets)
    return errors.square().mean(dim=1).view(params.shape[:-1]).numpy()

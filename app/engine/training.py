"""Training: the loop. The file to read first.

One run at one learning rate, as every PyTorch tutorial writes it:

>>> settings = Settings(dataset="line", learning_rate=0.01, epochs=100, seed=0)
>>> inputs, targets = as_tensors(dataset_for(settings))
>>> _ = torch.manual_seed(settings.seed)
>>> model = torch.nn.Linear(1, 1)
>>> optimizer = torch.optim.SGD(model.parameters(), lr=settings.learning_rate)
>>> losses = []
>>> for epoch in range(settings.epochs + 1):
...     loss = torch.nn.functional.mse_loss(model(inputs)[:, 0], targets)
...     losses.append(loss.item())
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()

`descend` below trains every learning rate in one such loop. All runs share the start, the data and
the order of its batches, and differ in the learning rate alone. They share no parameters, so the
gradient of the summed loss holds each run's own gradient, and one batched loop trains them all for
less than the cost of one plain loop:

>>> sweep = train_sweep(settings)
>>> sweep.train_loss.shape  # run, frame
(41, 101)
>>> np.allclose(sweep.train_loss[settings.run_index], losses, rtol=1e-4)
True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from app.domain.fields import NUMBERS
from app.domain.results import Dataset, SeedsPicture, Sweep
from app.domain.settings import Settings
from app.engine.datasets import as_tensors, dataset_for
from app.engine.deadline import check, time_limit
from app.engine.landscape.planes import seeds_picture
from app.engine.losses import Loss, loss_for
from app.engine.network import HiddenGradient, LinearGradient, Network, network_for, with_ones
from app.engine.optimizers import Update
from app.engine.recorder import Descent, Recorder, Training, frame_epochs, history_fits
from app.engine.schedules import rate_factors
from app.engine.sweep import sweep_of


def descend(
    settings: Settings,
    kept_epochs: list[int],
    kept_run: int | None = None,
    learning_rates: Sequence[float] | None = None,
    start: Float[Tensor, "param"] | None = None,
) -> Descent:
    """The training loop: params <- params + learning_rate * update, for all runs at once.

    The update is what `torch.optim` makes of the gradient at learning rate 1 (see optimizers.py).

    Args:
        settings: What to train. Its learning rates are trained unless others are given.
        kept_epochs: The epochs of which to keep more than the loss, ascending.
        kept_run: The only run to keep, or None for all. All are trained in either case.
        learning_rates: One for each run.
        start: Where all runs start, if it is known already.

    Raises:
        UserError: The training takes longer than the time limit.
    """
    network, dataset = network_for(settings), dataset_for(settings)
    chosen = torch.tensor(learning_rates or settings.learning_rates())
    run_count = len(chosen)
    rates = network.to_blocks(chosen[:, None].expand(-1, network.param_count))
    # One row each for params, gradient, update and preconditioner, so that one copy keeps them all.
    state = torch.empty(settings.kept_parts, len(rates))
    start = start_for(settings) if start is None else start
    params = state[0].copy_(network.to_blocks(start.expand(run_count, -1)))
    full_batch = gradient_for(network, state, run_count, dataset, loss_for(settings))
    batches = Batches(settings, network, state, run_count, dataset)
    update, factors = Update(settings, state), rate_factors(settings).tolist()
    recorder = Recorder(network, state, run_count, kept_epochs, kept_run)
    train_loss = torch.empty(settings.epochs + 1, run_count)
    steps = 0

    for epoch, loss in enumerate(train_loss):
        full_batch.compute(loss)
        recorder.keep(epoch)
        for batch in batches.of_epoch():
            check()
            update.compute()
            if batch == 0:
                recorder.keep_update(epoch, update)
            # The update after the last epoch is kept, but not taken.
            if epoch == settings.epochs:
                break
            params.addcmul_(rates, update.at_rate_1, value=factors[steps])
            steps += 1

    return recorder.descent(train_loss.T)


class Batches:
    """Puts the gradient of each batch of an epoch in place, before its step.

    The full batch is one batch, and its gradient is in place already. Minibatches come in an order
    that the seed decides and all runs share; `loss` is each run's loss over the current one.
    """

    def __init__(
        self,
        settings: Settings,
        network: Network,
        state: Float[Tensor, "part size"],
        run_count: int,
        dataset: Dataset,
    ) -> None:
        self._is_full = settings.steps_per_epoch == 1
        loss, (inputs, targets) = loss_for(settings), as_tensors(dataset)
        self._known = loss.known(targets)
        self._columns, self._order = with_ones(inputs), batch_order(settings)
        self._starts = range(0, len(inputs), settings.batch_size or len(inputs))
        self.loss = torch.empty(run_count)
        self._make = partial(gradient_for, network, state, run_count, dataset, loss)
        # One for each size: the last batch of an epoch may be smaller than the others.
        self._gradients: dict[int, LinearGradient | HiddenGradient] = {}

    def of_epoch(self) -> Iterable[int]:
        """Counts the batches of an epoch; as each comes up, its gradient is in place."""
        return range(1) if self._is_full else self._minibatches()

    def _minibatches(self) -> Iterator[int]:
        order = next(self._order)
        columns, known = self._columns[:, order], self._known[order]
        for batch, start in enumerate(self._starts):
            examples = slice(start, start + self._starts.step)
            size = len(known[examples])
            if size not in self._gradients:
                self._gradients[size] = self._make(size)
            self._gradients[size].use(columns[:, examples], known[examples])
            self._gradients[size].compute(self.loss)
            yield batch


def batch_order(settings: Settings) -> Iterator[Int[Tensor, "example"]]:
    """For each epoch, the training examples in the order in which its batches take them."""
    generator = torch.Generator().manual_seed(settings.seed)
    while True:
        yield torch.randperm(settings.example_count, generator=generator)


def gradient_for(
    network: Network,
    state: Float[Tensor, "part size"],
    run_count: int,
    dataset: Dataset,
    loss: Loss,
    example_count: int | None = None,
) -> LinearGradient | HiddenGradient:
    """Computes the loss and, from the params in state[0], the gradient into state[1].

    It works on all examples, or on batches of `example_count` that it is told to use.
    """
    inputs, targets = (part[:example_count] for part in as_tensors(dataset))
    if not network.hidden_units:
        return LinearGradient(state, run_count, inputs, targets, loss)
    return HiddenGradient(network, state, run_count, inputs, targets, loss)


def start_for(settings: Settings, seeds: SeedsPicture | None = None) -> Float[Tensor, "param"]:
    """The initial parameters that `settings` ask for; `seeds` is their `seeds_own`, if it is known
    already."""
    point = settings.start_point
    if point is None:
        return network_for(settings).initial_params(
            settings.seed, settings.initialization, settings.initial_scale
        )
    seeds, place = seeds or seeds_own(settings), np.array(point[:2])
    return torch.tensor(seeds.plane.at(place) if seeds else place, dtype=torch.float32)


def seeds_own(settings: Settings) -> SeedsPicture | None:
    """The plane of the seed's own sweep on which the start was set by hand, if it was."""
    point = settings.start_point
    if point is None or not point.plane:
        return None
    usual = NUMBERS["learning_rate"].default
    own = train(replace(settings, start="", learning_rate=usual), keeps_history=False)
    return seeds_picture(own, point.plane)


def train_sweep(settings: Settings) -> Sweep:
    """Trains every learning rate of `settings` from one start, on the same batches.

    Raises UserError if this takes longer than the time limit.

    >>> train_sweep(Settings(dataset="line", epochs=1000)).params.shape  # run, frame, param
    (41, 160, 2)
    """
    return train(settings, keeps_history=False).sweep


def train(settings: Settings, keeps_history: bool = True) -> Training:
    """`train_sweep`, with the descent at every epoch if that takes less than HISTORY_BYTES."""
    frames = frame_epochs(settings)
    keeps_all = keeps_history and history_fits(settings)
    kept = list(range(settings.epochs + 1)) if keeps_all else frames
    with time_limit():
        seeds = seeds_own(settings)
        descent = descend(settings, kept, start=start_for(settings, seeds))
        sweep = sweep_of(settings, descent, kept, frames)
        return Training(sweep, descent, np.array(kept), seeds)

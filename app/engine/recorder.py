"""What is kept of a training: at which epochs, of which runs, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from app.domain.results import SeedsPicture, Sweep
from app.domain.settings import Settings
from app.engine.deadline import checked
from app.engine.network import Network
from app.engine.optimizers import Update

# A sweep keeps these first epochs one by one, and later ones at growing distances.
EARLY_EPOCHS = 20
ROUND_EPOCHS = (50, 100, 200, 500, 1000, 2000)
# If all epochs of all runs take less memory than this, they are kept for `inspect_run`.
HISTORY_BYTES = 16_000_000


class Descent(NamedTuple):
    """What a training leaves: the loss at every epoch, the rest at the kept epochs.

    updates          the first step after each kept epoch, at learning rate 1; None for plain
                     gradient descent, where it is minus the gradient
    preconditioners  what an adaptive optimizer has divided by in that step; None for the others
    """

    params: Float[Tensor, "run kept param"]
    gradients: Float[Tensor, "run kept param"]
    train_loss: Float[Tensor, "run epoch"]
    updates: Float[Tensor, "run kept param"] | None = None
    preconditioners: Float[Tensor, "run kept param"] | None = None


@dataclass(frozen=True)
class Training:
    """A sweep and the descent behind it, at every epoch if memory allows."""

    sweep: Sweep
    descent: Descent
    kept_epochs: Int[ndarray, "kept"]
    # Where the start was set by hand, or None.
    seeds: SeedsPicture | None = None

    def of_run(self, settings: Settings) -> Training:
        """The same training with another of its learning rates selected."""
        return replace(self, sweep=replace(self.sweep, settings=settings))


class Recorder:
    """Copies the state of a training at some epochs, of all runs or of one.

    state  what the loop works on, one block vector each: params, gradient and, as far as settings
           keep them, update and preconditioner
    run    the only run to keep, or None for all
    """

    def __init__(
        self,
        network: Network,
        state: Float[Tensor, "part size"],
        run_count: int,
        epochs: list[int],
        run: int | None = None,
    ) -> None:
        self._network, self._kept_runs = network, run_count if run is None else 1
        self._columns = None
        if run is not None:
            # Where this run's parameters stand in the block vector of all runs.
            owners = torch.arange(float(run_count))[:, None].expand(-1, network.param_count)
            self._columns = (network.to_blocks(owners) == run).nonzero()[:, 0]
        size = state.shape[1] if self._columns is None else len(self._columns)
        self._kept = torch.empty(len(epochs), len(state), size)
        self._before, self._after, self._keeps_updates = state[:2], state[2:], len(state) > 2
        self._slots_before = dict(zip(epochs, self._kept[:, :2], strict=True))
        self._slots_after = dict(zip(epochs, self._kept[:, 2:], strict=True))

    def keep(self, epoch: int) -> None:
        """Copies params and gradient, if this epoch is to be kept."""
        slot = self._slots_before.get(epoch)
        if slot is not None:
            self._copy(self._before, slot)

    def keep_update(self, epoch: int, update: Update) -> None:
        """Copies the first update of this epoch and its preconditioner, as far as they are kept."""
        if self._keeps_updates and epoch in self._slots_after:
            update.note_preconditioner()
            self._copy(self._after, self._slots_after[epoch])

    def descent(self, train_loss: Float[Tensor, "run epoch"]) -> Descent:
        """Everything that was kept, in torch's order of parameters."""
        params, gradients, *others = (
            self._network.from_blocks(part, self._kept_runs)
            for part in checked(self._kept.unbind(1))
        )
        return Descent(params, gradients, train_loss, *others)

    def _copy(self, parts: Float[Tensor, "part size"], slot: Float[Tensor, "part kept"]) -> None:
        if self._columns is None:
            slot.copy_(parts)
        else:
            torch.index_select(parts, 1, self._columns, out=slot)


def frame_epochs(settings: Settings) -> list[int]:
    """The epochs that a sweep keeps: all of them, or 0..EARLY_EPOCHS and then at distances that
    grow geometrically, `settings.frame_count` in total. The round epochs at which people stop, 50,
    100, 200, take the places of their neighbours."""
    epochs, most = settings.epochs, settings.frame_count
    if epochs < most:
        return list(range(epochs + 1))
    kept = list(range(EARLY_EPOCHS + 1))
    while len(kept) < most:
        ratio = (epochs / kept[-1]) ** (1 / (most - len(kept)))
        kept.append(max(kept[-1] + 1, round(kept[-1] * ratio)))
    for epoch in (one for one in ROUND_EPOCHS if one < epochs):
        kept[min(range(most - 1), key=lambda k: abs(kept[k] - epoch))] = epoch
    return kept


def history_fits(settings: Settings) -> bool:
    """Whether every epoch of every run takes less memory than HISTORY_BYTES."""
    numbers = len(settings.learning_rates()) * settings.param_count * settings.kept_parts
    return (settings.epochs + 1) * numbers * 4 < HISTORY_BYTES

"""A trained sweep with its landscape, and who trains it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol, TypeVar, runtime_checkable

from app.engine.datasets import dataset_for
from app.engine.deadline import time_limit
from app.engine.landscape import fits, loss_surface, project
from app.engine.range_test import range_test
from app.engine.training import Training, train, train_sweep
from app.meter import Meter
from app.planes import PlaneChoice
from app.results import Dataset, Fit, LossSurface, Projection, RangeTest, Sweep
from app.settings import Settings, estimated_seconds
from app.turns import Turns

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Experiment:
    """A trained sweep with all that the page shows of it."""

    dataset: Dataset
    training: Training
    surface: LossSurface
    projection: Projection
    fit: Fit
    # Of minibatches only: with the full batch, the sweep itself says more.
    range_test: RangeTest | None

    @property
    def sweep(self) -> Sweep:
        """The sweep itself."""
        return self.training.sweep


def run_experiment(settings: Settings) -> Experiment:
    """Trains the sweep and lays out its landscape."""
    with time_limit(settings):
        return lay_out(train(settings))


def lay_out(training: Training, plane: PlaneChoice | None = None) -> Experiment:
    """A training with all that the page shows of it, seen on a plane."""
    sweep, settings = training.sweep, training.sweep.settings
    surface = loss_surface(training, plane)
    return Experiment(
        dataset_for(settings),
        training,
        surface,
        project(surface.plane, sweep.params, sweep.gradients),
        fits(settings, sweep.params),
        range_test(settings) if settings.steps_per_epoch > 1 else None,
    )


@runtime_checkable
class Trainer(Protocol):
    """Trains what is not at hand: here, or where others can use it too. Both raise Busy where too
    many others train, and SettingsError for what took too long."""

    def experiment(self, settings: Settings) -> Experiment:
        """A sweep with its landscape."""

    def sweep(self, settings: Settings) -> Sweep:
        """A sweep alone, as a row of a map wants it."""


class Here:
    """Trains in this process, a few at a time."""

    def __init__(self, turns: Turns | None = None, meter: Meter | None = None) -> None:
        self._turns, self._meter = turns or Turns(meter=meter), meter or Meter()

    def experiment(self, settings: Settings) -> Experiment:
        """In its turn."""
        return self._in_turn(run_experiment, settings)

    def sweep(self, settings: Settings) -> Sweep:
        """In its turn."""
        return self._in_turn(train_sweep, settings)

    def _in_turn(self, make: Callable[[Settings], Made], settings: Settings) -> Made:
        with self._turns.take(estimated_seconds(settings)):
            start = perf_counter()
            made = make(settings)
            self._meter.trained(perf_counter() - start)
        return made


def warm_up(trainer: Trainer) -> Experiment:
    """What a process does before it answers anybody: the first training is slow, and a machine on
    which it fails should say so at the start. Gives the page's first sweep."""
    # A process's first torch.optim imports a large part of torch: not while somebody waits.
    trainer.sweep(Settings(optimizer="adam", epochs=10))
    return trainer.experiment(Settings())

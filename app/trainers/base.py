"""A trained sweep with its landscape, and the interface of whatever trains it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from app.domain.plane_choice import PlaneChoice
from app.domain.results import Dataset, Fit, LossSurface, Projection, RangeTest, Sweep
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from app.engine.deadline import time_limit
from app.engine.fit import fit_of
from app.engine.landscape.projection import project
from app.engine.landscape.surface import loss_surface
from app.engine.range_test import range_test
from app.engine.recorder import Training
from app.engine.training import train, train_sweep

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Experiment:
    """A trained sweep and everything that the page shows of it."""

    dataset: Dataset
    training: Training
    surface: LossSurface
    projection: Projection
    fit: Fit | None
    # For minibatches only: with the full batch, the sweep itself says more.
    range_test: RangeTest | None

    @property
    def sweep(self) -> Sweep:
        """The sweep itself."""
        return self.training.sweep


@runtime_checkable
class Trainer(Protocol):
    """Trains in this process, or lets other processes train."""

    def run(self, work: Callable[[Settings], Result], settings: Settings) -> Result:
        """What `run_experiment`, or `train_sweep` for a row of a map, makes of the settings.

        Raises ServerBusy when too many trainings wait, and UserError for a training that
        takes too long.
        """


def run_experiment(settings: Settings) -> Experiment:
    """Trains a sweep and lays out its landscape. Raises UserError past the time limit."""
    with time_limit():
        return lay_out(train(settings))


def lay_out(training: Training, plane: PlaneChoice | None = None) -> Experiment:
    """Computes everything that the page shows of a training, seen on a plane."""
    sweep, settings = training.sweep, training.sweep.settings
    surface = loss_surface(training, plane)
    return Experiment(
        dataset_for(settings),
        training,
        surface,
        project(surface.plane, sweep.params, sweep.gradients),
        fit_of(settings, sweep.params),
        range_test(settings, sweep.start) if settings.steps_per_epoch > 1 else None,
    )


def warm_up(trainer: Trainer) -> Experiment:
    """Trains the page's first sweep before any request is answered.

    The first training of a process is slow, because the first torch.optim imports a large part of
    torch. A machine on which training fails should say so at the start.
    """
    trainer.run(train_sweep, Settings(optimizer="adam", epochs=10))
    return trainer.run(run_experiment, Settings())

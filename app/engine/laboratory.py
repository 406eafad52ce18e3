"""Trained sweeps, kept for the people who look at them; equal Settings are trained once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from time import perf_counter
from typing import TypeVar

from app.engine import datasets
from app.engine.inspection import inspect_run
from app.engine.landscape import fits, loss_surface, project
from app.engine.range_test import range_test
from app.engine.training import Training, train, train_sweep
from app.meter import Meter
from app.planes import PlaneChoice
from app.results import Dataset, Fit, LossSurface, Projection, RangeTest, RunDetail, Sweep
from app.settings import Settings, estimated_seconds
from app.shelf import Shelf
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


class Laboratory:
    """An LRU cache of experiments. Equal Settings give equal results, so sharing them is safe.

    An experiment weighs up to 25 MB, most of it the history of every epoch. Those on a person's own
    data stand apart, and are forgotten when the data are.
    """

    def __init__(
        self, size: int = 8, turns: Turns | None = None, meter: Meter | None = None
    ) -> None:
        self._size, self._meter = size, meter or Meter()
        self._turns = turns or Turns(meter=meter)
        self._own: Shelf[Experiment] = Shelf(size)
        self._lock = Lock()
        self._experiments: OrderedDict[str, Experiment] = OrderedDict()
        self._running: dict[str, Lock] = {}

    def experiment(self, settings: Settings, plane: PlaneChoice | None = None) -> Experiment:
        """The experiment of these Settings, trained now if it is not at hand, seen on a plane.
        Raises Busy where too many others train."""
        anchored = self._anchored(settings)
        # A line has one plane only; other planes are looked at less often than laid out.
        if plane is None or plane == PlaneChoice() or settings.is_line:
            return anchored
        surface = loss_surface(anchored.training.of_run(settings), plane)
        sweep = anchored.sweep
        projection = project(surface.plane, sweep.params, sweep.gradients)
        return replace(anchored, surface=surface, projection=projection)

    def _anchored(self, settings: Settings) -> Experiment:
        key = settings.sweep_id
        with self._lock:
            if found := self._found(key):
                return found
            mine = self._running.setdefault(key, Lock())
        with mine:
            with self._lock:
                if found := self._found(key):
                    return found
            try:
                made = self._in_turn(run_experiment, settings)
                if settings.own:
                    self._own.put(key, made, settings.own.until)
                else:
                    self._keep(key, made)
            finally:
                with self._lock:
                    self._running.pop(key, None)
        return made

    def inspect(
        self, settings: Settings, epoch: int = 0, plane: PlaneChoice | None = None
    ) -> tuple[Experiment, RunDetail]:
        """The selected run in full. On a miss the whole sweep is trained, never a lone run."""
        found = self.experiment(settings, plane)
        return found, inspect_run(settings, found.training, found.surface, epoch)

    def sweep(self, settings: Settings) -> Sweep:
        """A sweep alone, as a row of a map wants it: it is not kept. Raises Busy."""
        return self._in_turn(train_sweep, settings)

    def _in_turn(self, make: Callable[[Settings], Made], settings: Settings) -> Made:
        with self._turns.take(estimated_seconds(settings)):
            start = perf_counter()
            made = make(settings)
            self._meter.trained(perf_counter() - start)
        return made

    def _keep(self, key: str, experiment: Experiment) -> None:
        with self._lock:
            self._experiments[key] = experiment
            while len(self._experiments) > self._size:
                self._experiments.popitem(last=False)

    def _found(self, key: str) -> Experiment | None:
        found = self._own.get(key) or self._experiments.get(key)
        if key in self._experiments:
            self._experiments.move_to_end(key)
        if found:
            self._meter.found()
        return found


def run_experiment(settings: Settings) -> Experiment:
    """Trains the sweep and lays out its landscape."""
    return lay_out(train(settings))


def lay_out(training: Training, plane: PlaneChoice | None = None) -> Experiment:
    """A training with all that the page shows of it, seen on a plane."""
    sweep, settings = training.sweep, training.sweep.settings
    surface = loss_surface(training, plane)
    return Experiment(
        datasets.of(settings),
        training,
        surface,
        project(surface.plane, sweep.params, sweep.gradients),
        fits(settings, sweep.params),
        range_test(settings) if settings.steps_per_epoch > 1 else None,
    )

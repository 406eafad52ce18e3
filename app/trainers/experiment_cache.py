"""Trained sweeps, kept for those who look at them; equal Settings are trained once at a time."""

import math
from dataclasses import replace

from app.domain.plane_choice import PlaneChoice
from app.domain.results import RunDetail, Sweep
from app.domain.settings import Settings
from app.engine.deadline import time_limit
from app.engine.inspection import inspect_run
from app.engine.landscape.projection import project
from app.engine.landscape.surface import loss_surface
from app.engine.training import train_sweep
from app.meter import Meter
from app.trainers.base import Experiment, Trainer, run_experiment
from app.trainers.local import LocalTrainer
from app.trainers.single_flight import SingleFlight
from app.trainers.ttl_cache import TtlCache


class ExperimentCache:
    """An LRU cache of experiments. Equal Settings give equal results, so sharing them is safe.

    Most experiments take 1 to 25 MB, mainly the history of every epoch. The largest networks' take
    some 90 MB, and 180 MB with an adaptive optimizer. Experiments on a person's own data are kept
    separately and expire together with the data.
    """

    def __init__(
        self, size: int = 4, trainer: Trainer | None = None, meter: Meter | None = None
    ) -> None:
        self._meter = meter or Meter()
        self._trainer = trainer or LocalTrainer(meter=meter)
        self._shared: TtlCache[Experiment] = TtlCache(size)
        self._user_data: TtlCache[Experiment] = TtlCache(size)
        self._flights = SingleFlight()

    def experiment(self, settings: Settings, plane: PlaneChoice | None = None) -> Experiment:
        """The experiment of these Settings, seen on a plane, and trained now if it is not cached.

        Raises ServerBusy when too many trainings wait, and UserError past the time limit.
        """
        anchored = self._anchored(settings)
        # The linear model has one plane only. Other planes are not cached: few people look at them.
        if plane is None or plane == PlaneChoice() or settings.is_line:
            return anchored
        sweep = anchored.sweep
        with time_limit():
            surface = loss_surface(anchored.training.of_run(settings), plane)
            projection = project(surface.plane, sweep.params, sweep.gradients)
        return replace(anchored, surface=surface, projection=projection)

    def inspect(
        self, settings: Settings, epoch: int = 0, plane: PlaneChoice | None = None
    ) -> tuple[Experiment, RunDetail]:
        """The selected run in full. On a miss the whole sweep is trained, never a single run."""
        found = self.experiment(settings, plane)
        with time_limit():
            return found, inspect_run(settings, found.training, found.surface, epoch)

    def sweep(self, settings: Settings) -> Sweep:
        """A sweep alone, for a row of a map. It is not cached. Raises ServerBusy."""
        return self._trainer.run(train_sweep, settings)

    def _anchored(self, settings: Settings) -> Experiment:
        """The experiment on its default plane."""
        key, user_data = settings.sweep_id, settings.user_data
        cache = self._user_data if user_data else self._shared

        def find() -> Experiment | None:
            if found := cache.get(key):
                self._meter.found()
            return found

        def train() -> Experiment:
            until = user_data.until if user_data else math.inf
            return cache.put(key, self._trainer.run(run_experiment, settings), until)

        return self._flights.run(key, find, train)

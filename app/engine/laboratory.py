"""Trained sweeps, kept for the people who look at them; equal Settings are trained once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock

from app.engine.deadline import time_limit
from app.engine.experiment import Experiment, Here, Trainer
from app.engine.inspection import inspect_run
from app.engine.landscape import loss_surface, project
from app.meter import Meter
from app.planes import PlaneChoice
from app.presence import held
from app.results import RunDetail, Sweep
from app.settings import Settings
from app.shelf import Shelf


class Laboratory:
    """An LRU cache of experiments. Equal Settings give equal results, so sharing them is safe.

    Most experiments weigh 1 to 25 MB, most of it the history of every epoch; the largest networks'
    weigh some 90, and 180 with an adaptive optimizer. Those on a person's own data stand apart, and
    are forgotten when the data are.
    """

    def __init__(
        self, size: int = 4, trainer: Trainer | None = None, meter: Meter | None = None
    ) -> None:
        self._size, self._meter = size, meter or Meter()
        self._trainer = trainer or Here(meter=meter)
        self._user_data: Shelf[Experiment] = Shelf(size)
        self._lock = Lock()
        self._experiments: OrderedDict[str, Experiment] = OrderedDict()
        self._running: dict[str, Lock] = {}

    def experiment(self, settings: Settings, plane: PlaneChoice | None = None) -> Experiment:
        """The experiment of these Settings, trained now if it is not at hand, seen on a plane.
        Raises Busy where too many others train, and Gone."""
        anchored = self._anchored(settings)
        # A line has one plane only; other planes are looked at less often than laid out.
        if plane is None or plane == PlaneChoice() or settings.is_line:
            return anchored
        sweep = anchored.sweep
        with time_limit(settings):
            surface = loss_surface(anchored.training.of_run(settings), plane)
            projection = project(surface.plane, sweep.params, sweep.gradients)
        return replace(anchored, surface=surface, projection=projection)

    def _anchored(self, settings: Settings) -> Experiment:
        key = settings.sweep_id
        with self._lock:
            if found := self._found(key):
                return found
            mine = self._running.setdefault(key, Lock())
        with held(mine):
            with self._lock:
                if found := self._found(key):
                    return found
            try:
                made = self._trainer.experiment(settings)
                if settings.user_data:
                    self._user_data.put(key, made, settings.user_data.until)
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
        with time_limit(settings):
            return found, inspect_run(settings, found.training, found.surface, epoch)

    def sweep(self, settings: Settings) -> Sweep:
        """A sweep alone, as a row of a map wants it: it is not kept. Raises Busy."""
        return self._trainer.sweep(settings)

    def _keep(self, key: str, experiment: Experiment) -> None:
        with self._lock:
            self._experiments[key] = experiment
            while len(self._experiments) > self._size:
                self._experiments.popitem(last=False)

    def _found(self, key: str) -> Experiment | None:
        found = self._user_data.get(key) or self._experiments.get(key)
        if key in self._experiments:
            self._experiments.move_to_end(key)
        if found:
            self._meter.found()
        return found

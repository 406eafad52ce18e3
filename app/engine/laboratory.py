"""Trained sweeps, kept for the people who look at them; equal Settings are trained once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from app.engine import datasets
from app.engine.inspection import inspect_run
from app.engine.landscape import fits, loss_surface, project
from app.engine.training import Training, train
from app.results import Dataset, Fit, LossSurface, Projection, RunDetail, Sweep
from app.settings import Settings


@dataclass(frozen=True)
class Experiment:
    """A trained sweep with all that the page shows of it."""

    dataset: Dataset
    training: Training
    surface: LossSurface
    projection: Projection
    fit: Fit

    @property
    def sweep(self) -> Sweep:
        """The sweep itself."""
        return self.training.sweep


class Laboratory:
    """An LRU cache of experiments. Equal Settings give equal results, so sharing them is safe.

    An experiment weighs up to 25 MB, most of it the history of every epoch.
    """

    def __init__(self, size: int = 8) -> None:
        self._size = size
        self._lock = Lock()
        self._experiments: OrderedDict[str, Experiment] = OrderedDict()
        self._running: dict[str, Lock] = {}

    def experiment(self, settings: Settings) -> Experiment:
        """The experiment of these Settings, trained now if it is not at hand."""
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
                made = run_experiment(settings)
                self._keep(key, made)
            finally:
                with self._lock:
                    self._running.pop(key, None)
        return made

    def inspect(self, settings: Settings, epoch: int = 0) -> tuple[Experiment, RunDetail]:
        """The selected run in full. On a miss the whole sweep is trained, never a lone run."""
        found = self.experiment(settings)
        return found, inspect_run(settings, found.training, found.surface, epoch)

    def _keep(self, key: str, experiment: Experiment) -> None:
        with self._lock:
            self._experiments[key] = experiment
            while len(self._experiments) > self._size:
                self._experiments.popitem(last=False)

    def _found(self, key: str) -> Experiment | None:
        if key in self._experiments:
            self._experiments.move_to_end(key)
        return self._experiments.get(key)


def run_experiment(settings: Settings) -> Experiment:
    """Trains the sweep and lays out its landscape."""
    training = train(settings)
    sweep = training.sweep
    surface = loss_surface(sweep)
    return Experiment(
        datasets.load(settings.dataset),
        training,
        surface,
        project(surface.plane, sweep.params, sweep.gradients),
        fits(settings, sweep.params),
    )

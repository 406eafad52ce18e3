"""Training in this process."""

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from app.domain.cost_model import estimated_seconds
from app.domain.results import Sweep
from app.domain.settings import Settings
from app.engine.training import train_sweep
from app.meter import Meter
from app.trainers.admission import Admission
from app.trainers.base import Experiment, run_experiment

Result = TypeVar("Result")


class LocalTrainer:
    """A Trainer that trains in this process, a few sweeps at a time."""

    def __init__(self, admission: Admission | None = None, meter: Meter | None = None) -> None:
        self._admission, self._meter = admission or Admission(meter=meter), meter or Meter()

    def experiment(self, settings: Settings) -> Experiment:
        """Trains a sweep and lays out its landscape. Raises ServerBusy and InvalidSetting."""
        return self._admitted(run_experiment, settings)

    def sweep(self, settings: Settings) -> Sweep:
        """Trains a sweep alone. Raises ServerBusy and InvalidSetting."""
        return self._admitted(train_sweep, settings)

    def _admitted(self, run: Callable[[Settings], Result], settings: Settings) -> Result:
        with self._admission.admit(estimated_seconds(settings)):
            start = perf_counter()
            result = run(settings)
            self._meter.trained(perf_counter() - start)
        return result

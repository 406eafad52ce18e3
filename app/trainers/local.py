"""Training in this process."""

from collections.abc import Callable
from time import perf_counter

from app.domain.cost_model import estimated_seconds
from app.domain.settings import Settings
from app.meter import Meter
from app.trainers.admission import Admission
from app.trainers.base import Result


class LocalTrainer:
    """A Trainer that trains in this process, a few sweeps at a time."""

    def __init__(self, admission: Admission | None = None, meter: Meter | None = None) -> None:
        self._admission, self._meter = admission or Admission(meter=meter), meter or Meter()

    def run(self, work: Callable[[Settings], Result], settings: Settings) -> Result:
        """What `work` makes of the settings. Raises ServerBusy and UserError."""
        with self._admission.admit(estimated_seconds(settings)):
            start = perf_counter()
            result = work(settings)
            self._meter.trained(perf_counter() - start)
        return result

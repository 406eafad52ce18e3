"""One training for all processes of a machine: what one of them has trained, the others look up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.experiment import Experiment, Trainer
from app.engine.freight import key_of, pack, unpack
from app.meter import Meter
from app.results import Sweep
from app.settings import Settings

if TYPE_CHECKING:
    from app.folder import Folder


class Shared:
    """Looks into the folder first, and lets `trainer` make what is not there."""

    def __init__(self, folder: Folder, trainer: Trainer, meter: Meter | None = None) -> None:
        self._folder, self._trainer, self._meter = folder, trainer, meter or Meter()

    def experiment(self, settings: Settings) -> Experiment:
        """From the folder, or trained by one process while the others wait. A person's own data
        stay in the memory of the process that was asked."""
        if settings.own:
            return self._trainer.experiment(settings)
        key = key_of("experiment", settings)
        if found := self._found(key, settings):
            return found
        with self._folder.alone(key):
            if found := self._found(key, settings):
                return found
            made = self._trainer.experiment(settings)
            self._folder.put(key, pack(made))
            # What lies in the folder takes memory once, for all processes.
            return self._read(key, settings) or made

    def sweep(self, settings: Settings) -> Sweep:
        """A row of a map is wanted once, so it is not kept."""
        return self._trainer.sweep(settings)

    def _found(self, key: str, settings: Settings) -> Experiment | None:
        found = self._read(key, settings)
        if found:
            self._meter.found()
        return found

    def _read(self, key: str, settings: Settings) -> Experiment | None:
        data = self._folder.get(key)
        try:
            return unpack(data, settings) if data else None
        except ValueError:
            # Not what we wrote: it is trained again and written anew.
            return None

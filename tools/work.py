"""What the largest trainings take, beside their estimates. Linux only: memory is read from /proc.

    make work

A request for a training is answered with its payload; the inspection follows when the page shows
it, and a map asks for the sweep alone. CPU seconds are the least of REPETITIONS, answers compressed
as the server does; memory is what one request takes at most above what stood before it. Ends with 1
where something takes more than MOST_SECONDS, or is ended by its deadline each time.
"""

from __future__ import annotations

import math
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from plotly.io.json import to_json_plotly

from app.choices import NUMBERS, SettingsError
from app.domain.user_data import UserData
from app.engine.deadline import MOST_SECONDS
from app.exports.payload import map_row
from app.settings import Settings, estimated_seconds
from app.trainers.base import warm_up
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.local import LocalTrainer
from callbacks.inspection import inspect_payload
from callbacks.packed import Packed
from callbacks.training import train_payload

REPETITIONS = 3
# Whose most epochs are measured.
LARGEST: dict[str, dict[str, Any]] = {
    "line, 3 x 64": dict(hidden_units=64, hidden_layers=3),
    "line, 3 x 64, Adam": dict(hidden_units=64, hidden_layers=3, optimizer="adam"),
    "line, 2 x 64": dict(hidden_units=64, hidden_layers=2),
    "line, minibatches of 1": dict(batch_size=1),
    "parabola, 3 x 64": dict(dataset="parabola", hidden_units=64, hidden_layers=3),
    "parabola, 3 x 64, Adam": dict(
        dataset="parabola", hidden_units=64, hidden_layers=3, optimizer="adam"
    ),
    "parabola, 64": dict(dataset="parabola", hidden_units=64),
    "parabola, 64, tanh, Adam": dict(
        dataset="parabola", hidden_units=64, activation="tanh", optimizer="adam"
    ),
    "parabola, 64, minibatches of 10": dict(dataset="parabola", hidden_units=64, batch_size=10),
    "parabola, 64, minibatches of 4": dict(dataset="parabola", hidden_units=64, batch_size=4),
    "diabetes, 64, minibatches of 2": dict(dataset="diabetes", hidden_units=64, batch_size=2),
    "diabetes, 10, minibatches of 8": dict(dataset="diabetes", hidden_units=10, batch_size=8),
    "parabola, 10": dict(dataset="parabola", hidden_units=10),
    "diabetes, 3 x 64": dict(dataset="diabetes", hidden_units=64, hidden_layers=3),
    "diabetes, 2 x 32, half held back": dict(
        dataset="diabetes", hidden_units=32, hidden_layers=2, validation_fraction=0.5
    ),
    "diabetes, 64": dict(dataset="diabetes", hidden_units=64),
    "diabetes, 64, tanh": dict(dataset="diabetes", hidden_units=64, activation="tanh"),
    "diabetes, linear": dict(dataset="diabetes"),
    "own, 500 x 10, 64, Adam": dict(dataset="own", hidden_units=64, optimizer="adam"),
    "own, 500 x 10, 64, tanh, Adam": dict(
        dataset="own", hidden_units=64, activation="tanh", optimizer="adam"
    ),
    "own, 500 x 10, 3 x 32": dict(dataset="own", hidden_units=32, hidden_layers=3),
}


class Measured(NamedTuple):
    """CPU seconds and megabytes; infinite where the deadline ended the work."""

    seconds: float
    memory: float


class Requests(NamedTuple):
    """What a training, an inspection of it and a row of a map take; one is None where it was never
    asked for, as there was no training."""

    training: Measured
    inspection: Measured | None
    row: Measured

    @property
    def seconds(self) -> float:
        """Of the longest."""
        return max(one.seconds for one in self if one)


def main() -> int:
    """Prints a line for each, and which took too long."""
    warm_up(LocalTrainer())
    print(f"{'largest':33} epochs estimate  train   MB  inspect   MB    row   MB")
    too_long = []
    for name, chosen in LARGEST.items():
        settings = most_epochs(**chosen)
        found = measure(settings)
        estimate = f"{settings.epochs:6} {estimated_seconds(settings):8.2f}"
        print(f"{name:33} {estimate} {' '.join(map(described, found))}", flush=True)
        if found.seconds > MOST_SECONDS:
            too_long.append(name)
    print(summary(too_long))
    return 1 if too_long else 0


def described(one: Measured | None) -> str:
    """A request's part of its line."""
    if one is None:
        return "     not asked"
    if math.isinf(one.seconds):
        return "ended by deadline"
    return f"{one.seconds:6.2f} {one.memory:6.0f}"


def summary(too_long: list[str]) -> str:
    """The last line."""
    if not too_long:
        return f"All {len(LARGEST)} took less than {MOST_SECONDS:g} s."
    return f"Of {len(LARGEST)}, too long or ended by their deadline: {'; '.join(too_long)}."


def most_epochs(**chosen: Any) -> Settings:
    """As many as fit."""
    user_data = example_data() if chosen.get("dataset") == "own" else None
    try:
        return Settings(**chosen, user_data=user_data, epochs=int(NUMBERS["epochs"].high))
    except SettingsError as error:
        fits = re.search(r"at most (\d+) epochs fit", str(error))
        if not fits:
            raise
        return Settings(**chosen, user_data=user_data, epochs=int(fits[1]))


def example_data() -> UserData:
    """As many as may be, of noise."""
    table = np.random.RandomState(0).normal(size=(500, 11))
    return UserData(
        id="0" * 32, token="0" * 32, label="Noise", predictors=tuple("abcdefghij"), target="y",
        table=table, is_standardized=False, rows=500, notes=(),
    )  # fmt: skip


def measure(settings: Settings) -> Requests:
    """All that a page may ask of these settings, each at its best."""
    rounds = [measured_once(settings) for _ in range(REPETITIONS)]
    return Requests(*map(least, zip(*rounds, strict=True)))


def measured_once(settings: Settings) -> Requests:
    """In a experiment_cache of its own."""
    experiment_cache = ExperimentCache()
    training = measured(lambda: train_payload(experiment_cache, settings))
    row = measured(lambda: map_row(experiment_cache.sweep(settings)))
    if math.isinf(training.seconds):
        return Requests(training, None, row)
    return Requests(training, measured(lambda: inspect_payload(experiment_cache, settings)), row)


def least(found: tuple[Measured | None, ...]) -> Measured | None:
    """Of seconds and of megabytes, among those that were asked for."""
    there = [one for one in found if one]
    return Measured(*map(min, zip(*there, strict=True))) if there else None


def measured(work: Callable[[], dict]) -> Measured:
    """Of one answer, as the server compresses it."""
    # From here on, the most that is resident is counted anew.
    Path("/proc/self/clear_refs").write_text("5")
    before, start = most_resident(), time.process_time()
    try:
        Packed.of(b"", to_json_plotly(work()).encode())
    except SettingsError:
        return Measured(math.inf, math.inf)
    return Measured(time.process_time() - start, most_resident() - before)


def most_resident() -> float:
    """In megabytes."""
    kilobytes = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(kilobytes[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())

"""What the largest trainings take, beside their estimates. Linux only: memory is read from /proc.

    make work

A request for a training is answered with its payload; the inspection follows when the page shows
it. CPU seconds are the least of REPETITIONS; memory is what one request takes at most above what
stood before it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from app.choices import NUMBERS, SettingsError
from app.engine import Here, Laboratory, warm_up
from app.own_data import OwnData
from app.settings import Settings, estimated_seconds
from callbacks.inspection import inspect_payload
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
    "parabola, 10": dict(dataset="parabola", hidden_units=10),
    "diabetes, 3 x 64": dict(dataset="diabetes", hidden_units=64, hidden_layers=3),
    "diabetes, 2 x 32, half held back": dict(
        dataset="diabetes", hidden_units=32, hidden_layers=2, validation_fraction=0.5
    ),
    "diabetes, 64": dict(dataset="diabetes", hidden_units=64),
    "diabetes, 64, tanh": dict(dataset="diabetes", hidden_units=64, activation="tanh"),
    "diabetes, linear": dict(dataset="diabetes"),
    "own, 500 x 10, 64, Adam": dict(dataset="own", hidden_units=64, optimizer="adam"),
    "own, 500 x 10, 3 x 32": dict(dataset="own", hidden_units=32, hidden_layers=3),
}


class Measured(NamedTuple):
    """CPU seconds and megabytes."""

    seconds: float
    memory: float


def main() -> None:
    """Prints a line for each."""
    warm_up(Here())
    print(f"{'largest':33} epochs estimate  train  inspect      MB      MB")
    for name, chosen in LARGEST.items():
        settings = most_epochs(**chosen)
        training, inspection = measure(settings)
        print(
            f"{name:33} {settings.epochs:6} {estimated_seconds(settings):8.2f} "
            f"{training.seconds:6.2f} {inspection.seconds:8.2f} "
            f"{training.memory:7.0f} {inspection.memory:7.0f}",
            flush=True,
        )


def most_epochs(**chosen: Any) -> Settings:
    """As many as fit."""
    own = own_data() if chosen.get("dataset") == "own" else None
    try:
        return Settings(**chosen, own=own, epochs=int(NUMBERS["epochs"].high))
    except SettingsError as error:
        fits = re.search(r"at most (\d+) epochs fit", str(error))
        if not fits:
            raise
        return Settings(**chosen, own=own, epochs=int(fits[1]))


def own_data() -> OwnData:
    """As many as may be, of noise."""
    table = np.random.RandomState(0).normal(size=(500, 11))
    return OwnData(
        id="0" * 32, token="0" * 32, label="Noise", predictors=tuple("abcdefghij"), target="y",
        table=table, is_standardized=False, rows=500, notes=(),
    )  # fmt: skip


def measure(settings: Settings) -> tuple[Measured, Measured]:
    """A training and an inspection of it."""
    pairs = []
    for _ in range(REPETITIONS):
        laboratory = Laboratory()
        pairs.append(
            (
                measured(lambda lab=laboratory: train_payload(lab, settings)),
                measured(lambda lab=laboratory: inspect_payload(lab, settings)),
            )
        )
    return tuple(Measured(*map(min, zip(*one, strict=True))) for one in zip(*pairs, strict=True))


def measured(work: Callable[[], dict]) -> Measured:
    """Of one answer, as JSON."""
    # From here on, the most that is resident is counted anew.
    Path("/proc/self/clear_refs").write_text("5")
    before, start = most_resident(), time.process_time()
    json.dumps(work())
    return Measured(time.process_time() - start, most_resident() - before)


def most_resident() -> float:
    """In megabytes."""
    kilobytes = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(kilobytes[1]) / 1024


if __name__ == "__main__":
    main()

"""How fast, against the plain loop that a notebook would write, measured in the same run.

`make bench` prints each measure beside its target. Times are the least CPU time of several
repetitions in one thread: what else the machine does hardly shows.
"""

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import vector_to_parameters

from app.domain.fields import NAMES, SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.engine import datasets, inspect_run, train, train_sweep
from app.engine.landscape.surface import train_losses
from app.exports.block import pack
from app.exports.payload import detail_payload, map_row
from app.trainers.base import run_experiment
from callbacks.training import first_payload

LINE = Settings(dataset="line", epochs=1000, learning_rate=0.01)
PARABOLA = Settings(dataset="parabola", hidden_units=10, epochs=500, learning_rate=0.05)
CIRCLES = Settings(dataset="circles", loss="cross_entropy", hidden_units=8, epochs=500)
CANCER = Settings(dataset="breast_cancer", loss="cross_entropy", epochs=1000)
LOSSES = {"squared_error": F.mse_loss, "cross_entropy": F.binary_cross_entropy_with_logits}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}
REPETITIONS = 7
PLAIN: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=0.9),
    "nesterov": partial(torch.optim.SGD, momentum=0.9, nesterov=True),
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
}
NAN = float("nan")


class Row(NamedTuple):
    """One line of the table; `least` where the target is a lower bound."""

    measure: str
    value: float
    target: float
    unit: str
    least: bool = False


def main() -> None:
    """Measures and prints; a miss is shown, never raised."""
    torch.set_num_threads(1)
    print_table(speed_rows() + class_rows() + optimizer_rows() + size_rows())


def speed_rows() -> list[Row]:
    plain, network = lambda: plain_loop(LINE), lambda: plain_loop(PARABOLA)
    nested, grid = surface_both_ways()
    unit = "x plain loop"
    return [
        Row("parabola, training alone", ratio(lambda: train(PARABOLA), network), 0.7, unit),
        Row("parabola, whole sweep", ratio(lambda: whole_sweep(PARABOLA), network), 0.7, unit),
        Row("line, training alone", ratio(lambda: train(LINE), plain), NAN, unit),
        Row("line, whole sweep", ratio(lambda: whole_sweep(LINE), plain), 0.35, unit),
        Row("parabola, surface 51 x 51", ratio(nested, grid), 50, "times faster", least=True),
        Row("line, plain loop", milliseconds(plain), NAN, "ms"),
        Row("parabola, plain loop", milliseconds(network), NAN, "ms"),
        Row("line, inspect_run", milliseconds(inspection(LINE)), 150, "ms"),
        Row("parabola, inspect_run", milliseconds(inspection(PARABOLA)), 150, "ms"),
    ]


def class_rows() -> list[Row]:
    """Two classes: whole sweeps against one run as a notebook trains it."""
    return [
        Row(f"{name}, whole sweep", both(one), target, "x plain loop")
        for name, one, target in (
            ("circles, 8 ReLU", CIRCLES, 1.0), ("breast cancer", CANCER, 0.4),
            ("circles, 8 tanh", replace(CIRCLES, activation="tanh"), NAN),
        )
    ]  # fmt: skip


def both(settings: Settings) -> float:
    return ratio(partial(whole_sweep, settings), partial(plain_loop, settings))


def optimizer_rows() -> list[Row]:
    """A whole sweep with each optimizer against one run with it, and a map against its runs."""
    rows = []
    for name in NAMES["optimizer"].options:
        chosen = replace(PARABOLA, optimizer=name)
        value = ratio(partial(whole_sweep, chosen), partial(plain_loop, chosen))
        rows.append(Row(f"parabola, {name}, sweep", value, 2.5, "x plain loop"))
    sample = [replace(PARABOLA, seed=seed) for seed in range(3)]
    one_row = ratio(
        lambda: [map_row(train_sweep(s)) for s in sample],
        lambda: [plain_loop(s) for s in sample],
    )
    # As many rows as the map has stand on both sides; each row replaces 41 plain loops.
    times = len(SLIDER_LEARNING_RATES) / one_row
    return [*rows, Row("parabola, map 41 x 41", times, 25, "times faster", least=True)]


def size_rows() -> list[Row]:
    return [
        Row("line, answer to train", kilobytes(whole_sweep(LINE)), 100, "kB"),
        Row("parabola, answer to train", kilobytes(whole_sweep(PARABOLA)), 350, "kB"),
        Row("circles, answer to train", kilobytes(whole_sweep(CIRCLES)), 350, "kB"),
        Row("line, answer to inspect", kilobytes(inspect_json(LINE)), NAN, "kB"),
        Row("parabola, answer to inspect", kilobytes(inspect_json(PARABOLA)), NAN, "kB"),
    ]


def print_table(rows: list[Row]) -> None:
    print(f"{'measure':28} {'measured':>9} {'target':>9}   unit")
    for row in rows:
        sign = ">=" if row.least else "<="
        target = "-" if np.isnan(row.target) else f"{sign} {row.target:g}"
        met = row.value >= row.target if row.least else row.value <= row.target
        missed = "" if met or np.isnan(row.target) else "   MISSED"
        print(f"{row.measure:28} {row.value:9.3g} {target:>9}   {row.unit}{missed}")


def ratio(work: Callable[[], object], plain: Callable[[], object]) -> float:
    """CPU time of `work` by that of `plain`, taken in turn, so that both meet the same machine."""
    pairs = [(seconds(work), seconds(plain)) for _ in range(REPETITIONS + 1)]
    # The first pair only warms up.
    return min(mine for mine, _ in pairs[1:]) / min(other for _, other in pairs[1:])


def milliseconds(work: Callable[[], object]) -> float:
    return 1e3 * min(seconds(work) for _ in range(REPETITIONS))


def seconds(work: Callable[[], object]) -> float:
    """CPU time of this thread."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def model(settings: Settings) -> nn.Module:
    inputs, units = settings.widths[0], settings.hidden_units
    if settings.is_linear:
        return nn.Linear(inputs, 1)
    activation = ACTIVATIONS[settings.activation]()
    return nn.Sequential(nn.Linear(inputs, units), activation, nn.Linear(units, 1))


def data(settings: Settings) -> tuple[torch.Tensor, torch.Tensor]:
    dataset = datasets.builtin(settings.dataset)
    return torch.tensor(dataset.inputs), torch.tensor(dataset.targets)[:, None]


def plain_loop(settings: Settings) -> list[float]:
    """One learning rate, as the notebook trains it."""
    (inputs, targets), network, noted = data(settings), model(settings), []
    optimizer = PLAIN[settings.optimizer](network.parameters(), lr=settings.learning_rate)
    loss_function = LOSSES[settings.loss]
    for _ in range(settings.epochs):
        predictions = network(inputs)
        loss = loss_function(predictions, targets)
        loss.backward()
        optimizer.step()
        noted.append(loss.item())
        optimizer.zero_grad()
    return noted


def whole_sweep(settings: Settings) -> bytes:
    """Training, planes, surface, projections, fits, figures and the payload's JSON."""
    payload = first_payload(run_experiment(settings))
    return json.dumps({"ticket": 1, "payload": payload}).encode()


def surface_both_ways() -> tuple[Callable[[], object], Callable[[], object]]:
    """The notebook's nested loop over a grid, and this project's evaluation of the same points."""
    surface = run_experiment(PARABOLA).surface
    grid = [(a, b) for b in surface.second for a in surface.first]
    params = surface.plane.origin + np.array(grid) @ surface.plane.directions
    stacked = torch.tensor(params, dtype=torch.float32).view(51, 51, -1)
    (inputs, targets), network = data(PARABOLA), model(PARABOLA)

    def mse(point: torch.Tensor) -> torch.Tensor:
        vector_to_parameters(point, network.parameters())
        return 1 / len(targets) * torch.sum((targets - network(inputs)) ** 2)

    def nested() -> list[list[float]]:
        return [[mse(stacked[i, j]).item() for j in range(51)] for i in range(51)]

    assert np.allclose(nested(), surface.loss, rtol=1e-4)
    return nested, lambda: train_losses(PARABOLA, params)


def inspection(settings: Settings) -> Callable[[], object]:
    made = run_experiment(settings)
    return lambda: inspect_run(settings, made.training, made.surface)


def inspect_json(settings: Settings) -> bytes:
    made = run_experiment(settings)
    detail = inspect_run(settings, made.training, made.surface)
    return pack(detail_payload(detail, made.surface, made.dataset)).encode()


def kilobytes(answer: bytes) -> float:
    return len(gzip.compress(answer, 1)) / 1e3


if __name__ == "__main__":
    main()

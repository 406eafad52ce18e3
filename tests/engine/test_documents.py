"""Checks the numbers that the documents print against the engine, the data and the limits.

For each document there are the sentences that hold its numbers, as computed here. The document must
have them, and no number elsewhere: with another one its sentence is added here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_linnerud, load_wine

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import Sweep
from app.domain.settings import Settings
from app.domain.stability import sharpness_decay, sharpness_numerator
from app.domain.user_data import LARGEST, MOST_EXAMPLES, SMALLEST_SPREAD
from app.engine import train_sweep, verdicts
from app.engine.datasets import builtin, dataset_for
from app.engine.network import network_for
from components.panels.rate_map import ROWS
from tests.engine.test_claims import DOCS, experiment_cache, run_of
from tests.oracles import quadratic

ROOT = DOCS.parent
MODEL = ROOT / "assets" / "lab" / "model"
TEN_UNITS = Settings(dataset="parabola", hidden_units=10, epochs=500)
STOPS = len(SLIDER_LEARNING_RATES)
LINE_SHARPNESS = np.linalg.eigvalsh(quadratic(Settings())[0])[-1]
# A rate of the slider is what a person chooses, a year is a paper's, and minutes are a plan.
RATES = {np.format_float_positional(rate, trim="-") for rate in SLIDER_LEARNING_RATES}
NO_CLAIM = re.compile(r"\([\w. -]*(18|20)\d\d\)|\d+-bit|10⁻⁹|\| \d+ – \d+ \||1280 × 720")
# Of two digits and more.
NUMBER = re.compile(r"(?<![\w.,-])\d(?:,(?=\d)|\d|\.(?=\d))+(?!\w)")


@cache
def swept(settings: Settings) -> Sweep:
    return train_sweep(settings)


def plain(text: str) -> str:
    """The words, without code, addresses, headings and paragraphs on what `make` measures."""
    text = re.sub(r"^#.*$", "", re.sub(r"```.*?```", "", text, flags=re.S), flags=re.M)
    text = "\n\n".join(part for part in re.split(r"\n\s*\n", text) if "`make " not in part)
    # The number of an item of a list claims nothing.
    text = re.sub(r"^\d+\. ", "", text, flags=re.M)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"`[^`]*`", "", text).replace("*", "").split())


def constant(module: str, name: str) -> float:
    """A number that a script of the page names."""
    (value,) = re.findall(rf"^const {name} = (\S+);", (MODEL / f"{module}.mjs").read_text(), re.M)
    return float(value)


def teaching() -> Iterator[str]:
    line, best = swept(Settings(learning_rate=0.0001)), builtin("line").least_squares_loss
    loss = line.train_loss[line.settings.run_index]
    yield (
        f"at 0.0001 the line's train loss comes from {loss[0]:.2f} down to {loss[-1]:.3f} in "
        f"{line.settings.epochs} epochs, still {loss[-1] / best:.0f} times the best"
    )
    ten = swept(replace(TEN_UNITS, learning_rate=0.05))
    best_rate = ten.learning_rates[np.nanargmin(ten.last_loss)]
    yield f"Why does 1 not work if {best_rate:g} is the best?"
    yield f"the first steps at 1 have switched every unit off by epoch {first_dead_epoch()}, and"
    # Some rates reach the goal, and the one on the screen does not.
    lowest = np.nanmin(ten.train_loss, axis=1)
    assert lowest.min() < 0.005 < lowest[ten.settings.run_index]
    yield "rate reaches a train loss of 0.005 first"
    first, second = (first_below(0.005, rate) for rate in (best_rate, 0.5))
    assert 0 < first < second
    yield f"it is {best_rate:g}, which gets there at epoch {first}; 0.5 takes {second}"
    yield from guesses()
    yield f"all {STOPS}"


def first_below(goal: float, rate: float) -> int:
    """The first epoch at which the network of ten units has a lower train loss."""
    losses = run_of(replace(TEN_UNITS, learning_rate=rate))[1].train_loss
    return int(np.argmax(losses < goal))


def guesses() -> Iterator[str]:
    """What the line does at the rates that the class is asked about."""
    usual, longer = (run_of(Settings(learning_rate=rate))[1].train_loss for rate in (0.01, 0.032))
    yield f"the loss has gone from {usual[0]:.2f} to {longer[1]:.2f}"
    yield f"At 0.01 it would be {usual[1]:.2f}"
    sweep = swept(Settings())
    yield f"at epoch {sweep.overflow_at[SLIDER_LEARNING_RATES.index(0.1)]} the numbers overflow"
    end = sweep.train_loss[SLIDER_LEARNING_RATES.index(0.0001), -1]
    yield f"{end:.3f} after {sweep.settings.epochs} epochs, three times the best"
    yield f"does not, in {sweep.settings.epochs} epochs"
    limit = math.floor(2e4 / LINE_SHARPNESS) / 1e4
    yield f"beyond {limit:.4f} training diverges"
    yield f"the sharpness, {LINE_SHARPNESS:.2f}, is more than 2"
    yield f"2 divided by {LINE_SHARPNESS:.2f} is {limit:.4f}"


def first_dead_epoch() -> int:
    """From which on no unit of the run at 1 is on for any example."""
    settings = replace(TEN_UNITS, learning_rate=1.0)
    params = torch.tensor(experiment_cache().inspect(settings)[1].params)
    inputs = torch.tensor(dataset_for(settings).inputs)
    is_on = (network_for(settings).unit_values(params, inputs)[0] > 0).flatten(1).any(1)
    return int(is_on.nonzero().max()) + 1


def own_data() -> Iterator[str]:
    squares = np.mean(builtin("line").inputs.astype(float) ** 2)
    yield f"| 0 to 5, the built-in line | {squares:.0f} | {2 / LINE_SHARPNESS:.2f} |"
    # Of people around 170 cm.
    yield f"| body height in cm | {round(170**2, -3):,} | {1 / 170**2:.5f} |"
    wine, exercise = load_wine(), load_linnerud()
    squares = np.mean(wine.data[:, wine.feature_names.index("proline")] ** 2)
    yield f"| proline in wine, mg/l | {round(squares, -3):,.0f} | {1 / squares:.7f} |"
    jumps = exercise.data[:, exercise.feature_names.index("Jumps")]
    yield f"One man jumps {jumps.max():.0f} times, and half of them at most {np.median(jumps):.0f}"
    yield f"{len(jumps)} rows): chins, situps and jumps of {len(jumps)} men"
    yield f"{len(wine.data)} rows): proline"
    yield f"beyond {LARGEST:,.0f}, or columns that vary by less than {SMALLEST_SPREAD:.4f}"
    yield f"at most {MOST_EXAMPLES} rows of them"
    # Held by the tests of the caches and of the browser.
    yield "for at most 30 minutes"
    yield "A token of 128 random bits"


def learning_rates() -> Iterator[str]:
    yield f"{verdicts.SLOW_CALM_FALL:.2%}".replace("%", " % if hardly an epoch rose")
    yield f"A rise is more than {verdicts.RISE:.3%}".replace("%", " %")
    yield f"less than {constant('sweep', 'SHOWN'):.0%}".replace("%", " % of the run's movement")
    yield f"All {STOPS} runs at once"
    yield f"{STOPS} columns by up to {ROWS[-1]} rows"
    adamw = Settings(optimizer="adamw", weight_decay=1.0)
    yield f"and {sharpness_numerator(adamw):.0f} / learning rate for Adam"
    yield f"AdamW's lowers the limit by {sharpness_decay(adamw):.0f} × decay"
    yield f"0.1 diverges: 0.1 × {LINE_SHARPNESS:.1f} is more than 2"
    # The first epochs are the same, however long the training.
    training, detail = run_of(replace(TEN_UNITS, epochs=10, learning_rate=0.63))
    edge = f"{training.sweep.stability_edge:.3f}"
    yield f"lies above 2/sharpness at the start, which is {edge}"
    yield f"above 2/sharpness at the start, {edge}, a network survives"
    yield f"falls from {detail.sharpness[1]:.2f} to below 2/0.63 = {2 / 0.63:.2f} in one step"
    tanh = swept(replace(TEN_UNITS, hidden_units=8, epochs=10, activation="tanh"))
    start = f"{tanh.start_sharpness:.2f}"
    yield f"sharpness rises from {start} to 2/0.3 = {2 / 0.3:.2f} and stays there"
    yield "eight tanh units at 0.3 settle at sharpness 2/0.3"


def notebook() -> Iterator[str]:
    start = swept(Settings(epochs=10, learning_rate=0.1))
    weight, bias = start.params[0, 0]
    yield f"weight {weight:.4f}, bias {bias:.4f}"
    yield f"a network 1-10-1 with ReLU and {TEN_UNITS.param_count} parameters"
    yield f"{TEN_UNITS.hidden_units} hidden units; seed 0"
    after = {rate: start.train_loss[SLIDER_LEARNING_RATES.index(rate), 1] for rate in (0.1, 0.01)}
    yield f"after one step at 0.1 is {after[0.1]:.4f} and at 0.01 it is {after[0.01]:.4f}"
    # A limit is rounded down.
    limit = math.floor(2e4 / LINE_SHARPNESS) / 1e4
    yield f"above 2/{LINE_SHARPNESS:.2f} = {limit:.4f} the line diverges"
    assert [len(builtin(name).targets) for name in ("line", "parabola")] == [10, 100]
    # Held to the last bit by test_datasets.py; of the error's deviation the line has half.
    yield "y = 0.5 (x + error) + 1"
    yield "y = x² + 0.2 u"
    yield "The error has standard deviation 0.5, so y varies by 0.25 around the line"
    yield "| 100 points"
    yield f"the slider's {STOPS}"
    yield "the notebook says about 5.8 and 3.2"


def readme() -> Iterator[str]:
    sweep = swept(Settings(learning_rate=0.1))
    yield f"0.1 × {LINE_SHARPNESS:.1f} (the sharpness) is more than 2"
    yield f"at epoch {sweep.overflow_at[sweep.settings.run_index]} the numbers overflow"
    assert 0.0888 not in SLIDER_LEARNING_RATES
    yield "between the slider's stops, such as 0.0888"
    yield f"Play and all {STOPS} runs"


# Each with the headings from which and up to which it speaks of runs and data.
DOCUMENTS: dict[Path, tuple[Callable[[], Iterator[str]], str, str]] = {
    DOCS / "teaching.md": (teaching, "# A lesson", ""),
    DOCS / "own-data.md": (own_data, "## Standardise", ""),
    DOCS / "learning-rates.md": (learning_rates, "# Learning rates", "Over seeds 0 to 39"),
    DOCS / "notebook.md": (notebook, "# The notebook", "## Its parts"),
    ROOT / "README.md": (readme, "## What to try", "## Everyone"),
}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_prints_the_numbers_that_are_computed_and_no_others(path: Path) -> None:
    sentences, first, last = DOCUMENTS[path]
    text = path.read_text("utf-8")
    rest = plain(text[text.index(first) : text.index(last) if last else None])
    for sentence in sentences():
        assert sentence in rest
        rest = rest.replace(sentence, "")
    unheld = set(NUMBER.findall(NO_CLAIM.sub("", rest))) - RATES
    assert not unheld, "add their sentences above"

"""Each script is run and compared with the engine at every epoch, and has only what it needs."""

import ast
import contextlib
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy import ndarray

from app.domain.data_options import DATASETS, USER_DATA
from app.domain.fields import NAMES, NUMBERS
from app.domain.link import query
from app.domain.options import OPTIMIZERS
from app.domain.results import Sweep
from app.domain.settings import Settings
from app.engine import train_sweep
from app.engine.training import descend, start_for
from app.exports.script import notebook, script
from tests.engine.test_optimizers import ADAPTIVE, choices, how_far, stable_rates
from tests.engine.torch_runs import lone_training
from tests.oracles import LINE, flat, stop
from tests.readers import settings_of
from tests.unit.test_settings import valid

NETWORK = dict(hidden_units=4)
# Every option at least once, and what goes wrong most easily.
CHOSEN: list[dict[str, Any]] = [
    *(dict(dataset=name) for name in DATASETS),
    *(dict(dataset=name, hidden_units=5, batch_size=7, validation_fraction=0.25)
      for name in DATASETS),
    *(dict(dataset=name, noise=0) for name, choice in DATASETS.items() if choice.is_noisy),
    dict(dataset="sine", noise=0.5),
    *(dict(dataset=name, loss="cross_entropy", hidden_units=3, activation="tanh", batch_size=60,
           validation_fraction=0.25) for name, choice in DATASETS.items() if choice.classes),
    *(dict(dataset="xor", loss="cross_entropy", features=name, validation_fraction=0.1)
      for name in NAMES["features"].options),
    # A share too small for one of ten examples.
    dict(validation_fraction=0.04),
    *(NETWORK | dict(activation=name, hidden_layers=2) for name in NAMES["activation"].options),
    *(NETWORK | dict(activation="threshold", optimizer=name, weight_decay=0.1)
      for name in ("sgd", "adamw", "nadam")),
    dict(NETWORK, hidden_layers=3),
    *(dict(optimizer=name, weight_decay=0.2) for name in OPTIMIZERS),
    *(dict(optimizer=name, momentum=momentum)
      for name in ("momentum", "nesterov") for momentum in (0, 0.5)),
    *(dict(schedule=name, batch_size=3) for name in NAMES["schedule"].options),
    *(dict(schedule=name, optimizer="adamw", weight_decay=0.5) for name in ("cosine", "one_cycle")),
    dict(schedule="warmup_cosine", warmup_epochs=1),
    dict(schedule="warmup_cosine", warmup_epochs=29, batch_size=5),
    *(NETWORK | dict(initialization=name, hidden_layers=2, activation="tanh", initial_scale=1.5)
      for name in NAMES["initialization"].options),
    *(dict(initialization=name, initial_scale=0.5) for name in NAMES["initialization"].options),
    # All ten at once are the full batch, in the order of the data.
    *(dict(batch_size=size) for size in (1, 5, 10)),
    dict(batch_size=4, seed=7, initialization="zeros", validation_fraction=0.3),
    *(dict(epochs=epochs) for epochs in (10, 11, 100, 101)),
    *(dict(learning_rate=rate) for rate in (0.000001, 0.0123456789, 0.05)),
]  # fmt: skip
SHORT = [Settings(**(dict(epochs=30) | values)) for values in CHOSEN]


class Ran(NamedTuple):
    """A script that was run: its names, and what it printed."""

    names: dict[str, Any]
    text: str

    def losses(self, kind: str) -> ndarray:
        return np.array(self.names[f"{kind}_losses"])

    def printed(self, kind: str) -> dict[int, str]:
        """What is printed of each printed epoch: a loss by its kind, or a share."""
        what = kind if "accuracy" in kind else f"{kind} loss"
        lines = re.findall(rf"^epoch (\d+): {what} (\S+)$", self.text, re.MULTILINE)
        return {int(epoch): number for epoch, number in lines}


def ran(code: str) -> Ran:
    names: dict[str, Any] = {"__name__": "__main__"}
    with torch.random.fork_rng(), contextlib.redirect_stdout(io.StringIO()) as text:
        exec(compile(code, "script", "exec"), names)
    return Ran(names, text.getvalue())


def cells(one: Settings) -> list[str]:
    """The source of each code cell."""
    return [
        "".join(cell["source"])
        for cell in json.loads(notebook(one))["cells"]
        if cell["cell_type"] == "code"
    ]


def name_of(one: Settings) -> str:
    return query(one)


def shown_epochs(one: Settings) -> list[int]:
    return sorted({0, *(10**k for k in range(4) if 10**k < one.epochs), one.epochs})


def check_losses(one: Settings, made: Ran) -> None:
    """Asserts the engine's losses at all epochs, and that the few are printed."""
    sweep = train_sweep(one)
    expected = {"train": sweep.train_loss[one.run_index]}
    if sweep.validation_loss is not None:
        expected["validation"] = sweep.validation_loss[one.run_index]
    for kind, losses in expected.items():
        assert is_close(one, made.losses(kind), losses) or is_as_exact(sweep, made)
        found = {epoch: f"{made.losses(kind)[epoch]:.5g}" for epoch in shown_epochs(one)}
        assert made.printed(kind) == found
    assert ("validation" in expected) == ("validation" in made.text)
    check_accuracy(sweep, made)


def check_accuracy(sweep: Sweep, made: Ran) -> None:
    """Asserts the shares of right examples; one of them may be on the boundary."""
    one = sweep.settings
    held = one.data.example_count - one.example_count
    known = (sweep.accuracy, one.example_count), (sweep.validation_accuracy, held)
    for kind, (shares, count) in zip(("accuracy", "validation accuracy"), known, strict=True):
        printed = made.printed(kind)
        assert bool(printed) == (shares is not None)
        for epoch, share in printed.items():
            expected = shares[one.run_index, sweep.epochs.tolist().index(epoch)]
            assert float(share) == pytest.approx(expected, abs=1.01 / count)


def is_close(one: Settings, losses: ndarray, expected: ndarray) -> bool:
    near = 1e-3 if one.optimizer in ADAPTIVE else 1e-4
    return np.allclose(losses, expected, rtol=near, atol=1e-9)


def is_as_exact(sweep: Sweep, made: Ran) -> bool:
    """Division by small square roots magnifies roundings: then the script's losses are as close to
    an exact training's as those of the engine."""
    one = sweep.settings
    exact = lone_training(one, sweep.start, one.learning_rate, torch.float64).train_loss
    engine = how_far(sweep.train_loss[one.run_index], exact)
    return one.optimizer in ADAPTIVE and how_far(made.losses("train"), exact) <= 10 * engine


@pytest.mark.parametrize("one", SHORT, ids=name_of)
def test_script_trains_as_the_engine(one: Settings) -> None:
    made = ran(script(one))
    check_losses(one, made)
    if not one.is_line:
        assert made.text.endswith(f"\n{one.param_count} parameters\n")


def test_every_option_is_among_the_scripts() -> None:
    for name, choice in NAMES.items():
        # test_user_data_export.py tests user data.
        assert {getattr(one, name) for one in SHORT} == set(choice.options) - {USER_DATA}
    for name, number in NUMBERS.items():
        assert {getattr(one, name) for one in SHORT} - {number.default}, name


@st.composite
def trainings(draw: st.DrawFn) -> Settings:
    """A short training of any kind."""
    one = draw(st.sampled_from(sorted(OPTIMIZERS)).flatmap(choices))
    if DATASETS[one.dataset].is_noisy:
        one = replace(one, noise=draw(st.sampled_from([0, 0.1, 0.7])))
    if draw(st.integers(0, 3)) == 0:
        one = replace(one, initialization="zeros")
    return one


# At the second highest of the rates that the full batch allows, its minibatches diverge.
SHARP_BATCHES = Settings(
    dataset="diabetes", hidden_units=1, activation="linear", optimizer="nesterov", batch_size=67,
    initialization="xavier", initial_scale=0.5, seed=1, validation_fraction=0.25, epochs=15,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=40, derandomize=True)
@given(trainings(), st.integers(0, 1))
@example(SHARP_BATCHES, 0)
def test_any_script_trains_as_the_engine(one: Settings, choice: int) -> None:
    """At a rate at which roundings do not grow."""
    one = replace(one, learning_rate=stable_rates(train_sweep(one))[choice])
    check_losses(one, ran(script(one)))


@pytest.mark.parametrize("rate", [0.01, 0.05])
def test_printed_digits_on_the_line_are_the_engines(rate: float) -> None:
    one = replace(LINE, learning_rate=rate)
    made, descent = ran(script(one)), descend(one, [1000])
    losses = descent.train_loss[stop(rate)].tolist()
    assert made.printed("train") == {
        epoch: f"{losses[epoch]:.5g}" for epoch in (0, 1, 10, 100, 1000)
    }
    weight, bias = descent.params[stop(rate), 0].tolist()
    assert made.text.splitlines()[-1] == f"weight {weight:.5g}, bias {bias:.5g}"


def test_script_overflows_at_the_epoch_of_the_engine() -> None:
    one = replace(LINE, learning_rate=0.1)
    losses = ran(script(one)).losses("train")
    overflow = int(train_sweep(one).overflow_at[stop(0.1)])
    assert overflow == 190
    assert np.isfinite(losses[:overflow]).all() and not np.isfinite(losses[overflow:]).any()


@pytest.mark.parametrize("initialization", NAMES["initialization"].options)
@pytest.mark.parametrize("hidden_layers", [1, 3])
def test_script_starts_at_the_engines_parameters(initialization: str, hidden_layers: int) -> None:
    one = Settings(
        dataset="plane", hidden_units=3, hidden_layers=hidden_layers, seed=5,
        initialization=initialization, initial_scale=0.3, epochs=10,
    )  # fmt: skip
    code = script(one).split("# Training")[0]
    assert torch.equal(flat(ran(code).names["model"]), start_for(one))


@pytest.mark.slow
def test_script_runs_without_this_project(tmp_path: Path) -> None:
    one = Settings(
        dataset="diabetes", hidden_units=3, activation="threshold", batch_size=100,
        schedule="warmup_cosine", optimizer="nesterov", validation_fraction=0.2, epochs=22,
    )  # fmt: skip
    file = tmp_path / "descent.py"
    file.write_text(script(one), encoding="utf-8")
    command = [sys.executable, "-I", file.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    check_losses(one, Ran(ran(script(one)).names, done.stdout))
    assert done.stderr == ""


WORDS = {
    r"scheduler": lambda one: one.schedule != "constant",
    r"LinearLR": lambda one: one.schedule == "warmup_cosine",
    r"\bsteps = ": lambda one: one.schedule != "constant" and one.steps_per_epoch > 1,
    r"batch": lambda one: one.steps_per_epoch > 1,
    r"validation|held_back|train_test_split": lambda one: (
        one.example_count < DATASETS[one.dataset].example_count
    ),
    r"nn\.Sequential": lambda one: not one.is_linear,
    r"Threshold": lambda one: one.activation == "threshold" and not one.is_linear,
    r"\bmomentum=": lambda one: one.optimizer in ("momentum", "nesterov") and one.momentum > 0,
    r"nesterov": lambda one: one.optimizer == "nesterov" and one.momentum > 0,
    r"weight_decay": lambda one: one.weight_decay > 0 or one.optimizer == "adamw",
    r"mul_": lambda one: one.initial_scale != 1 and one.initialization != "zeros" and not one.start,
    r"nn\.init": lambda one: one.initialization != "pytorch" and not one.start,
    r"torch\.manual_seed": lambda one: one.initialization != "zeros" and not one.start,
    r"vector_to_parameters": lambda one: one.start != "",
    r"load_diabetes": lambda one: one.dataset == "diabetes",
    r"StandardScaler": lambda one: one.dataset in ("diabetes", "breast_cancer", "iris_two"),
    r"errors": lambda one: (
        one.dataset in ("line", "parabola")
        or (DATASETS[one.dataset].is_noisy and not one.classes and one.noise > 0)
    ),
    r"nn.MSELoss": lambda one: one.loss == "squared_error",
    r"nn.BCEWithLogitsLoss": lambda one: one.loss == "cross_entropy",
    r"accuracy": lambda one: one.classes is not None,
    r"inputs ?\*\* ?2": lambda one: "squares" in one.features or "parabola" in one.dataset,
    r"numpy": lambda one: one.dataset not in ("parabola", "breast_cancer", "iris_two"),
    r"weight \{": lambda one: one.is_line,
}


@settings(max_examples=150)
@given(valid)
def test_script_has_only_the_parts_that_it_needs_uses_every_name_and_begins_with_its_link(
    one: Settings,
) -> None:
    text = script(one, np.zeros(one.param_count, "float32"))
    tree = ast.parse(text)
    without_comments = ast.unparse(tree)
    for words, is_needed in WORDS.items():
        for word in words.split("|"):
            assert bool(re.search(word, without_comments)) == is_needed(one), word
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored, loaded = (
        {node.id for node in names if isinstance(node.ctx, kind)} for kind in (ast.Store, ast.Load)
    )
    assert stored <= loaded
    lines = text.split("import")[0].splitlines()
    assert all(line.startswith("# ") for line in lines) and lines[0].startswith("# Descent Lab")
    address = "".join(line.removeprefix("#").strip() for line in lines).split("?")[1]
    assert settings_of(address) == one


# So many digits that lines are wrapped.
LONG = [
    Settings(
        dataset="noisy_parabola", learning_rate=0.0012345678901234567, seed=99, hidden_units=8,
        hidden_layers=3, epochs=50, activation=activation, optimizer="nesterov",
        momentum=0.8123456789012345, schedule=schedule, batch_size=20,
        weight_decay=0.12345678901234568, initialization=initialization,
        initial_scale=1.2345678901234567, noise=0.12345678901234568,
        validation_fraction=0.12345678901234568,
    )
    for activation, schedule, initialization in (
        ("threshold", "warmup_cosine", "xavier"), ("tanh", "one_cycle", "he"),
    )
]  # fmt: skip


def check_style(command: list[str], *paths: Path) -> None:
    """Runs a command of ruff, without any configuration, on these."""
    ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "--line-length=100"]
    done = subprocess.run([*ruff, *map(str, paths)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


def test_scripts_and_notebook_cells_are_in_style(tmp_path: Path) -> None:
    for number, one in enumerate([*SHORT, *LONG]):
        (tmp_path / f"script_{number}.py").write_text(script(one), encoding="utf-8")
        for place, cell in enumerate(cells(one)):
            (tmp_path / f"cell_{number}_{place}.py").write_text(cell + "\n", encoding="utf-8")
    every = ["check", "--select=E,F,I,B,UP,SIM"]
    check_style(every, *tmp_path.glob("script_*.py"))
    # A cell uses names of earlier cells.
    check_style([*every, "--ignore=F821,F401,I001"], *tmp_path.glob("cell_*.py"))
    check_style(["format", "--check"], tmp_path)

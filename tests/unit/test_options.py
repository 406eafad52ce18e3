"""An optimizer is added by a row alone; a data set, an activation and a schedule by a row and a
function."""

import csv
import json

import numpy as np
import pytest
import torch

from app.domain.data_options import DATASETS, DatasetOption
from app.domain.link import query
from app.domain.options import (
    ACTIVATIONS,
    OPTIMIZERS,
    SCHEDULES,
    ActivationOption,
    OptimizerOption,
    ScheduleOption,
)
from app.domain.settings import Settings
from app.engine import activations, datasets, inspect_run, schedules
from app.exports.csv_export import run_csv, sweep_csv
from app.exports.script import notebook, script
from app.trainers.base import run_experiment
from callbacks.training import experiment_payload
from components.controls.rail import rail
from tests.engine.torch_runs import MODULES, hessian_of
from tests.readers import settings_of
from tests.unit.test_export import check_losses, ran


@pytest.fixture(autouse=True)
def _new_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows as CONTRIBUTING describes them, and their functions."""
    cubic = DatasetOption(
        label="Cubic, 20 points",
        example_count=20,
        predictors=("x",),
        script="inputs = torch.linspace(-1, 1, 20)[:, None]\ntargets = inputs**3",
    )
    adadelta = OptimizerOption(
        label="Adadelta",
        rule="u = −√(d / v) g",
        script="Adadelta",
        cost=2,
    )
    halved = ScheduleOption(
        label="halved",
        script="scheduler = lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=steps + 1)",
    )
    leaky_relu = ActivationOption(
        label="leaky ReLU",
        rule=r"$f(z) = \max(z, 0.01 z)$",
        output="any number",
        script="nn.LeakyReLU()",
        cost=3,
    )
    monkeypatch.setitem(DATASETS, "cubic", cubic)
    monkeypatch.setitem(ACTIVATIONS, "leaky_relu", leaky_relu)
    monkeypatch.setitem(OPTIMIZERS, "adadelta", adadelta)
    monkeypatch.setitem(SCHEDULES, "halved", halved)

    def make_cubic() -> tuple[np.ndarray, np.ndarray]:
        inputs = torch.linspace(-1, 1, 20)[:, None].numpy()
        return inputs, inputs[:, 0] ** 3

    def make_halved(step: np.ndarray, steps: int, warmup: int) -> np.ndarray:
        return np.full(steps, 0.5)

    make_leaky_relu = activations.Activation(
        apply_=torch.nn.functional.leaky_relu_,
        slope=lambda h: torch.where(h > 0, 1, 0.01).to(h.dtype),
    )
    monkeypatch.setattr(datasets, "cubic", make_cubic, raising=False)
    monkeypatch.setitem(activations.ACTIVATIONS, "leaky_relu", make_leaky_relu)
    monkeypatch.setattr(schedules, "halved", make_halved, raising=False)


def chosen(**others: object) -> Settings:
    """All four new options, in a network, so that everything is drawn and inspected."""
    new = dict(dataset="cubic", optimizer="adadelta", activation="leaky_relu", schedule="halved")
    return Settings(**new | dict(hidden_units=3, epochs=40, learning_rate=1.0) | others)


@pytest.mark.parametrize("change", [dict(), dict(batch_size=6, hidden_layers=2)])
def test_the_exported_script_trains_what_the_engine_trains(change: dict) -> None:
    settings = chosen(**change)
    check_losses(settings, ran(script(settings)))


def test_they_stand_in_the_menus_in_links_and_in_the_notebooks_title() -> None:
    menus = json.dumps(rail().to_plotly_json(), default=lambda part: part.to_plotly_json())
    for value, label in (
        ("cubic", "Cubic"), ("adadelta", "Adadelta"), ("leaky_relu", "leaky ReLU"),
        ("halved", "halved"),
    ):  # fmt: skip
        assert json.dumps({"label": label, "value": value}) in menus
    settings = chosen()
    assert settings_of(query(settings)) == settings
    title = "".join(json.loads(notebook(settings))["cells"][0]["source"])
    assert title.startswith("# Cubic, 20 points: Adadelta at learning rate 1")
    assert "- Schedule: halved" in title and "- Activation: leaky ReLU" in title


def test_they_are_trained_inspected_shown_and_written_as_csv(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = chosen()
    experiment = run_experiment(settings)
    losses = experiment.sweep.train_loss[settings.run_index]
    assert losses[-1] < 0.9 * losses[0]
    payload = experiment_payload(experiment)
    assert payload["update_rule"] == "u = −√(d / v) g"
    # No theory gives Adadelta a number, and it divides by more than squared gradients.
    assert payload["sharpness_numerator"] is payload["stability_edge_numerator"] is None
    detail = inspect_run(settings, experiment.training, experiment.surface)
    assert detail.rescaled_sharpness is None
    monkeypatch.setitem(MODULES, "leaky_relu", torch.nn.LeakyReLU)
    steepest = np.linalg.eigvalsh(hessian_of(settings, detail.params[-1]))[-1]
    assert detail.sharpness[-1] == pytest.approx(steepest, rel=1e-4)
    assert sweep_csv(experiment.sweep).count("\n") == 1 + 41 * 41
    assert run_csv(experiment.sweep, detail).count("\n") == 1 + 41


def test_with_classes_both_csv_files_have_the_accuracy() -> None:
    settings = Settings(
        dataset="iris_two", loss="cross_entropy", epochs=40, validation_fraction=0.3
    )
    made = run_experiment(settings)
    detail = inspect_run(settings, made.training, made.surface)
    of_run, of_sweep = (
        list(csv.DictReader(text.splitlines()))
        for text in (run_csv(made.sweep, detail), sweep_csv(made.sweep))
    )
    assert [*of_run[0]] == [
        *("epoch", "train_loss", "validation_loss", "accuracy", "validation_accuracy"),
        *("w petal length", "w petal width", "b"),
    ]
    mine = [row for row in of_sweep if float(row["learning_rate"]) == settings.learning_rate]
    for name in ("accuracy", "validation_accuracy", "train_loss"):
        assert [row[name] for row in mine] == [row[name] for row in of_run]
        shares = getattr(made.sweep, name)[settings.run_index]
        assert [float(row[name]) for row in of_run] == pytest.approx(shares.tolist())

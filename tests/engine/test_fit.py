from __future__ import annotations

import numpy as np
import pytest
import torch

from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from app.engine.fit import fit_of
from tests.engine.test_user_data_engine import user_data_of
from tests.engine.torch_runs import module_for
from tests.oracles import ALL, PARABOLA, experiment, name_of


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_fitted_curves_are_torchs_predictions_from_the_lowest_to_the_highest_input(
    settings: Settings,
) -> None:
    made = experiment(settings)
    ends = (made.dataset.inputs.min(), made.dataset.inputs.max())
    assert (made.fit.places[0], made.fit.places[-1]) == pytest.approx(ends)
    inputs = torch.tensor(made.fit.places).double()[:, None]
    for run, frame in ((0, 0), (made.sweep.best_run, 3), (made.sweep.best_run, -1)):
        expected = module_for(settings, made.sweep.params[run, frame])(inputs)[:, 0]
        found = made.fit.predictions[run, frame]
        assert found == pytest.approx(expected.detach().numpy(), abs=1e-5)


def test_fit_of_several_predictors_is_over_examples_in_the_order_of_their_targets() -> None:
    settings = Settings(dataset="diabetes", hidden_units=3, epochs=10)
    params = np.random.RandomState(0).randn(4, settings.param_count).astype("float32")
    fit, data = fit_of(settings, params), dataset_for(settings)
    assert fit.predictions.shape == (4, 41)
    assert (fit.places[0], fit.places[-1]) == (data.targets.min(), data.targets.max())
    assert np.all(np.diff(fit.places) >= 0)
    predictions = module_for(settings, params[0])(torch.tensor(data.inputs).double())[:, 0]
    lowest, highest = (predictions[pick(data.targets)].item() for pick in (np.argmin, np.argmax))
    found = fit.predictions[0, [0, -1]].tolist()
    assert found == pytest.approx([lowest, highest], rel=1e-4)


def test_no_example_is_drawn_twice() -> None:
    for rows in (12, 40, 41, 60):
        table = np.random.RandomState(rows).rand(rows, 4).astype("float32")
        own = user_data_of(table)
        settings = Settings(dataset="own", user_data=own, epochs=10)
        places = fit_of(settings, np.zeros((1, settings.param_count), "float32")).places
        assert len(np.unique(places)) == len(places) == min(rows, 41)


def test_the_plane_of_two_predictors_is_left_to_the_browser() -> None:
    for settings in (Settings(dataset="plane"), Settings(dataset="circles", loss="cross_entropy")):
        assert fit_of(settings, np.zeros((1, settings.param_count), "float32")) is None


def test_fit_keeps_the_shape_of_the_stack() -> None:
    params = np.zeros((4, 31), "float32")
    assert fit_of(PARABOLA, params).predictions.shape == (4, 41)


STAIRCASES = (
    Settings(dataset="parabola", hidden_units=10, activation="threshold", epochs=60),
    # A jump of a later layer is at one of the first layer's.
    Settings(dataset="sine", hidden_units=7, hidden_layers=2, activation="threshold", epochs=40),
    Settings(
        dataset="sine", hidden_units=50, activation="threshold", weight_decay=0.5, epochs=40, seed=2
    ),
)


@pytest.mark.parametrize("settings", STAIRCASES, ids=name_of)
def test_threshold_units_are_level_between_their_jumps(settings: Settings) -> None:
    fit, sweep = experiment(settings).fit, experiment(settings).sweep
    low, high = fit.places[[0, -1]]
    inputs = np.random.RandomState(0).uniform(low, high, 3000)
    for run, frame in ((0, 0), (sweep.best_run, 3), (sweep.best_run, -1)):
        module = module_for(settings, sweep.params[run, frame])
        true = module(torch.tensor(inputs)[:, None])[:, 0].detach().numpy()
        drawn = np.interp(inputs, fit.places, fit.predictions[run, frame])
        # What is drawn as a jump is 2e-6 of the range wide; a float32 jump is as far off.
        assert np.mean(np.abs(drawn - true) > 1e-5) < 0.002


def test_jumps_that_move_are_drawn_as_jumps_in_the_right_cell() -> None:
    settings = Settings(
        dataset="sine", hidden_units=3, activation="threshold", optimizer="adam",
        weight_decay=0.5, epochs=60,
    )  # fmt: skip
    fit, sweep = experiment(settings).fit, experiment(settings).sweep
    run, (low, high) = sweep.best_run, fit.places[[0, -1]]
    first, last = (-sweep.params[run, at, 3:6] / sweep.params[run, at, :3] for at in (0, -1))
    assert np.abs(first - last).max() > 0.02 * (high - low)
    jumps = np.sort(last[(last > low) & (last < high)])
    steps = np.flatnonzero(np.diff(fit.predictions[run, -1]))
    assert len(steps) == len(jumps) > 0
    assert fit.places[steps] == pytest.approx(jumps, abs=0.01 * (high - low))
    assert np.diff(fit.places)[steps].max() < 1e-5 * (high - low)

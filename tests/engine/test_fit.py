"""What the models of a sweep predict."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from app.domain.settings import Settings
from app.engine.fit import fit_of
from tests.oracles import (
    ALL,
    PARABOLA,
    experiment,
    model_at,
    name_of,
)


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_fitted_curves_are_torchs_predictions(settings: Settings) -> None:
    made = experiment(settings)
    inputs = torch.tensor(made.fit.places).double()[:, None]
    for run, frame in ((0, 0), (made.sweep.best_run, 3), (made.sweep.best_run, -1)):
        network = model_at(made.sweep.params[run, frame], settings.hidden_units)
        expected = network(inputs)[:, 0].detach().numpy()
        assert made.fit.predictions[run, frame] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("settings", ALL, ids=name_of)
def test_fitted_curves_span_the_inputs(settings: Settings) -> None:
    made = experiment(settings)
    ends = (made.dataset.inputs.min(), made.dataset.inputs.max())
    assert (made.fit.places[0], made.fit.places[-1]) == pytest.approx(ends)


def test_fit_keeps_the_shape_of_the_stack() -> None:
    params = np.zeros((4, 31), "float32")
    assert fit_of(PARABOLA, params).predictions.shape == (4, 41)

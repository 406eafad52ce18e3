"""Logistic regression compared with scikit-learn's, and where it has no lowest point."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy import ndarray
from sklearn.linear_model import LogisticRegression

from app.domain.settings import Settings
from app.engine import datasets, train_sweep
from app.engine.optima import known_optimum, linear_optimum
from app.engine.regressions import logistic_regression
from tests.engine.torch_runs import loss_of
from tests.oracles import stop

TOUCHING = ("iris_two", "breast_cancer", "circles", "xor", "spiral")


def examples(name: str, noise: float = 0.3) -> tuple[ndarray, ndarray]:
    data = datasets.builtin(name, noise)
    return data.inputs.astype(float), data.targets


@pytest.mark.parametrize("name", [*TOUCHING, "two_clouds"])
def test_it_is_scikit_learns_without_a_penalty(name: str) -> None:
    inputs, targets = examples(name)
    params, loss = logistic_regression(inputs, targets)
    known = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(inputs, targets)
    assert params == pytest.approx([*known.coef_[0], *known.intercept_], rel=1e-4, abs=1e-4)
    outputs = torch.tensor(known.decision_function(inputs))
    expected = F.binary_cross_entropy_with_logits(outputs, torch.tensor(targets).double())
    assert loss == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("decay", [0, 0.001, 0.3])
@pytest.mark.parametrize("name", ["iris_two", "breast_cancer"])
def test_no_gradient_is_left_at_the_optimum(name: str, decay: float) -> None:
    settings = Settings(dataset=name, loss="cross_entropy", weight_decay=decay)
    params, loss, said = linear_optimum(settings)
    inputs, targets = (torch.tensor(part).double() for part in examples(name))
    point = torch.tensor(params, requires_grad=True)
    outputs = inputs @ point[:-1] + point[-1]
    cross_entropy = F.binary_cross_entropy_with_logits(outputs, targets)
    (cross_entropy + decay / 2 * (point**2).sum()).backward()
    assert point.grad.numpy() == pytest.approx(np.zeros(len(params)), abs=1e-8)
    assert loss == pytest.approx(cross_entropy.item(), rel=1e-12)
    assert said == "logistic regression" + (" with weight decay" if decay else "")


@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=6),
    st.lists(st.integers(-3, 3), min_size=1, max_size=6),
)
def test_on_a_line_classes_that_touch_or_lie_apart_have_no_lowest_point(
    zeros: list[int], ones: list[int]
) -> None:
    """A loss has a lowest point if and only if each class reaches beyond the nearest of the other
    on both sides."""
    inputs = np.array([*zeros, *ones], float)
    assume(np.ptp(inputs) > 0)
    targets = np.repeat([0.0, 1.0], [len(zeros), len(ones)])
    params, loss = logistic_regression(inputs[:, None], targets)
    is_apart = max(zeros) < min(ones) or max(ones) < min(zeros)
    is_touching = max(zeros) <= min(ones) or max(ones) <= min(zeros)
    assert (params is None) == is_touching
    assert (loss == 0) == is_apart
    if is_touching and not is_apart:
        # Those where both classes meet keep the loss of their shares; all others have 0 in the end.
        place = max(zeros) if max(zeros) == min(ones) else min(zeros)
        counts = np.array([zeros.count(place), ones.count(place)])
        rest = -(counts * np.log(counts / counts.sum())).sum() / len(targets)
        assert loss == pytest.approx(rest, rel=1e-9)


def test_a_constant_predictor_and_one_in_two_units_change_nothing() -> None:
    inputs, targets = examples("iris_two")
    _, loss = logistic_regression(inputs, targets)
    more = np.column_stack([inputs, inputs[:, 0] * 1000, np.full(len(inputs), 7.0)])
    _, other = logistic_regression(more, targets)
    assert other == pytest.approx(loss, rel=1e-9)


def test_training_comes_near_to_the_optimum_that_is_known() -> None:
    settings = Settings(dataset="iris_two", loss="cross_entropy", epochs=2000, learning_rate=1)
    sweep, known = train_sweep(settings), known_optimum(settings)
    assert sweep.reference_loss == known.loss and not sweep.no_lowest_point
    # Far beyond the last run: down from above, as the loss is convex.
    assert 1 < sweep.last_loss[stop(1)] / known.loss < 1.02
    assert loss_of(settings, known.params) == pytest.approx(known.loss, rel=1e-6)


@pytest.mark.parametrize(
    "change",
    [dict(dataset="two_clouds"), dict(dataset="circles", features="squares"),
     dict(dataset="circles", hidden_units=8, optimizer="adam", epochs=300)],
)  # fmt: skip
def test_separable_data_have_no_lowest_point(change: dict) -> None:
    settings = Settings(loss="cross_entropy", **change)
    sweep = train_sweep(settings)
    assert sweep.no_lowest_point and sweep.reference_loss == 0
    assert sweep.reference_name == "no lowest point"
    # All right: a longer output layer is only surer.
    run = int(np.nanargmax(np.where(sweep.accuracy[:, -1] == 1, sweep.levels, -1)))
    surer = sweep.params[run, -1].copy()
    surer[-settings.hidden_units - 1 :] *= 10
    if settings.is_linear:
        surer = 10 * sweep.params[run, -1]
    assert loss_of(settings, surer) < 0.5 * sweep.levels[run]
    near = 0.05 * min(float(sweep.train_loss[0, 0]), np.log(2))
    assert sweep.arrived.any() and sweep.levels[sweep.arrived].max() <= near


@pytest.mark.parametrize(
    "change",
    [dict(weight_decay=0.01), dict(noise=1), dict(weight_decay=0.01, optimizer="adamw")],
)
def test_with_decay_or_mixed_classes_there_is_a_lowest_point(change: dict) -> None:
    settings = Settings(dataset="two_clouds", loss="cross_entropy", epochs=300, **change)
    sweep = train_sweep(settings)
    assert not sweep.no_lowest_point and sweep.reference_loss > 0

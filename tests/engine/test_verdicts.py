from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy import ndarray

from app.domain.settings import Settings
from app.engine import datasets, train, train_sweep
from app.engine.training import Training
from app.engine.verdicts import Judged, judge
from tests.engine.torch_runs import data_for, hessian_of, module_for
from tests.oracles import ALL, LINE, experiment, name_of, quadratic, with_rate

NAN, INF = float("nan"), float("inf")


def judged(*losses: list[float], slopes: list[float] | None = None, **more: object) -> Judged:
    """The verdicts on hand-made curves; by default nothing zigzags and the known loss is 0."""
    curves = np.array(losses, dtype="float32")
    choices = dict(stuck=np.zeros(len(curves), bool), slider_runs=len(curves))
    choices |= dict(known_loss=0.0) | more
    early = np.array([slopes or [1, 0.5, 0.2]] * len(curves), dtype=float)
    return judge(curves, early, **choices)


class TestHandMadeCurves:
    @pytest.mark.parametrize(
        ("losses", "overflow_at", "diverged_at", "calm"),
        [
            ([4, 3, 2, 1], -1, -1, True),
            ([4, 4, 4, 4], -1, -1, True),
            ([4, 9, 2, 1], -1, -1, False),
            ([4, 9, 2, 5], -1, 3, False),
            ([4, 3, 5, 6], -1, 2, False),
            ([4, 5, 6, 7], -1, 1, False),
            ([4, 3, 2, 4.5], -1, 3, False),
            ([4, 5, INF, NAN], 2, 1, False),
            ([4, 3, 2, NAN], 3, 3, False),
            ([4, 5, INF, 1], 2, 1, False),
            ([4, 1, NAN, 1], 2, 2, False),
        ],
    )
    def test_divergence_and_overflow_epochs_of_hand_made_curves(
        self, losses: list, overflow_at: int, diverged_at: int, calm: bool
    ) -> None:
        result = judged(losses)
        assert (result.overflow_at[0], result.diverged_at[0]) == (overflow_at, diverged_at)
        assert result.calm[0] == calm

    @pytest.mark.parametrize(
        ("losses", "verdict"),
        [
            ([4, 1, 0, 0], "converging"),
            ([4, 3, 2, 1], "too slow"),
            ([4, 3, 2, 5], "diverged"),
            ([4, 9, 2, 0], "converging"),
            ([4, 3, INF, 0], "overflow"),
            ([4, 3, 2, NAN], "overflow"),
        ],
    )
    def test_verdicts_of_hand_made_curves(self, losses: list, verdict: str) -> None:
        assert judged(losses).verdicts == (verdict,)

    def test_stuck_has_priority_over_diverged_but_not_over_overflow(self) -> None:
        stuck = np.array([True, True, True, False])
        result = judged([4, 5, 5], [4, 3, 3], [4, 5, INF], [4, 5, 5], stuck=stuck)
        assert result.verdicts == ("stuck", "stuck", "overflow", "diverged")

    @pytest.mark.parametrize(
        ("slopes", "verdict"),
        [
            ([1, -0.5, 0.25, -0.1], "oscillating"),
            ([1, -0.5, -0.2, 0.1, 0.05], "oscillating"),  # 2 turns of 4 steps
            ([1, -0.5, -0.2, -0.1], "converging"),  # 1 turn of 3
            ([1, 0.5, -2e-5, 3e-5, -3e-5], "converging"),  # too small to count
            ([1, -0.5, -2e-5, -3e-5, -3e-5], "oscillating"),  # 1 turn of the 1 that counts
            ([1, 1e-5, 1e-5], "converging"),  # no step counts
            ([0, 0, 0], "converging"),
        ],
    )
    def test_zigzags_of_hand_made_slopes(self, slopes: list, verdict: str) -> None:
        assert judged([4, 1, 0], slopes=slopes).verdicts == (verdict,)

    def test_zigzag_that_ends_above_its_start_is_diverged(self) -> None:
        assert judged([4, 5, 6], slopes=[1, -2, 4]).verdicts == ("diverged",)

    @pytest.mark.parametrize(
        ("reference", "last", "verdict"),
        [
            (1.0, 1.09, "converging"),
            (1.0, 1.11, "too slow"),
            (0.0, 0.0039, "converging"),  # 0.001 of the start's 4 still counts as arrived
            (0.0, 0.0041, "too slow"),
        ],
    )
    def test_too_slow_needs_a_tenth_above_least_squares_and_a_thousandth_of_the_start(
        self, reference: float, last: float, verdict: str
    ) -> None:
        result = judged([4, 2, last], known_loss=reference)
        assert result.verdicts == (verdict,)

    def test_reference_of_a_network_is_the_lowest_last_loss_of_the_sliders_runs(self) -> None:
        curves = [[4, 2, 1.0], [4, 2, 1.05], [4, 2, 1.2], [4, 2, 0.1]]
        result = judged(*curves, known_loss=None, slider_runs=3)
        assert result.verdicts == ("converging", "converging", "too slow", "converging")

    def test_run_that_overflows_late_is_not_the_reference(self) -> None:
        result = judged([4, 0, NAN], [4, 2, 1.0], known_loss=None)
        assert result.verdicts == ("overflow", "converging")

    def test_sweep_in_which_every_run_overflows_has_only_overflow_verdicts(self) -> None:
        result = judged([4, INF, NAN], [4, 5, INF], known_loss=None)
        assert result.verdicts == ("overflow", "overflow")


class TestQuadratic:
    """Along the sharpest direction each step multiplies the error by 1 - rate x sharpness."""

    @pytest.mark.parametrize(
        ("name", "seed"),
        [("line", 0), ("line", 3), ("parabola", 1), ("plane", 0), ("diabetes", 0)],
    )
    def test_linear_model_diverges_above_2_over_sharpness(self, name: str, seed: int) -> None:
        sweep = experiment(Settings(dataset=name, seed=seed)).sweep
        assert sweep.stability_edge == pytest.approx(2 / sweep.start_sharpness)
        for rate, verdict in zip(sweep.learning_rates, sweep.verdicts, strict=True):
            factor = 1 - rate * sweep.start_sharpness
            if factor > 0:
                assert verdict in ("converging", "too slow")
            elif factor < -1:
                assert verdict in ("diverged", "overflow")
            else:
                assert verdict in ("oscillating", "converging", "too slow")

    @pytest.mark.parametrize(("times", "verdict"), [(0.99, "oscillating"), (1.02, "diverged")])
    def test_line_turns_from_oscillating_to_diverged_at_2_over_sharpness(
        self, times: float, verdict: str
    ) -> None:
        rate = round(times * experiment(LINE).sweep.stability_edge, 6)
        assert experiment(with_rate(LINE, rate)).sweep.verdicts[-1] == verdict

    def test_too_slow_on_the_line_follows_from_the_closed_form(self) -> None:
        sweep, line = experiment(LINE).sweep, datasets.builtin("line")
        hessian, best = quadratic(LINE)
        curvature, vectors = np.linalg.eigh(hessian)
        start = vectors.T @ (sweep.start - best)
        for rate, verdict in zip(sweep.learning_rates[:27], sweep.verdicts[:27], strict=True):
            left = curvature / 2 @ (start * (1 - rate * curvature) ** LINE.epochs) ** 2
            allowed = max(0.1 * line.least_squares_loss, 0.001 * float(sweep.train_loss[0, 0]))
            assert verdict == ("too slow" if left > allowed else "converging")


class TestNetworks:
    @pytest.mark.parametrize("layers", [1, 2, 3])
    def test_network_is_stuck_if_a_layer_is_off_for_every_example(self, layers: int) -> None:
        seen = set()
        for seed in range(3):
            settings = Settings(
                dataset="parabola", hidden_units=4, hidden_layers=layers, epochs=150, seed=seed
            )
            sweep = train_sweep(settings)
            seen |= set(sweep.verdicts)
            off = [some_layer_off(settings, params) for params in sweep.params[:, -1]]
            found = [verdict == "stuck" for verdict in sweep.verdicts]
            assert found == (np.array(off) & (sweep.overflow_at < 0)).tolist()
            # The layers below have no gradient left.
            assert not sweep.gradients[found, -1, :8].any()
        assert "stuck" in seen and len(seen) > 1

    @pytest.mark.parametrize("layers", [1, 2])
    @pytest.mark.parametrize("activation", ["tanh", "logistic", "linear", "threshold"])
    def test_only_relu_networks_get_stuck(self, activation: str, layers: int) -> None:
        settings = Settings(
            dataset="parabola", hidden_units=4, hidden_layers=layers, epochs=60,
            activation=activation,
        )  # fmt: skip
        assert "stuck" not in train_sweep(settings).verdicts

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_verdicts_are_the_first_that_fits(self, settings: Settings) -> None:
        assert experiment(settings).sweep.verdicts == slow_verdicts(experiment(settings).training)

    @pytest.mark.slow
    def test_most_verdicts_occur_over_4_seeds_and_are_the_first_that_fits(self) -> None:
        seen = set()
        for seed in range(0, 40, 10):
            training = train(Settings(dataset="parabola", hidden_units=10, epochs=500, seed=seed))
            assert training.sweep.verdicts == slow_verdicts(training)
            assert (training.sweep.overflow_at == -1).all()
            seen |= set(training.sweep.verdicts)
        assert {"stuck", "oscillating", "too slow", "converging"} <= seen


def some_layer_off(settings: Settings, params: ndarray) -> bool:
    """Whether some hidden layer outputs only zeros, by plain torch in float64."""
    if settings.is_linear or not np.isfinite(params).all():
        return False
    module, (inputs, _) = module_for(settings, params), data_for(settings)
    layers = range(2, 2 * settings.hidden_layers + 1, 2)
    return any(not module[:layer](inputs).any() for layer in layers)


def slow_verdicts(training: Training) -> tuple[str, ...]:
    """The verdicts by their definitions, one run and one epoch at a time."""
    sweep, losses = training.sweep, training.descent.train_loss.tolist()
    settings, dataset = sweep.settings, datasets.builtin(sweep.settings.dataset)
    ends = [curve[-1] for curve in losses if np.isfinite(curve).all()]
    reference = dataset.least_squares_loss if settings.is_linear else min(ends)
    direction = np.linalg.eigh(hessian_of(settings, sweep.start))[1][:, -1]
    early = sweep.gradients[:, :21].astype(float) @ direction
    return tuple(
        slow_verdict(
            losses[run], early[run], some_layer_off(settings, sweep.params[run, -1]), reference
        )
        for run in range(len(losses))
    )


def slow_verdict(losses: list, slopes: ndarray, off: bool, reference: float) -> str:
    if not np.isfinite(losses).all():
        return "overflow"
    if off:
        return "stuck"
    if losses[-1] > losses[0]:
        return "diverged"
    turns = [
        left * right < 0
        for left, right in pairwise(slopes)
        if min(abs(left), abs(right)) > 1e-4 * abs(slopes[0])
    ]
    if turns and sum(turns) >= len(turns) / 2:
        return "oscillating"
    left_over = losses[-1] - reference
    return "too slow" if left_over > max(0.1 * reference, 0.001 * losses[0]) else "converging"

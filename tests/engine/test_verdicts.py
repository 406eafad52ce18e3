from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np
import pytest
from numpy import ndarray

from app.domain.settings import Settings
from app.engine import datasets, train, train_sweep
from app.engine.recorder import Training
from app.engine.verdicts import Judged, judge
from tests.engine.test_user_data_engine import user_data_of
from tests.engine.torch_runs import data_for, hessian_of, module_for
from tests.oracles import ALL, LINE, PARABOLA, experiment, name_of, quadratic, with_rate

NAN, INF = float("nan"), float("inf")
NO_LINE = dict(known_loss=None, is_quadratic=False)


def judged(*losses: list[float], slopes: list[float] | None = None, **more: object) -> Judged:
    """The verdicts on hand-made curves of a linear model; by default nothing zigzags and the known
    loss is 0."""
    curves = np.array(losses, dtype="float32")
    choices = dict(stuck=np.zeros(len(curves), bool), slider_runs=len(curves))
    choices |= dict(known_loss=0.0, is_quadratic=True) | more
    early = np.array([slopes or [1, 0.5, 0.2]] * len(curves), dtype=float)
    return judge(curves, early, **choices)


def curve(*points: tuple[int, float], jumps: float = 0.0, every: int = 2) -> list[float]:
    """A loss over 100 epochs that goes straight from point to point; every so many epochs of the
    second half it jumps up by this share."""
    epochs = np.arange(101)
    losses = np.interp(epochs, *zip(*points, strict=True))
    late = (epochs > 50) & (epochs % every == 0)
    return (losses * np.where(late, 1 + jumps, 1)).tolist()


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
            # Within 2 % of its start no run is diverged.
            ([4, 4.01, 4.02, 4.07], -1, -1, False),
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
            # The second half covers a fiftieth, or a ten-thousandth, of what the middle leaves.
            (curve((0, 4), (40, 2), (55, 2), (100, 1.95)), "too slow"),
            (curve((0, 4), (40, 2), (55, 2), (100, 1.9995)), "too slow"),
            (curve((0, 4), (40, 2), (55, 2), (100, 1.9999)), "stalled"),
            (curve((0, 4), (40, 2), (55, 2), (100, 2)), "stalled"),
            # A tenth of the second half's epochs rise: it falls clearly, or it has stalled.
            (curve((0, 4), (40, 2), (55, 2), (100, 1.9), jumps=0.01, every=10), "too slow"),
            (curve((0, 4), (40, 2), (55, 2), (100, 1.99), jumps=0.01, every=10), "stalled"),
            # Half of them rise, which is no sign of slowness.
            (curve((0, 4), (40, 2), (55, 2), (100, 1), jumps=0.2), "oscillating"),
            # One late spike, far from the level.
            (curve((0, 4), (50, 0), (99, 0), (100, 3.9)), "converging"),
        ],
    )
    def test_verdicts_of_hand_made_curves(self, losses: list, verdict: str) -> None:
        result = judged(losses)
        assert result.verdicts == (verdict,)
        assert result.arrived[0] == (verdict == "converging")

    def test_level_is_the_last_loss_or_the_middle_of_late_losses_that_rise_and_fall(self) -> None:
        falling, restless = curve((0, 4), (100, 1)), curve((0, 4), (50, 2), (100, 2), jumps=0.1)
        spike = curve((0, 4), (50, 0.5), (99, 0.5), (100, 3.9))
        levels = judged(falling, restless, spike, [4] * 100 + [INF]).levels
        assert levels == pytest.approx([1, (2 + 2.2) / 2, 0.5, INF])

    def test_stuck_has_priority_over_diverged_but_not_over_overflow(self) -> None:
        stuck = np.array([True, True, True, False])
        result = judged([4, 5, 5], [4, 0, 0], [4, 5, INF], [4, 5, 5], stuck=stuck)
        assert result.verdicts == ("stuck", "stuck", "overflow", "diverged")
        assert not result.arrived.any()
        assert result.diverged_at.tolist() == [1, -1, 1, 1]

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
        result = judged([4, 1, 0], slopes=slopes)
        assert result.verdicts == (verdict,) and result.arrived.all()

    def test_zigzag_far_from_the_reference_counts_for_the_linear_model_alone(self) -> None:
        losses, zigzag = curve((0, 4), (50, 2), (100, 1)), [1, -1, 1, -1]
        assert judged(losses, slopes=zigzag).verdicts == ("oscillating",)
        assert judged(losses, slopes=zigzag, is_quadratic=False).verdicts == ("too slow",)

    def test_zigzag_that_ends_above_its_start_is_diverged(self) -> None:
        assert judged([4, 5, 6], slopes=[1, -2, 4]).verdicts == ("diverged",)

    @pytest.mark.parametrize(
        ("reference", "last", "verdict"),
        [
            # A fifth of the reference
            (1.0, 1.19, "converging"),
            (1.0, 1.21, "too slow"),
            # A thousandth of the start, where the reference is less
            (0.0, 0.0039, "converging"),
            (0.0, 0.0041, "too slow"),
            # A fifth of the way from the start, where that is less
            (3.5, 3.59, "converging"),
            (3.5, 3.61, "too slow"),
            # Weight decay leads up, and to nowhere else
            (5.0, 5.09, "converging"),
            (5.0, 5.11, "diverged"),
        ],
    )
    def test_near_is_a_fifth_above_the_reference_or_a_thousandth_of_the_start(
        self, reference: float, last: float, verdict: str
    ) -> None:
        result = judged([4, 3.9, last], known_loss=reference)
        assert result.verdicts == (verdict,)

    def test_reference_of_a_network_is_the_lowest_level_of_the_sliders_runs(self) -> None:
        curves = [[4, 2, 1.0], [4, 2, 1.05], [4, 2, 1.3], [4, 2, 0.1]]
        result = judged(*curves, slider_runs=3, **NO_LINE)
        assert result.verdicts == ("converging", "converging", "too slow", "converging")
        assert result.reference_loss == 1.0

    def test_reference_of_a_network_is_never_above_the_start(self) -> None:
        result = judged([4, 4.05, 4.05], [4, 9, 9], **NO_LINE)
        assert result.reference_loss == 4 and result.verdicts == ("converging", "diverged")

    def test_run_that_overflows_late_is_not_the_reference(self) -> None:
        result = judged([4, 0, NAN], [4, 2, 1.0], **NO_LINE)
        assert result.verdicts == ("overflow", "converging")

    def test_sweep_in_which_every_run_overflows_has_only_overflow_verdicts(self) -> None:
        result = judged([4, INF, NAN], [4, 5, INF], **NO_LINE)
        assert result.verdicts == ("overflow", "overflow")


ENDLESS = dict(known_loss=0.0, is_quadratic=False, has_lowest=False)


class TestNoLowestPoint:
    """Cross-entropy of separable classes: a loss that falls as 1 / epoch, for ever."""

    @pytest.mark.parametrize(("start", "limit"), [(0.4, 0.02), (0.6, 0.03), (5.0, 0.05 * 0.6931)])
    def test_near_is_five_percent_of_the_start_or_of_a_coins_loss(
        self, start: float, limit: float
    ) -> None:
        ends = np.array([[0.98 * limit], [1.02 * limit]])
        epochs = np.arange(101)
        falling = start / (1 + (start / ends - 1) * epochs / 100)
        found = judged(*falling.tolist(), **ENDLESS)
        assert found.verdicts == ("converging", "too slow")
        assert found.arrived.tolist() == [True, False]
        assert found.reference_loss == 0

    def test_a_loss_that_all_examples_but_some_leave_is_near_that_of_the_rest(self) -> None:
        flat = curve((0, 0.6), (50, 0.31), (100, 0.305))
        choices = ENDLESS | dict(known_loss=0.3)
        assert judged(flat, **choices).verdicts == ("converging",)
        high = curve((0, 0.6), (50, 0.36), (100, 0.35))
        assert judged(high, **choices).verdicts == ("too slow",)


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

    def test_at_exactly_2_over_sharpness_the_line_oscillates_for_ever(self) -> None:
        """On a standardised predictor the Hessian is twice the unit matrix. At rate 1 each step
        leads to the mirror image of its point, at the same loss."""
        table = np.array([[1, 3], [2, 5], [3, 4], [4, 8], [5, 9.5]] * 2)
        data = user_data_of(table, standardize=True)
        sweep = train_sweep(Settings(dataset="own", user_data=data, learning_rate=1))
        run = sweep.settings.run_index
        assert sweep.start_sharpness == pytest.approx(2) and sweep.verdicts[run] == "oscillating"
        assert sweep.train_loss[run] == pytest.approx(sweep.train_loss[run, 0], rel=1e-4)
        assert (sweep.diverged_at[run], sweep.arrived[run]) == (-1, False)

    def test_too_slow_on_the_line_follows_from_the_closed_form(self) -> None:
        sweep, line = experiment(LINE).sweep, datasets.builtin("line")
        hessian, best = quadratic(LINE)
        curvature, vectors = np.linalg.eigh(hessian)
        start = vectors.T @ (sweep.start - best)
        for rate, verdict in zip(sweep.learning_rates[:27], sweep.verdicts[:27], strict=True):
            left = curvature / 2 @ (start * (1 - rate * curvature) ** LINE.epochs) ** 2
            allowed = max(0.2 * line.least_squares_loss, 0.001 * float(sweep.train_loss[0, 0]))
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
    def test_units_that_cannot_be_off_do_not_get_stuck_from_a_usual_start(
        self, activation: str, layers: int
    ) -> None:
        settings = Settings(
            dataset="parabola", hidden_units=4, hidden_layers=layers, epochs=60,
            activation=activation,
        )  # fmt: skip
        assert "stuck" not in train_sweep(settings).verdicts

    @pytest.mark.parametrize(
        "change",
        [
            # Where all weights are 0, none has a gradient but the output's bias.
            dict(activation="tanh", initialization="zeros"),
            dict(activation="linear", initialization="zeros", hidden_layers=2),
            # Steps of 1 take the units to where tanh is 1, and its slope 1 - tanh^2 is 0.
            dict(activation="tanh", hidden_layers=2, optimizer="rmsprop", learning_rate=1),
            # Each step takes a tenth of every weight, and the loss holds none of them.
            dict(activation="tanh", weight_decay=1, learning_rate=0.1),
        ],
        ids=["zeros", "linear zeros", "saturated", "decayed"],
    )
    def test_network_without_gradients_below_its_output_is_stuck(self, change: dict) -> None:
        settings = Settings(**dict(dataset="parabola", hidden_units=4, epochs=500) | change)
        sweep, run = train_sweep(settings), settings.run_index
        data, params = data_for(settings), sweep.params[run, -1]
        fit = module_for(settings, params)(data[0]).detach()
        assert sweep.verdicts[run] == "stuck" and not sweep.arrived[run]
        assert np.ptp(fit.numpy()) < 1e-3 * np.ptp(data[1].numpy())

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


class TestLinks:
    """What a person would say who looks at these curves."""

    @pytest.mark.parametrize(
        ("change", "verdict", "has_arrived"),
        [
            # A third of the way is done.
            (dict(dataset="parabola", learning_rate=0.0001), "too slow", False),
            # Steps of about the rate itself, however flat the ground is.
            (dict(optimizer="rmsprop", learning_rate=1), "oscillating", False),
            # Each point pulls the line to itself.
            (dict(batch_size=1, learning_rate=0.1), "oscillating", False),
            # It ends at the optimum, which weight decay has put above the start.
            (dict(dataset="parabola", weight_decay=1, learning_rate=0.05), "converging", True),
            # The same on other seeds, data and settings
            (dict(dataset="parabola", learning_rate=0.0002, seed=11), "too slow", False),
            (
                dict(dataset="plane", optimizer="rmsprop", learning_rate=1, seed=29),
                "oscillating",
                False,
            ),
            (dict(batch_size=2, learning_rate=0.08, seed=11), "oscillating", False),
            (
                dict(dataset="parabola", weight_decay=0.5, learning_rate=0.05, seed=29),
                "converging",
                True,
            ),
            (dict(learning_rate=0.05), "oscillating", True),
            (dict(learning_rate=0.0888), "oscillating", False),
            (dict(learning_rate=0.0889), "diverged", False),
        ],
    )
    def test_verdict_of_a_link(self, change: dict, verdict: str, has_arrived: bool) -> None:
        settings = Settings(**change)
        sweep, run = train_sweep(settings), settings.run_index
        assert (sweep.verdicts[run], sweep.arrived[run]) == (verdict, has_arrived)

    def test_only_what_overflows_breaks_where_decay_leads_above_the_start(self) -> None:
        sweep = train_sweep(Settings(dataset="parabola", weight_decay=1))
        assert sweep.reference_loss > sweep.train_loss[0, 0]
        factors = 1 - sweep.learning_rates * (sweep.start_sharpness + 1)
        breaks = [verdict in ("diverged", "overflow") for verdict in sweep.verdicts]
        assert breaks == (np.abs(factors) > 1).tolist() and sum(breaks) == 2

    @pytest.mark.parametrize("rate", [0.63, 0.8])
    def test_spike_in_the_last_epochs_does_not_hide_that_a_run_has_arrived(
        self, rate: float
    ) -> None:
        settings = Settings(
            dataset="sine", hidden_units=16, activation="tanh", optimizer="adam", learning_rate=rate
        )
        sweep, run = train_sweep(settings), settings.run_index
        assert sweep.verdicts[run] == "converging"
        assert sweep.last_loss[run] > 5 * sweep.levels[run]

    @pytest.mark.parametrize("epochs", [500, 1000])
    def test_lucky_run_does_not_make_its_neighbours_slow(self, epochs: int) -> None:
        settings = replace(PARABOLA, learning_rate=0.5, epochs=epochs)
        assert train_sweep(settings).verdicts[settings.run_index] == "converging"


def some_layer_off(settings: Settings, params: ndarray) -> bool:
    """Whether some hidden layer outputs only zeros, by plain torch in float64."""
    if settings.is_linear or not np.isfinite(params).all():
        return False
    module, (inputs, _) = module_for(settings, params), data_for(settings)
    layers = range(2, 2 * settings.hidden_layers + 1, 2)
    return any(not module[:layer](inputs).any() for layer in layers)


def slow_verdicts(training: Training) -> tuple[str, ...]:
    """The verdicts by their definitions, one run and one epoch at a time, for full batches without
    decay."""
    sweep, losses = training.sweep, training.descent.train_loss.tolist()
    settings, dataset = sweep.settings, datasets.builtin(sweep.settings.dataset)
    ends = [level_of(curve) for curve in losses[:41] if np.isfinite(curve).all()]
    reference = dataset.least_squares_loss if settings.is_linear else min([*ends, losses[0][0]])
    direction = np.linalg.eigh(hessian_of(settings, sweep.start))[1][:, -1]
    early = sweep.gradients[:, :21].astype(float) @ direction
    return tuple(
        slow_verdict(curve, reference, zigzags(early[run]), settings.is_linear)
        if not some_layer_off(settings, sweep.params[run, -1])
        else "stuck"
        for run, curve in enumerate(losses)
    )


def rises_in(losses: list) -> float:
    """In which share of the epochs the loss rises by more than 0.001 %."""
    return sum(after > 1.00001 * before for before, after in pairwise(losses)) / (len(losses) - 1)


def level_of(losses: list) -> float:
    tenth = len(losses) // 10
    late = losses[-tenth - 1 :]
    return losses[-1] if rises_in(late) <= 0.05 else median(late[1:])


def zigzags(slopes: ndarray) -> bool:
    turns = [
        left * right < 0
        for left, right in pairwise(slopes)
        if min(abs(left), abs(right)) > 1e-4 * abs(slopes[0])
    ]
    return bool(turns) and sum(turns) >= len(turns) / 2


def slow_verdict(losses: list, reference: float, zigzag: bool, is_linear: bool) -> str:
    if not np.isfinite(losses).all():
        return "overflow"
    start, level, half = losses[0], level_of(losses), len(losses) // 2
    if level > 1.02 * max(start, reference):
        return "diverged"
    allowed, way = max(0.2 * reference, 0.001 * start), start - reference
    if way > 0.001 * start:
        allowed = min(allowed, 0.2 * way)
    if level <= reference + allowed:
        return "oscillating" if zigzag else "converging"
    rises, tenth = rises_in(losses[half:]), len(losses) // 10
    middle = median(losses[half - tenth // 2 :][:tenth])
    if (zigzag and is_linear) or rises >= 0.2:
        return "oscillating"
    fall = (middle - level) / (middle - reference)
    return "too slow" if fall > 0.02 or (fall > 0.0001 and rises < 0.05) else "stalled"

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import VERDICTS, Sweep
from app.domain.settings import Settings
from app.engine import train_sweep, training
from app.engine.datasets import as_tensors, dataset_for
from app.engine.network import network_for
from app.engine.recorder import EARLY_EPOCHS, frame_epochs
from app.engine.training import descend
from tests.engine.torch_runs import gradient_of, lone_training, loss_of
from tests.oracles import (
    ALL,
    BENT_LINE,
    LINE,
    NARROW,
    PARABOLA,
    ROUNDING,
    WIDE,
    experiment,
    flat,
    global_seed,
    name_of,
    quadratic,
    same,
    stop,
    with_rate,
)

# learning rate -> weight, bias and loss after one step, recomputed from the notebook's start.
STEP_TABLE = {
    1.0: (13.9548, 4.7888, 2189.2),
    0.1: (1.3887, 0.9617, 7.4432),
    0.01: (0.1321, 0.5790, 2.8808),
}
# The notebook's first training of its network after the steps of epochs 0, 50 ... 450: the loss on
# its own data, and the loss on the line's data, which the notebook prints by mistake.
FIRST_TRAINING = [
    0.34485, 0.07072, 0.04948, 0.03213, 0.02043, 0.01363, 0.01001, 0.00817, 0.00721, 0.00664,
]  # fmt: skip
PRINTED_BY_MISTAKE = [
    5.4805, 3.0296, 1.6594, 0.7494, 0.2984, 0.1453, 0.1478, 0.2139, 0.2947, 0.3698,
]  # fmt: skip
ARRAYS = ("params", "train_loss", "gradients", "diverged_at", "overflow_at", "last_loss", "calm")


def digits(value: float) -> float:
    """Half a unit of the last of four printed decimals."""
    return 5.0001e-5 if value < 100 else 0.05001


class TestNotebook:
    def test_start_loss_and_gradient_of_the_line(self) -> None:
        sweep = experiment(LINE).sweep
        assert float(sweep.train_loss[0, 0]) == pytest.approx(4.7714, abs=5e-5)
        assert sweep.gradients[0, 0].tolist() == pytest.approx([-13.9623, -4.2524], abs=5e-5)

    @pytest.mark.parametrize("rate", STEP_TABLE)
    def test_one_step_on_the_line_at_three_rates(self, rate: float) -> None:
        sweep, run = experiment(LINE).sweep, stop(rate)
        seen = (*sweep.params[run, 1].tolist(), float(sweep.train_loss[run, 1]))
        for value, printed in zip(seen, STEP_TABLE[rate], strict=True):
            assert value == pytest.approx(printed, abs=digits(printed))

    def test_thousand_epochs_on_the_line(self) -> None:
        sweep, run = experiment(with_rate(LINE, 0.09)).sweep, stop(0.01)
        assert sweep.params[run, -1].tolist() == pytest.approx([0.5280, 1.0080], abs=5e-5)
        assert float(sweep.train_loss[run, -1]) == pytest.approx(0.0289, abs=5e-5)
        # At 0.1 it rises at once and overflows; at 0.09 it rises but stays finite.
        assert (sweep.diverged_at[stop(0.1)], sweep.overflow_at[stop(0.1)]) == (1, 190)
        assert sweep.overflow_at[-1] == -1 and sweep.diverged_at[-1] >= 1

    def test_first_training_of_the_network_whose_start_is_drawn_after_the_data(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with global_seed(0):
            torch.rand(100, 1)
            start = flat(nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 1)))
        monkeypatch.setattr(training, "start_for", lambda settings: start)
        kept = list(range(1, 500, 50))
        run = descend(PARABOLA, kept, learning_rates=[0.05])
        assert run.train_loss[0, kept].tolist() == pytest.approx(FIRST_TRAINING, abs=5.1e-6)
        inputs, targets = as_tensors(dataset_for(LINE))
        errors = network_for(PARABOLA).predict(run.params[0], inputs) - targets
        found = errors.square().mean(dim=1).tolist()
        assert found == pytest.approx(PRINTED_BY_MISTAKE, abs=5.1e-5)


class TestDescent:
    @pytest.mark.parametrize(
        ("name", "seed"), [("line", 0), ("line", 7), ("plane", 0), ("diabetes", 0)]
    )
    def test_descent_on_a_quadratic_follows_its_closed_form(self, name: str, seed: int) -> None:
        """theta* + (I - aH)^t (theta_0 - theta*), by the eigenvectors of H."""
        settings = Settings(dataset=name, epochs=1000, seed=seed)
        sweep, (hessian, best) = experiment(settings).sweep, quadratic(settings)
        curvatures, vectors = np.linalg.eigh(hessian)
        for run, rate in enumerate(np.float32(sweep.learning_rates).astype(float)):
            known = np.isfinite(sweep.train_loss[run])
            epochs = sweep.epochs[known]
            shrunk = (1 - rate * curvatures) ** epochs[:, None] * (vectors.T @ (sweep.start - best))
            expected = best + shrunk @ vectors.T
            size = np.maximum(np.abs(expected).max(axis=1), 1)
            off = np.abs(sweep.params[run, known] - expected).max(axis=1) / size
            # Each step rounds about four times: two sums of products, their scaling, the update.
            assert (off <= 4 * ROUNDING * (epochs + 1)).all()

    @pytest.mark.parametrize("settings", [WIDE, NARROW], ids=name_of)
    def test_each_run_of_a_network_equals_torchs_own_training(self, settings: Settings) -> None:
        sweep = experiment(settings).sweep
        for rate in (0.01, 0.1):
            lone, run = lone_training(settings, sweep.start, rate), stop(rate)
            expected = lone.params[sweep.epochs]
            # Sums in a different order: a few roundings at each of 200 steps.
            close = 400 * ROUNDING * np.abs(expected).max()
            assert np.abs(sweep.params[run] - expected).max() <= close
            losses = lone.train_loss[sweep.epochs]
            assert sweep.train_loss[run] == pytest.approx(losses, rel=1e-4, abs=1e-6)

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_each_step_equals_torch_optim_sgd_to_the_last_bit(self, settings: Settings) -> None:
        sweep = experiment(settings).sweep
        before, after = sweep.params[:, :EARLY_EPOCHS], sweep.params[:, 1 : EARLY_EPOCHS + 1]
        for run, rate in enumerate(SLIDER_LEARNING_RATES):
            # A step changes each number by itself, so one optimizer takes all steps of a run.
            parameter = nn.Parameter(torch.tensor(before[run]))
            parameter.grad = torch.tensor(sweep.gradients[run, :EARLY_EPOCHS])
            torch.optim.SGD([parameter], lr=rate).step()
            finite = np.isfinite(after[run])
            assert finite[:3].all()
            assert same(parameter.detach().numpy()[finite], after[run, finite])

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_loss_and_gradient_of_a_frame_are_autograds_at_its_params(
        self, settings: Settings
    ) -> None:
        sweep = experiment(settings).sweep
        for run in np.flatnonzero(sweep.calm)[::9]:
            for frame in range(0, len(sweep.epochs), 50):
                params = sweep.params[run, frame]
                loss, gradient = loss_of(settings, params), gradient_of(settings, params)
                assert sweep.train_loss[run, frame] == pytest.approx(loss, rel=1e-5, abs=1e-7)
                assert sweep.gradients[run, frame] == pytest.approx(gradient, rel=1e-4, abs=1e-5)


class TestSweep:
    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_sweep_arrays_have_documented_shapes_and_order(self, settings: Settings) -> None:
        sweep = experiment(settings).sweep
        runs, frames = 41, min(settings.epochs + 1, 160)
        assert sweep.params.shape == sweep.gradients.shape == (runs, frames, settings.param_count)
        assert sweep.train_loss.shape == (runs, frames) and sweep.epochs.shape == (frames,)
        assert sweep.learning_rates.tolist() == list(SLIDER_LEARNING_RATES)
        assert len(sweep.verdicts) == runs and set(sweep.verdicts) <= set(VERDICTS)
        assert (sweep.params[:, 0] == sweep.start).all()

    @pytest.mark.parametrize(
        ("settings", "typed"), [(LINE, 0.0707), (PARABOLA, 10.0), (BENT_LINE, 1e-6)], ids=name_of
    )
    def test_typed_rate_leaves_the_other_runs_unchanged_bit_for_bit(
        self, settings: Settings, typed: float
    ) -> None:
        alone, joined = experiment(settings), experiment(with_rate(settings, typed))
        assert joined.sweep.learning_rates[-1] == typed and len(joined.sweep.params) == 42
        assert joined.sweep.verdicts[:41] == alone.sweep.verdicts
        for name in ARRAYS:
            assert same(getattr(joined.sweep, name)[:41], getattr(alone.sweep, name))
        assert same(joined.surface.plane.directions, alone.surface.plane.directions)
        assert joined.surface.box == alone.surface.box
        assert same(joined.surface.loss, alone.surface.loss)

    def test_typed_rate_is_trained_like_any_other(self) -> None:
        # Its rate lies between two stops of the slider.
        sweep = train_sweep(Settings(epochs=20, learning_rate=0.045))
        lone = lone_training(sweep.settings, sweep.start, 0.045)
        assert sweep.params[-1] == pytest.approx(lone.params, abs=100 * ROUNDING)

    @given(st.integers(10, 5000))
    def test_frames_are_ascending_and_end_at_the_last_epoch(self, epochs: int) -> None:
        frames = frame_epochs(Settings(epochs=epochs))
        assert frames[: EARLY_EPOCHS + 1] == list(range(min(EARLY_EPOCHS, epochs) + 1))
        assert len(frames) == min(epochs + 1, 160) and frames[-1] == epochs
        assert all(left < right for left, right in pairwise(frames))

    @pytest.mark.parametrize("epochs", [500, 5000])
    def test_later_frames_are_spaced_geometrically(self, epochs: int) -> None:
        late = np.array(frame_epochs(Settings(epochs=epochs))[-60:], dtype=float)
        ratios = late[1:] / late[:-1]
        # A round epoch takes its neighbour's place, which moves that by half a gap at most.
        assert np.ptp(ratios) <= 2 / late[0] * ratios.max() + ratios.mean() - 1

    @given(st.integers(160, 5000))
    def test_frames_hold_the_round_epochs_of_the_timeline(self, epochs: int) -> None:
        rounds = {epoch for epoch in (50, 100, 200, 500, 1000, 2000) if epoch <= epochs}
        assert rounds <= set(frame_epochs(Settings(epochs=epochs)))

    @pytest.mark.parametrize("settings", [LINE, with_rate(PARABOLA, 10.0)], ids=name_of)
    def test_run_is_nan_from_its_overflow_on(self, settings: Settings) -> None:
        sweep = experiment(settings).sweep
        assert (sweep.overflow_at >= 0).any()
        for run, overflow in enumerate(sweep.overflow_at):
            lost = (sweep.epochs >= overflow) & (overflow >= 0)
            for array in (sweep.train_loss, sweep.params, sweep.gradients):
                assert np.isnan(array[run, lost]).all()
                assert np.isfinite(array[run, ~lost]).all()
            assert np.isnan(sweep.last_loss[run]) == (overflow >= 0)

    @pytest.mark.parametrize("settings", ALL, ids=name_of)
    def test_divergence_overflow_calm_and_best_run_equal_those_of_a_plain_loop(
        self, settings: Settings
    ) -> None:
        training = experiment(settings).training
        for run, losses in enumerate(training.descent.train_loss.tolist()):
            assert training.sweep.overflow_at[run] == slow_overflow(losses)
            assert training.sweep.diverged_at[run] == slow_divergence(losses)
            assert training.sweep.calm[run] == all(loss <= losses[0] for loss in losses)
        sweep, calm = training.sweep, np.flatnonzero(training.sweep.calm)
        assert sweep.best_run == min(calm, key=lambda run: sweep.train_loss[run, -1])


def slow_overflow(losses: list[float]) -> int:
    return next((epoch for epoch, loss in enumerate(losses) if not np.isfinite(loss)), -1)


def slow_divergence(losses: list[float]) -> int:
    """The first epoch from which the loss never returns to its start or below, or -1."""
    overflow = slow_overflow(losses)
    known = losses if overflow < 0 else losses[:overflow]
    last_below = max(epoch for epoch, loss in enumerate(known) if loss <= losses[0])
    return -1 if last_below == len(losses) - 1 else last_below + 1


class TestNothingIsShared:
    def test_concurrent_trainings_do_not_affect_each_other(self) -> None:
        settings = [LINE, PARABOLA, BENT_LINE, Settings(epochs=1000, seed=5)]
        results = at_once([lambda one=one: train_sweep(one) for one in settings])
        for one, sweep in zip(settings, results, strict=True):
            assert equal(sweep, experiment(one).sweep)

    def test_training_neither_depends_on_torchs_global_generator_nor_changes_it(self) -> None:
        with global_seed(123):
            before = torch.get_rng_state()
            assert equal(train_sweep(BENT_LINE), experiment(BENT_LINE).sweep)
            assert torch.equal(before, torch.get_rng_state())

    def test_engine_uses_one_torch_thread(self) -> None:
        assert torch.get_num_threads() == 1


def equal(left: Sweep, right: Sweep) -> bool:
    arrays = all(same(getattr(left, name), getattr(right, name)) for name in ARRAYS)
    return arrays and left.verdicts == right.verdicts


def at_once(jobs: list[Callable[[], Sweep]]) -> list[Sweep]:
    """Runs the jobs in threads that start together."""
    gate, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def work(index: int) -> None:
        gate.wait()
        results[index] = jobs[index]()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

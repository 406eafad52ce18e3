from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count, pairwise

import pytest
from torch.utils.flop_counter import FlopCounterMode

from app.choices import SettingsError
from app.engine import deadline, inspection, training
from app.engine.deadline import MOST_SECONDS, STEPS_BETWEEN_CHECKS, check, time_limit
from app.engine.fit import fit_of
from app.engine.landscape.planes import choose_plane
from app.engine.landscape.projection import project
from app.engine.landscape.slices import loss_slices
from app.engine.landscape.surface import loss_surface
from app.engine.range_test import range_test
from app.engine.training import descend
from app.planes import PlaneChoice
from app.settings import Settings
from app.trainers import base
from app.trainers.base import run_experiment
from app.trainers.experiment_cache import ExperimentCache

LINE = Settings(dataset="line", epochs=2000)
NETWORK = Settings(dataset="diabetes", hidden_units=24, epochs=40)
HELD_BACK = replace(NETWORK, validation_fraction=0.5)
DEEP = Settings(dataset="parabola", hidden_units=12, hidden_layers=2, epochs=40)
BATCHES = Settings(dataset="parabola", hidden_units=2, epochs=20, batch_size=10)


class Clock:
    """A machine on which each look at the clock comes some seconds after the last."""

    def __init__(self, seconds: float) -> None:
        self.looks = count()
        self.seconds = seconds

    def __call__(self) -> float:
        return next(self.looks) * self.seconds


def test_a_training_that_takes_too_long_is_ended_within_a_few_steps() -> None:
    clock = Clock(seconds=MOST_SECONDS / 3)
    with pytest.raises(SettingsError) as caught, time_limit(LINE, clock):
        descend(LINE, [0, 2000])
    assert str(caught.value) == (
        "This training was ended, as it took longer here than 2 seconds. Choose fewer epochs."
    )
    assert caught.value.field == "epochs"
    # One look at the start, three within the time, one beyond it.
    assert next(clock.looks) == 5


def test_a_training_in_time_is_looked_at_seldom_and_ends_by_itself() -> None:
    clock = Clock(seconds=MOST_SECONDS / 1000)
    with time_limit(LINE, clock):
        descent = descend(LINE, [0, 2000])
    assert descent.train_loss.shape == (41, 2001)
    assert next(clock.looks) <= 2001 / STEPS_BETWEEN_CHECKS + 4


def test_each_long_epoch_is_looked_at() -> None:
    clock, settings = Clock(seconds=0), Settings(dataset="diabetes", hidden_units=64, epochs=10)
    with time_limit(settings, clock):
        descend(settings, [0, 10])
    # And before each of params and gradients, which are then laid out.
    assert next(clock.looks) == 11 + 2


def test_minibatches_are_looked_at_as_often_by_their_steps() -> None:
    clock = Clock(seconds=0)
    with time_limit(BATCHES, clock):
        descend(BATCHES, [0, 20])
    assert next(clock.looks) >= BATCHES.step_count // STEPS_BETWEEN_CHECKS


@pytest.mark.parametrize(
    ("settings", "choices"),
    [
        (LINE, "fewer epochs."),
        (BATCHES, "fewer epochs, fewer hidden units or larger batches."),
        (
            Settings(dataset="parabola", hidden_units=2, hidden_layers=3, epochs=50),
            "fewer epochs, fewer hidden units or fewer layers.",
        ),
    ],
)
def test_the_sentence_names_what_makes_it_shorter(settings: Settings, choices: str) -> None:
    clock = Clock(seconds=MOST_SECONDS + 1)
    with pytest.raises(SettingsError, match=f"Choose {choices}$"), time_limit(settings, clock):
        descend(settings, [0, settings.epochs])


def test_of_a_part_within_another_the_whole_counts() -> None:
    clock = Clock(seconds=MOST_SECONDS + 1)
    with time_limit(LINE, clock):
        check()
        with pytest.raises(SettingsError), time_limit(NETWORK):
            check()
    assert next(clock.looks) == 2
    check()  # Outside, nobody counts.


Part = Callable[[base.Experiment], object]
PARTS: dict[str, tuple[Settings, Part]] = {
    "surface": (NETWORK, lambda made: loss_surface(made.training)),
    "strongest motion": (DEEP, lambda made: choose_plane(made.training, PlaneChoice())),
    "projection": (
        NETWORK,
        lambda made: project(made.surface.plane, made.sweep.params, made.sweep.params),
    ),
    "fits": (NETWORK, lambda made: fit_of(NETWORK, made.sweep.params)),
    "linear surface": (LINE, lambda made: loss_surface(made.training)),
    "sharpest plane": (
        DEEP, lambda made: choose_plane(made.training, PlaneChoice("sharpest"))
    ),
    "sharpness": (NETWORK, lambda made: inspection._sharpness(NETWORK, made.sweep.params[0])),
    "slices": (
        NETWORK,
        lambda made: loss_slices(
            NETWORK, made.surface, made.sweep.epochs, made.sweep.params[0]
        ),
    ),
    "range test": (BATCHES, lambda _: range_test(BATCHES)),
    "validation": (HELD_BACK, lambda made: training.validation_loss(HELD_BACK, made.sweep.params)),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_each_part_of_a_landscape_and_of_an_inspection_looks(name: str) -> None:
    settings, part = PARTS[name]
    made = run_experiment(settings)
    with time_limit(settings, Clock(seconds=MOST_SECONDS + 1)):
        check()
        with pytest.raises(SettingsError, match=r"ended, as it took longer here than 2 seconds"):
            part(made)


REQUESTS: dict[str, Callable[[ExperimentCache], object]] = {
    "training": lambda lab: lab.experiment(replace(NETWORK, seed=1)),
    "map row": lambda lab: lab.sweep(NETWORK),
    "inspection": lambda lab: lab.inspect(NETWORK),
    "another plane": lambda lab: lab.experiment(NETWORK, PlaneChoice("random")),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_each_kind_of_request_is_ended(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = ExperimentCache()
    assert lab.experiment(NETWORK)
    monkeypatch.setattr(deadline, "MOST_SECONDS", -1)
    with pytest.raises(SettingsError, match="This training was ended"):
        REQUESTS[name](lab)


# In some tenth of a second a slow core has multiplied and added so often.
OFTEN = 6e8


@pytest.mark.parametrize("change", [dict(hidden_layers=2, epochs=10), dict(epochs=40)])
def test_there_is_little_work_between_two_looks(change: dict[str, int]) -> None:
    """torch counts its own products, and the clock shows them. All together are many times more."""
    settings = Settings(dataset="diabetes", hidden_units=64, **change)
    with FlopCounterMode(display=False) as counter:
        shown: list[int] = []

        def clock() -> float:
            shown.append(counter.get_total_flops())
            return 0

        with time_limit(settings, clock):
            ExperimentCache().inspect(settings)
        shown.append(counter.get_total_flops())
    assert shown[-1] > 10 * OFTEN
    assert max(later - earlier for earlier, later in pairwise(shown)) < OFTEN

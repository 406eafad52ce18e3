"""Each unit of work ends by its deadline. The tests use their own clocks: see Machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise

import pytest
from torch.utils.flop_counter import FlopCounterMode

from app.domain.errors import InvalidSetting
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.engine import deadline, inspection, sweep
from app.engine.deadline import MOST_SECONDS, check, time_limit
from app.engine.fit import fit_of
from app.engine.landscape.planes import choose_plane
from app.engine.landscape.projection import project
from app.engine.landscape.slices import loss_slices
from app.engine.landscape.surface import loss_surface
from app.engine.range_test import range_test
from app.engine.training import descend
from app.trainers import base
from app.trainers.experiment_cache import ExperimentCache
from tests.oracles import experiment

LINE = Settings(dataset="line", epochs=2000)
NETWORK = Settings(dataset="diabetes", hidden_units=24, epochs=40)
HELD_BACK = replace(NETWORK, validation_fraction=0.5)
DEEP = Settings(dataset="parabola", hidden_units=12, hidden_layers=2, epochs=40)
BATCHES = Settings(dataset="parabola", hidden_units=2, epochs=20, batch_size=10)


class Machine:
    """Clocks on which each check comes so many seconds after the last, all of them CPU time.

    readings  how often the CPU time was read
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.checks, self.readings = seconds, 0, 0

    def wall(self) -> float:
        self.checks += 1
        return self.checks * self.seconds

    def cpu(self) -> float:
        self.readings += 1
        return self.checks * self.seconds

    def limits(self, settings: Settings) -> AbstractContextManager[None]:
        return time_limit(settings, self.cpu, self.wall)


def test_a_training_that_takes_too_long_is_stopped_at_its_next_check() -> None:
    machine = Machine(seconds=MOST_SECONDS / 3)
    with pytest.raises(InvalidSetting) as caught, machine.limits(LINE):
        descend(LINE, [0, 2000])
    assert str(caught.value).startswith("Stopped after 2 seconds of computing. ")
    assert caught.value.field == "epochs"
    # One check at the start, three within the time, one beyond it.
    assert machine.checks == 5


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        # After 800 of 2000 epochs, 300 of 400, and 20 of 40 with 10 steps each.
        (LINE, MOST_SECONDS / 800),
        (replace(NETWORK, epochs=400), MOST_SECONDS / 300),
        (replace(BATCHES, epochs=40), MOST_SECONDS / 200),
    ],
)
def test_the_limit_that_is_named_fits_on_the_same_machine(
    settings: Settings, seconds: float
) -> None:
    with pytest.raises(InvalidSetting) as caught, Machine(seconds).limits(settings):
        descend(settings, [0, settings.epochs])
    limit = int(re.search(r"the limit is (\d+) epochs\.$", str(caught.value), re.I)[1])
    assert 10 <= limit < settings.epochs
    fewer = replace(settings, epochs=limit)
    with Machine(seconds).limits(fewer):
        descend(fewer, [0, limit])


def test_no_limit_is_named_where_not_even_the_fewest_epochs_fit() -> None:
    sentence = r"computing\. This network is too large to train here\.$"
    with pytest.raises(InvalidSetting, match=sentence), Machine(MOST_SECONDS / 5).limits(NETWORK):
        descend(NETWORK, [0, 40])


def test_a_landscape_that_takes_too_long_names_fewer_epochs() -> None:
    settings = replace(NETWORK, epochs=100)
    made, sentence = experiment(settings), r"With 24 hidden units the limit is \d0 epochs\.$"
    with pytest.raises(InvalidSetting, match=sentence), Machine(MOST_SECONDS).limits(settings):
        base.lay_out(made.training)


def test_a_training_in_time_ends_by_itself_and_seldom_reads_the_cpu_time() -> None:
    machine = Machine(seconds=MOST_SECONDS / 2100)
    with machine.limits(LINE):
        descent = descend(LINE, [0, 2000])
    assert descent.train_loss.shape == (41, 2001)
    assert machine.checks >= 2001 and machine.readings == 1
    # Each step is checked, not only each epoch.
    machine = Machine(seconds=0.0)
    with machine.limits(BATCHES):
        descend(BATCHES, [0, 20])
    assert machine.checks >= BATCHES.step_count


def test_seconds_in_which_others_computed_do_not_count() -> None:
    machine = Machine(seconds=MOST_SECONDS)
    with time_limit(LINE, lambda: machine.checks * 1e-4, machine.wall):
        descend(LINE, [0, 2000])
    assert machine.checks * machine.seconds > 1000 * MOST_SECONDS


def test_inside_a_unit_of_work_its_own_limit_counts() -> None:
    machine = Machine(seconds=MOST_SECONDS + 1)
    with machine.limits(LINE):
        check()
        with pytest.raises(InvalidSetting), time_limit(NETWORK):
            check()
    assert machine.checks == 2
    check()  # Outside there is no limit.


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
    "validation": (HELD_BACK, lambda made: sweep.validation_loss(HELD_BACK, made.sweep.params)),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_each_part_of_a_landscape_and_of_an_inspection_checks_the_time(name: str) -> None:
    settings, part = PARTS[name]
    made = experiment(settings)
    with Machine(seconds=MOST_SECONDS + 1).limits(settings):
        check()
        with pytest.raises(InvalidSetting, match=r"Stopped after 2 seconds of computing\."):
            part(made)


REQUESTS: dict[str, Callable[[ExperimentCache], object]] = {
    "training": lambda lab: lab.experiment(replace(NETWORK, seed=1)),
    "map row": lambda lab: lab.sweep(NETWORK),
    "inspection": lambda lab: lab.inspect(NETWORK),
    "another plane": lambda lab: lab.experiment(NETWORK, PlaneChoice("random")),
}


def test_each_kind_of_request_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = ExperimentCache()
    assert lab.experiment(NETWORK)
    monkeypatch.setattr(deadline, "MOST_SECONDS", 1e-6)
    for request in REQUESTS.values():
        with pytest.raises(InvalidSetting, match="Stopped after"):
            request(lab)


# Products and sums that a slow core does in some tenth of a second.
OFTEN = 6e8


@pytest.mark.slow
def test_there_is_little_work_between_two_checks() -> None:
    """torch counts its own products, which the wall clock notes at each check. A clock that stands
    still ends nothing."""
    settings = Settings(dataset="diabetes", hidden_units=64, hidden_layers=2, epochs=10)
    with FlopCounterMode(display=False) as counter:
        shown: list[int] = []

        def clock() -> float:
            shown.append(counter.get_total_flops())
            return 0

        with time_limit(settings, wall=clock):
            ExperimentCache().inspect(settings)
        shown.append(counter.get_total_flops())
    assert shown[-1] > 5 * OFTEN
    assert max(later - earlier for earlier, later in pairwise(shown)) < OFTEN

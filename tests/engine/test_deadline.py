"""Each unit of work ends, by a deadline far beyond what is allowed. The tests use their own clocks:
see Machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise

import pytest
from torch.utils.flop_counter import FlopCounterMode

from app.domain.cost_model import estimated_seconds, most_epochs
from app.domain.errors import InvalidSetting, UserError
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

    def limits(self) -> AbstractContextManager[None]:
        return time_limit(self.cpu, self.wall)


def test_a_training_that_takes_too_long_is_stopped_at_its_next_check() -> None:
    machine = Machine(seconds=MOST_SECONDS / 3)
    with pytest.raises(UserError) as caught, machine.limits():
        descend(LINE, [0, 2000])
    # It names no limit of its own: what is allowed does not depend on the machine.
    assert str(caught.value) == (
        "Stopped after 8 seconds of computing: this server is too slow or too busy for this. "
        "Try again later, or with fewer epochs."
    )
    assert caught.value.field is None
    # One check at the start, three within the time, one beyond it.
    assert machine.checks == 5


@pytest.mark.parametrize("settings", [NETWORK, DEEP, BATCHES])
def test_all_that_is_allowed_trains_on_a_machine_five_times_slower(settings: Settings) -> None:
    """And what is refused is refused there with the same limit."""
    with pytest.raises(InvalidSetting) as refused:
        replace(settings, epochs=5000, hidden_layers=3)
    limit = int(str(refused.value).split()[-2])
    most = replace(settings, epochs=limit, hidden_layers=3)
    assert most_epochs(most) == limit
    checks = most.step_count + 1
    machine = Machine(seconds=5 * estimated_seconds(most) / checks)
    with machine.limits():
        for _ in range(checks):
            check()
    with pytest.raises(InvalidSetting) as again, machine.limits():
        replace(settings, epochs=5000, hidden_layers=3)
    assert str(again.value) == str(refused.value)


def test_a_training_in_time_ends_by_itself_and_seldom_reads_the_cpu_time() -> None:
    machine = Machine(seconds=MOST_SECONDS / 2100)
    with machine.limits():
        descent = descend(LINE, [0, 2000])
    assert descent.train_loss.shape == (41, 2001)
    assert machine.checks >= 2001 and machine.readings == 1
    # Each step is checked, not only each epoch.
    machine = Machine(seconds=0.0)
    with machine.limits():
        descend(BATCHES, [0, 20])
    assert machine.checks >= BATCHES.step_count


def test_seconds_in_which_others_computed_do_not_count() -> None:
    machine = Machine(seconds=MOST_SECONDS)
    with time_limit(lambda: machine.checks * 1e-4, machine.wall):
        descend(LINE, [0, 2000])
    assert machine.checks * machine.seconds > 1000 * MOST_SECONDS


def test_inside_a_unit_of_work_its_own_limit_counts() -> None:
    machine = Machine(seconds=MOST_SECONDS + 1)
    with machine.limits():
        check()
        with pytest.raises(UserError), time_limit():
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
    with Machine(seconds=MOST_SECONDS + 1).limits():
        check()
        with pytest.raises(UserError, match="Stopped after 8 seconds of computing: "):
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
        with pytest.raises(UserError, match="Stopped after"):
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

        with time_limit(wall=clock):
            ExperimentCache().inspect(settings)
        shown.append(counter.get_total_flops())
    assert shown[-1] > 5 * OFTEN
    assert max(later - earlier for earlier, later in pairwise(shown)) < OFTEN

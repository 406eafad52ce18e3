"""Many machines: web processes, Celery workers and the Redis between them, all of them real."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from app.board import Board, Failure
from app.domain.csv_reader import read_table
from app.domain.errors import ServerBusy, UserError
from app.domain.user_data import choose
from app.errands import celery
from app.meter import Meter
from app.remote import OUTAGES, Remote, WorkerError
from app.results import Sweep
from app.settings import Settings
from app.trainers.base import Experiment, run_experiment
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.local import LocalTrainer
from app.trainers.serialization import cache_key
from tests.oracles import check_same, same
from tools.many import Machine, machine, wait

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parent.parent
SECONDS = 60
# About a second, so that there is time to break something.
LONG = dict(dataset="parabola", hidden_units=40, epochs=2500)


@pytest.fixture(scope="module")
def lab() -> Iterator[Machine]:
    """With one worker of two processes: to start one takes longer than most that is asked of it."""
    with machine(workers=0) as made:
        made.start_worker(concurrency=2)
        yield made


@pytest.fixture
def alone() -> Iterator[Machine]:
    """Redis that a test may kill, without a worker."""
    with machine(workers=0) as made:
        yield made


class Refuses:
    """A trainer that must not be asked."""

    def experiment(self, settings: Settings) -> Experiment:
        raise AssertionError("trained here")

    sweep = experiment


class Busied(Meter):
    """Counts who was told to come again."""

    count = 0

    def busy(self) -> None:
        self.count += 1


class Counts(LocalTrainer):
    """Trains here, and says so."""

    def __init__(self) -> None:
        super().__init__()
        self.trained: list[Settings] = []

    def experiment(self, settings: Settings) -> Experiment:
        self.trained.append(settings)
        return super().experiment(settings)


def remote(made: Machine, here: Any = None) -> Remote:
    return Remote(made.url, celery(made.url), here or Refuses())


class TestTraining:
    def test_a_worker_trains_to_the_bit_what_this_process_would(self, lab: Machine) -> None:
        settings = Settings(dataset="parabola", hidden_units=3, epochs=60, seed=1)
        check_same(remote(lab).experiment(settings), run_experiment(settings))

    def test_a_row_of_a_map_too(self, lab: Machine) -> None:
        settings = Settings(epochs=30, seed=2)
        made = remote(lab).sweep(settings)
        assert isinstance(made, Sweep) and same(made.params, run_experiment(settings).sweep.params)

    def test_all_web_processes_share_one_training(self, lab: Machine) -> None:
        settings = Settings(**LONG, seed=3)
        before = lab.errands()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(remote(lab).experiment, settings) for _ in range(4)]
            made = [one.result(SECONDS) for one in asked]
        assert lab.errands() == before + 1
        assert len({one.sweep.params.tobytes() for one in made}) == 1
        remote(lab).experiment(settings)
        assert lab.errands() == before + 1

    def test_what_it_says_no_to_is_said_to_the_person(
        self, lab: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = Settings(epochs=10, seed=4)
        board = Board(lab.url)
        monkeypatch.setattr(Remote, "_send", lambda *_: board.fail(key(settings), "No.", "epochs"))
        with pytest.raises(UserError, match=r"^No\.$") as caught:
            remote(lab).experiment(settings)
        assert caught.value.field == "epochs"

    def test_a_mistake_of_ours_is_none_of_the_persons(
        self, lab: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = Settings(epochs=10, seed=5)
        board = Board(lab.url)
        monkeypatch.setattr(Remote, "_send", lambda *_: board.fail(key(settings)))
        with pytest.raises(WorkerError):
            remote(lab).experiment(settings)

    def test_a_persons_own_data_never_leave_this_process(self, lab: Machine) -> None:
        user_data = choose(read_table(b"x,y\n1,2\n2,3\n4,4\n"), "t" * 22)
        here = Counts()
        settings = Settings(dataset="own", epochs=20, user_data=user_data)
        before, kept = lab.errands(), made_keys(lab)
        remote(lab, here).experiment(settings)
        remote(lab, here).sweep(settings)
        assert here.trained == [settings]
        assert lab.errands() == before and made_keys(lab) == kept

    def test_what_redis_has_of_somebody_else_is_trained_here(
        self, lab: Machine, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings, here = Settings(epochs=10, seed=7), Counts()
        Board(lab.url).keep(key(settings), b"spoilt", 0.1)
        assert remote(lab, here).experiment(settings) and here.trained == [settings]
        assert lines(caplog) == ["What Redis has is no training of ours."]

    def test_past_the_limit_one_is_told_so_at_once(self, lab: Machine) -> None:
        board = Board(lab.url)
        # Two processes share it.
        board.claim("waits", "somebody", 200.0)
        meter = Busied()
        try:
            with pytest.raises(ServerBusy, match=r"Retrying in 100 s\."):
                Remote(lab.url, celery(lab.url), Refuses(), meter).experiment(
                    Settings(epochs=10, seed=6)
                )
            assert meter.count == 1
        finally:
            board.release("waits", 200.0)
        assert remote(lab).experiment(Settings(epochs=10, seed=6))


def key(settings: Settings) -> str:
    return cache_key("experiment", settings)


def made_keys(lab: Machine) -> set[bytes]:
    return set(lab.redis.scan_iter("descent-lab:made:*"))


class TestFaults:
    def test_a_process_that_dies_in_mid_training_loses_no_answer(self, lab: Machine) -> None:
        # Celery itself looks only every few seconds; the other process is asked before.
        (worker,) = lab.workers
        processes, settings = list(map(int, children(worker.pid))), Settings(**LONG, seed=1)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(remote(lab).experiment, settings)
            os.kill(who_trains(processes, processor_time), signal.SIGKILL)
            assert asked.result(SECONDS).sweep.settings == settings

    def test_nor_does_a_worker(self, lab: Machine) -> None:
        """The other one stays for whoever asks next."""
        lab.start_worker()
        workers, settings = [worker.pid for worker in lab.workers], Settings(**LONG)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(remote(lab).experiment, settings)
            os.killpg(who_trains(workers, own_time), signal.SIGKILL)
            assert asked.result(SECONDS).sweep.settings == settings

    def test_without_a_worker_this_process_trains(
        self, alone: Machine, caplog: pytest.LogCaptureFixture
    ) -> None:
        here = Counts()
        trainer = remote(alone, here)
        for seed in (0, 1):
            assert trainer.experiment(Settings(epochs=10, seed=seed)).sweep.settings.seed == seed
        assert len(here.trained) == 2 and lines(caplog) == [
            "Trained here until workers can be reached again: no worker."
        ]

    def test_without_redis_too_and_workers_are_asked_again_later(
        self, alone: Machine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.remote.REST", 0.0)
        here = Counts()
        trainer = remote(alone, here)
        alone.kill_redis()
        assert trainer.experiment(Settings(epochs=10))
        assert len(here.trained) == 1
        alone.start_redis()
        alone.start_worker()
        assert trainer.experiment(Settings(epochs=10, seed=1)) and len(here.trained) == 1
        assert lines(caplog) == [
            "Trained here until workers can be reached again: Redis does not answer.",
            "Workers train again.",
        ]

    def test_workers_that_take_no_errand_are_waited_for_with_an_end(
        self, alone: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.board.QUEUED_SECONDS", 0.5)
        monkeypatch.setattr("app.remote.PATIENCE", 2.0)
        Board(alone.url).is_here("hangs", 2)
        settings, here = Settings(epochs=10), Counts()
        assert remote(alone, here).experiment(settings) and here.trained == [settings]

    def test_redis_may_go_while_somebody_waits(self, alone: Machine) -> None:
        board = Board(alone.url)
        board.is_here("somebody", 1)
        settings, here = Settings(epochs=10), Counts()
        board.claim(key(settings), "somebody", 0.1)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(remote(alone, here).experiment, settings)
            assert not Event().wait(0.2) and not asked.done()
            alone.kill_redis()
            assert asked.result(SECONDS) and here.trained == [settings]


def who_trains(some: list[int], time: Callable[[int], int]) -> int:
    """The one that works from now on: for some hundredths of a second more than before."""
    before = {pid: time(pid) for pid in some}
    more = lambda pid: time(pid) - before[pid]  # noqa: E731
    wait(lambda: any(more(pid) > 5 for pid in some))
    return max(some, key=more)


def own_time(worker: int) -> int:
    """Of all that train for it."""
    return sum(map(processor_time, children(worker)))


def children(worker: int) -> list[str]:
    return Path(f"/proc/{worker}/task/{worker}/children").read_text().split()


def processor_time(process: int | str) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().split()[13])


class TestBoard:
    def test_a_training_is_claimed_once(self, alone: Machine) -> None:
        board = Board(alone.url)
        assert board.claim("a", "one", 1.5) and not board.claim("a", "two", 1.5)
        assert board.crowd() == (1.5, 0) and board.look("a").is_claimed
        board.release("a", 1.5)
        assert board.crowd() == (0, 0) and board.claim("a", "two", 1.5)

    def test_an_errand_is_run_unless_another_worker_is_at_it(self, alone: Machine) -> None:
        board = Board(alone.url)
        board.claim("a", "one", 1.0)
        board.look("a")
        # One that was sent before, and is only now taken.
        with board.lease("a", "before", 1.0) as is_wanted:
            assert is_wanted
            with board.lease("a", "one", 1.0) as is_wanted_too:
                assert not is_wanted_too
            # The same again, of a process that has died.
            with board.lease("a", "before", 1.0) as is_wanted_again:
                assert is_wanted_again
                board.keep("a", b"made", 0.25)
        assert board.crowd()[0] == 0 and board.look("a").made == b"made"
        assert board.took("a") == 0.25 and board.took("a") is None
        with board.lease("a", "late", 1.0) as is_wanted:
            assert not is_wanted

    def test_an_errand_for_which_nobody_waits_is_not_begun(self, alone: Machine) -> None:
        board = Board(alone.url)
        board.claim("a", "one", 1.0)
        with board.lease("a", "one", 1.0) as is_awaited:
            assert is_awaited is None
        assert board.claim("a", "two", 1.0)

    def test_an_errand_that_was_taken_and_never_begun_is_sent_again(
        self, lab: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.board.QUEUED_SECONDS", 2.0)
        settings, board = Settings(epochs=10, seed=8), Board(lab.url)
        board.claim(key(settings), "lost", 0.1)
        assert remote(lab).experiment(settings).sweep.settings == settings

    def test_a_claim_ends_with_its_worker(self, alone: Machine) -> None:
        board = Board(alone.url)
        board.claim("a", "one", 1.0)
        # A worker that has taken it and died.
        alone.redis.pexpire("descent-lab:claim:a", 1)
        wait(lambda: not board.look("a").is_claimed)
        assert board.claim("a", "two", 1.0)

    def test_a_failure_is_forgotten_when_somebody_tries_again(self, alone: Machine) -> None:
        board = Board(alone.url)
        board.fail("a", "No.", "epochs")
        assert board.look("a").failed == Failure("No.", "epochs")
        board.claim("a", "one", 1.0)
        assert board.look("a").failed is None

    def test_what_others_write_into_the_queue_counts_nothing(self, alone: Machine) -> None:
        board = Board(alone.url)
        board.claim("a", "one", 1.5)
        for member, score in {"junk": "+inf", "inf x": "1e12", "nan y": "1e12"}.items():
            alone.redis.zadd("descent-lab:waiting", {member: score})
        alone.redis.zadd("descent-lab:workers", {"junk": "+inf"})
        assert board.crowd() == (1.5, 0)

    def test_nothing_is_kept_for_ever(self, alone: Machine) -> None:
        board = Board(alone.url)
        board.claim("a", "one", 1.0)
        board.keep("b", b"made", 1.0)
        board.fail("c")
        names = [name for name in alone.redis.scan_iter() if name != b"descent-lab:waiting"]
        assert len(names) == 4 and all(alone.redis.ttl(name) > 0 for name in names)

    def test_no_redis_is_an_outage(self) -> None:
        with pytest.raises(OUTAGES):
            Board("redis://127.0.0.1:1/0").look("a")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


def test_a_worker_without_redis_says_so() -> None:
    environment = {name: text for name, text in os.environ.items() if name != "REDIS_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "app.worker", "worker"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode != 0 and "A worker needs REDIS_URL." in done.stderr


def test_an_experiment_cache_keeps_what_workers_made(lab: Machine) -> None:
    experiment_cache = ExperimentCache(trainer=remote(lab))
    settings = Settings(epochs=10, seed=9)
    before = lab.errands()
    assert experiment_cache.experiment(settings) is experiment_cache.experiment(settings)
    assert lab.errands() == before + 1

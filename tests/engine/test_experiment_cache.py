from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.settings import Settings
from app.engine.recorder import Training
from app.trainers import base
from app.trainers.experiment_cache import ExperimentCache
from tests.oracles import same

QUICK = [Settings(epochs=10, seed=seed) for seed in range(4)]
SECONDS = 20


class Counted:
    """Replaces `train`: records its calls, and first runs what the test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.trained: list[Settings] = []
        self.first: Callable[[], None] = lambda: None
        self._train = base.train
        monkeypatch.setattr(base, "train", self)

    def __call__(self, settings: Settings) -> Training:
        self.trained.append(settings)
        self.first()
        return self._train(settings)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def test_all_slider_rates_share_one_training(counted: Counted) -> None:
    cache = ExperimentCache()
    for rate in (0.01, 0.1, 1.0):
        made, detail = cache.inspect(Settings(epochs=10, learning_rate=rate))
        run = made.sweep.learning_rates.tolist().index(rate)
        assert detail.run == run and same(detail.params[0], made.sweep.start)
    assert cache.experiment(Settings(epochs=10)) is cache.experiment(QUICK[0])
    assert len(counted.trained) == 1


def test_simultaneous_requests_share_one_training(counted: Counted) -> None:
    cache, gate, release = ExperimentCache(), threading.Barrier(6), threading.Event()
    counted.first = lambda: release.wait(SECONDS)

    def ask() -> object:
        gate.wait(SECONDS)
        return cache.experiment(QUICK[0])

    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(ask) for _ in range(5)]
        gate.wait(SECONDS)
        release.set()
        assert len({id(one.result(SECONDS)) for one in asked}) == 1
    assert len(counted.trained) == 1


def test_training_does_not_block_other_settings(counted: Counted) -> None:
    cache, held, release = ExperimentCache(), threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        release.wait(SECONDS)

    counted.first = hold
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(cache.experiment, QUICK[0])
        held.wait(SECONDS)
        counted.first = lambda: None
        assert cache.experiment(QUICK[1]).sweep.settings == QUICK[1]
        assert not slow.done()
        release.set()
        assert slow.result(SECONDS).sweep.settings == QUICK[0]


def test_least_recently_used_experiment_is_evicted(counted: Counted) -> None:
    cache = ExperimentCache(size=2)
    for index in (0, 1, 0, 2, 0):  # 1 is the one that goes
        cache.experiment(QUICK[index])
    assert counted.trained == [QUICK[0], QUICK[1], QUICK[2]]
    cache.experiment(QUICK[1])
    assert counted.trained[3:] == [QUICK[1]]

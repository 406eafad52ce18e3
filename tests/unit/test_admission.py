"""How many trainings run at a time, and when the server asks to retry."""

from contextlib import ExitStack
from threading import Barrier, Event, Thread

import pytest

from app.domain.errors import InvalidSetting, ServerBusy
from app.domain.settings import Settings
from app.trainers.admission import MAX_ADMITTED, MAX_RUNNING, Admission
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.local import LocalTrainer
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import answer
from callbacks.training import train_payload


def test_admission_limits_concurrent_trainings() -> None:
    admission, running, together = Admission(), [], []
    leave, arrived = Event(), Barrier(MAX_RUNNING + 1)

    def one() -> None:
        with admission.admit(0.1):
            running.append(1)
            together.append(len(running))
            if len(together) <= MAX_RUNNING:
                arrived.wait(10)
            leave.wait(10)
            running.pop()

    threads = [Thread(target=one) for _ in range(3 * MAX_RUNNING)]
    for thread in threads:
        thread.start()
    arrived.wait(10)
    assert len(together) == MAX_RUNNING
    leave.set()
    for thread in threads:
        thread.join(10)
    assert len(together) == 3 * MAX_RUNNING and max(together) == MAX_RUNNING
    assert admission.waiting == pytest.approx(0)


def test_server_busy_is_raised_when_the_wait_is_too_long() -> None:
    admission = Admission(max_wait=2)
    with admission.admit(1.5), admission.admit(1.5):
        with pytest.raises(ServerBusy, match=r"Retrying in 2 s\.") as caught, admission.admit(0.1):
            pass
        assert caught.value.seconds == 2
    with admission.admit(1):
        assert admission.waiting == 1


def test_server_busy_is_raised_when_too_many_trainings_wait() -> None:
    admission = Admission(max_running=MAX_ADMITTED)
    with ExitStack() as stack:
        for _ in range(MAX_ADMITTED):
            stack.enter_context(admission.admit(0.01))
        with pytest.raises(ServerBusy, match=r"Retrying in 1 s\."), admission.admit(0.01):
            pass
    with pytest.raises(InvalidSetting), admission.admit(0.01):
        raise InvalidSetting("A failed training leaves the queue.")
    assert admission.waiting == pytest.approx(0)


def test_busy_answer_says_when_to_retry_and_cached_sweeps_need_no_admission() -> None:
    admission = Admission(max_wait=1)
    experiment_cache = ExperimentCache(trainer=LocalTrainer(admission))
    request = {"ticket": 3, "settings": {"epochs": 10}}

    def train() -> dict:
        return answer(
            request,
            lambda settings, plane: train_payload(experiment_cache, settings, plane),
            TtlCache(1),
        )

    with admission.admit(5):
        told = train()
        assert (told["ticket"], told["again"]) == (3, 3) and told["error"].endswith("3 s.")
        with pytest.raises(ServerBusy):
            experiment_cache.sweep(Settings(epochs=10))
    assert "payload" in train()
    with admission.admit(5):
        assert "payload" in train()

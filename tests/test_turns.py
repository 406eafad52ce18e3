"""Who may train when: few at a time, and nobody waits without end."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Barrier, Event, Thread

import pytest

from app.choices import SettingsError
from app.engine import Here, Laboratory
from app.settings import Settings
from app.shelf import Shelf
from app.turns import AT_ONCE, MOST, Busy, Turns
from callbacks.answers import answer
from callbacks.training import train_payload


def test_only_so_many_run_at_once() -> None:
    turns, running, together = Turns(), [], []
    leave, arrived = Event(), Barrier(AT_ONCE + 1)

    def one() -> None:
        with turns.take(0.1):
            running.append(1)
            together.append(len(running))
            if len(together) <= AT_ONCE:
                arrived.wait(10)
            leave.wait(10)
            running.pop()

    threads = [Thread(target=one) for _ in range(3 * AT_ONCE)]
    for thread in threads:
        thread.start()
    arrived.wait(10)
    assert len(together) == AT_ONCE
    leave.set()
    for thread in threads:
        thread.join(10)
    assert len(together) == 3 * AT_ONCE and max(together) == AT_ONCE
    assert turns.waiting == pytest.approx(0)


def test_past_the_longest_wait_one_is_told_so_at_once_and_when_to_come_again() -> None:
    turns = Turns(longest_wait=2)
    with turns.take(1.5), turns.take(1.5):
        with pytest.raises(Busy, match=r"Again in 2 s\.") as caught, turns.take(0.1):
            pass
        assert caught.value.seconds == 2
    with turns.take(1):
        assert turns.waiting == 1


def test_so_one_is_where_too_many_wait_however_short_their_trainings() -> None:
    turns = Turns(at_once=MOST)
    with ExitStack() as stack:
        for _ in range(MOST):
            stack.enter_context(turns.take(0.01))
        with pytest.raises(Busy, match=r"Again in 1 s\."), turns.take(0.01):
            pass
    with turns.take(0.01):
        assert turns.waiting == pytest.approx(0.01)


def test_a_training_that_fails_gives_its_turn_back() -> None:
    turns = Turns()
    with pytest.raises(SettingsError), turns.take(1):
        raise SettingsError("No.")
    assert turns.waiting == 0


def test_the_page_is_told_when_to_ask_again_and_a_kept_sweep_needs_no_turn() -> None:
    turns = Turns(longest_wait=1)
    laboratory = Laboratory(trainer=Here(turns))
    request = {"ticket": 3, "settings": {"epochs": 10}}

    def train() -> dict:
        return answer(
            request, lambda settings, plane: train_payload(laboratory, settings, plane), Shelf(1)
        )

    with turns.take(5):
        told = train()
        assert (told["ticket"], told["again"]) == (3, 3) and told["error"].endswith("3 s.")
        with pytest.raises(Busy):
            laboratory.sweep(Settings(epochs=10))
    assert "payload" in train()
    with turns.take(5):
        assert "payload" in train()

"""Equal work is done once at a time."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from app.trainers.single_flight import SingleFlight
from tools.host import wait

SECONDS = 20


class Work:
    """Work on one key; each call to `make` waits until the test lets it end."""

    def __init__(self) -> None:
        self.flights, self.kept, self.begun, self.found = SingleFlight(), None, [], 0
        self._pool = ThreadPoolExecutor(4)

    def ask(self) -> Future:
        """A call, which has found nothing yet, or what is kept."""
        before = self.found
        call = self._pool.submit(self.flights.run, "key", self._find, self._make)
        wait(lambda: self.found > before)
        return call

    def end(self, call: int, result: str | None) -> None:
        """Ends a call with a result, or with an error."""
        wait(lambda: len(self.begun) > call)
        ended, box = self.begun[call]
        box.append(result)
        ended.set()

    def _find(self) -> str | None:
        self.found += 1
        return self.kept

    def _make(self) -> str:
        ended, box = Event(), []
        self.begun.append((ended, box))
        assert ended.wait(SECONDS)
        if box[0] is None:
            raise MemoryError("no room")
        self.kept = box[0]
        return box[0]


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made._pool.shutdown()


def test_simultaneous_callers_share_one_call(work: Work) -> None:
    asked = [work.ask() for _ in range(3)]
    work.end(0, "made")
    assert [one.result(SECONDS) for one in asked] == ["made"] * 3
    assert len(work.begun) == 1 and work.ask().result(SECONDS) == "made"


def test_after_a_failure_waiters_and_newcomers_share_one_call(work: Work) -> None:
    failing, waiting = work.ask(), work.ask()
    work.end(0, None)
    assert isinstance(failing.exception(SECONDS), MemoryError)
    wait(lambda: len(work.begun) == 2)
    newcomer = work.ask()
    work.end(1, "made")
    assert waiting.result(SECONDS) == newcomer.result(SECONDS) == "made"
    assert len(work.begun) == 2


def test_lock_is_dropped_after_the_last_caller(work: Work) -> None:
    asked = work.ask()
    work.end(0, "made")
    assert asked.result(SECONDS) == "made"
    wait(lambda: not work.flights._locks)

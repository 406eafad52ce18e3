"""The people of `make load` ask as the page does, and notice what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.server import create_app
from tests.serving import served
from tools import crowd
from tools.crowd import Answer, Browser, Counts, Person


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(create_app().server) as found:
        yield found


def test_they_open_the_page_and_act(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "PAUSE", 0.1)
    monkeypatch.setattr(crowd, "ARRIVAL", 0.0)
    monkeypatch.setattr(crowd, "SHARED", [{"epochs": 300}])
    counts = Counts()
    asyncio.run(until_all_is_done(port, counts))
    assert not counts.problems and counts.seconds.keys() == {"page", "train", "inspect"}
    # Each page names some forty files; without them a page would be ready too early.
    assert len(counts.seconds["page"]) == 2 and counts.requests > 2 * 40
    assert counts.received > 2 * 1_900_000


async def until_all_is_done(port: int, counts: Counts) -> None:
    """Two people who leave when both pages are there and each kind of request was answered."""
    people = asyncio.create_task(crowd.crowd(port, 2, 60.0, 0.5, counts))
    is_seen = lambda: counts.seconds.keys() >= {"train", "inspect"}  # noqa: E731
    while not people.done() and not (is_seen() and len(counts.seconds["page"]) == 2):
        await asyncio.sleep(0.05)
    people.cancel()
    # What has failed is told.
    with suppress(asyncio.CancelledError):
        await people


def test_an_error_is_a_problem_and_a_full_queue_is_not(port: int) -> None:
    async def ask(counts: Counts) -> None:
        person = Person(port, counts, 0.0)
        person.settings = {"epochs": 1}
        await person.ask("train")
        await person.get("/nothing")
        person.browser.close()

    counts = Counts()
    asyncio.run(ask(counts))
    epochs, nothing = counts.problems
    assert epochs.startswith("Epochs must be") and nothing == "status 404 of /nothing"
    busy = b'{"response":{"train-answer":{"data":{"error":"Many","again":3}}}}'
    assert Person(port, counts, 0.0).again("train", Answer(200, busy, False)) == 3.0


def test_a_server_that_is_not_there_is_noticed() -> None:
    with pytest.raises(crowd.Unanswered):
        asyncio.run(Browser(1, Counts()).ask("/"))

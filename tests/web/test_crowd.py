"""The users of `make load` send what the page sends, and notice errors."""

from __future__ import annotations

import asyncio

import pytest

from app.server import create_app
from tests.serving import served
from tools.crowd import Failed, Person, Seen


async def visit(port: int, seen: Seen) -> None:
    person = Person(port, seen)
    person.settings = {"epochs": 10}
    await person.timed("page", person.open())
    await person.timed("train", person.ask("train"))
    person.settings = {"epochs": 1}
    with pytest.raises(Failed, match="Epochs must be"):
        await person.ask("train")
    with pytest.raises(Failed, match="status 404 of /nothing"):
        await person.browser.ask("/nothing")
    person.browser.close()


def test_a_user_loads_the_page_trains_and_notices_errors() -> None:
    seen = Seen()
    with served(create_app().server) as port:
        asyncio.run(visit(port, seen))
    assert not seen.failed() and [one.kind for one in seen.asked] == ["page", "train"]
    # Without the files that it names a page would be ready too early.
    assert seen.transfers > 40 and seen.received > 1_900_000

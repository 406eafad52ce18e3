"""People who ask all the while, and what each of them met and when."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx

from tools.crowd import SHARED, body_of

EACH = 1.0


@dataclass(frozen=True)
class Asked:
    """A request, when it began and ended, and what was wrong with its answer."""

    began: float
    ended: float
    problem: str = ""


@dataclass
class Seen:
    """All that people met; `resent` counts what a browser would have sent once more by itself."""

    asked: list[Asked] = field(default_factory=list)
    resent: int = 0

    def failed(self) -> list[Asked]:
        return [one for one in self.asked if one.problem]

    def silence(self, since: float) -> float:
        """The longest time from then on in which nobody got an answer."""
        moments = sorted(one.ended for one in self.asked if not one.problem and one.ended > since)
        edges = [since, *moments, time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(edges))

    def worst(self, since: float) -> float:
        """The longest time that one of them waited."""
        return max((one.ended - one.began for one in self.asked if one.began > since), default=0.0)


class Witness:
    """Acts about every second and notes everything. It sends nothing twice unless it `resends`, as
    browsers do where a connection ends before its answer begins."""

    def __init__(self, address: str, seen: Seen, share_new: float, resends: bool) -> None:
        self.client = httpx.AsyncClient(base_url=address, timeout=30, trust_env=False)
        self.seen, self.share_new, self.resends = seen, share_new, resends

    async def watch(self, stopped: threading.Event) -> None:
        await asyncio.sleep(random.uniform(0, EACH))
        async with self.client:
            while not stopped.is_set():
                began = time.monotonic()
                await self.act()
                await asyncio.sleep(max(EACH + began - time.monotonic(), 0))

    async def act(self) -> None:
        """One sweep, mostly of the class's, and a run of it."""
        settings = dict(random.choice(SHARED))
        if random.random() < self.share_new:
            settings |= {"seed": random.randint(0, 99), "epochs": random.randint(300, 600)}
            settings.pop("learning_rate", None)
        await self.ask("train", settings)
        await self.ask("inspect", settings, epoch=3)

    async def ask(self, kind: str, settings: dict[str, Any], **more: Any) -> None:
        """Asked again when the server says that it is busy."""
        body = body_of(kind, {"ticket": 1, "settings": settings, **more})
        while again := await self.again(kind, body):
            await asyncio.sleep(again * random.uniform(0.8, 1.4))

    async def again(self, kind: str, body: dict[str, Any]) -> float:
        """After how many seconds to ask again; 0 for an answer that is one."""
        began, again, problem = time.monotonic(), 0.0, ""
        try:
            (answer,) = (await self.sent(body)).json()["response"].values()
            again = float(answer["data"].get("again", 0))
            problem = "" if again else answer["data"].get("error", "")
        except httpx.HTTPError as error:
            problem = f"{kind}: {type(error).__name__} {error}"
        self.seen.asked.append(Asked(began, time.monotonic(), problem))
        return again

    async def sent(self, body: dict[str, Any]) -> httpx.Response:
        try:
            response = await self.client.post("/_dash-update-component", json=body)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            if not self.resends:
                raise
            self.seen.resent += 1
            response = await self.client.post("/_dash-update-component", json=body)
        return response.raise_for_status()


@contextmanager
def people(
    address: str, count: int, share_new: float = 0.05, resends: bool = False
) -> Iterator[Seen]:
    """They ask until this ends, and then wait for the answers that are under way."""
    seen, stopped = Seen(), threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_all(address, count, share_new, resends, seen, stopped))
    )
    thread.start()
    try:
        yield seen
    finally:
        stopped.set()
        thread.join()


async def _all(
    address: str,
    count: int,
    share_new: float,
    resends: bool,
    seen: Seen,
    stopped: threading.Event,
) -> None:
    persons = [Witness(address, seen, share_new, resends) for _ in range(count)]
    await asyncio.gather(*(one.watch(stopped) for one in persons))


def warm_up(address: str) -> None:
    """What people share is trained before it is measured, in each of the processes."""

    async def ask() -> None:
        persons = [Witness(address, Seen(), 0, resends=False) for _ in range(8)]
        for settings in SHARED:
            await asyncio.gather(*(one.ask("train", settings) for one in persons))
        for one in persons:
            await one.client.aclose()

    asyncio.run(ask())

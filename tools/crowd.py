"""People at a server, as cheap as they can be: on the same cores as the server, each millisecond
that they take is one that it lacks.

A browser unpacks and reads an answer on a machine of its own. So here answers are counted and
thrown away; only an answer's first words are unpacked, which say whether it is an error.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.domain.fields import SLIDER_LEARNING_RATES

PAUSE = 4.0
# All come within so many seconds.
ARRIVAL = 10.0
# What a browser does with one server, and accepts without https.
CONNECTIONS = 6
ACCEPTED = "gzip, deflate"
PATIENCE = 30.0
# What a class shares: the lesson's settings, about.
SHARED: list[dict[str, Any]] = [
    {},
    {"learning_rate": 0.05},
    {"dataset": "parabola", "hidden_units": 10, "epochs": 500, "learning_rate": 0.05},
    {"dataset": "sine", "hidden_units": 8, "epochs": 500, "learning_rate": 0.1},
    {"dataset": "plane", "epochs": 300},
]
# As sent, and of them unpacked where they only say what an answer is.
KEPT, WORDS = 8000, 300


class Answer(NamedTuple):
    """A status, and how an answer begins, as it was sent."""

    status: int
    first: bytes
    is_zipped: bool

    def words(self, most: int = 0) -> bytes:
        """So many of its first letters, or all that are here."""
        if not self.is_zipped:
            return self.first[:most] if most else self.first
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(self.first, most)


class Unanswered(Exception):
    """A connection that ended, or was silent for too long."""


@dataclass
class Counts:
    """What the people met."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    # Who went away before their answer had come.
    left: int = 0
    requests: int = 0
    received: int = 0
    actions: int = 0

    @property
    def answers(self) -> int:
        """Of callbacks."""
        return sum(len(times) for kind, times in self.seconds.items() if kind != "page")

    def add(self, kind: str, seconds: float) -> None:
        """One answer that came."""
        self.seconds.setdefault(kind, []).append(seconds)

    def rows(self) -> list[str]:
        """A line for each kind of request."""
        return [
            f"{kind:8} {len(times):6d}  median {percentile(times, 50):6.0f} ms"
            f"  p95 {percentile(times, 95):6.0f} ms  worst {max(times) * 1000:6.0f} ms"
            for kind, times in sorted(self.seconds.items())
        ]


def percentile(times: Sequence[float], share: float) -> float:
    """In milliseconds; nothing is faster than never."""
    ordered = sorted(times) or [float("inf")]
    return 1000 * ordered[min(int(len(ordered) * share / 100), len(ordered) - 1)]


class Browser:
    """A few connections to one server, which stay open."""

    def __init__(self, port: int, counts: Counts) -> None:
        self._port, self._counts = port, counts
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turns = asyncio.Semaphore(CONNECTIONS)

    async def ask(self, path: str, body: bytes = b"") -> Answer:
        """A GET, or with a body a POST of JSON. Raises Unanswered."""
        async with self._turns:
            try:
                return await asyncio.wait_for(self._ask(path, body), PATIENCE)
            except (OSError, EOFError, TimeoutError) as error:
                raise Unanswered(type(error).__name__) from None

    async def _ask(self, path: str, body: bytes) -> Answer:
        if self._free:
            connection = self._free.pop()
            try:
                return await self._exchange(connection, path, body)
            except (ConnectionError, EOFError):
                # The server has closed it between two requests: browsers ask once more.
                connection[1].close()
        return await self._exchange(await self._connect(), path, body)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port, limit=2**18)

    async def _exchange(
        self,
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        path: str,
        body: bytes,
    ) -> Answer:
        reader, writer = connection
        try:
            writer.write(_request(self._port, path, body))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
            first = await reader.readexactly(min(size, KEPT))
            left = size - len(first)
            while left:
                left -= len(await reader.read(min(left, 2**18)) or _ended())
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in head:
            writer.close()
        else:
            self._free.append(connection)
        self._counts.requests += 1
        self._counts.received += size
        return Answer(int(head.split(b" ", 2)[1]), first, b"content-encoding: gzip" in head)

    def close(self) -> None:
        """As when somebody closes the page."""
        for _, writer in self._free:
            writer.close()
        self._free.clear()


def _request(port: int, path: str, body: bytes) -> bytes:
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return (
        f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Accept-Encoding: {ACCEPTED}\r\n{kind}\r\n"
    ).encode() + body


def _ended() -> bytes:
    raise EOFError


class Person:
    """Opens the page and acts: looks at another rate, turns to another of the class's sweeps, or
    trains what nobody had before."""

    def __init__(self, port: int, counts: Counts, share_new: float) -> None:
        self.browser = Browser(port, counts)
        self.counts, self.share_new, self.ticket = counts, share_new, 0
        self.settings: dict[str, Any] = {}

    async def live(self, until: float, first: float) -> None:
        """Comes at some moment, and acts until the end, however slow the answers are."""
        await asyncio.sleep(first)
        try:
            await self.timed("page", self.open())
            due = time.monotonic()
            while (due := due + PAUSE * random.uniform(0.5, 1.5)) < until:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if time.monotonic() < until:
                    await self.act()
        finally:
            self.browser.close()

    async def open(self) -> None:
        """The page with all that it names, as a browser without a cache; then what it asks for by
        itself before it is all there."""
        page = await self.get("/")
        paths = re.findall(rb'(?:src|href)="(/[^"]+)"', page.words())
        await self.get_all(path.decode() for path in paths)
        await self.get_all(("/_dash-layout", "/_dash-dependencies"))
        await self.ask("inspect", epoch=3)

    async def get_all(self, paths: Any) -> None:
        await asyncio.gather(*(self.get(path) for path in paths))

    async def get(self, path: str) -> Answer:
        answer = await self.browser.ask(path)
        if answer.status != 200:
            self.counts.problems[f"status {answer.status} of {path}"[:100]] += 1
        return answer

    async def act(self) -> None:
        """A change of the rate is no training: the sweep has all of them."""
        self.counts.actions += 1
        kind = random.random()
        if kind < (1 - self.share_new) / 2:
            self.settings["learning_rate"] = random.choice(SLIDER_LEARNING_RATES)
        else:
            self.settings = dict(random.choice(SHARED))
            if kind > 1 - self.share_new:
                self.settings |= {"seed": random.randint(0, 99), "epochs": random.randint(300, 600)}
            await self.timed("train", self.ask("train"))
        await self.timed("inspect", self.ask("inspect", epoch=random.randint(0, 300)))

    async def ask(self, kind: str, **more: Any) -> None:
        """A callback, asked again when the server says that it is busy."""
        self.ticket += 1
        data = {"ticket": self.ticket, "settings": self.settings, "plane": None, **more}
        sent = json.dumps(body_of(kind, data)).encode()
        while again := self.again(kind, await self.browser.ask("/_dash-update-component", sent)):
            self.counts.busy += 1
            await asyncio.sleep(again * random.uniform(0.8, 1.4))

    def again(self, kind: str, answer: Answer) -> float:
        """After how many seconds to ask again; 0 for an answer that is one."""
        if answer.status != 200:
            self.counts.problems[f"status {answer.status} of {kind}"] += 1
        elif b'"payload"' not in answer.words(WORDS):
            (part,) = json.loads(answer.words())["response"].values()
            if part["data"].get("again"):
                return float(part["data"]["again"])
            self.counts.problems[part["data"]["error"]] += 1
        return 0.0

    async def timed(self, kind: str, work: Awaitable[None]) -> None:
        """Waiting for a turn is waiting too."""
        began = time.monotonic()
        try:
            await work
        except Unanswered as error:
            self.counts.problems[f"{kind}: {error}"] += 1
            return
        self.counts.add(kind, time.monotonic() - began)


def body_of(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """What the page posts of a request: "train", "inspect"."""
    return {
        "output": f"{kind}-answer.data",
        "outputs": {"id": f"{kind}-answer", "property": "data"},
        "inputs": [{"id": f"{kind}-request", "property": "data", "value": data}],
        "changedPropIds": [f"{kind}-request.data"],
    }


async def crowd(
    port: int, people: int, seconds: float, share_new: float, counts: Counts, grace: float = 5.0
) -> None:
    """So many people for so long. Who waits for an answer then leaves without it after `grace`."""
    until = time.monotonic() + seconds
    persons = [Person(port, counts, share_new) for _ in range(people)]
    lives = [asyncio.create_task(one.live(until, random.uniform(0, ARRIVAL))) for one in persons]
    try:
        done, left = await asyncio.wait(lives, timeout=seconds + grace)
    finally:
        for life in lives:
            life.cancel()
    for life in done:
        life.result()
    counts.left += len(left)

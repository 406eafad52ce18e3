"""Simulated users. They share the server's cores, so they do little with an answer: it is counted
and dropped, and only its beginning is unpacked, which says whether it is an error."""

import asyncio
import json
import random
import re
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any, NamedTuple

from app.domain.fields import SLIDER_LEARNING_RATES

# Seconds until a request has failed.
PATIENCE = 30.0
# What a browser opens to one server.
CONNECTIONS = 6
# Settings that a class shares, about those of the lesson.
SHARED: list[dict[str, Any]] = [
    {},
    {"learning_rate": 0.05},
    {"dataset": "parabola", "hidden_units": 10, "epochs": 500, "learning_rate": 0.05},
    {"dataset": "sine", "hidden_units": 8, "epochs": 500, "learning_rate": 0.1},
    {"dataset": "plane", "epochs": 300},
]
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Failed(Exception):
    """A request without an answer, or with one that is an error."""


class Answer(NamedTuple):
    status: int
    body: bytes
    is_zipped: bool

    def text(self, most: int = 0) -> bytes:
        """The whole body, or its first `most` bytes, unpacked."""
        if not self.is_zipped:
            return self.body[:most] if most else self.body
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(self.body, most)


class Request(NamedTuple):
    """A request of the kind "page", "train" or "inspect", and the problem if it failed."""

    kind: str
    began: float
    ended: float
    problem: str = ""


@dataclass
class Seen:
    """What the users met. `busy` counts answers that asked to try again, `left` users who left
    before they were answered, `transfers` HTTP responses, files included."""

    asked: list[Request] = field(default_factory=list)
    busy: int = 0
    left: int = 0
    transfers: int = 0
    received: int = 0
    actions: int = 0

    def failed(self) -> list[Request]:
        return [one for one in self.asked if one.problem]

    def problems(self) -> Counter[str]:
        return Counter(one.problem for one in self.failed())

    def seconds(self, *kinds: str) -> list[float]:
        """How long each request took that was answered."""
        return [
            one.ended - one.began for one in self.asked if one.kind in kinds and not one.problem
        ]

    def rows(self) -> list[str]:
        """A line for each kind of request."""
        found = {kind: self.seconds(kind) for kind in ("inspect", "page", "train")}
        return [
            f"{kind:8} {len(times):6d}  median {percentile(times, 50):6.0f} ms"
            f"  p95 {percentile(times, 95):6.0f} ms  worst {percentile(times, 100):6.0f} ms"
            for kind, times in found.items()
        ]


def percentile(times: Sequence[float], share: float) -> float:
    """In milliseconds; infinite without times."""
    ordered = sorted(times) or [float("inf")]
    return 1000 * ordered[min(int(len(ordered) * share / 100), len(ordered) - 1)]


class Browser:
    """A few connections to one server, which stay open."""

    def __init__(self, port: int, seen: Seen) -> None:
        self._port, self._seen = port, seen
        self._free: list[Connection] = []
        self._slots = asyncio.Semaphore(CONNECTIONS)

    async def ask(self, path: str, body: bytes = b"") -> Answer:
        """A GET, or with a body a POST of JSON. Raises Failed."""
        async with self._slots:
            try:
                answer = await asyncio.wait_for(self._ask(path, body), PATIENCE)
            except (OSError, EOFError, TimeoutError) as error:
                raise Failed(f"{type(error).__name__} at {path}"[:100]) from None
        if answer.status != 200:
            raise Failed(f"status {answer.status} of {path}"[:100])
        return answer

    async def _ask(self, path: str, body: bytes) -> Answer:
        if self._free:
            try:
                return await self._exchange(self._free.pop(), path, body)
            except (ConnectionError, EOFError):
                # The server has closed it between two requests: browsers ask once more.
                pass
        new = await asyncio.open_connection("127.0.0.1", self._port, limit=2**18)
        return await self._exchange(new, path, body)

    async def _exchange(self, connection: Connection, path: str, body: bytes) -> Answer:
        reader, writer = connection
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
        try:
            # What browsers accept without https.
            writer.write(f"{head}Accept-Encoding: gzip, deflate\r\n{kind}\r\n".encode() + body)
            got = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = int(re.search(rb"content-length: (\d+)", got)[1])  # type: ignore[index]
            answer = await reader.readexactly(size)
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in got:
            writer.close()
        else:
            self._free.append(connection)
        self._seen.transfers += 1
        self._seen.received += size
        return Answer(int(got.split(b" ", 2)[1]), answer, b"content-encoding: gzip" in got)

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()
        self._free.clear()


class Person:
    """Opens the page and acts: selects another rate, one of the class's sweeps, or new settings."""

    def __init__(self, port: int, seen: Seen, share_new: float = 0, base: str = "") -> None:
        self.browser, self.seen = Browser(port, seen), seen
        self.share_new, self.base = share_new, base
        self.settings: dict[str, Any] = {}

    async def live(self, end: asyncio.Event, arrival: float, pause: float) -> None:
        """Arrives within `arrival` seconds, then acts every `pause` seconds, however slow the
        answers are."""
        due = time.monotonic() + random.uniform(0, arrival)
        try:
            if not await comes(end, due):
                await self.timed("page", self.open())
            while not await comes(end, due := due + pause * random.uniform(0.5, 1.5)):
                await self.act()
        finally:
            self.browser.close()

    async def open(self) -> None:
        """The page with all that it names, as a browser without a cache, and its first request."""
        page = (await self.browser.ask(f"{self.base}/")).text()
        paths = [one.decode() for one in re.findall(rb'(?:src|href)="(/[^"]+)"', page)]
        paths += [f"{self.base}/_dash-layout", f"{self.base}/_dash-dependencies"]
        await asyncio.gather(*map(self.browser.ask, paths))
        await self.ask("inspect", epoch=3)

    async def act(self) -> None:
        """Another rate needs no training: the sweep has them all."""
        self.seen.actions += 1
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
        """Sends a callback, and again when the server says that it is busy. Raises Failed."""
        data = {"ticket": 1, "settings": self.settings, "plane": None, **more}
        path, sent = f"{self.base}/_dash-update-component", json.dumps(body_of(kind, data)).encode()
        while again := seconds_to_wait(await self.browser.ask(path, sent)):
            self.seen.busy += 1
            await asyncio.sleep(again * random.uniform(0.8, 1.4))

    async def timed(self, kind: str, work: Awaitable[None]) -> None:
        """Records the work; its time includes waiting for a connection and for a busy server."""
        began, problem = time.monotonic(), ""
        try:
            await work
        except Failed as error:
            problem = f"{kind}: {error}"
        self.seen.asked.append(Request(kind, began, time.monotonic(), problem))


def seconds_to_wait(answer: Answer) -> float:
    """When to send the callback again (s); 0 for a result. Raises Failed for an error."""
    if b'"payload"' in answer.text(300):
        return 0.0
    (part,) = json.loads(answer.text())["response"].values()
    if not part["data"].get("again"):
        raise Failed(part["data"]["error"])
    return float(part["data"]["again"])


def body_of(kind: str, data: Any) -> dict[str, Any]:
    """What the page posts for a request of the kind "train", "inspect" and the like."""
    return {
        "output": f"{kind}-answer.data",
        "outputs": {"id": f"{kind}-answer", "property": "data"},
        "inputs": [{"id": f"{kind}-request", "property": "data", "value": data}],
        "changedPropIds": [f"{kind}-request.data"],
    }


async def comes(end: asyncio.Event, before: float) -> bool:
    """Waits for the end, until the clock says `before` at most."""
    with suppress(TimeoutError):
        await asyncio.wait_for(end.wait(), max(0.0, before - time.monotonic()))
    return end.is_set()


@contextmanager
def meanwhile(work: Coroutine[Any, Any, None]) -> Iterator[None]:
    """Runs the work beside what happens within, and waits for its end."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, work)
        yield
        running.result()


@contextmanager
def crowd(
    port: int,
    people: int,
    share_new: float = 0.05,
    pause: float = 1,
    arrival: float = 1,
    leaving: float = PATIENCE,
    base: str = "",
) -> Iterator[Seen]:
    """So many users until this ends. Who then waits for an answer leaves after `leaving` seconds.

    share_new  the share of actions with settings that are new to the server
    pause      seconds between two actions of a user
    arrival    seconds until all users have opened the page
    """
    seen, over = Seen(), Event()

    async def run() -> None:
        end, persons = asyncio.Event(), [Person(port, seen, share_new, base) for _ in range(people)]
        lives = [asyncio.create_task(one.live(end, arrival, pause)) for one in persons]
        await asyncio.to_thread(over.wait)
        end.set()
        done, left = await asyncio.wait(lives, timeout=leaving)
        for life in left:
            life.cancel()
        for life in done:
            life.result()
        seen.left = len(left)

    with meanwhile(run()):
        try:
            yield seen
        finally:
            over.set()


@contextmanager
def trainings(port: int, count: int, epochs: int = 777, base: str = "") -> Iterator[Seen]:
    """Sends so many new trainings at once; afterwards, what became of them."""
    seen = Seen()

    async def ask(seed: int) -> None:
        person = Person(port, seen, base=base)
        person.settings = {"seed": seed, "epochs": epochs}
        await person.timed("train", person.ask("train"))
        person.browser.close()

    async def run() -> None:
        await asyncio.gather(*map(ask, range(count)))

    with meanwhile(run()):
        yield seen

"""A class of people at the container's own server, on this machine alone: `make load`.

Each person loads the page and then acts every PAUSE seconds: mostly on sweeps that the class
shares, sometimes with settings that nobody had before. What is printed: requests, errors, "busy"
answers, percentiles, and the memory of the whole process tree.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PAUSE = 4.0
# What a class shares: the lesson's settings, about.
SHARED = [
    {},
    {"learning_rate": 0.05},
    {"dataset": "parabola", "hidden_units": 10, "epochs": 500, "learning_rate": 0.05},
    {"dataset": "sine", "hidden_units": 8, "epochs": 500, "learning_rate": 0.1},
    {"dataset": "plane", "epochs": 300},
]
ROOT = Path(__file__).parents[1]


@dataclass
class Counts:
    """What the people met."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    busy: int = 0

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
    """In milliseconds."""
    ordered = sorted(times)
    return 1000 * ordered[min(int(len(ordered) * share / 100), len(ordered) - 1)]


class Person:
    """One browser: its own connections, its own tickets."""

    def __init__(self, address: str, counts: Counts, share_new: float) -> None:
        self.client = httpx.AsyncClient(base_url=address, timeout=30, trust_env=False)
        self.counts, self.share_new, self.ticket = counts, share_new, 0

    async def live(self, until: float, first: float) -> None:
        """Comes at some moment, and acts until the end."""
        await asyncio.sleep(first)
        async with self.client:
            await self.timed("page", self.load())
            while time.monotonic() < until:
                await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))
                await self.act()

    async def load(self) -> None:
        """The page with all that it names, as a browser without a cache."""
        page = await self.get("/")
        paths = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        await asyncio.gather(*(self.get(path) for path in paths))
        await asyncio.gather(*(self.get(p) for p in ("/_dash-layout", "/_dash-dependencies")))

    async def act(self) -> None:
        settings = dict(random.choice(SHARED))
        if random.random() < self.share_new:
            settings |= {"seed": random.randint(0, 99), "epochs": random.randint(300, 600)}
            settings.pop("learning_rate", None)
        await self.ask("train", settings)
        await self.ask("inspect", settings, epoch=3)

    async def ask(self, kind: str, settings: dict[str, Any], **more: Any) -> None:
        """A callback, asked again when the server says that it is busy."""
        self.ticket += 1
        data = {"ticket": self.ticket, "settings": settings, **more}
        body = {
            "output": f"{kind}-answer.data",
            "outputs": {"id": f"{kind}-answer", "property": "data"},
            "inputs": [{"id": f"{kind}-request", "property": "data", "value": data}],
            "changedPropIds": [f"{kind}-request.data"],
        }
        while True:
            answer = await self.timed(kind, self.post(body))
            again = (answer or {}).get("again")
            if not again:
                return
            self.counts.busy += 1
            await asyncio.sleep(again * random.uniform(0.8, 1.4))

    async def post(self, body: dict[str, Any]) -> dict[str, Any]:
        response = await self.once_more(
            lambda: self.client.post("/_dash-update-component", json=body)
        )
        response.raise_for_status()
        (answer,) = response.json()["response"].values()
        data: dict[str, Any] = answer["data"]
        if "error" in data and not data.get("again"):
            self.counts.problems[data["error"]] += 1
        return data

    async def get(self, path: str) -> httpx.Response:
        response = await self.once_more(lambda: self.client.get(path))
        response.raise_for_status()
        return response

    async def once_more(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """As a browser does where a connection was closed between two requests."""
        try:
            return await send()
        except (httpx.RemoteProtocolError, httpx.ReadError):
            return await send()

    async def timed(self, kind: str, work: Any) -> Any:
        began = time.monotonic()
        try:
            done = await work
        except httpx.HTTPError as error:
            self.counts.problems[f"{kind}: {type(error).__name__} {error}"[:100]] += 1
            return None
        self.counts.add(kind, time.monotonic() - began)
        return done


async def crowd(address: str, people: int, seconds: float, share_new: float) -> Counts:
    """So many people for so long; they come within the first ten seconds."""
    counts, until = Counts(), time.monotonic() + seconds
    persons = [Person(address, counts, share_new) for _ in range(people)]
    await asyncio.gather(*(one.live(until, random.uniform(0, 10)) for one in persons))
    return counts


@contextmanager
def served(port: int, **environment: str) -> Any:
    """The container's server, started as the image starts it."""
    command = [sys.executable, "-m", "gunicorn"]
    names = os.environ | {"PORT": str(port), "MALLOC_ARENA_MAX": "2"} | environment
    server = subprocess.Popen(command, cwd=ROOT, env=names, stderr=subprocess.DEVNULL)
    try:
        wait_healthy(port)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def wait_healthy(port: int, seconds: float = 60) -> None:
    """Until a worker answers; TimeoutError if none does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("the server does not get healthy")


def tree_memory(pid: int) -> float:
    """MiB of a process and all its children, shared pages counted once (Linux)."""
    total = 0
    for one in tree(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
    return total / 1024


def tree(pid: int) -> list[int]:
    """The ids of a process and of all its children."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += tree(int(child))
    return found


def main() -> None:
    """Serves, sends the people, prints."""
    options = _options()
    with served(options.port) as server:
        before = tree_memory(server.pid)
        counts = asyncio.run(
            crowd(f"http://127.0.0.1:{options.port}", options.people, options.seconds, options.new)
        )
        after = tree_memory(server.pid)
    print(f"{options.people} people, {options.seconds:g} s, {options.new:.0%} new settings")
    print("\n".join(counts.rows()))
    print(f"busy answers {counts.busy}; problems {dict(counts.problems) or 'none'}")
    print(f"memory of the process tree {before:.0f} MiB before, {after:.0f} MiB after")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--new", type=float, default=0.1, help="share of actions with new settings")
    parser.add_argument("--port", type=int, default=8051)
    return parser.parse_args()


if __name__ == "__main__":
    main()

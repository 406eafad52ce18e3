"""Failures of real life, caused on this machine: `make faults`, or `python -m tools.faults NAME`.

Each fault starts the container's own server, breaks something while users send requests, and
returns figures with the largest value allowed. Exits with 1 if a figure exceeds its limit.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tools.clients import connect, hang_up, post, send_all, slow_connections, train_request
from tools.crowd import SHARED, Failed, Person, Seen, percentile
from tools.distributed import deployment
from tools.host import proxied, wait
from tools.hostile import INVALID_JSON, MALFORMED, NOT_HTTP
from tools.server import PROCESSES, connections, kill, serving, tree_memory

USERS, HANG_UPS = 20, 120


class Figure(NamedTuple):
    name: str
    value: float
    limit: float = float("inf")


def process_killed(port: int) -> list[Figure]:
    """kill -9 of one process in the middle of trainings."""
    with serving(port) as server, users(port) as seen:
        time.sleep(3)
        before = time.monotonic()
        with trainings(port, 4):
            victim = max(server.workers(), key=connections)
            held = connections(victim)
            killed = time.monotonic()
            kill([victim])
            wait(lambda: not Path(f"/proc/{victim}").exists())
            gone = time.monotonic()
            wait(lambda: len(server.workers()) == PROCESSES)
            replaced = time.monotonic() - killed
        time.sleep(5)
        silence = silence_since(before, seen)
    later = [one for one in seen.failed() if one.began > gone]
    return [
        Figure("answers", len(seen.asked) - len(seen.failed())),
        Figure("requests lost", len(seen.failed()) - len(later), held),
        Figure("later requests that failed", len(later), 0),
        Figure("seconds without answers", silence, 2),
        Figure("seconds until replaced", replaced, 2),
    ]


def stop(port: int) -> list[Figure]:
    """SIGTERM, as `docker stop` sends it, with trainings in flight and idle connections."""
    with serving(port) as server:
        idle = [connect(port) for _ in range(2)]
        with trainings(port, 6) as answered:
            wait(lambda: server.held() == 8 or answered)
            began = time.monotonic()
            server.master.send_signal(signal.SIGTERM)
            code = server.master.wait(60)
            took = time.monotonic() - began
        for one in idle:
            one.close()
    return [
        Figure("trainings without an answer", 6 - sum(answered), 0),
        Figure("exit code", abs(code), 0),
        Figure("seconds", took, 10),
    ]


def restart(port: int) -> list[Figure]:
    """kill -9 of every process, as when the power fails, and a start on the same port."""
    with serving(port) as server, users(port) as seen:
        kill([server.master.pid, *server.workers()])
        server.master.wait()
        began = time.monotonic()
        server.start()
        ready = time.monotonic()
        time.sleep(3)
    later = [one for one in seen.asked if one.began > ready]
    return [
        Figure("seconds until ready", ready - began, 10),
        Figure("answers afterwards", len(later)),
        Figure("later requests that failed", sum(bool(one.problem) for one in later), 0),
    ]


def hang_ups(port: int) -> list[Figure]:
    """Clients that disconnect in the request line, in the body and before the response."""
    with serving(port) as server:
        with users(port, 5, share_new=0) as seen:
            began = time.monotonic()
            hang_up(port, HANG_UPS)
            time.sleep(3)
        with suppress(TimeoutError):
            wait(lambda: not server.held(), 10)
        held, errors = server.held(), server.errors()
    return [
        *waits(seen, began, 3),
        Figure("connections still open", held, 0),
        Figure("errors in the log", errors, 0),
    ]


def slow_clients(port: int) -> list[Figure]:
    """More slow connections to the proxy than there are threads, of four kinds."""
    base = "/lab"
    with serving(port, DESCENT_LAB_BASE_PATH=f"{base}/") as server, proxied(port) as proxy:
        with slow_connections(proxy, base), users(proxy, 5, share_new=0, base=base) as seen:
            began = time.monotonic()
            time.sleep(12)
        errors = server.errors()
    return [*waits(seen, began, 1), Figure("errors in the log", errors, 0)]


def malformed(port: int) -> list[Figure]:
    """Malformed requests through real connections, four at a time."""
    requests = [train_request(change) for change, _ in MALFORMED.values()]
    requests += [*map(post, INVALID_JSON), *NOT_HTTP]
    for path in ("/assets/%00", "/assets/../app/server.py", "/nothing", "/_dash-"):
        requests.append(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    random.Random(0).shuffle(requests)
    with serving(port) as server:
        # A process keeps the memory that the largest bodies need once.
        send_all(port, requests * 4)
        before = tree_memory(server.master.pid)
        answers = send_all(port, list(itertools.islice(itertools.cycle(requests), 2000)))
        more = tree_memory(server.master.pid) - before
        errors = server.errors()
    return [
        Figure("answers", len(answers)),
        Figure("answers other than 4xx", sum(not 400 <= one < 500 for one, _ in answers), 0),
        Figure("p95 in ms", percentile([took for _, took in answers], 95), 200),
        Figure("MB more", more, 50),
        Figure("errors in the log", errors, 0),
    ]


def worker_killed(port: int) -> list[Figure]:
    """kill -9 of one of two Celery workers, with its processes, in the middle of trainings."""
    with deployment(workers=2) as lab, serving(port, REDIS_URL=lab.url) as server:
        with users(port) as seen:
            before = time.monotonic()
            with trainings(port, 6) as answered:
                time.sleep(0.3)
                lab.kill_worker(lab.workers[0])
            time.sleep(5)
            silence = silence_since(before, seen)
        local = len(server.lines("Training in the web process"))
    return [
        *waits(seen, before, 12),
        Figure("trainings without an answer", 6 - sum(answered), 0),
        Figure("seconds without answers", silence, 2),
        Figure("trained by the web process", local, 0),
    ]


def redis_killed(port: int) -> list[Figure]:
    """kill -9 of Redis with all its data, and an empty one five seconds later."""
    with deployment(workers=2) as lab, serving(port, REDIS_URL=lab.url) as server:
        with users(port, share_new=0.3) as seen:
            before = time.monotonic()
            lab.kill_redis()
            time.sleep(5)
            lab.start_redis()
            time.sleep(8)
            silence = silence_since(before, seen)
        remote, lines = lab.trainings(), len(server.lines("Redis is away"))
    return [
        *waits(seen, before, 12),
        Figure("seconds without answers", silence, 2),
        Figure("lines in the log", lines, 2 * PROCESSES),
        Figure("no line in the log", lines == 0, 0),
        Figure("trained by no worker afterwards", remote == 0, 0),
    ]


def waits(seen: Seen, since: float, limit: float) -> list[Figure]:
    """That every user is answered, and within the limit (s)."""
    longest = max((one.ended - one.began for one in seen.asked if one.began > since), default=0)
    return [
        Figure("answers", len(seen.asked)),
        Figure("failed", len(seen.failed()), 0),
        Figure("longest wait in s", longest, limit),
    ]


def silence_since(since: float, seen: Seen) -> float:
    """The longest time from then until now in which no user was answered (s)."""
    ends = sorted(one.ended for one in seen.asked if not one.problem and one.ended > since)
    edges = [since, *ends, time.monotonic()]
    return max(later - earlier for earlier, later in itertools.pairwise(edges))


@contextmanager
def users(port: int, count: int = USERS, share_new: float = 0.05, base: str = "") -> Iterator[Seen]:
    """Users who act about every second until this ends; the settings they share are trained
    before, in every process."""
    seen, stopped = Seen(), threading.Event()

    async def warm_up(person: Person) -> None:
        for settings in SHARED:
            person.settings = settings
            await person.ask("train")
        person.browser.close()

    async def live(person: Person) -> None:
        await asyncio.sleep(random.random())
        while not stopped.is_set():
            await asyncio.gather(person.act(), asyncio.sleep(1))
        person.browser.close()

    async def run(act: Callable[[Person], Any], count: int, seen: Seen) -> None:
        await asyncio.gather(*(act(Person(port, seen, share_new, base)) for _ in range(count)))

    asyncio.run(run(warm_up, 8, Seen()))
    thread = threading.Thread(target=lambda: asyncio.run(run(live, count, seen)))
    thread.start()
    try:
        yield seen
    finally:
        stopped.set()
        thread.join()


@contextmanager
def trainings(port: int, count: int, epochs: int = 777) -> Iterator[list[bool]]:
    """Sends so many new trainings at once; afterwards, whether each was answered."""
    answered: list[bool] = []

    async def ask(seed: int) -> None:
        person = Person(port, Seen())
        person.settings = {"seed": seed, "epochs": epochs}
        try:
            await person.ask("train")
            answered.append(True)
        except Failed:
            answered.append(False)
        person.browser.close()

    async def run() -> None:
        await asyncio.gather(*map(ask, range(count)))

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        yield answered
    finally:
        thread.join()


FAULTS: dict[str, Callable[[int], list[Figure]]] = {
    "kill": process_killed,
    "stop": stop,
    "restart": restart,
    "hang-ups": hang_ups,
    "slow": slow_clients,
    "malformed": malformed,
    "worker": worker_killed,
    "redis": redis_killed,
}
NEEDS = {"slow": "nginx", "worker": "redis-server", "redis": "redis-server"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FAULTS)}")
    parser.add_argument("--port", type=int, default=8052)
    options = parser.parse_args()
    missed = False
    for name in options.names or FAULTS:
        if name in NEEDS and not shutil.which(NEEDS[name]):
            print(f"{name}: left out, {NEEDS[name]} is not installed")
            continue
        for figure in FAULTS[name](options.port):
            is_met = figure.value <= figure.limit
            missed |= not is_met
            limit = f" (at most {figure.limit:g})" if figure.limit < float("inf") else ""
            print(f"{name}: {figure.name} {figure.value:.4g}{limit}{'' if is_met else ' MISSED'}")
    sys.exit(missed)


if __name__ == "__main__":
    main()

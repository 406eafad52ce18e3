"""A class of people at the container's own server, on this machine alone: `make load`.

What is printed: requests, errors, "busy" answers, percentiles, the CPU time of server and people,
the memory of the whole process tree, how long until all is as before once the people have gone, and
which of the targets are met. The targets are for two cores; docs/performance.md has the figures.
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
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tools.crowd import Counts, Person, Unanswered, crowd, percentile

ROOT = Path(__file__).parents[1]
# In milliseconds, MB and seconds; what is slower is allowed to more people and newer settings only.
CALLBACK, PAGE, MEMORY, GROWTH, RECOVERY = 500, 3000, 1200, 50, 60
MANY, MUCH_NEW = 100, 0.1
# After so many answers, a minute of a class, the caches are full.
WARM = 2000
EARLIER = WARM // 2
# As before: so many answers in a row are there within CALLBACK.
PROBES = 3
LONGEST = 3600
SAMPLED_SECONDS, SAMPLES = 10.0, 20


@contextmanager
def served(port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """The container's server for a while; its log is not kept."""
    server = started(port, subprocess.DEVNULL, **environment)
    try:
        wait_healthy(port)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def started(port: int, log: Any, **environment: str) -> subprocess.Popen[bytes]:
    """The container's server as the image starts it, but for this machine alone."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    # What the image sets for memory and threads.
    image = re.findall(r"((?:MALLOC|OMP)_\w+)=(\d+)", (ROOT / "Dockerfile").read_text())
    names = os.environ | dict(image) | {"PORT": str(port)} | environment
    return subprocess.Popen(command, cwd=ROOT, env=names, stderr=log)


def wait_healthy(port: int, seconds: float = 60) -> None:
    """Until a worker answers; TimeoutError if none does."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            opener.open(f"http://127.0.0.1:{port}/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server does not get healthy")


def tree_memory(pid: int) -> float:
    """MB of a process and all its children, shared pages counted once (Linux)."""
    total = 0
    for one in tree(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
    return total * 1024 / 1e6


def tree_seconds(pid: int) -> float:
    """CPU seconds of a process and all its children, those that have ended included."""
    total = 0
    for one in tree(pid):
        after_name = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, after_name[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """The ids of a process and of all its children."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += tree(int(child))
    return found


async def recovery(port: int) -> float:
    """Seconds from now until trainings and looks at them are as fast as they should be; infinite
    after twice what is allowed."""
    began, good = time.monotonic(), 0
    while time.monotonic() < began + 2 * RECOVERY:
        probe, counts = time.monotonic(), Counts()
        person = Person(port, counts, 0)
        person.settings = {"seed": random.randint(0, 99)}
        try:
            await asyncio.wait_for(person.ask("train"), CALLBACK / 1000)
            await asyncio.wait_for(person.ask("inspect", epoch=3), CALLBACK / 1000)
            good += not counts.problems
        except (Unanswered, TimeoutError):
            good = 0
        person.browser.close()
        if good == PROBES:
            return probe - began - (PROBES - 1)
        await asyncio.sleep(max(0.0, probe + 1 - time.monotonic()))
    return float("inf")


async def watch_memory(pid: int, counts: Counts, most: int, until: float) -> dict[int, float]:
    """MB of the tree by how many answers there were: none, EARLIER, WARM, and `most` at most. Each
    is the median of ten seconds, since a training in hand takes up to a hundred for a moment."""
    found, latest = {0: tree_memory(pid)}, deque[float](maxlen=SAMPLES)
    for many in (EARLIER, WARM, most):
        while counts.answers < many and time.monotonic() < until:
            latest.append(tree_memory(pid))
            await asyncio.sleep(SAMPLED_SECONDS / SAMPLES)
        found[counts.answers] = median(latest)
    return found


async def measured(options: argparse.Namespace, pid: int) -> tuple[Counts, dict[int, float], float]:
    """What the people met, the tree's memory by answers, and the seconds of its recovery."""
    counts = Counts()
    most = options.requests or sys.maxsize
    seconds = LONGEST if options.requests else options.seconds
    watch = asyncio.create_task(watch_memory(pid, counts, most, time.monotonic() + seconds))
    people = asyncio.create_task(crowd(options.port, options.people, seconds, options.new, counts))
    memory = await watch
    if counts.answers >= most:
        people.cancel()
    await asyncio.wait([people])
    if not people.cancelled():
        people.result()
    return counts, memory, await recovery(options.port)


def targets(
    options: argparse.Namespace, counts: Counts, memory: dict[int, float], recovered: float
) -> list[tuple[str, bool]]:
    """Each target in words, and whether it is met."""
    found = [("no error", not counts.problems)]
    if options.people <= MANY and options.new <= MUCH_NEW:
        callbacks = max(percentile(counts.seconds.get(one, []), 95) for one in ("train", "inspect"))
        page = percentile(counts.seconds.get("page", []), 95)
        found += [
            ("nobody left without an answer", not counts.left),
            (f"p95 of a callback below {CALLBACK} ms", callbacks < CALLBACK),
            (f"p95 of a page below {PAGE} ms", page < PAGE),
        ]
    found += [
        (f"memory below {MEMORY} MB", max(memory.values()) < MEMORY),
        (f"as before within {RECOVERY} s", recovered <= RECOVERY),
    ]
    if options.requests:
        *_, warm, last = memory.values()
        grown = last - warm
        found.append((f"at most {GROWTH} MB more after the first {WARM} answers", grown <= GROWTH))
    return found


def main() -> None:
    """Serves, sends the people, prints; exits with 1 where a target is missed."""
    options = _options()
    environment = {"WEB_CONCURRENCY": str(options.processes)}
    with served(options.port, **environment) as server:
        began, mine = tree_seconds(server.pid), time.process_time()
        start = time.monotonic()
        counts, memory, recovered = asyncio.run(measured(options, server.pid))
        seconds = time.monotonic() - start
        used, mine = tree_seconds(server.pid) - began, time.process_time() - mine
    print(f"{options.people} people, {options.processes} processes, {options.new:.0%} new settings")
    print("\n".join(counts.rows()))
    print(
        f"{counts.requests} requests, {counts.received / 1e6:.0f} MB, {counts.actions} actions; "
        f"busy answers {counts.busy}; left without an answer {counts.left}; "
        f"problems {dict(counts.problems) or 'none'}"
    )
    print(
        f"CPU in {seconds:.0f} s: server {used:.1f} s, "
        f"{1000 * used / max(counts.actions, 1):.0f} ms an action; people {mine:.1f} s"
    )
    print("memory", ", ".join(f"{one:.0f} MB after {many}" for many, one in memory.items()))
    print(f"as before {recovered:.0f} s after the people had gone")
    found = targets(options, counts, memory, recovered)
    for words, is_met in found:
        print(f"{'met   ' if is_met else 'MISSED'} {words}")
    sys.exit(not all(is_met for _, is_met in found))


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60, help="how long they stay")
    parser.add_argument("--new", type=float, default=0.1, help="share of actions with new settings")
    parser.add_argument(
        "--requests", type=int, default=0, help="stay for so many answers of callbacks instead"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=8051)
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""A class at the container's own server, on this machine only: `make load`.

Prints requests, errors, "busy" answers, percentiles, the CPU time of server and users, the memory
of the whole process tree, the seconds until the server has recovered, and which targets are met.
The targets are for two cores; docs/performance.md has the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import deque
from statistics import median
from typing import Any

from tools.crowd import Failed, Person, Seen, crowd, percentile
from tools.server import serving, tree_memory, tree_seconds

# In milliseconds, MB and seconds; the first two hold up to so many people and new settings.
CALLBACK, PAGE, MEMORY, GROWTH, RECOVERY = 500, 3000, 1200, 50, 60
MANY, MUCH_NEW = 100, 0.1
# After so many answers, a minute of a class, the caches are full.
WARM = 2000
EARLIER = WARM // 2
# Recovered: so many requests in a row are answered within CALLBACK.
PROBES = 3
LONGEST = 3600
SAMPLED_SECONDS, SAMPLES = 10.0, 20


async def recovery(port: int) -> float:
    """Seconds until trainings and inspections are fast again; infinite after 2 RECOVERY."""
    began, good = time.monotonic(), 0
    while time.monotonic() < began + 2 * RECOVERY:
        probe, person = time.monotonic(), Person(port, Seen())
        person.settings = {"seed": random.randint(0, 99)}
        try:
            await asyncio.wait_for(person.ask("train"), CALLBACK / 1000)
            await asyncio.wait_for(person.ask("inspect", epoch=3), CALLBACK / 1000)
            good += 1
        except (Failed, TimeoutError):
            good = 0
        person.browser.close()
        if good == PROBES:
            return probe - began - (PROBES - 1)
        await asyncio.sleep(max(0.0, probe + 1 - time.monotonic()))
    return float("inf")


def callbacks(seen: Seen) -> int:
    """How many callbacks were answered."""
    return len(seen.seconds("train", "inspect"))


async def watch_memory(pid: int, seen: Seen, most: int, until: float) -> dict[int, float]:
    """MB of the tree by the number of answers: none, EARLIER, WARM, and `most` at most. Each is
    the median of ten seconds, since a training takes up to a hundred for a moment."""
    found, latest = {0: tree_memory(pid)}, deque[float](maxlen=SAMPLES)
    for many in (EARLIER, WARM, most):
        while callbacks(seen) < many and time.monotonic() < until:
            latest.append(tree_memory(pid))
            await asyncio.sleep(SAMPLED_SECONDS / SAMPLES)
        found[callbacks(seen)] = median(latest)
    return found


async def measured(options: argparse.Namespace, pid: int) -> tuple[Seen, dict[int, float], float]:
    """What the users met, the tree's memory by answers, and the seconds of its recovery."""
    seen = Seen()
    most = options.requests or sys.maxsize
    seconds = LONGEST if options.requests else options.seconds
    users = asyncio.create_task(crowd(options.port, options.people, seconds, options.new, seen))
    memory = await watch_memory(pid, seen, most, time.monotonic() + seconds)
    if callbacks(seen) >= most:
        users.cancel()
    await asyncio.wait([users])
    if not users.cancelled():
        users.result()
    return seen, memory, await recovery(options.port)


def targets(
    options: argparse.Namespace, seen: Seen, memory: dict[int, float], recovered: float
) -> list[tuple[str, bool]]:
    """Each target in words, and whether it is met."""
    found = [("no error", not seen.failed())]
    if options.people <= MANY and options.new <= MUCH_NEW:
        slowest = max(percentile(seen.seconds(kind), 95) for kind in ("train", "inspect"))
        found += [
            ("every user is answered", not seen.left),
            (f"p95 of a callback below {CALLBACK} ms", slowest < CALLBACK),
            (f"p95 of a page below {PAGE} ms", percentile(seen.seconds("page"), 95) < PAGE),
        ]
    found += [
        (f"memory below {MEMORY} MB", max(memory.values()) < MEMORY),
        (f"recovered within {RECOVERY} s", recovered <= RECOVERY),
    ]
    if options.requests:
        *_, warm, last = memory.values()
        found.append((f"at most {GROWTH} MB more after {WARM} answers", last - warm <= GROWTH))
    return found


def main() -> None:
    """Serves, sends the users, prints; exits with 1 if a target is missed."""
    options = _options()
    with serving(options.port, options.processes) as server:
        pid = server.master.pid
        began, mine, start = tree_seconds(pid), time.process_time(), time.monotonic()
        seen, memory, recovered = asyncio.run(measured(options, pid))
        seconds = time.monotonic() - start
        used, mine = tree_seconds(pid) - began, time.process_time() - mine
    print(f"{options.people} people, {options.processes} processes, {options.new:.0%} new settings")
    print("\n".join(seen.rows()))
    print(
        f"{seen.transfers} requests, {seen.received / 1e6:.0f} MB, {seen.actions} actions; "
        f"busy answers {seen.busy}; left without an answer {seen.left}; "
        f"problems {dict(seen.problems()) or 'none'}"
    )
    print(
        f"CPU in {seconds:.0f} s: server {used:.1f} s, "
        f"{1000 * used / max(seen.actions, 1):.0f} ms an action; people {mine:.1f} s"
    )
    print("memory", ", ".join(f"{one:.0f} MB after {many}" for many, one in memory.items()))
    print(f"recovered {recovered:.0f} s after the last user left")
    found = targets(options, seen, memory, recovered)
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

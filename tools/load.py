"""A class at the container's own server, on this machine only: `make load`.

Prints requests, errors, "busy" answers, percentiles, the CPU time of server and users, the memory
of the whole process tree, the seconds until the server has recovered, and which targets are met.
The targets are for two cores; docs/performance.md has the figures.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import deque
from statistics import median

from tools.crowd import Failed, Person, Seen, crowd, percentile
from tools.report import Figure, report
from tools.server import serving, tree_memory, tree_seconds

# Seconds between two actions, until all users have arrived, and until who gets no answer leaves.
PAUSE, ARRIVAL, LEAVING = 4.0, 10.0, 5.0
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


def watch_memory(pid: int, seen: Seen, most: int, until: float) -> dict[int, float]:
    """MB of the tree by the number of answers: none, EARLIER, WARM, and `most` at most. Each is
    the median of ten seconds, since a training takes up to a hundred for a moment."""
    found, latest = {0: tree_memory(pid)}, deque[float](maxlen=SAMPLES)
    for many in (EARLIER, WARM, most):
        while callbacks(seen) < many and time.monotonic() < until:
            latest.append(tree_memory(pid))
            time.sleep(SAMPLED_SECONDS / SAMPLES)
        found[callbacks(seen)] = median(latest)
    return found


def targets(
    options: argparse.Namespace, seen: Seen, memory: dict[int, float], recovered: float
) -> list[Figure]:
    found = [Figure("errors", len(seen.failed()), 0)]
    if options.people <= MANY and options.new <= MUCH_NEW:
        slowest = max(percentile(seen.seconds(kind), 95) for kind in ("train", "inspect"))
        found += [
            Figure("users left without an answer", seen.left, 0),
            Figure("p95 of a callback in ms", slowest, CALLBACK),
            Figure("p95 of a page in ms", percentile(seen.seconds("page"), 95), PAGE),
        ]
    found += [
        Figure("MB", max(memory.values()), MEMORY),
        Figure("seconds until recovered after the last user left", recovered, RECOVERY),
    ]
    if options.requests:
        *_, warm, last = memory.values()
        found.append(Figure(f"MB more after {WARM} answers", last - warm, GROWTH))
    return found


def main() -> None:
    """Serves, sends the users, prints; exits with 1 if a target is missed."""
    options = _options()
    longest = LONGEST if options.requests else options.seconds
    with serving() as server:
        pid = server.master.pid
        began, mine, start = tree_seconds(pid), time.process_time(), time.monotonic()
        with crowd(server.port, options.people, options.new, PAUSE, ARRIVAL, LEAVING) as seen:
            memory = watch_memory(pid, seen, options.requests or sys.maxsize, start + longest)
        recovered = asyncio.run(recovery(server.port))
        took = time.monotonic() - start
        used, mine = tree_seconds(pid) - began, time.process_time() - mine
    print(f"{options.people} people, {options.new:.0%} new settings")
    print("\n".join(seen.rows()))
    print(
        f"{seen.transfers} requests, {seen.received / 1e6:.0f} MB, {seen.actions} actions; "
        f"busy answers {seen.busy}; problems {dict(seen.problems()) or 'none'}"
    )
    print(
        f"CPU in {took:.0f} s: server {used:.1f} s, "
        f"{1000 * used / max(seen.actions, 1):.0f} ms an action; people {mine:.1f} s"
    )
    print("memory", ", ".join(f"{one:.0f} MB after {many}" for many, one in memory.items()))
    sys.exit(not report(targets(options, seen, memory, recovered)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60, help="how long they stay")
    parser.add_argument("--new", type=float, default=0.1, help="share of actions with new settings")
    parser.add_argument(
        "--requests", type=int, default=0, help="stay for so many answers of callbacks instead"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()

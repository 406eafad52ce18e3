"""Failures of real life, caused on this machine: `make faults`, or `python -m tools.faults NAME`.

Each fault starts the container's own server, breaks something while users send requests, and
returns figures with the largest value allowed. Exits with 1 if a figure exceeds its limit.
"""

import argparse
import itertools
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tools.clients import connect, hang_up, hold_slowly, post, send_all, train_request
from tools.crowd import Seen, crowd, percentile, trainings
from tools.distributed import deployment
from tools.host import proxied, wait
from tools.hostile import INVALID_JSON, MALFORMED, NOT_HTTP
from tools.report import Figure, report
from tools.server import PROCESSES, connections, kill, serving, tree_memory

USERS, HANG_UPS = 20, 120


def process_killed() -> list[Figure]:
    """kill -9 of one process in the middle of trainings."""
    with serving() as server, users(server.port) as seen:
        before = time.monotonic()
        with trainings(server.port, 4):
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


def stop() -> list[Figure]:
    """SIGTERM, as `docker stop` sends it, with trainings in flight and idle connections."""
    with serving() as server:
        idle = [connect(server.port) for _ in range(2)]
        with trainings(server.port, 6) as sent:
            wait(lambda: server.held() == 8 or sent.asked)
            began = time.monotonic()
            server.master.terminate()
            code = server.master.wait(60)
            took = time.monotonic() - began
        for one in idle:
            one.close()
    return [
        Figure("trainings without an answer", len(sent.failed()), 0),
        Figure("exit code", abs(code), 0),
        Figure("seconds", took, 10),
    ]


def restart() -> list[Figure]:
    """kill -9 of every process, as when the power fails, and a start on the same port."""
    with serving() as server, users(server.port) as seen:
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


def hang_ups() -> list[Figure]:
    """Clients that disconnect in the request line, in the body and before the response."""
    with serving() as server:
        with users(server.port, people=5, share_new=0) as seen:
            began = time.monotonic()
            hang_up(server.port, HANG_UPS)
            time.sleep(3)
        with suppress(TimeoutError):
            wait(lambda: not server.held(), 10)
        held, errors = server.held(), server.errors()
    return [
        *waits(seen, began, 3),
        Figure("connections still open", held, 0),
        Figure("errors in the log", errors, 0),
    ]


def slow_clients() -> list[Figure]:
    """More slow connections to the proxy than there are threads, of four kinds."""
    base = "/lab"
    with serving(DESCENT_LAB_BASE_PATH=f"{base}/") as server, proxied(server.port) as proxy:
        with users(proxy, people=5, share_new=0, base=base) as seen:
            began = time.monotonic()
            hold_slowly(proxy, base, 12)
        errors = server.errors()
    return [*waits(seen, began, 1), Figure("errors in the log", errors, 0)]


def malformed() -> list[Figure]:
    """Malformed requests through real connections, four at a time."""
    requests = [train_request(change) for change, _ in MALFORMED.values()]
    requests += [*map(post, INVALID_JSON), *NOT_HTTP]
    for path in ("/assets/%00", "/assets/../app/server.py", "/nothing", "/_dash-"):
        requests.append(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    random.Random(0).shuffle(requests)
    with serving() as server:
        # A process keeps the memory that the largest bodies need once.
        send_all(server.port, requests * 4)
        before = tree_memory(server.master.pid)
        answers = send_all(server.port, list(itertools.islice(itertools.cycle(requests), 2000)))
        more = tree_memory(server.master.pid) - before
        errors = server.errors()
    return [
        Figure("answers", len(answers)),
        Figure("answers other than 4xx", sum(not 400 <= one < 500 for one, _ in answers), 0),
        Figure("p95 in ms", percentile([took for _, took in answers], 95), 200),
        Figure("MB more", more, 50),
        Figure("errors in the log", errors, 0),
    ]


def worker_killed() -> list[Figure]:
    """kill -9 of one of two Celery workers, with its processes, in the middle of trainings."""
    with deployment(workers=2) as lab, serving(REDIS_URL=lab.url) as server:
        with users(server.port) as seen:
            before = time.monotonic()
            with trainings(server.port, 6) as sent:
                time.sleep(0.3)
                lab.kill_worker(lab.workers[0])
            time.sleep(5)
            silence = silence_since(before, seen)
        local = len(server.lines("Training in the web process"))
    return [
        *waits(seen, before, 12),
        Figure("trainings without an answer", len(sent.failed()), 0),
        Figure("seconds without answers", silence, 2),
        Figure("trained by the web process", local, 0),
    ]


def redis_killed() -> list[Figure]:
    """kill -9 of Redis with all its data, and an empty one five seconds later."""
    with deployment(workers=2) as lab, serving(REDIS_URL=lab.url) as server:
        with users(server.port, share_new=0.3) as seen:
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
        Figure("failed", len(seen.failed()) + seen.left, 0),
        Figure("longest wait in s", longest, limit),
    ]


def silence_since(since: float, seen: Seen) -> float:
    """The longest time from then until now in which no user was answered (s)."""
    ends = sorted(one.ended for one in seen.asked if not one.problem and one.ended > since)
    edges = [since, *ends, time.monotonic()]
    return max(later - earlier for earlier, later in itertools.pairwise(edges))


@contextmanager
def users(port: int, people: int = USERS, **how: Any) -> Iterator[Seen]:
    """Users who act about every second until this ends."""
    with crowd(port, people, **how) as seen:
        # Then every process has trained the settings that they share.
        time.sleep(6)
        yield seen


FAULTS: dict[str, Callable[[], list[Figure]]] = {
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
    is_met = True
    for name in parser.parse_args().names or FAULTS:
        if name in NEEDS and not shutil.which(NEEDS[name]):
            print(f"{name}: left out, {NEEDS[name]} is not installed")
        else:
            is_met &= report(FAULTS[name](), f"{name}: ")
    sys.exit(not is_met)


if __name__ == "__main__":
    main()

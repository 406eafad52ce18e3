"""Redis and Celery workers that go while people ask, and come again."""

from __future__ import annotations

import shutil
import time

from tools.distributed import deployment
from tools.faults.outcome import Figure, Outcome
from tools.faults.people import people, warm_up
from tools.faults.processes import PEOPLE, asking
from tools.faults.stage import PROCESSES, serving

MISSING = Outcome("", left_out="redis-server is not installed")


def a_worker_is_killed(port: int) -> Outcome:
    """kill -9 of one of two workers, with all of its processes, in the middle of trainings."""
    if not shutil.which("redis-server"):
        return MISSING
    with deployment(workers=2) as lab, serving(port, REDIS_URL=lab.url) as server:
        warm_up(server.address)
        with people(server.address, PEOPLE) as seen:
            time.sleep(3)
            before = time.monotonic()
            with asking(server.address, 6) as answers:
                time.sleep(0.3)
                lab.kill_worker(lab.workers[0])
                time.sleep(5)
            silence = seen.silence(before)
        away = len(server.lines("Training in the web process"))
    return Outcome(
        f"{PEOPLE} people asked, 6 trainings ran, one of two workers was killed",
        (
            Figure("answers", len(seen.asked) - len(seen.failed())),
            Figure("failed", len(seen.failed()), 0),
            Figure("trainings without an answer", 6 - sum(answers), 0),
            Figure("silence", silence, 2, " s"),
            Figure("longest answer", seen.worst(before), 12, " s"),
            Figure("trained by the web", away, 0),
        ),
    )


def redis_is_killed(port: int) -> Outcome:
    """kill -9 of Redis, with all that it knows, and a new one five seconds later."""
    if not shutil.which("redis-server"):
        return MISSING
    with deployment(workers=2) as lab, serving(port, REDIS_URL=lab.url) as server:
        warm_up(server.address)
        with people(server.address, PEOPLE, share_new=0.3) as seen:
            time.sleep(3)
            before = time.monotonic()
            lab.kill_redis()
            time.sleep(5)
            lab.start_redis()
            time.sleep(8)
            silence = seen.silence(before)
        trainings = lab.trainings()
        said = len(server.lines("Redis is away"))
    return Outcome(
        f"{PEOPLE} people asked, Redis was away for 5 seconds",
        (
            Figure("answers", len(seen.asked) - len(seen.failed())),
            Figure("failed", len(seen.failed()), 0),
            Figure("silence", silence, 2, " s"),
            Figure("longest answer", seen.worst(before), 12, " s"),
            Figure("lines in the log", said, 2 * PROCESSES),
            Figure("processes that did not say so", max(1 - said, 0), 0),
            Figure("trainings by workers after it came back", trainings),
            Figure("no training after it came back", int(trainings == 0), 0),
        ),
    )

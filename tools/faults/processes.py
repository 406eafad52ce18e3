"""Processes that are killed, reloaded, stopped and started again."""

from __future__ import annotations

import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tools.crowd import body_of
from tools.faults.clients import connect
from tools.faults.outcome import Figure, Outcome
from tools.faults.people import people, warm_up
from tools.faults.stage import PROCESSES, connections, files_in, kill, serving, wait
from tools.load import wait_healthy

PEOPLE = 20


def a_process_is_killed(port: int) -> Outcome:
    """kill -9 of one process in the middle of trainings."""
    with serving(port) as server:
        warm_up(server.address)
        with people(server.address, PEOPLE) as seen:
            time.sleep(4)
            before = time.monotonic()
            with asking(server.address, 4):
                time.sleep(0.15)
                victim = max(server.workers(), key=connections)
                held = connections(victim)
                killed = time.monotonic()
                kill([victim])
                # All of its threads have let go of their connections.
                wait(lambda: not Path(f"/proc/{victim}").exists(), 10)
                gone = time.monotonic()
                wait(lambda: len(server.workers()) == PROCESSES, 10)
                again = time.monotonic() - killed
                time.sleep(5)
            silence = seen.silence(before)
    lost = [one for one in seen.failed() if one.began <= gone]
    later = [one for one in seen.failed() if one.began > gone]
    return Outcome(
        f"{PEOPLE} people asked, one of two processes was killed",
        (
            Figure("answers", len(seen.asked) - len(seen.failed())),
            Figure("requests lost", len(lost), held),
            Figure("later requests that failed", len(later), 0),
            Figure("silence", silence, 2, " s"),
            Figure("another process after", again, 2, " s"),
        ),
    )


def a_reload(port: int) -> Outcome:
    """SIGHUP: the configuration is read again and every process replaced."""
    with serving(port) as server:
        warm_up(server.address)
        with people(server.address, PEOPLE, resends=True) as seen:
            time.sleep(3)
            old, before = set(server.workers()), time.monotonic()
            server.signal(signal.SIGHUP)
            took = wait(lambda: _are_others(old, set(server.workers())), 40)
            time.sleep(3)
            silence = seen.silence(before)
        left = len(old & set(server.workers()))
    return Outcome(
        f"{PEOPLE} people asked during a reload",
        (
            Figure("answers", len(seen.asked) - len(seen.failed())),
            Figure("failed", len(seen.failed()), 0),
            Figure("sent once more by the browser", seen.resent),
            Figure("silence", silence, 2, " s"),
            Figure("old processes left", left, 0),
            Figure("new ones alone after", took, 30, " s"),
        ),
    )


def _are_others(old: set[int], now: set[int]) -> bool:
    return not old & now and len(now) == len(old)


def a_stop(port: int) -> Outcome:
    """SIGTERM, as `docker stop` sends it, with trainings in flight and idle connections."""
    with tempfile.TemporaryDirectory() as folder:
        with serving(port, TMPDIR=folder) as server:
            warm_up(server.address)
            idle = [connect(port) for _ in range(2)]
            with asking(server.address, 6) as answers:
                wait(lambda: server.held() == 8, 10)
                server.signal(signal.SIGTERM)
                took = wait(lambda: server.master.poll() is not None, 15)
            code = server.master.poll()
            for one in idle:
                one.close()
        left = len(files_in(Path(folder)))
    return Outcome(
        "stopped with 6 trainings in flight and 2 idle connections",
        (
            Figure("answers", sum(answers)),
            Figure("requests without an answer", 6 - sum(answers), 0),
            Figure("exit code", 99 if code is None else abs(code), 0),
            Figure("stopped after", took, 10, " s"),
            Figure("files left", left, 0),
        ),
    )


def all_is_killed(port: int) -> Outcome:
    """kill -9 of everything, as when a machine loses its power, and a start at the same port."""
    with serving(port) as server:
        warm_up(server.address)
        with people(server.address, 5) as seen:
            time.sleep(2)
            kill([server.master.pid, *server.workers()])
            server.master.wait()
            began = time.monotonic()
            server.start()
            wait_healthy(port)
            ready = time.monotonic()
            time.sleep(3)
    later = [one for one in seen.failed() if one.began > ready]
    return Outcome(
        "all processes were killed and started again",
        (
            Figure("ready after", ready - began, 10, " s"),
            Figure("later requests that failed", len(later), 0),
            Figure("answers afterwards", sum(one.began > ready for one in seen.asked)),
        ),
    )


@contextmanager
def asking(address: str, count: int, epochs: int = 777) -> Iterator[list[bool]]:
    """So many trainings that nobody had before; at the end, whether each got its sweep."""
    got: list[bool] = []

    def ask(seed: int) -> None:
        body = body_of("train", {"ticket": 1, "settings": {"seed": seed, "epochs": epochs}})
        try:
            response = httpx.post(
                f"{address}/_dash-update-component", json=body, timeout=30, trust_env=False
            )
            got.append('"payload"' in response.text)
        except httpx.HTTPError:
            got.append(False)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield got
    finally:
        for thread in threads:
            thread.join()

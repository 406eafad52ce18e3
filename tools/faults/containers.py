"""Whole containers that go and come, with compose.distributed.yaml: `make faults-compose`.

Needs Docker with compose v2 and the image (`make docker`). It runs under a project name of its own,
but at the file's own port, so not beside a deployment on the same machine; at the end all of it is
taken down.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tools.faults.outcome import Figure, Outcome
from tools.faults.people import Seen, people, warm_up
from tools.faults.processes import asking
from tools.faults.stage import wait

ROOT = Path(__file__).parents[2]
FILE, PROJECT = ROOT / "compose.distributed.yaml", "descent-lab-faults"
ADDRESS = "http://127.0.0.1:8080/lab"
PEOPLE = 20
PROCESSES = 4  # of both web containers
# Four containers that load torch at the same time, on two cores that others use too.
HEALTHY_SECONDS = 180.0
ASKED = 60


class Stack:
    """The containers of the file, by the names of their services, "web", or their own, "web-2"."""

    def compose(self, *words: str) -> str:
        return _out("docker", "compose", "-p", PROJECT, "-f", str(FILE), *words)

    def docker(self, word: str, *names: str) -> str:
        return _out("docker", word, *(f"{PROJECT}-{name}" for name in names))

    def scale(self, count: int) -> None:
        """Of web containers and of workers."""
        each = [f"--scale={service}={count}" for service in ("web", "worker")]
        self.compose("up", "-d", "--no-build", "--no-recreate", *each)

    def names(self, service: str = "") -> list[str]:
        """Of all of its containers, those that have ended too."""
        mine = f"label=com.docker.compose.project={PROJECT}"
        found = _out("docker", "ps", "-a", "--filter", mine, "--format", "{{.Names}}").split()
        short = sorted(name.removeprefix(f"{PROJECT}-") for name in found)
        return [name for name in short if name.startswith(service)]

    def inspected(self, name: str, form: str) -> str:
        return _out("docker", "inspect", "--format", form, f"{PROJECT}-{name}").strip()

    def are_healthy(self) -> bool:
        states = [self.inspected(name, "{{.State.Health.Status}}") for name in self.names()]
        return all(state == "healthy" for state in states)

    def said(self, service: str, words: str) -> Counter[str]:
        """How many lines with these words are in the log of each of its containers."""
        return Counter({name: _log(name).count(words) for name in self.names(service)})

    def errands(self) -> int:
        """How many Redis has been given since it started."""
        words = self.compose("exec", "-T", "redis", "redis-cli", "info", "commandstats")
        (calls,) = [
            line.partition("calls=")[2].partition(",")[0]
            for line in words.splitlines()
            if line.startswith("cmdstat_lpush:")
        ] or ["0"]
        return int(calls)

    def memory(self) -> str:
        """Of each container, as the engine counts it."""
        names = [f"{PROJECT}-{name}" for name in self.names()]
        rows = _out("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *names)
        parts = [row.removeprefix(f"{PROJECT}-").split() for row in rows.splitlines()]
        return ", ".join(f"{name} {used}" for name, used, *_ in parts)


@contextmanager
def stack() -> Iterator[Stack]:
    """All of it, not yet started; nothing is left afterwards."""
    made = Stack()
    made.compose("down", "--volumes", "--timeout", "0")
    try:
        yield made
    finally:
        made.compose("down", "--volumes")


def a_start(lab: Stack) -> Outcome:
    """From nothing; then both web containers answer, and the workers train for them."""
    began = time.monotonic()
    lab.compose("up", "-d", "--no-build")
    page = time.monotonic() - began
    wait(lab.are_healthy, HEALTHY_SECONDS)
    healthy = time.monotonic() - began
    headers = httpx.get(f"{ADDRESS}/", trust_env=False).raise_for_status().headers
    warm_up(ADDRESS)
    return Outcome(
        "started from nothing",
        (
            Figure("page after", page, HEALTHY_SECONDS, " s"),
            Figure("all healthy after", healthy, HEALTHY_SECONDS, " s"),
            Figure("pages without a policy", int("content-security-policy" not in headers), 0),
            Figure("web containers that nobody asked", _unasked(lab), 0),
            Figure("trainings given to nobody", int(not lab.errands()), 0),
            Figure("trained by the web", _sum(lab, "Trained here"), 0),
            Figure("lines of the log that are no JSON", _unread(lab), 0),
        ),
    )


def a_worker(lab: Stack) -> Outcome:
    """One of two is killed in the middle of trainings."""
    with people(ADDRESS, PEOPLE) as seen:
        time.sleep(3)
        before = time.monotonic()
        with asking(ADDRESS, 6, epochs=701) as answers:
            time.sleep(0.3)
            lab.docker("kill", "worker-1")
            time.sleep(5)
        figures = _met(seen, before)
    away = _sum(lab, "Trained here")
    _back(lab, "worker-1")
    lost = Figure("trainings without an answer", 6 - sum(answers), 0)
    return Outcome(
        "a worker was killed with trainings in hand",
        (*figures, lost, Figure("trained by the web", away, 0)),
    )


def all_workers(lab: Stack) -> Outcome:
    """Both at once."""
    said = _sum(lab, "no worker")
    with people(ADDRESS, PEOPLE, share_new=0.1) as seen:
        time.sleep(3)
        before = time.monotonic()
        lab.docker("kill", "worker-1", "worker-2")
        time.sleep(15)
        figures = _met(seen, before)
    said = _sum(lab, "no worker") - said
    _back(lab, "worker-1", "worker-2")
    return Outcome(
        "both workers were killed",
        (*figures, Figure("lines in the log", said, PROCESSES), _none_said(said)),
    )


def redis(lab: Stack) -> Outcome:
    """Killed with all that it knows, and there again five seconds later."""
    said = _sum(lab, "Redis does not answer")
    with people(ADDRESS, PEOPLE, share_new=0.1) as seen:
        time.sleep(3)
        before = time.monotonic()
        lab.docker("kill", "redis-1")
        time.sleep(5)
        lab.docker("start", "redis-1")
        time.sleep(12)
        figures = _met(seen, before)
    said = _sum(lab, "Redis does not answer") - said
    errands = lab.errands()
    wait(lab.are_healthy, HEALTHY_SECONDS)
    return Outcome(
        "Redis was away for 5 seconds",
        (
            *figures,
            Figure("lines in the log", said, 2 * PROCESSES),
            _none_said(said),
            Figure("no errand after it came again", int(not errands), 0),
        ),
    )


def a_web(lab: Stack) -> Outcome:
    """One of two is killed while people ask, and starts again while they do."""
    with people(ADDRESS, PEOPLE) as seen:
        time.sleep(3)
        before = time.monotonic()
        lab.docker("kill", "web-1")
        time.sleep(5)
        _back(lab, "web-1")
        figures = _met(seen, before)
    return Outcome("a web container was killed", figures)


def a_scale(lab: Stack) -> Outcome:
    """Three of each instead of two, and two again; the proxy finds them by itself."""
    with people(ADDRESS, PEOPLE) as seen:
        before = time.monotonic()
        lab.scale(3)
        wait(lab.are_healthy, HEALTHY_SECONDS)
        time.sleep(3)
        unasked = _unasked(lab)
        lab.scale(2)
        time.sleep(3)
        # Two containers load torch meanwhile, on the same cores.
        figures = _met(seen, before, silence=5)
    alone = Figure("web containers that nobody asked", unasked, 0)
    return Outcome("three of each, and two again", (*figures, alone))


def a_stop(lab: Stack) -> Outcome:
    """`docker compose stop` while trainings run."""
    names, memory = lab.names(), lab.memory()
    with asking(ADDRESS, 6, epochs=702) as answers:
        time.sleep(0.3)
        began = time.monotonic()
        lab.compose("stop")
        took = time.monotonic() - began
    codes = {name: lab.inspected(name, "{{.State.ExitCode}}") for name in names}
    wrong = [f"{name} {code}" for name, code in codes.items() if code != "0"]
    return Outcome(
        f"stopped with 6 trainings in flight ({', '.join(wrong) or 'all ended with 0'}; {memory})",
        (
            Figure("requests without an answer", 6 - sum(answers), 0),
            Figure("wrong exit codes", len(wrong), 0),
            Figure("stopped after", took, 30, " s"),
        ),
    )


# In this order: the first starts everything.
FAULTS: dict[str, Callable[[Stack], Outcome]] = {
    "start": a_start,
    "worker": a_worker,
    "workers": all_workers,
    "redis": redis,
    "web": a_web,
    "scale": a_scale,
    "stop": a_stop,
}


def main() -> None:
    """A line for each; exits with 1 where one is not met."""
    missed, names = [], _options().names or list(FAULTS)[1:]
    with stack() as lab:
        for name in ["start", *names]:
            began = time.monotonic()
            outcome = FAULTS[name](lab)
            print(f"{name:8} {outcome} [{time.monotonic() - began:.0f} s]", flush=True)
            missed += [] if outcome.is_met else [name]
    sys.exit(f"not met: {', '.join(missed)}" if missed else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.faults.containers", description=__doc__)
    others = list(FAULTS)[1:]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(others)}")
    options = parser.parse_args()
    for name in options.names:
        if name not in others:
            parser.error(f"there is no fault named {name}")
    return options


def _met(seen: Seen, since: float, silence: float = 2) -> tuple[Figure, ...]:
    """What people met from a moment until now."""
    failed = [one for one in seen.failed() if one.ended > since]
    for one in failed:
        waited = one.ended - one.began
        print(
            f"failed {one.ended - since:.1f} s after, having waited {waited:.1f} s: {one.problem}"
        )
    return (
        Figure("answers", sum(one.ended > since for one in seen.asked) - len(failed)),
        Figure("failed", len(failed), 0),
        Figure("silence", seen.silence(since), silence, " s"),
        Figure("longest answer", seen.worst(since), 12, " s"),
    )


def _unasked(lab: Stack) -> int:
    """How many web containers get none of many requests; each refuses those that it gets."""
    words = "Refused with 404"
    before = lab.said("web", words)
    with httpx.Client(trust_env=False) as client:
        for _ in range(ASKED):
            client.get(f"{ADDRESS}/nothing")
    return sum(count == before[name] for name, count in lab.said("web", words).items())


def _unread(lab: Stack) -> int:
    """How many lines of the app's own containers a machine cannot read."""
    names = lab.names("web") + lab.names("worker")
    lines = [line for name in names for line in _log(name).splitlines()]
    return sum(not line.startswith("{") for line in lines)


def _back(lab: Stack, *names: str) -> None:
    """Started again, and ready."""
    lab.docker("start", *names)
    wait(lab.are_healthy, HEALTHY_SECONDS)


def _sum(lab: Stack, words: str) -> int:
    return sum(lab.said("web", words).values())


def _none_said(said: int) -> Figure:
    return Figure("outages without a line", int(said == 0), 0)


def _log(name: str) -> str:
    command = ["docker", "logs", f"{PROJECT}-{name}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def _out(*command: str) -> str:
    """What a command prints; where it fails, this ends with what it said."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    main()

"""Every environment variable that Descent Lab reads: one table, and what is made of it.

The README's rows are these: `python -m app.config` prints them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.choices import SettingsError, shown

OURS = "DESCENT_LAB_"
LESSONS = f"{OURS}LESSONS"
HOSTS = f"{OURS}HOSTS"
ANCESTORS = f"{OURS}FRAME_ANCESTORS"
BASE_PATH = f"{OURS}BASE_PATH"
PROXIES = f"{OURS}PROXIES"
METRICS = f"{OURS}METRICS"
CACHE = f"{OURS}CACHE"
CACHE_MB = f"{OURS}CACHE_MB"
REDIS = "REDIS_URL"

LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
NAME = re.compile(rf"\.?(?:{LABEL}\.)*{LABEL}")
# As in Content-Security-Policy: a scheme, a host or *.host, and a port if it is an unusual one.
ORIGIN = re.compile(
    rf"https?://(?:\*\.)?(?:{LABEL}\.)*{LABEL}(?::(?:\d{{1,5}}|\*))?", re.IGNORECASE
)
PATH = re.compile(r"/(?:[A-Za-z0-9~-][A-Za-z0-9._~-]*/)*")
MOST_PROXIES = 9
REDIS_URL = re.compile(r"rediss?://[^\s/]+(?:/\d{1,3})?")
DEFAULT_CACHE_MB, MOST_CACHE_MB = 128, 65536


@dataclass(frozen=True)
class Variable:
    """One environment variable as the README describes it."""

    name: str
    where: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        LESSONS,
        "anywhere",
        "none",
        "folders with chapters of your own, separated as in `PATH`; for a container: mount "
        "the folder and name it here",
    ),
    Variable(
        HOSTS,
        "anywhere",
        "any",
        "the names under which the page is opened, separated by spaces, such as "
        "`lab.example.org`; `.example.org` stands for all below it. Requests under another "
        "name are refused. A proxy must hand the Host header on, with its port",
    ),
    Variable(
        ANCESTORS,
        "anywhere",
        "none",
        "the pages that may show this one in a frame, besides its own, separated by spaces: "
        "`https://course.example.org`",
    ),
    Variable(
        BASE_PATH,
        "anywhere",
        "/",
        "under which path the page stands, such as `/lab/`; a proxy hands the whole path on",
    ),
    Variable(
        PROXIES,
        "anywhere",
        "0",
        "how many proxies stand before it, each of which sets X-Forwarded-For, -Proto and "
        "-Host; for the scheme and the host of links",
    ),
    Variable(
        METRICS,
        "anywhere",
        "0",
        "1 opens `/metrics` for Prometheus, see [docs/operations.md](docs/operations.md)",
    ),
    Variable(
        CACHE,
        "anywhere",
        "a private temporary folder in a container, else none",
        "a folder in which all processes find the sweeps that one of them has trained; it must be "
        "theirs alone",
    ),
    Variable(
        CACHE_MB,
        "anywhere",
        str(DEFAULT_CACHE_MB),
        "how many megabytes that folder may hold, and at most half of what is free there",
    ),
    Variable(
        REDIS,
        "anywhere",
        "none",
        "trainings are then made by Celery workers, for many machines together: "
        "`redis://host:6379/0`, see [docs/operations.md](docs/operations.md#many-machines)",
    ),
    Variable(
        "PORT",
        "container",
        "8050",
        "where gunicorn listens",
    ),
    Variable(
        "WEB_CONCURRENCY",
        "container",
        "one a core",
        "processes; set it when you limit `--cpus`",
    ),
    Variable(
        "THREADS",
        "container",
        "16",
        "threads of each process",
    ),
)


@dataclass(frozen=True)
class Config:
    """What a deployment chooses for the page."""

    lessons: tuple[Path, ...] = ()
    hosts: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    base_path: str = "/"
    proxies: int = 0
    has_metrics: bool = False
    cache: Path | None = None
    cache_bytes: int = DEFAULT_CACHE_MB * 10**6
    redis: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Config:
        """Raises SettingsError with a sentence for a value that means nothing, and for a name that
        is none of ours: a misspelt limit would limit nothing."""
        known = {one.name for one in VARIABLES}
        for name in environment:
            if name.startswith(OURS) and name not in known:
                raise SettingsError(f"There is no setting named {shown(name)}.")
        text = {name: environment.get(name, "").strip() for name in known}
        return cls(
            tuple(Path(folder) for folder in text[LESSONS].split(os.pathsep) if folder),
            hosts(text[HOSTS]),
            frame_ancestors(text[ANCESTORS]),
            base_path(text[BASE_PATH]),
            whole(PROXIES, text[PROXIES], 0, 0, MOST_PROXIES),
            bool(whole(METRICS, text[METRICS], 0, 0, 1)),
            Path(text[CACHE]) if text[CACHE] else None,
            whole(CACHE_MB, text[CACHE_MB], DEFAULT_CACHE_MB, 1, MOST_CACHE_MB) * 10**6,
            redis_url(text[REDIS]),
        )


@dataclass(frozen=True)
class Container:
    """What gunicorn.conf.py chooses."""

    port: int
    workers: int
    threads: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Container:
        """Raises SettingsError."""

        def read(name: str, default: int, most: int) -> int:
            return whole(name, environment.get(name, "").strip(), default, 1, most)

        # A training keeps one core busy, so a process per core.
        return cls(
            read("PORT", 8050, 65535),
            read("WEB_CONCURRENCY", cores(), 256),
            read("THREADS", 16, 256),
        )


def cores() -> int:
    """Those that this process may use; not every system can say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def hosts(text: str) -> tuple[str, ...]:
    """The hosts that a configuration names, separated by spaces; one that begins with a dot stands
    for all below it. Raises SettingsError for what is no name, such as an address."""
    names = tuple(text.lower().split())
    for name in names:
        if not NAME.fullmatch(name):
            raise SettingsError(
                f"{HOSTS} must list names such as lab.example.org, without a port and separated "
                f"by spaces. Got {shown(name)}."
            )
    return names


def frame_ancestors(text: str) -> tuple[str, ...]:
    """The origins that a configuration allows besides the page's own: separated by spaces.

    Raises SettingsError for what is no origin, such as an address with a path.
    """
    origins = tuple(text.split())
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"{ANCESTORS} must list origins such as https://course.example.org, separated by "
                f"spaces. Got {shown(origin)}."
            )
    return origins


def base_path(text: str) -> str:
    """The path below which everything stands, "/" for nothing. Raises SettingsError."""
    if text and not PATH.fullmatch(text):
        raise SettingsError(
            f"{BASE_PATH} must be a path such as /lab/, of letters, digits and -._~ between "
            f"slashes. Got {shown(text)}."
        )
    return text or "/"


def redis_url(text: str) -> str:
    """Where Redis is, "" for nowhere. Raises SettingsError, which does not quote a password."""
    if text and not REDIS_URL.fullmatch(text):
        raise SettingsError(f"{REDIS} must be an address such as redis://redis:6379/0.")
    return text


def whole(name: str, text: str, default: int, least: int, most: int) -> int:
    """A whole number in its range; `default` for nothing. Raises SettingsError."""
    if not text:
        return default
    # More digits than `most` has are refused before they are read.
    if not re.fullmatch(r"[0-9]{1,5}", text) or not least <= int(text) <= most:
        raise SettingsError(
            f"{name} must be a whole number from {least} to {most}. Got {shown(text)}."
        )
    return int(text)


def readme_rows() -> list[str]:
    """The table's rows, in Markdown."""
    return [f"| `{one.name}` | {one.where} | {one.default} | {one.meaning} |" for one in VARIABLES]


if __name__ == "__main__":
    print("\n".join(readme_rows()))

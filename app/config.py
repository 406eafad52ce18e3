"""The environment variables that Descent Lab reads.

`python -m app.config` prints the table for the README.
"""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from app.domain.errors import UserError
from app.domain.fields import shown

OURS = "DESCENT_LAB_"
LESSONS = f"{OURS}LESSONS"
HOSTS = f"{OURS}HOSTS"
ANCESTORS = f"{OURS}FRAME_ANCESTORS"
BASE_PATH = f"{OURS}BASE_PATH"
PROXIES = f"{OURS}PROXIES"
METRICS = f"{OURS}METRICS"
REDIS = "REDIS_URL"
# Earlier versions read these. They change nothing now, and must not stop the start.
RETIRED = (f"{OURS}CACHE", f"{OURS}CACHE_MB")

LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
NAME = re.compile(rf"\.?(?:{LABEL}\.)*{LABEL}")
# As in Content-Security-Policy: a scheme, a host or *.host, and an optional port.
ORIGIN = re.compile(
    rf"https?://(?:\*\.)?(?:{LABEL}\.)*{LABEL}(?::(?:\d{{1,5}}|\*))?", re.IGNORECASE
)
PATH = re.compile(r"/(?:[A-Za-z0-9~-][A-Za-z0-9._~-]*/)*")
# Kubernetes sets these, NAME=value, for each service whose name begins with "descent-lab". The
# value tells DESCENT_LAB_PORT=tcp://... from a misspelt PORT.
SERVICE_LINK = re.compile(
    rf"{OURS}(?:[A-Z0-9_]+_)?(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)=.*"
    r"|PORT(?:_\d+_(?:TCP|UDP|SCTP))?=(?:tcp|udp|sctp)://.*"
    r"|PORT_\d+_(?:TCP|UDP|SCTP)_(?:PROTO|PORT|ADDR)=.*)",
    re.DOTALL,
)
MOST_PROXIES = 9
# The name and password may hold anything but what ends them: an unescaped / ? or # would.
REDIS_URL = re.compile(
    r"redis(?P<tls>s?)://(?:[^\s/?#]*@)?(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:/\d{0,3})?"
    r"(?P<options>\?(?:ssl_cert_reqs=(?:required|optional|none)"
    r"|ssl_(?:ca_certs|certfile|keyfile)=[^\s&#]+|&)+)?"
)


@dataclass(frozen=True)
class Variable:
    """One environment variable, as the README describes it."""

    name: str
    where: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        LESSONS,
        "anywhere",
        "none",
        "folders with your own chapters, separated as in `PATH`; in a container, mount the folder "
        "and name its path here",
    ),
    Variable(
        HOSTS,
        "anywhere",
        "any",
        "host names that the server answers to, separated by spaces, such as `lab.example.org`; "
        "`.example.org` includes all subdomains. Other requests are refused. A proxy must pass "
        "the Host header on unchanged, including the port",
    ),
    Variable(
        ANCESTORS,
        "anywhere",
        "none",
        "other origins that may embed the page in a frame, separated by spaces, such as "
        "`https://course.example.org`",
    ),
    Variable(
        BASE_PATH,
        "anywhere",
        "/",
        "path under which the page is served, such as `/lab/`; a proxy must not strip it",
    ),
    Variable(
        PROXIES,
        "anywhere",
        "0",
        "number of proxies in front of the server, each of which sets X-Forwarded-For, -Proto and "
        "-Host; used for the scheme and host in links",
    ),
    Variable(
        METRICS,
        "anywhere",
        "0",
        "1 serves Prometheus metrics at `/metrics`, see [docs/operations.md](docs/operations.md)",
    ),
    Variable(
        REDIS,
        "anywhere",
        "none",
        "Redis server through which Celery workers train, on as many machines as needed: "
        "`redis://host:6379/0`, see [docs/operations.md](docs/operations.md#many-machines)",
    ),
    Variable("PORT", "container", "8050", "port that gunicorn listens on"),
    Variable(
        "WEB_CONCURRENCY",
        "container",
        "one per core",
        "number of server processes; set it if you limit `--cpus`",
    ),
    Variable("THREADS", "container", "16", "threads per process"),
)


@dataclass(frozen=True)
class Config:
    """Settings of the application."""

    lessons: tuple[Path, ...] = ()
    hosts: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    base_path: str = "/"
    proxies: int = 0
    has_metrics: bool = False
    redis: str = field(default="", repr=False)
    # The names of variables that are set and no longer used.
    retired: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads the variables; empty ones count as unset.

        Raises UserError for an invalid value and for an unknown DESCENT_LAB_ name, since a
        misspelt limit would not limit anything. Kubernetes' service links are ignored.
        """
        known = {one.name for one in VARIABLES}
        reject_unknown(environment, {*known, *RETIRED})
        text = {name: environment.get(name, "").strip() for name in known}
        return cls(
            lessons=tuple(Path(folder) for folder in text[LESSONS].split(os.pathsep) if folder),
            hosts=hosts(text[HOSTS]),
            frame_ancestors=frame_ancestors(text[ANCESTORS]),
            base_path=base_path(text[BASE_PATH]),
            proxies=whole(PROXIES, text[PROXIES], 0, 0, MOST_PROXIES),
            has_metrics=bool(whole(METRICS, text[METRICS], 0, 0, 1)),
            redis=redis_url(text[REDIS]),
            retired=tuple(name for name in RETIRED if name in environment),
        )


@dataclass(frozen=True)
class ServerConfig:
    """Settings of gunicorn and of the Celery worker."""

    port: int
    workers: int
    threads: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises UserError for an invalid value."""

        def read(name: str, default: int, most: int) -> int:
            return whole(name, environment.get(name, "").strip(), default, 1, most)

        return cls(
            port=read("PORT", 8050, 65535),
            # A training keeps one core busy.
            workers=read("WEB_CONCURRENCY", cores(), 256),
            threads=read("THREADS", 16, 256),
        )


def reject_unknown(environment: Mapping[str, str], known: Collection[str]) -> None:
    """Raises UserError for a DESCENT_LAB_ name that is neither known nor a service link."""
    for name, value in environment.items():
        is_ours = name.startswith(OURS) and name not in known
        if is_ours and not SERVICE_LINK.fullmatch(f"{name}={value}"):
            raise UserError(f"Unknown environment variable {shown(name)}.")


def cores() -> int:
    """The number of cores available to this process; 1 where the system cannot tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def hosts(text: str) -> tuple[str, ...]:
    """The host names in a space-separated list; a leading dot includes all subdomains.

    Raises UserError for anything else, such as a URL.
    """
    names = tuple(text.lower().split())
    for name in names:
        if not NAME.fullmatch(name):
            raise UserError(
                f"{HOSTS} must list host names such as lab.example.org, without a port, separated "
                f"by spaces. Got {shown(name)}."
            )
    return names


def frame_ancestors(text: str) -> tuple[str, ...]:
    """The origins in a space-separated list.

    Raises UserError for anything else, such as a URL with a path.
    """
    origins = tuple(text.split())
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise UserError(
                f"{ANCESTORS} must list origins such as https://course.example.org, separated by "
                f"spaces. Got {shown(origin)}."
            )
    return origins


def base_path(text: str) -> str:
    """The path prefix of every URL; "/" if unset. Raises UserError for an invalid path."""
    if text and not PATH.fullmatch(text):
        raise UserError(
            f"{BASE_PATH} must be a path such as /lab/, of letters, digits and -._~ between "
            f"slashes. Got {shown(text)}."
        )
    return text or "/"


def redis_url(text: str) -> str:
    """The Redis URL; "" if unset. TLS requires a valid certificate unless the URL says otherwise.

    The UserError for an invalid URL does not quote it, since it may hold a password.
    """
    found = REDIS_URL.fullmatch(text)
    if text and (not found or (found["options"] and not found["tls"])):
        raise UserError(
            f"{REDIS} must be a URL such as redis://:password@redis:6379/0. Special characters in "
            "the password must be encoded, such as # as %23."
        )
    if found and found["tls"] and "ssl_cert_reqs=" not in text:
        # Without it, Celery would not check the certificate.
        text += f"{'&' if found['options'] else '?'}ssl_cert_reqs=required"
    return text


def whole(name: str, text: str, default: int, least: int, most: int) -> int:
    """The number in `text`; `default` if empty. Raises UserError outside least..most."""
    if not text:
        return default
    # Limit the digits first: int() is slow on very long numbers.
    if not re.fullmatch(r"[0-9]{1,5}", text) or not least <= int(text) <= most:
        raise UserError(f"{name} must be a whole number from {least} to {most}. Got {shown(text)}.")
    return int(text)


def readme_rows() -> list[str]:
    """The rows of the README's table, in Markdown."""
    return [f"| `{one.name}` | {one.where} | {one.default} | {one.meaning} |" for one in VARIABLES]


if __name__ == "__main__":
    print("\n".join(readme_rows()))

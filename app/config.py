"""The environment variables that Descent Lab reads; the README says what each means."""

import os
import re
from collections.abc import Mapping
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
NAMES = (LESSONS, HOSTS, ANCESTORS, BASE_PATH, PROXIES, METRICS, REDIS)
# Earlier versions read these. They change nothing now, and must not stop the start.
RETIRED = (f"{OURS}CACHE", f"{OURS}CACHE_MB")

A_HOST = "host names such as lab.example.org, without a port"
AN_ORIGIN = "origins such as https://course.example.org"
LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
HOST = re.compile(rf"\.?(?:{LABEL}\.)*{LABEL}")
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
# The name and password may hold anything but what ends them: an unescaped / ? or # would.
REDIS_URL = re.compile(
    r"redis(?P<tls>s?)://(?:[^\s/?#]*@)?(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:/\d{0,3})?"
    r"(?P<options>\?(?:ssl_cert_reqs=(?:required|optional|none)"
    r"|ssl_(?:ca_certs|certfile|keyfile)=[^\s&#]+|&)+)?"
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
        for name, value in environment.items():
            is_ours = name.startswith(OURS) and name not in (*NAMES, *RETIRED)
            if is_ours and not SERVICE_LINK.fullmatch(f"{name}={value}"):
                raise UserError(f"Unknown environment variable {shown(name)}.")
        text = {name: environment.get(name, "").strip() for name in NAMES}
        base_path = text[BASE_PATH] or "/"
        if not PATH.fullmatch(base_path):
            raise UserError(
                f"{BASE_PATH} must be a path such as /lab/, of letters, digits and -._~ between "
                f"slashes. Got {shown(base_path)}."
            )
        return cls(
            lessons=tuple(Path(folder) for folder in text[LESSONS].split(os.pathsep) if folder),
            hosts=listed(HOSTS, text[HOSTS].lower(), HOST, A_HOST),
            frame_ancestors=listed(ANCESTORS, text[ANCESTORS], ORIGIN, AN_ORIGIN),
            base_path=base_path,
            proxies=whole(PROXIES, text[PROXIES], 0, 0, 9),
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
        """Reads the variables. Raises UserError for an invalid value."""
        # A training keeps one core busy.
        limits = {"PORT": (8050, 65535), "WEB_CONCURRENCY": (cores(), 256), "THREADS": (16, 256)}
        return cls(
            *(
                whole(name, environment.get(name, "").strip(), default, 1, most)
                for name, (default, most) in limits.items()
            )
        )


def cores() -> int:
    """The number of cores available to this process; 1 where the system cannot tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def listed(name: str, text: str, form: re.Pattern[str], what: str) -> tuple[str, ...]:
    """The words in a space-separated list. Raises UserError for one of another form."""
    words = tuple(text.split())
    for word in words:
        if not form.fullmatch(word):
            raise UserError(f"{name} must list {what}, separated by spaces. Got {shown(word)}.")
    return words


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

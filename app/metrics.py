"""Figures for Prometheus, where a deployment wants them. They count; they name nobody."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

import flask
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as text_of
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import ValueClass

from app.logs import has_failed
from app.meter import Meter
from app.refusals import Refused

PATH = "/metrics"
SECONDS = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
# What a proxy adds to a request.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class Prometheus(Meter):
    """Counts for all processes together: through files in the folder that gunicorn.conf.py has
    made, or without one in this process alone."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._seconds = Histogram(
            "descent_lab_training_seconds",
            "Trainings, by how long they took without the wait before",
            buckets=SECONDS,
            registry=registry,
        )
        self._found = Counter(
            "descent_lab_cache_hits", "Sweeps that had been trained already", registry=registry
        )
        self._waits = Gauge(
            "descent_lab_queue_seconds",
            "The estimated seconds of the trainings that run or wait",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._busy = Counter(
            "descent_lab_busy", "Answers that told somebody to come again", registry=registry
        )
        self._refused = Counter(
            "descent_lab_refusals",
            "Requests that were answered with an error",
            ["status"],
            registry=registry,
        )
        self._failed = Counter(
            "descent_lab_failures", "Requests that failed by a mistake here", registry=registry
        )

    def trained(self, seconds: float) -> None:
        """One more training."""
        self._seconds.observe(seconds)

    def found(self) -> None:
        """One more hit."""
        self._found.inc()

    def waits(self, seconds: float) -> None:
        """The queue of this process."""
        self._waits.set(seconds)

    def busy(self) -> None:
        """One more who shall come again."""
        self._busy.inc()

    def refused(self, status: int) -> None:
        """One more refusal."""
        self._refused.labels(str(status)).inc()

    def failed(self) -> None:
        """One more failure."""
        self._failed.inc()

    def text(self) -> bytes:
        """All figures in Prometheus's own form."""
        registry = self._registry
        if ValueClass._multiprocess:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return text_of(registry)


def set_metrics(server: flask.Flask, meter: Prometheus) -> None:
    """Counts what is refused, and answers at PATH."""

    @server.after_request
    def count(response: flask.Response) -> flask.Response:
        if response.status_code >= 400:
            meter.refused(response.status_code)
        if has_failed():
            meter.failed()
        return response

    @server.get(PATH)
    def metrics() -> flask.Response:
        check_watcher(flask.request)
        return flask.Response(meter.text(), content_type=CONTENT_TYPE_LATEST)


def check_watcher(request: flask.Request) -> None:
    """Whoever asks from this machine or a private network, and not through a proxy, which would
    hand on what comes from anywhere. Raises Refused as if there were nothing here."""
    is_handed_on = any(name in request.headers for name in FORWARDED)
    if is_handed_on or not is_near(request.remote_addr or ""):
        raise Refused(404)


def is_near(address: str) -> bool:
    """Whether an address is of this machine or of a private network."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_private

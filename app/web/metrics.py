"""Metrics for Prometheus, if a deployment wants them. They contain no personal data."""

from ipaddress import IPv6Address, ip_address

import flask
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as text_of
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import ValueClass

from app.meter import Meter
from app.web.error_handlers import Refused
from app.web.request_log import has_failed

PATH = "/metrics"
SECONDS = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
# Headers that a proxy adds to a request.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class Prometheus(Meter):
    """Counts across all of gunicorn's processes, through files in the folder that gunicorn.conf.py
    creates; without such a folder, in this process only."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._seconds = Histogram(
            "descent_lab_training_seconds",
            "Duration of trainings, without the time in the queue",
            buckets=SECONDS,
            registry=registry,
        )
        self._found = Counter(
            "descent_lab_cache_hits", "Sweeps found in a cache", registry=registry
        )
        self._waits = Gauge(
            "descent_lab_queue_seconds",
            "Estimated seconds of the trainings that are running or waiting",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._busy = Counter(
            "descent_lab_busy",
            "Requests answered with a time after which to retry",
            registry=registry,
        )
        self._refused = Counter(
            "descent_lab_refusals",
            "Requests answered with an error status",
            ["status"],
            registry=registry,
        )
        self._failed = Counter(
            "descent_lab_failures",
            "Requests that failed with an unexpected error",
            registry=registry,
        )

    def trained(self, seconds: float) -> None:
        """Records a training and its duration, queueing excluded."""
        self._seconds.observe(seconds)

    def found(self) -> None:
        """Counts a sweep found in a cache."""
        self._found.inc()

    def waits(self, seconds: float) -> None:
        """Sets the estimated seconds of work in this process's queue."""
        self._waits.set(seconds)

    def busy(self) -> None:
        """Counts a request that must be retried later."""
        self._busy.inc()

    def refused(self, status: int) -> None:
        """Counts an error response."""
        self._refused.labels(str(status)).inc()

    def failed(self) -> None:
        """Counts an unexpected error."""
        self._failed.inc()

    def text(self) -> bytes:
        """All metrics in Prometheus's text format."""
        registry = self._registry
        if ValueClass._multiprocess:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return text_of(registry)


def init_app(server: flask.Flask, meter: Prometheus) -> None:
    """Counts error responses and serves all metrics at PATH."""

    @server.after_request
    def count(response: flask.Response) -> flask.Response:
        if response.status_code >= 400:
            meter.refused(response.status_code)
        if has_failed():
            meter.failed()
        return response

    @server.get(PATH)
    def metrics() -> flask.Response:
        check_scraper(flask.request)
        return flask.Response(meter.text(), content_type=CONTENT_TYPE_LATEST)


def check_scraper(request: flask.Request) -> None:
    """Allows direct requests from this machine and from private networks. A proxy would forward
    requests from anywhere. Raises Refused with 404 otherwise."""
    is_forwarded = any(name in request.headers for name in FORWARDED)
    if is_forwarded or not is_private(request.remote_addr or ""):
        raise Refused(404)


def is_private(address: str) -> bool:
    """Whether an IP address belongs to this machine or a private network; False if invalid."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_private

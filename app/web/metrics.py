"""Metrics for Prometheus, if a deployment wants them. They contain no personal data."""

from ipaddress import IPv6Address, ip_address

import flask
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as text_of
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import ValueClass

from app.log import current_request
from app.meter import Meter
from app.web.error_handlers import Refused

PATH = "/metrics"
SECONDS = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
# Headers that a proxy adds to a request.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class Prometheus(Meter):
    """Counts across all of gunicorn's processes, through files in the folder that gunicorn.conf.py
    creates; without such a folder, in this process only."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        seconds = Histogram(
            "descent_lab_training_seconds",
            "Duration of trainings, without the time in the queue",
            buckets=SECONDS,
            registry=registry,
        )
        waits = Gauge(
            "descent_lab_queue_seconds",
            "Estimated seconds of the trainings that are running or waiting",
            multiprocess_mode="livesum",
            registry=registry,
        )

        def counter(name: str, counts: str, labels: tuple[str, ...] = ()) -> Counter:
            return Counter(f"descent_lab_{name}", counts, labels, registry=registry)

        found = counter("cache_hits", "Sweeps found in a cache")
        busy = counter("busy", "Requests answered with a time after which to retry")
        self.refused = counter("refusals", "Requests answered with an error status", ("status",))
        self.failed = counter("failures", "Requests that failed with an unexpected error")
        super().__init__(seconds.observe, found.inc, waits.set, busy.inc)

    def text(self) -> bytes:
        """All metrics in Prometheus's text format."""
        registry = self._registry
        if ValueClass._multiprocess:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return text_of(registry)


def init_app(server: flask.Flask, meter: Prometheus) -> None:
    """Counts error responses, and serves all metrics at PATH to direct requests from this machine
    and from private networks."""

    @server.after_request
    def count(response: flask.Response) -> flask.Response:
        if response.status_code >= 400:
            meter.refused.labels(str(response.status_code)).inc()
        if (current := current_request.get()) and current.has_failed:
            meter.failed.inc()
        return response

    @server.get(PATH)
    def metrics() -> flask.Response:
        # A proxy would forward requests from anywhere.
        is_forwarded = any(name in flask.request.headers for name in FORWARDED)
        if is_forwarded or not is_private(flask.request.remote_addr or ""):
            raise Refused(404)
        return flask.Response(meter.text(), content_type=CONTENT_TYPE_LATEST)


def is_private(address: str) -> bool:
    """Whether an IP address belongs to this machine or a private network; False if invalid."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_private

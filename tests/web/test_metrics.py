"""Metrics of one process and of several, and who may read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app.config import METRICS
from app.domain.errors import ServerBusy
from app.domain.settings import Settings, estimated_seconds
from app.meter import Meter
from app.server import create_app
from app.trainers.admission import Admission
from app.trainers.experiment_cache import ExperimentCache
from app.web.metrics import FORWARDED, is_private
from callbacks import training
from tools.crowd import body_of
from tools.host import free_port
from tools.server import serving


class Seen(Meter):
    """Records what is reported."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def trained(self, seconds: float) -> None:
        self.told.append(("trained", seconds))

    def found(self) -> None:
        self.told.append(("found", 0))

    def waits(self, seconds: float) -> None:
        self.told.append(("waits", seconds))

    def busy(self) -> None:
        self.told.append(("busy", 0))


def test_experiment_cache_reports_to_the_meter() -> None:
    meter, chosen = Seen(), Settings(epochs=30)
    experiment_cache = ExperimentCache(meter=meter)
    experiment_cache.experiment(chosen)
    experiment_cache.experiment(chosen)
    experiment_cache.sweep(chosen)
    once = ["waits", "trained", "waits"]
    assert [name for name, _ in meter.told] == [*once, "found", *once]
    waits = [seconds for name, seconds in meter.told if name == "waits"]
    assert waits == [estimated_seconds(chosen), 0, estimated_seconds(chosen), 0]
    assert all(0 < seconds < 60 for name, seconds in meter.told if name == "trained")


def test_failed_training_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(settings: Settings) -> None:
        raise ValueError

    monkeypatch.setattr("app.trainers.local.train_sweep", fail)
    meter = Seen()
    with pytest.raises(ValueError):
        ExperimentCache(meter=meter).sweep(Settings(epochs=30))
    assert [name for name, _ in meter.told] == ["waits", "waits"] and meter.told[-1][1] == 0


def test_busy_answer_is_counted() -> None:
    meter = Seen()
    admission = Admission(max_wait=1, meter=meter)
    with admission.admit(5), pytest.raises(ServerBusy), admission.admit(5):
        pass
    assert [name for name, _ in meter.told] == ["waits", "busy", "waits"]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """For who only asks whether there is anything."""
    with pytest.MonkeyPatch.context() as patch:
        return fresh_client(patch)


def fresh_client(patch: pytest.MonkeyPatch) -> FlaskClient:
    """Of a server that has counted nothing yet."""
    patch.setenv(METRICS, "1")
    return create_app().server.test_client()


def figures(text: str) -> dict[str, float]:
    """Each sample by its name and labels."""
    return {
        one.name + "".join(f" {name}={text}" for name, text in one.labels.items()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def body(settings: dict[str, Any]) -> dict[str, Any]:
    return body_of("train", {"ticket": 1, "settings": settings})


def test_metrics_count_trainings_hits_refusals_and_failures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = fresh_client(monkeypatch)
    before = figures(client.get("/metrics").text)
    for seed in (5, 5, 6):
        client.post("/_dash-update-component", json=body({"seed": seed, "epochs": 30}))
    client.get("/foo")
    client.post("/")
    monkeypatch.setattr(training, "train_payload", lambda *_: 1 / 0)
    client.post("/_dash-update-component", json=body({}))
    after = figures(client.get("/metrics").text)
    # Both that the start itself trains are in it from the beginning.
    assert before["descent_lab_training_seconds_count"] == 2
    assert after["descent_lab_training_seconds_count"] == 4
    assert after["descent_lab_training_seconds_sum"] > before["descent_lab_training_seconds_sum"]
    assert after["descent_lab_cache_hits_total"] == 1
    assert after["descent_lab_refusals_total status=404"] == 1
    assert after["descent_lab_refusals_total status=405"] == 1
    assert after["descent_lab_failures_total"] == 1
    assert after["descent_lab_queue_seconds"] == 0 == after["descent_lab_busy_total"]


def test_metrics_are_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(METRICS, raising=False)
    assert create_app().server.test_client().get("/metrics").status_code == 404


@pytest.mark.parametrize("name", FORWARDED)
def test_metrics_are_hidden_from_requests_through_a_proxy(client: FlaskClient, name: str) -> None:
    assert client.get("/metrics", headers={name: "10.0.0.1"}).status_code == 404


@pytest.mark.parametrize(
    ("address", "is_served"),
    [
        *((one, True) for one in ("127.0.0.1", "::1", "10.0.0.5", "172.18.0.2", "::ffff:10.0.0.5")),
        *((one, False) for one in ("8.8.8.8", "2001:4860::1", "::ffff:8.8.8.8", "", "unknown")),
    ],
)
def test_metrics_are_served_to_private_addresses_only(
    client: FlaskClient, address: str, is_served: bool
) -> None:
    assert is_private(address) == is_served
    told = client.get("/metrics", environ_overrides={"REMOTE_ADDR": address})
    assert told.status_code == (200 if is_served else 404)


@pytest.mark.servers
def test_gunicorn_processes_share_their_metrics_and_delete_the_files() -> None:
    port = free_port()
    with serving(port, **{METRICS: "1"}) as server:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for _ in range(20):
                assert client.get("/foo").status_code == 404
            found = figures(client.get("/metrics").text)
        assert found["descent_lab_refusals_total status=404"] == 20
        assert found["descent_lab_training_seconds_count"] == 2
        memory, file = Path("/dev/shm"), f"counter_{server.master.pid}.db"
        (folder,) = {one.parent for one in memory.glob(f"descent-lab-metrics-*/{file}")}
        server.master.terminate()
        assert server.master.wait(60) == 0
        assert not folder.exists()
        # Including gunicorn's own lines.
        assert len(server.lines('^{"time": ')) == len(server.lines(""))
        assert len(server.lines('"status": 404')) == 20

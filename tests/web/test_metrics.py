"""Metrics, and who may read them."""

from collections.abc import Callable

import pytest
from dash import Dash
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app.config import METRICS
from app.domain.cost_model import estimated_seconds
from app.domain.errors import ServerBusy
from app.domain.settings import Settings
from app.meter import Meter
from app.server import create_app
from app.trainers.admission import Admission
from app.trainers.experiment_cache import ExperimentCache
from app.web.metrics import FORWARDED, is_private
from callbacks import training
from tests.callback_requests import ask


def recorder() -> tuple[Meter, list[tuple[str, float]]]:
    """A meter, and what it is told: names and seconds."""
    told: list[tuple[str, float]] = []

    def note(name: str) -> Callable[..., None]:
        return lambda seconds=0.0: told.append((name, seconds))

    return Meter(**{name: note(name) for name in ("trained", "found", "waits", "busy")}), told


def test_experiment_cache_reports_to_the_meter() -> None:
    (meter, told), chosen = recorder(), Settings(epochs=30)
    experiment_cache = ExperimentCache(meter=meter)
    experiment_cache.experiment(chosen)
    experiment_cache.experiment(chosen)
    experiment_cache.sweep(chosen)
    once = ["waits", "trained", "waits"]
    assert [name for name, _ in told] == [*once, "found", *once]
    waits = [seconds for name, seconds in told if name == "waits"]
    assert waits == [estimated_seconds(chosen), 0, estimated_seconds(chosen), 0]
    assert all(0 < seconds < 60 for name, seconds in told if name == "trained")


def test_failed_training_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.trainers.experiment_cache.train_sweep", lambda _: 1 / 0)
    meter, told = recorder()
    with pytest.raises(ZeroDivisionError):
        ExperimentCache(meter=meter).sweep(Settings(epochs=30))
    assert [name for name, _ in told] == ["waits", "waits"] and told[-1][1] == 0


def test_busy_answer_is_counted() -> None:
    meter, told = recorder()
    admission = Admission(max_wait=1, meter=meter)
    with admission.admit(5), pytest.raises(ServerBusy), admission.admit(5):
        pass
    assert [name for name, _ in told] == ["waits", "busy", "waits"]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(METRICS, "1")
        return create_app().server.test_client()


def figures(text: str) -> dict[str, float]:
    """Each sample by its name and labels."""
    return {
        one.name + "".join(f" {name}={text}" for name, text in one.labels.items()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_metrics_count_trainings_hits_refusals_and_failures(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = figures(client.get("/metrics").text)
    for seed in (5, 5, 6):
        ask(client, "train", {"ticket": 1, "settings": {"seed": seed, "epochs": 30}})
    client.get("/foo")
    client.post("/")
    monkeypatch.setattr(training, "train_payload", lambda *_: 1 / 0)
    ask(client, "train", {"ticket": 1, "settings": {}})
    after = figures(client.get("/metrics").text)
    more = {name: value - before.get(name, 0) for name, value in after.items()}
    # Both that the start itself trains are in it from the beginning.
    assert before["descent_lab_training_seconds_count"] == 2
    assert more["descent_lab_training_seconds_count"] == 2
    assert more["descent_lab_training_seconds_sum"] > 0
    assert more["descent_lab_cache_hits_total"] == 1
    assert more["descent_lab_refusals_total status=404"] == 1
    assert more["descent_lab_refusals_total status=405"] == 1
    assert more["descent_lab_failures_total"] == 1
    assert after["descent_lab_queue_seconds"] == 0 == after["descent_lab_busy_total"]


def test_metrics_are_off_by_default_and_hidden_from_proxies(app: Dash, client: FlaskClient) -> None:
    assert app.server.test_client().get("/metrics").status_code == 404
    for name in FORWARDED:
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

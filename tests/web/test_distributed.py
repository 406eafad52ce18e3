"""Training by workers: real web-side trainers, Celery workers, and the Redis between them."""

from __future__ import annotations

import importlib
import logging
import shlex
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest
from kombu.exceptions import OperationalError
from redis import RedisError

from app.config import redis_url
from app.domain.csv_reader import read_table
from app.domain.errors import UserError
from app.domain.settings import Settings
from app.domain.user_data import choose
from app.meter import Meter
from app.trainers.admission import ServerBusy
from app.trainers.base import Experiment, run_experiment
from app.trainers.celery import CeleryTrainer, WorkerError
from app.trainers.local import LocalTrainer
from app.trainers.serialization import cache_key
from app.trainers.tasks import CLAIM, RESULT, connect, create_celery, train
from tests.oracles import check_same, same
from tools.distributed import Deployment, deployment
from tools.host import free_port, is_listening, need, wait

pytestmark = pytest.mark.servers
SECONDS = 60
NOWHERE = "redis://127.0.0.1:1/0"
QUICK = Settings(epochs=10)
# About a second, so that there is time to break something.
LONG = dict(dataset="parabola", hidden_units=40, epochs=2500)


@pytest.fixture(scope="module")
def lab() -> Iterator[Deployment]:
    """Redis and two workers. Starting them takes longer than everything else here."""
    with deployment(workers=2) as made:
        yield made


class Refuses:
    """A local trainer that must not be asked."""

    def experiment(self, settings: Settings) -> Experiment:
        raise AssertionError("trained in the web process")

    sweep = experiment


class Counts(LocalTrainer):
    """A local trainer that notes what it has trained."""

    def __init__(self) -> None:
        super().__init__()
        self.trained: list[Settings] = []

    def experiment(self, settings: Settings) -> Experiment:
        self.trained.append(settings)
        return super().experiment(settings)


class CountsMeter(Meter):
    """Counts what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def trained(self, seconds: float) -> None:
        assert 0 < seconds < SECONDS
        self.told.append("trained")

    def found(self) -> None:
        self.told.append("found")

    def busy(self) -> None:
        self.told.append("busy")


def trainer(lab: Deployment, local: Any = None, meter: Meter | None = None) -> CeleryTrainer:
    return CeleryTrainer(lab.url, local or Refuses(), meter)


def key_of(settings: Settings) -> str:
    return cache_key("experiment", settings)


def keep(lab: Deployment, settings: Settings, **fields: Any) -> None:
    """Puts a result into Redis, as a worker would."""
    lab.redis.hset(RESULT.format(key_of(settings)), mapping=fields)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


class TestTraining:
    @pytest.mark.parametrize(
        "chosen",
        [
            {"seed": 1},
            {"dataset": "parabola", "hidden_units": 3, "epochs": 60, "learning_rate": 0.033},
            {"dataset": "diabetes", "epochs": 30, "validation_fraction": 0.3, "batch_size": 50},
            {"dataset": "sine", "hidden_units": 3, "hidden_layers": 2, "optimizer": "adam"},
        ],
    )
    def test_worker_trains_the_same_bits(self, lab: Deployment, chosen: dict) -> None:
        settings = Settings(**{"epochs": 40} | chosen)
        check_same(trainer(lab).experiment(settings), run_experiment(settings))

    def test_worker_trains_a_sweep_alone(self, lab: Deployment) -> None:
        settings = Settings(epochs=30, seed=2)
        sweep = trainer(lab).sweep(settings)
        assert same(sweep.params, run_experiment(settings).sweep.params)

    def test_six_clients_cause_one_training(self, lab: Deployment) -> None:
        settings, meter, before = Settings(epochs=500, seed=3), CountsMeter(), lab.trainings()
        with ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(trainer(lab, meter=meter).experiment, settings) for _ in range(6)]
            made = [one.result(SECONDS) for one in asked]
        assert lab.trainings() == before + 1
        assert len({one.sweep.params.tobytes() for one in made}) == 1
        assert sorted(meter.told) == ["found"] * 5 + ["trained"]

    def test_user_error_of_a_worker_is_raised_with_its_field(self, lab: Deployment) -> None:
        settings = Settings(epochs=10, seed=4)
        # As if the web process accepted what the worker refuses.
        object.__setattr__(settings, "epochs", 0)
        with pytest.raises(UserError, match="poch") as caught:
            trainer(lab).experiment(settings)
        assert caught.value.field == "epochs"
        assert not lab.redis.exists(RESULT.format(key_of(settings)))

    def test_unexpected_error_of_a_worker_is_raised_without_details(self, lab: Deployment) -> None:
        with pytest.raises(WorkerError):
            trainer(lab)._by_worker("no such kind", QUICK)

    def test_unreadable_result_is_trained_locally(
        self, lab: Deployment, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings, local = Settings(epochs=10, seed=6), Counts()
        keep(lab, settings, data=b"junk", seconds=0.1)
        assert trainer(lab, local).experiment(settings) and local.trained == [settings]
        assert warnings(caplog) == ["A result in Redis cannot be read."]

    def test_server_busy_is_raised_after_the_longest_wait(
        self, lab: Deployment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.trainers.celery.MAX_WAIT_SECONDS", 0.2)
        settings, meter = Settings(epochs=10, seed=7), CountsMeter()
        lab.redis.set(CLAIM.format(key_of(settings)), "another task", ex=SECONDS)
        with pytest.raises(ServerBusy):
            trainer(lab, meter=meter).experiment(settings)
        assert meter.told == ["busy"]

    def test_user_data_never_leave_the_process(self, caplog: pytest.LogCaptureFixture) -> None:
        data, local = choose(read_table(b"x,y\n1,2\n2,3\n4,4\n"), "t" * 22), Counts()
        settings = Settings(dataset="own", epochs=20, user_data=data)
        alone = CeleryTrainer(NOWHERE, local)
        assert alone.experiment(settings) and alone.sweep(settings)
        # No outage was noticed, so Redis was not asked.
        assert local.trained == [settings] and warnings(caplog) == []
        assert alone.experiment(QUICK) and len(warnings(caplog)) == 1


class TestTask:
    """The task itself, with Redis but in this process."""

    JOB: ClassVar = {"kind": "experiment", "choices": QUICK.choices(), "request": None}

    def test_result_of_a_claim_expires(self, lab: Deployment) -> None:
        lab.redis.set(CLAIM.format("a"), "one", ex=1)
        train(lab.redis, "one", "a", **self.JOB)
        result = lab.redis.hgetall(RESULT.format("a"))
        assert result.keys() == {b"data", b"seconds"} and lab.redis.ttl(RESULT.format("a")) > 60
        assert not lab.redis.exists(CLAIM.format("a"))

    def test_task_without_its_claim_is_not_run(self, lab: Deployment) -> None:
        train(lab.redis, "late", "b", **self.JOB)
        lab.redis.set(CLAIM.format("b"), "another", ex=SECONDS)
        train(lab.redis, "late", "b", **self.JOB)
        assert not lab.redis.exists(RESULT.format("b"))
        assert lab.redis.get(CLAIM.format("b")) == b"another"

    def test_error_is_kept_for_seconds_only(self, lab: Deployment) -> None:
        lab.redis.set(CLAIM.format("c"), "one", ex=SECONDS)
        train(lab.redis, "one", "c", **self.JOB | {"choices": {"epochs": 0}})
        assert 0 < lab.redis.ttl(RESULT.format("c")) <= 5


def test_answers_survive_the_loss_of_redis_and_of_workers(
    lab: Deployment, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test with these workers, since it kills them."""
    # This machine may be busy with other tests.
    for name, seconds in {"OUTAGE": 0, "MAX_WAIT": SECONDS, "PING": 3}.items():
        monkeypatch.setattr(f"app.trainers.celery.{name}_SECONDS", seconds)
    local = Counts()
    web = trainer(lab, local)
    lab.kill_redis()
    assert web.experiment(QUICK) and local.trained == [QUICK]
    lab.start_redis()
    wait(lab.answers)
    assert web.experiment(QUICK) and len(local.trained) == 1
    outage = "Training in the web process: {}."
    expected = [outage.format("Redis is away"), "Workers train again."]
    assert warnings(caplog) == expected

    settings, workers = Settings(**LONG, seed=8), {one.pid: one for one in lab.workers}
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(web.experiment, settings)
        lab.kill_worker(workers.pop(busiest(workers)))
        assert asked.result(SECONDS).sweep.settings == settings
    assert len(local.trained) == 1

    (last,) = workers.values()
    lab.kill_worker(last)
    assert web.experiment(Settings(epochs=10, seed=9)) and len(local.trained) == 2
    assert warnings(caplog) == [*expected, outage.format("no worker answers")]


def busiest(workers: dict[int, Any]) -> int:
    """The worker that trains from now on."""
    before = {pid: processor_time(pid) for pid in workers}
    more = lambda pid: processor_time(pid) - before[pid]  # noqa: E731
    wait(lambda: any(more(pid) > 10 for pid in workers))
    return max(workers, key=more)


def processor_time(worker: int) -> int:
    """Hundredths of a second that the worker's children have computed."""
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    return sum(int(Path(f"/proc/{one}/stat").read_text().split()[13]) for one in children)


def test_worker_without_redis_url_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(SystemExit, match=r"A worker needs REDIS_URL\."):
        importlib.import_module("app.trainers.worker")


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of a Redis with TLS, and its certificate, which no authority has signed."""
    key, certificate, port = tmp_path / "key", tmp_path / "certificate", free_port()
    command = f"{need('openssl')} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "1"]
    output = ["-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *names, *output], check=True, capture_output=True)
    command = f"{need('redis-server')} --port 0 --tls-port {port} --tls-auth-clients no --save ''"
    files = ["--tls-key-file", key, "--tls-cert-file", certificate]
    files += ["--tls-ca-cert-file", certificate]
    server = subprocess.Popen([*shlex.split(command), *files], stdout=subprocess.DEVNULL, cwd="/")
    wait(lambda: is_listening(port))
    yield f"rediss://localhost:{port}/0", certificate
    server.kill()
    server.wait(SECONDS)


def test_certificates_are_verified_unless_the_url_says_otherwise(secure: tuple[str, Path]) -> None:
    url, certificate = secure
    with pytest.raises(RedisError, match="certificate verify failed"):
        connect(redis_url(url)).ping()
    with pytest.raises((RedisError, OperationalError), match="certificate verify failed"):
        create_celery(redis_url(url)).connection().connect()
    for option in (f"ssl_ca_certs={certificate}", "ssl_cert_reqs=none"):
        trusting = redis_url(f"{url}?{option}")
        assert connect(trusting).ping()
        assert create_celery(trusting).connection().connect()

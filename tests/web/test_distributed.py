"""Training by workers: real web-side trainers, a Celery worker, and the Redis between them.

`make faults` kills one of two workers, and Redis, while many users train."""

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
from app.engine import train_sweep
from app.trainers.admission import ServerBusy
from app.trainers.base import run_experiment
from app.trainers.celery import CeleryTrainer, WorkerError
from app.trainers.local import LocalTrainer
from app.trainers.serialization import cache_key
from app.trainers.tasks import CLAIM, RESULT, connect, create_celery, train
from tests.oracles import check_same, same
from tests.web.test_metrics import recorder
from tools.distributed import Deployment, deployment
from tools.host import free_port, is_listening, need, wait

pytestmark = pytest.mark.servers
SECONDS = 60
NOWHERE = "redis://127.0.0.1:1/0"
QUICK = Settings(epochs=10)
# About a second, so that there is time to break something.
LONG = Settings(dataset="parabola", hidden_units=40, epochs=2500, seed=8)


@pytest.fixture(scope="module")
def lab() -> Iterator[Deployment]:
    """Redis and a worker. Starting them takes longer than everything else here."""
    with deployment() as made:
        yield made


class Local(LocalTrainer):
    """A local trainer that notes what it has trained."""

    def __init__(self) -> None:
        super().__init__()
        self.trained: list[Settings] = []

    def run(self, work: Any, settings: Settings) -> Any:
        self.trained.append(settings)
        return super().run(work, settings)


@pytest.fixture
def local() -> Local:
    return Local()


@pytest.fixture
def web(lab: Deployment, local: Local) -> CeleryTrainer:
    """The trainer of a web process."""
    return CeleryTrainer(lab.url, local)


def key_of(settings: Settings) -> str:
    return cache_key("run_experiment", settings)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


class TestTraining:
    @pytest.mark.parametrize(
        "chosen",
        [
            {"dataset": "parabola", "hidden_units": 3, "epochs": 60, "learning_rate": 0.033},
            {"dataset": "diabetes", "epochs": 30, "validation_fraction": 0.3, "batch_size": 50},
            {"dataset": "sine", "hidden_units": 3, "hidden_layers": 2, "optimizer": "adam"},
        ],
    )
    def test_worker_trains_the_same_bits(
        self, web: CeleryTrainer, local: Local, chosen: dict
    ) -> None:
        settings = Settings(**{"epochs": 40} | chosen)
        wanted = run_experiment(settings)
        check_same(web.run(run_experiment, settings), wanted)
        assert same(web.run(train_sweep, settings).params, wanted.sweep.params)
        assert local.trained == []

    def test_six_clients_cause_one_training(self, lab: Deployment) -> None:
        settings, (meter, told) = Settings(epochs=500, seed=3), recorder()
        before = lab.trainings()

        def ask(_: int) -> bytes:
            made = CeleryTrainer(lab.url, Local(), meter).run(run_experiment, settings)
            return made.sweep.params.tobytes()

        with ThreadPoolExecutor(6) as pool:
            assert len(set(pool.map(ask, range(6), timeout=SECONDS))) == 1
        assert lab.trainings() == before + 1
        names = [name for name, _ in told]
        assert (names.count("trained"), names.count("found")) == (1, 5)
        assert all(0 < seconds < SECONDS for name, seconds in told if name == "trained")

    def test_result_that_comes_between_look_and_claim_is_taken(
        self, lab: Deployment, web: CeleryTrainer, local: Local, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings, claim = Settings(epochs=10, seed=5), web._redis.set
        before = lab.trainings()

        def claim_late(*args: Any, **options: Any) -> Any:
            CeleryTrainer(lab.url, local).run(run_experiment, settings)
            return claim(*args, **options)

        monkeypatch.setattr(web._redis, "set", claim_late)
        assert web.run(run_experiment, settings) and local.trained == []
        assert lab.trainings() == before + 1
        assert not lab.redis.exists(CLAIM.format(key_of(settings)))

    def test_errors_of_a_worker_are_raised_and_a_users_has_its_field(
        self, lab: Deployment, web: CeleryTrainer
    ) -> None:
        settings = Settings(epochs=10, seed=4)
        # As if the web process accepted what the worker refuses.
        object.__setattr__(settings, "epochs", 0)
        with pytest.raises(UserError, match="poch") as caught:
            web.run(run_experiment, settings)
        assert caught.value.field == "epochs"
        assert not lab.redis.exists(RESULT.format(key_of(settings)))
        with pytest.raises(WorkerError):
            web._by_worker("no such kind", QUICK)

    def test_unreadable_result_is_trained_locally(
        self, lab: Deployment, web: CeleryTrainer, local: Local, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings = Settings(epochs=10, seed=6)
        result = {"data": b"junk", "seconds": 0.1}
        lab.redis.hset(RESULT.format(key_of(settings)), mapping=result)
        assert web.run(run_experiment, settings) and local.trained == [settings]
        assert warnings(caplog) == ["A result in Redis cannot be read."]

    def test_server_busy_is_raised_after_the_longest_wait(
        self, lab: Deployment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.trainers.celery.MAX_WAIT_SECONDS", 0.2)
        settings, (meter, told) = Settings(epochs=10, seed=7), recorder()
        lab.redis.set(CLAIM.format(key_of(settings)), "another task", ex=SECONDS)
        with pytest.raises(ServerBusy):
            CeleryTrainer(lab.url, Local(), meter).run(run_experiment, settings)
        assert {name for name, _ in told} == {"waits", "busy"}

    def test_a_claim_that_ends_without_a_result_is_claimed_again(
        self, lab: Deployment, web: CeleryTrainer, local: Local
    ) -> None:
        """As after the worker that had it was killed."""
        settings = Settings(epochs=10, seed=9)
        lab.redis.set(CLAIM.format(key_of(settings)), "a lost task", px=300)
        assert web.run(run_experiment, settings) and local.trained == []

    def test_user_data_never_leave_the_process(
        self, local: Local, caplog: pytest.LogCaptureFixture
    ) -> None:
        data = choose(read_table(b"x,y\n1,2\n2,3\n4,4\n"), "t" * 22)
        settings = Settings(dataset="own", epochs=20, user_data=data)
        alone = CeleryTrainer(NOWHERE, local)
        assert alone.run(run_experiment, settings) and alone.run(train_sweep, settings)
        # No outage was noticed, so Redis was not asked.
        assert local.trained == [settings] * 2 and warnings(caplog) == []
        assert alone.run(run_experiment, QUICK) and len(warnings(caplog)) == 1


class TestTask:
    """The task itself, with Redis but in this process."""

    JOB: ClassVar = {"kind": "run_experiment", "choices": QUICK.choices(), "request": None}

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


def test_answers_survive_the_loss_of_redis_and_of_the_worker(
    lab: Deployment,
    web: CeleryTrainer,
    local: Local,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last test with this worker, since it kills it."""
    # This machine may be busy with other tests.
    for name, seconds in {"OUTAGE": 0, "MAX_WAIT": SECONDS, "PING": 3}.items():
        monkeypatch.setattr(f"app.trainers.celery.{name}_SECONDS", seconds)
    lab.kill_redis()
    assert web.run(run_experiment, QUICK) and local.trained == [QUICK]
    lab.start_redis()
    wait(lab.answers)
    assert web.run(run_experiment, QUICK) and local.trained == [QUICK]
    outage = "Training in the web process: {}."
    expected = [outage.format("Redis is away"), "Workers train again."]
    assert warnings(caplog) == expected
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(web.run, run_experiment, LONG)
        # Where Celery keeps what a worker has received and not completed.
        wait(lambda: lab.redis.hlen("unacked"))
        lab.kill_worker(*lab.workers)
        assert asked.result(SECONDS).sweep.settings == LONG
    assert local.trained == [QUICK, LONG]
    assert warnings(caplog) == [*expected, outage.format("no worker answers")]


def test_worker_without_redis_url_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(SystemExit, match=r"A worker needs REDIS_URL\."):
        importlib.import_module("app.trainers.worker")


def test_certificates_are_verified_unless_the_url_says_otherwise(tmp_path: Path) -> None:
    """By a Redis whose certificate no authority has signed."""
    key, certificate, port = tmp_path / "key", tmp_path / "certificate", free_port()
    command = f"{need('openssl')} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "1"]
    output = ["-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *names, *output], check=True, capture_output=True)
    command = f"{need('redis-server')} --port 0 --tls-port {port} --tls-auth-clients no --save ''"
    files = ["--tls-key-file", key, "--tls-cert-file", certificate]
    files += ["--tls-ca-cert-file", certificate]
    url = f"rediss://localhost:{port}/0"
    with subprocess.Popen(
        [*shlex.split(command), *files], stdout=subprocess.DEVNULL, cwd="/"
    ) as server:
        wait(lambda: is_listening(port))
        with pytest.raises(RedisError, match="certificate verify failed"):
            connect(redis_url(url)).ping()
        with pytest.raises((RedisError, OperationalError), match="certificate verify failed"):
            create_celery(redis_url(url)).connection().connect()
        for option in (f"ssl_ca_certs={certificate}", "ssl_cert_reqs=none"):
            trusting = redis_url(f"{url}?{option}")
            assert connect(trusting).ping()
            assert create_celery(trusting).connection().connect()
        server.kill()

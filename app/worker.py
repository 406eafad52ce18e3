"""The Celery worker: `celery -A app.worker worker`, with REDIS_URL."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter
from typing import Any

from celery import Celery, bootsteps, signals
from redis import RedisError

from app.board import BEAT_SECONDS, Board
from app.config import REDIS, Config, ServerConfig
from app.domain.errors import UserError
from app.engine import train_sweep
from app.errands import TRAIN, Errand, celery
from app.log import configure_logging, log_failure
from app.results import Sweep
from app.settings import Settings
from app.trainers.base import Experiment, run_experiment, warm_up
from app.trainers.local import LocalTrainer
from app.trainers.serialization import dumps

log = logging.getLogger(__name__)
# Touched while the worker can reach Redis: for a container's health check.
SIGN_OF_LIFE = Path(gettempdir()) / "descent-lab-worker"
MAKERS: dict[str, Callable[[Settings], Experiment | Sweep]] = {
    "experiment": run_experiment,
    "sweep": train_sweep,
}


def create_worker() -> Celery:
    """The Celery application with its one task."""
    try:
        config, container = Config.from_environment(), ServerConfig.from_environment()
        if not config.redis:
            raise UserError(f"A worker needs {REDIS}.")
    except UserError as error:
        raise SystemExit(f"Descent Lab's worker does not start. {error}") from None
    worker, board = celery(config.redis), Board(config.redis)
    worker.conf.worker_concurrency = container.workers

    @worker.task(name=TRAIN, bind=True)  # type: ignore[untyped-decorator]
    def train(task: Any, **errand: Any) -> None:
        try:
            run_errand(board, task.request.id, Errand(**errand))
        except RedisError as error:
            # Those who wait see for themselves that Redis is away, and train.
            log.warning("A training could not be handed over: %s.", type(error).__name__)

    worker.steps["consumer"].add(signs_of_life(board))
    signals.setup_logging.connect(lambda **_: configure_logging(), weak=False)
    # Before the processes are forked, which then share what is loaded.
    signals.worker_init.connect(lambda **_: warm_up(LocalTrainer()), weak=False)
    return worker


def run_errand(board: Board, task: str, errand: Errand) -> None:
    """Trains what somebody waits for and nobody has made meanwhile, and says what came of it.
    Raises RedisError."""
    with board.lease(errand.key, task, errand.seconds) as is_awaited:
        if is_awaited is None:
            return
        try:
            start = perf_counter()
            made = dumps(MAKERS[errand.kind](Settings.from_mapping(errand.choices)))
            board.keep(errand.key, made, perf_counter() - start)
        except UserError as error:
            board.fail(errand.key, str(error), error.field)
        except RedisError:
            raise
        except Exception as error:
            log_failure(error, errand.request)
            board.fail(errand.key)


def signs_of_life(board: Board) -> type[bootsteps.StartStopStep]:
    """A part of Celery's consumer: it beats while that takes errands, so neither without a
    connection nor when it hangs."""

    class SignsOfLife(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.consumer:Tasks",)

        def start(self, consumer: Any) -> None:
            name = f"{socket.gethostname()}-{os.getpid()}"
            processes = consumer.app.conf.worker_concurrency

            def beat() -> None:
                try:
                    board.is_here(name, processes)
                    SIGN_OF_LIFE.touch()
                except (RedisError, OSError) as error:
                    log.debug("no sign of life: %s", type(error).__name__)

            self.timer = consumer.timer.call_repeatedly(BEAT_SECONDS, beat)

        def stop(self, consumer: Any) -> None:
            self.timer.cancel()

    return SignsOfLife


app = create_worker()

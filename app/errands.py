"""The errand that a web process gives and a worker runs: its name, its queue, and how Celery
carries it. What comes of it goes over the board."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from celery import Celery

TRAIN = "descent_lab.train"
QUEUE = "descent-lab"
# Nobody waits for an errand that has not been run by then.
EXPIRES_SECONDS = 30


@dataclass(frozen=True)
class Errand:
    """A training to make.

    key      under which what was made is found
    kind     "experiment" or "sweep"
    choices  the settings by their names
    seconds  that it is estimated to take
    request  the id by which the logs know who asked first
    """

    key: str
    kind: str
    choices: dict[str, Any]
    seconds: float
    request: str | None


def send(app: Celery, errand: Errand, task: str) -> None:
    """Gives the errand to whichever worker is free. Raises kombu's OperationalError."""
    app.send_task(TRAIN, kwargs=asdict(errand), task_id=task, retry=False, expires=EXPIRES_SECONDS)


def celery(url: str) -> Celery:
    """Celery as both sides have it; connects when it is first used."""
    app = Celery("descent-lab", broker=url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_default_queue=QUEUE,
        # An errand is done when it is run, not when it is taken: a worker that dies loses none.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # No training takes as long, so one that is not acknowledged by then is given out again.
        broker_transport_options={
            "visibility_timeout": EXPIRES_SECONDS,
            "socket_timeout": 5.0,
            "socket_connect_timeout": 0.5,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
    )
    return app

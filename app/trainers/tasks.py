"""The Celery application and its one task, which web processes and workers share."""

from time import perf_counter
from typing import Any

from celery import Celery
from redis import Redis

from app.domain.errors import UserError
from app.domain.settings import Settings
from app.engine.training import train_sweep
from app.log import log_failure
from app.trainers.base import run_experiment
from app.trainers.serialization import dumps

TRAIN = "descent_lab.train"
# {} is a cache key. A claim is the id of the task that is to train it. A result is a hash: `data`
# and `seconds`, or the `sentence` and `field` of an error.
CLAIM, RESULT = "descent-lab:claim:{}", "descent-lab:result:{}"
# A task that does not begin, or does not end, in so many seconds loses its claim: its worker has
# probably died. A process that waits then claims the training again.
CLAIM_SECONDS = 5
# An error is for those who wait now; a later attempt may succeed.
RESULT_SECONDS, ERROR_SECONDS = 30 * 60, 5


def connect(redis_url: str) -> Redis:
    """A Redis client. It connects when it is first used, and waits for one second at most."""
    return Redis.from_url(redis_url, socket_timeout=1.0, socket_connect_timeout=0.5)


def create_celery(redis_url: str) -> Celery:
    """The Celery application with its task. It connects when it is first used."""
    celery = Celery("descent-lab", broker=redis_url, set_as_current=False)
    celery.conf.update(
        task_default_queue="descent-lab",
        # The task keeps its result itself, see `train`.
        task_ignore_result=True,
        # A task is done when it has run: if its process dies, another process gets it.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_connect_timeout": 0.5, "max_retries": 1},
    )
    redis = connect(redis_url)

    @celery.task(name=TRAIN, bind=True)  # type: ignore[untyped-decorator]
    def task(self: Any, key: str, **job: Any) -> None:
        train(redis, self.request.id, key, **job)

    return celery


def train(redis: Redis, task_id: str, key: str, **job: Any) -> None:
    """Trains and keeps the result in Redis, if the claim still belongs to this task: messages may
    arrive late or twice. Raises RedisError."""
    claim, result = CLAIM.format(key), RESULT.format(key)
    if redis.get(claim) != task_id.encode():
        return
    redis.expire(claim, CLAIM_SECONDS)
    fields: Any = run(**job)
    with redis.pipeline() as pipeline:
        pipeline.delete(result, claim)
        pipeline.hset(result, mapping=fields)
        pipeline.expire(result, RESULT_SECONDS if "data" in fields else ERROR_SECONDS)
        pipeline.execute()


def run(kind: str, choices: dict[str, Any], request: str | None) -> dict[str, Any]:
    """The fields of a result. The sentence is empty for an error that is not the person's.
    `request` is the id of the HTTP request, for the log."""
    make: dict[str, Any] = {work.__name__: work for work in (run_experiment, train_sweep)}
    start = perf_counter()
    try:
        data = dumps(make[kind](Settings.from_mapping(choices)))
        return {"data": data, "seconds": perf_counter() - start}
    except UserError as error:
        return {"sentence": str(error), "field": error.field or ""}
    except Exception as error:
        log_failure(error, request)
        return {"sentence": "", "field": ""}

"""Training by Celery workers, on as many machines as there are."""

import logging
import math
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from kombu.exceptions import OperationalError
from redis import RedisError

from app.domain.cost_model import estimated_seconds
from app.domain.errors import ServerBusy, UserError
from app.domain.settings import Settings
from app.log import request_id
from app.meter import Meter
from app.trainers.admission import MAX_ADMITTED, Admission
from app.trainers.base import Result, Trainer
from app.trainers.serialization import cache_key, loads
from app.trainers.tasks import CLAIM, CLAIM_SECONDS, RESULT, TRAIN, connect, create_celery

log = logging.getLogger(__name__)

# The page gives up after 15 seconds.
MAX_WAIT_SECONDS, RETRY_SECONDS = 12.0, 3
# A poll costs Redis next to nothing.
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.05
# While there is no result, workers are asked once a second whether there are any.
PING_INTERVAL, PING_SECONDS = 1.0, 1.0
# After an outage this process trains for so long before it looks for workers again.
OUTAGE_SECONDS = 5.0


class NoWorkers(Exception):
    """Redis answers, but no worker does."""


class WorkerError(Exception):
    """A worker failed unexpectedly; its log says where."""


class CeleryTrainer:
    """A Trainer that lets workers train.

    `local` trains while no worker can be reached, and always on a person's own data, which never
    leave this process.
    """

    def __init__(self, redis_url: str, local: Trainer, meter: Meter | None = None) -> None:
        self._celery, self._redis = create_celery(redis_url), connect(redis_url)
        self._local, self._meter = local, meter or Meter()
        # These only wait, so all of them may do so at once.
        self._admission = Admission(math.inf, self._meter, MAX_ADMITTED)
        self._is_down, self._retry_at = False, 0.0

    def run(self, work: Callable[[Settings], Result], settings: Settings) -> Result:
        """What a worker, or else this process, makes of the settings. Raises ServerBusy and
        UserError."""
        made: Result | None = self._by_worker(work.__name__, settings)
        return self._local.run(work, settings) if made is None else made

    def _by_worker(self, kind: str, settings: Settings) -> Any:
        """What a worker has trained, or None if this process has to train."""
        if settings.user_data or monotonic() < self._retry_at:
            return None
        try:
            if self._is_down:
                # A task for no worker would stay in the queue.
                self._check_workers()
            with self._admission.admit(estimated_seconds(settings)):
                result, is_ours = self._wait(cache_key(kind, settings), kind, settings)
        except (RedisError, OperationalError, OSError, NoWorkers) as error:
            self._go_down(error)
            return None
        if self._is_down:
            self._is_down = False
            log.warning("Workers train again.")
        return self._opened(result, is_ours, settings)

    def _wait(self, key: str, kind: str, settings: Settings) -> tuple[dict[Any, Any], bool]:
        """Polls for the result, claiming the training if no process has; also tells if it did."""
        start, pause, is_ours = monotonic(), FIRST_PAUSE, False
        next_ping = start + PING_INTERVAL
        while monotonic() < start + MAX_WAIT_SECONDS:
            if result := self._redis.hgetall(RESULT.format(key)):
                if b"sentence" in result:
                    # An error is forgotten once it is read, so the next request trains again.
                    self._redis.delete(RESULT.format(key))
                return result, is_ours
            task_id = uuid4().hex
            if self._redis.set(CLAIM.format(key), task_id, nx=True, ex=CLAIM_SECONDS):
                # A result may have come, and its claim gone, since the look above.
                if self._redis.exists(RESULT.format(key)):
                    self._redis.delete(CLAIM.format(key))
                    continue
                is_ours = True
                job = {"kind": kind, "choices": settings.choices(), "request": request_id()}
                self._celery.send_task(TRAIN, (key,), job, task_id=task_id, retry=False)
            if monotonic() > next_ping:
                self._check_workers()
                next_ping = monotonic() + PING_INTERVAL
            sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE)
        self._meter.busy()
        raise ServerBusy(RETRY_SECONDS)

    def _opened(self, result: dict[Any, Any], is_ours: bool, settings: Settings) -> Any:
        """The trained value, None if it is unreadable; raises the error that the result holds."""
        if b"sentence" in result:
            sentence, field = result[b"sentence"].decode(), result[b"field"].decode()
            raise UserError(sentence, field or None) if sentence else WorkerError
        try:
            found = loads(result[b"data"], settings)
        except (ValueError, KeyError):
            log.error("A result in Redis cannot be read.")
            return None
        if is_ours:
            self._meter.trained(float(result[b"seconds"]))
        else:
            self._meter.found()
        return found

    def _check_workers(self) -> None:
        """Raises NoWorkers if none answers."""
        if not self._celery.control.ping(limit=1, timeout=PING_SECONDS):
            raise NoWorkers

    def _go_down(self, error: Exception) -> None:
        self._retry_at = monotonic() + OUTAGE_SECONDS
        if not self._is_down:
            reason = "no worker answers" if isinstance(error, NoWorkers) else "Redis is away"
            log.warning("Training in the web process: %s.", reason)
        self._is_down = True

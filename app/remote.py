"""Trainings by Celery workers for all web processes; by this process where there are none."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError

from app.board import Board, Failure
from app.domain.errors import ServerBusy, UserError
from app.errands import Errand, send
from app.log import request_id
from app.meter import Meter
from app.results import Sweep
from app.settings import Settings, estimated_seconds
from app.trainers.admission import MAX_ADMITTED, MAX_WAIT_SECONDS, Admission
from app.trainers.base import Experiment, Trainer
from app.trainers.serialization import cache_key, loads

log = logging.getLogger(__name__)

# The page gives up after 15 seconds.
PATIENCE = 12.0
# A look costs Redis next to nothing; a person does not notice the longest pause.
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.05
MOST_ERRANDS = 2
# After a failure, before Redis is asked again.
REST = 2.0


class NoWorkers(Exception):
    """Redis is there, but nobody who trains."""


class WorkerError(Exception):
    """A worker failed by a mistake of ours; its log has more."""


OUTAGES = (RedisError, OperationalError, OSError, NoWorkers)


@dataclass
class Wish:
    """What one request waits for."""

    key: str
    kind: str
    settings: Settings
    errands: int = 0
    is_ours: bool = False


class Remote:
    """A trainer that sends errands and waits; `here` trains what cannot be sent."""

    def __init__(self, url: str, celery: Celery, here: Trainer, meter: Meter | None = None) -> None:
        self._board, self._celery, self._here = Board(url), celery, here
        self._meter = meter or Meter()
        # They only wait, so all of them may do so at once.
        self._admission = Admission(math.inf, max_running=MAX_ADMITTED)
        self._down_until, self._is_down = 0.0, False

    def experiment(self, settings: Settings) -> Experiment:
        """Made by a worker, whoever asked for it first. A person's own data stay in the memory of
        the process that was asked."""
        if settings.user_data:
            return self._here.experiment(settings)
        found = self._by_others("experiment", settings)
        return self._here.experiment(settings) if found is None else found

    def sweep(self, settings: Settings) -> Sweep:
        """Made by a worker."""
        if settings.user_data:
            return self._here.sweep(settings)
        found = self._by_others("sweep", settings)
        return self._here.sweep(settings) if found is None else found

    def _by_others(self, kind: str, settings: Settings) -> Any:
        """What a worker made, or None where none can be reached."""
        if monotonic() < self._down_until:
            return None
        try:
            key = cache_key(kind, settings)
            with self._admission.admit(estimated_seconds(settings)):
                made = self._wait(Wish(key, kind, settings))
        except ServerBusy:
            self._meter.busy()
            raise
        except OUTAGES as error:
            self._goes_down(error)
            return None
        if self._is_down:
            self._is_down = False
            log.warning("Workers train again.")
        try:
            # torch wants arrays that it might write into.
            return loads(bytearray(made), settings)
        except ValueError:
            log.error("What Redis has is no training of ours.")
            return None

    def _wait(self, wish: Wish) -> bytes:
        end, pause = monotonic() + PATIENCE, FIRST_PAUSE
        checked = monotonic()
        while True:
            found = self._board.look(wish.key)
            if found.made:
                self._count(wish)
                return found.made
            if found.failed:
                raise _error(found.failed)
            if monotonic() > end:
                break
            if not found.is_claimed:
                self._send(wish)
            elif monotonic() > checked + 1:
                checked = monotonic()
                self._check_workers()
            sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE)
        if not found.is_running:
            raise NoWorkers
        raise ServerBusy(math.ceil(MAX_WAIT_SECONDS / 2))

    def _send(self, wish: Wish) -> None:
        """Claims the training and sends somebody; another request may be quicker."""
        seconds, task = estimated_seconds(wish.settings), uuid4().hex
        waiting, workers = self._board.crowd()
        if not workers or wish.errands == MOST_ERRANDS:
            raise NoWorkers
        if waiting / workers > MAX_WAIT_SECONDS:
            raise ServerBusy(math.ceil(waiting / workers))
        if not self._board.claim(wish.key, task, seconds):
            return
        wish.errands, wish.is_ours = wish.errands + 1, True
        try:
            errand = Errand(wish.key, wish.kind, wish.settings.choices(), seconds, request_id())
            send(self._celery, errand, task)
        except OUTAGES:
            self._board.release(wish.key, seconds)
            raise

    def _check_workers(self) -> None:
        if not self._board.crowd()[1]:
            raise NoWorkers

    def _count(self, wish: Wish) -> None:
        if not wish.is_ours:
            self._meter.found()
        elif seconds := self._board.took(wish.key):
            self._meter.trained(seconds)

    def _goes_down(self, error: Exception) -> None:
        self._down_until = monotonic() + REST
        if not self._is_down:
            self._is_down = True
            reason = "no worker" if isinstance(error, NoWorkers) else "Redis does not answer"
            log.warning("Trained here until workers can be reached again: %s.", reason)


def _error(failure: Failure) -> Exception:
    if failure.sentence is None:
        return WorkerError()
    return UserError(failure.sentence, failure.field)

"""Nothing is made for who has hung up, and nobody else is in the way of who has not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event, Lock

import flask
import pytest

from app.hang_ups import set_hang_ups
from app.presence import Gone, awaited, check, held
from app.settings import Settings
from app.trainers.admission import MAX_RUNNING, Admission
from app.trainers.base import run_experiment
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.local import LocalTrainer
from app.web import error_handlers
from tests.serving import served
from tools.many import wait

SECONDS = 30


@contextmanager
def nobody() -> Iterator[None]:
    with awaited(lambda: False):
        yield


def test_without_anybody_to_ask_everything_is_wanted() -> None:
    check()
    with nobody(), pytest.raises(Gone):
        check()
    check()


def test_who_has_gone_waits_for_no_lock_and_takes_none() -> None:
    lock = Lock()
    with held(lock), nobody(), pytest.raises(Gone), held(lock):
        pass
    with held(lock):
        assert lock.locked()
    assert not lock.locked()


def test_a_training_ends_for_which_nobody_waits() -> None:
    with nobody(), pytest.raises(Gone):
        run_experiment(Settings(epochs=5000))


def test_its_turn_is_free_and_another_may_train_the_same() -> None:
    admission = Admission()
    experiment_cache = ExperimentCache(trainer=LocalTrainer(admission))
    with nobody():
        for _ in range(2 * MAX_RUNNING):
            with pytest.raises(Gone):
                experiment_cache.experiment(Settings(epochs=10))
    assert admission.waiting == 0
    assert experiment_cache.experiment(Settings(epochs=10)).sweep.epochs[-1] == 10


def test_who_leaves_in_the_queue_leaves_it() -> None:
    admission = Admission(max_running=1)
    with admission.admit(1.0):
        with nobody(), pytest.raises(Gone), admission.admit(2.0):
            pass
        assert admission.waiting == 1.0


# ---- over a real connection ----


def test_a_connection_that_is_closed_is_noticed() -> None:
    """By a server that waits for a lock which nobody lets go."""
    server, lock, ended = flask.Flask("waits"), Lock(), []
    error_handlers.init_app(server)
    set_hang_ups(server)

    @server.get("/")
    def wait_for_it() -> str:
        begun.set()
        with held(lock):
            return "has it"

    @server.after_request
    def end(response: flask.Response) -> flask.Response:
        ended.append(response.status_code)
        return response

    begun = Event()
    with lock, served(server) as port:
        leaves, stays = (asking(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(2))
        assert begun.wait(SECONDS)
        leaves.close()
        wait(lambda: ended == [499])
        lock.release()
        with closing(stays):
            assert stays.recv(100).startswith(b"HTTP/1.1 200")
        lock.acquire()
    assert ended == [499, 200]


def asking(port: int, request: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    connection.sendall(request)
    return connection

"""The container's own server: clients that hang up, and a stop in the middle of trainings.

`make faults` does more of it, and measures."""

from __future__ import annotations

import signal
import socket
import time
from contextlib import closing

import httpx
import pytest

from tools.faults.clients import connect, hang_up, train_request, use_every_thread
from tools.faults.processes import asking
from tools.faults.stage import PROCESSES, serving, wait

PATIENCE, THREADS = 60, 4


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_clients_hang_up_and_the_server_is_stopped_while_it_trains(free_port: int) -> None:
    # So few that there are more clients than threads by far.
    with serving(free_port, THREADS=f"{THREADS}") as server:
        use_every_thread(server)
        files = server.open_files()
        hang_up(free_port, 30)
        # Asked after all of them, it is taken after all of them.
        assert httpx.get(f"{server.address}/health", timeout=60, trust_env=False).text == "ok"
        wait(lambda: not server.held() and server.open_files() == files, PATIENCE)
        assert server.open_files() == files
        # Those, and each process's own: none has been left behind, and another begun.
        assert server.threads() <= PROCESSES * (THREADS + 1)
        assert not server.errors()
        # Some of these may have been noticed as well: each has its line before it is let go.
        noticed = len(server.lines('"status": 499'))
        # A second of work, of which only the beginning is done.
        with closing(connect(free_port)) as connection:
            connection.sendall(train_request(dataset="parabola", hidden_units=40, epochs=2500))
            wait(server.held, PATIENCE)
            time.sleep(0.3)
        wait(lambda: len(server.lines('"status": 499')) > noticed, PATIENCE)
        assert len(server.lines('"status": 499')) == noticed + 1
        # A third of a second of work each.
        with asking(server.address, 2, epochs=5000) as answered:
            wait(lambda: server.held() == 2, PATIENCE)
            server.signal(signal.SIGTERM)
        assert answered == [True, True]
        assert server.master.wait(PATIENCE) == 0

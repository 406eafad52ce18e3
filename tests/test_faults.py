"""The container's own server: clients that hang up, and a stop in the middle of trainings.

`make faults` does more of it, and measures."""

from __future__ import annotations

import signal
import socket
import time
from contextlib import closing

import httpx
import pytest

from tests.faults.clients import connect, hang_up, train_request, use_every_thread
from tests.faults.processes import asking
from tests.faults.stage import serving, wait


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_clients_hang_up_and_the_server_is_stopped_while_it_trains(free_port: int) -> None:
    with serving(free_port) as server:
        use_every_thread(free_port)
        before = server.threads(), server.open_files()
        hang_up(free_port, 30)
        assert httpx.get(f"{server.address}/health", timeout=20, trust_env=False).text == "ok"
        wait(lambda: (server.threads(), server.open_files()) == before, 20)
        assert (server.threads(), server.open_files()) == before
        assert not server.errors()
        # A second of work, of which only the beginning is done.
        with closing(connect(free_port)) as connection:
            connection.sendall(train_request(dataset="parabola", hidden_units=40, epochs=2500))
            time.sleep(0.3)
        wait(lambda: server.lines('"status": 499'), 20)
        assert len(server.lines('"status": 499')) == 1
        with asking(server.address, 2) as answered:
            time.sleep(0.3)
            server.signal(signal.SIGTERM)
        assert answered == [True, True]
        assert server.master.wait(20) == 0

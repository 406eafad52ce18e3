"""The container's own server: clients that disconnect, and a stop while trainings are in flight.

`make faults` breaks more of it, and measures."""

from __future__ import annotations

import signal

import httpx
import pytest

from tools.faults.clients import hang_up, use_every_thread
from tools.faults.processes import asking
from tools.faults.stage import PROCESSES, serving, wait
from tools.host import free_port

PATIENCE, THREADS = 60, 4
pytestmark = pytest.mark.servers


def test_disconnected_clients_leak_nothing_and_a_stop_answers_the_trainings_in_flight() -> None:
    port = free_port()
    # Far more clients than threads.
    with serving(port, THREADS=f"{THREADS}") as server:
        use_every_thread(server)
        files = server.open_files()
        hang_up(port, 30)
        # This request is accepted after all of them.
        assert httpx.get(f"{server.address}/health", timeout=60, trust_env=False).text == "ok"
        wait(lambda: not server.held() and server.open_files() == files, PATIENCE)
        assert server.open_files() == files
        # One more for each process: its main thread.
        assert server.threads() <= PROCESSES * (THREADS + 1)
        assert not server.errors()
        # A third of a second of work each.
        with asking(server.address, 2, epochs=5000) as answered:
            wait(lambda: server.held() == 2, PATIENCE)
            server.signal(signal.SIGTERM)
        assert answered == [True, True]
        assert server.master.wait(PATIENCE) == 0

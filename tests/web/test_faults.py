"""The container's own server: clients that disconnect, and a stop while trainings are in flight.

`make faults` breaks more of it, and measures."""

from __future__ import annotations

import signal

import httpx
import pytest

from tools.clients import hang_up
from tools.faults import trainings
from tools.host import free_port, wait
from tools.server import serving

pytestmark = pytest.mark.servers


def test_disconnected_clients_hold_no_connection_and_a_stop_answers_trainings_in_flight() -> None:
    port = free_port()
    with serving(port, THREADS="4") as server:
        # Far more clients than threads.
        hang_up(port, 30)
        # This request is accepted after all of them.
        assert httpx.get(f"http://127.0.0.1:{port}/health", timeout=60, trust_env=False).is_success
        wait(lambda: not server.held())
        assert not server.errors()
        # A third of a second of work each.
        with trainings(port, 2, epochs=5000) as answered:
            wait(lambda: server.held() == 2)
            server.master.send_signal(signal.SIGTERM)
        assert answered == [True, True]
        assert server.master.wait(60) == 0

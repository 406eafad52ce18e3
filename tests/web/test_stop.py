"""gunicorn behind the proxy: a stop loses no request, and slow clients block nobody."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from tools.host import free_port, proxied, wait

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[2]
THREADS = 4
# Announces a request to /lab/slow, and answers it once told to.
GUNICORN = f"""
import sys
from gunicorn.app.base import BaseApplication

def answer(environ, start):
    if environ["PATH_INFO"] == "/lab/slow":
        print("begun", flush=True)
        sys.stdin.readline()
    start("200 OK", [("Content-Length", "4")])
    return [b"done"]

class Server(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", f"fd://{{sys.argv[1]}}")
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", {THREADS})
        self.cfg.set("graceful_timeout", 30)
        self.cfg.set("control_socket_disable", True)

    def load(self):
        return answer

Server().run()
"""
HEAD = b"POST /lab/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"


@pytest.fixture
def gunicorn() -> Iterator[tuple[subprocess.Popen, int]]:
    """The process and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        handle, port = listener.fileno(), listener.getsockname()[1]
        command = [sys.executable, "-c", GUNICORN, str(handle)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with subprocess.Popen(command, pass_fds=[handle], text=True, **pipes) as process:
            yield process, port
            process.kill()


@pytest.fixture
def proxy(gunicorn: tuple[subprocess.Popen, int]) -> Iterator[int]:
    with proxied(gunicorn[1]) as port:
        yield port


def ask(client: httpx.Client, path: str) -> None:
    assert client.get(path).text == "done"


def client_of(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}/lab/", timeout=60, trust_env=False)


def test_a_stop_answers_the_request_in_flight_despite_idle_connections(
    gunicorn: tuple[subprocess.Popen, int], proxy: int
) -> None:
    process, _ = gunicorn
    with ExitStack() as stack, ThreadPoolExecutor() as people:
        clients = [stack.enter_context(client_of(proxy)) for _ in range(5)]
        for client in clients:
            ask(client, "")
        slow = people.submit(ask, clients[0], "slow")
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        while "Handling signal: term" not in process.stderr.readline():
            pass
        process.stdin.write("\n")
        process.stdin.flush()
        slow.result(30)
        assert process.wait(30) == 0


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"\r\n1234"], ids=["idle", "head", "body"])
def test_twenty_unfinished_requests_behind_the_proxy_block_nobody(proxy: int, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(5 * THREADS):
            connection = socket.create_connection(("127.0.0.1", proxy))
            stack.enter_context(closing(connection)).sendall(sent)
        ask(stack.enter_context(client_of(proxy)), "")


def test_without_a_server_the_proxy_answers_503_with_a_sentence() -> None:
    with proxied(free_port()) as port, client_of(port) as client:
        answer = client.get("")
    assert answer.status_code == 503 and answer.text.startswith("Descent Lab is not responding.")
    assert answer.headers["Cache-Control"] == "no-store"


def catches_sigterm(process: subprocess.Popen) -> bool:
    """Whether the process has a handler; process 1 ignores a signal without one (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(re.search(r"^SigCgt:\s+(\w+)$", status, re.MULTILINE)[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc")
def test_a_container_can_be_stopped_while_it_loads() -> None:
    command = [sys.executable, "gunicorn.conf.py", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        wait(lambda: catches_sigterm(process))
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Listening" not in said and "Traceback" not in said

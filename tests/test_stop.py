"""A stop behind the proxy: who waits for an answer gets it, and idle connections delay nothing."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tools.many import free_port, need, wait

ROOT = Path(__file__).parent.parent
# Says that it has begun, and answers when it is told to go on.
GUNICORN = """
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
        self.cfg.set("bind", f"fd://{sys.argv[1]}")
        self.cfg.set("worker_class", "app.web_worker.Worker")
        self.cfg.set("threads", 4)
        self.cfg.set("graceful_timeout", 30)
        self.cfg.set("control_socket_disable", True)

    def load(self):
        return answer

Server().run()
"""


@pytest.fixture
def gunicorn() -> Iterator[tuple[subprocess.Popen, int]]:
    """The process, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        handle, port = listener.fileno(), listener.getsockname()[1]
        command = [sys.executable, "-c", GUNICORN, str(handle)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(
            command, pass_fds=[handle], stderr=subprocess.DEVNULL, text=True, **pipes
        ) as process:
            yield process, port
            process.kill()


@pytest.fixture
def proxy(gunicorn: tuple[subprocess.Popen, int], tmp_path: Path) -> Iterator[int]:
    yield from proxy_before(gunicorn[1], tmp_path)


def proxy_before(app: int, tmp_path: Path) -> Iterator[int]:
    """The port of nginx, with this project's own configuration, before that of an app."""
    program = need("nginx")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = text.replace("web:8050 resolve", f"127.0.0.1:{app}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    path = tmp_path / "nginx.conf"
    path.write_text(text.replace("/tmp/", f"{tmp_path}/"))
    command = [program, "-c", str(path), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        yield port
        process.terminate()


def ask(port: int, path: str) -> http.client.HTTPConnection:
    """A connection with an answer that has been read, kept open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while True:
        try:
            connection.request("GET", path)
            break
        except ConnectionRefusedError:  # nginx is on its way.
            connection.close()
    assert connection.getresponse().read() == b"done"
    return connection


def test_who_waits_gets_the_answer(gunicorn: tuple[subprocess.Popen, int], proxy: int) -> None:
    process, _ = gunicorn
    with ThreadPoolExecutor(5) as people:
        idle = list(people.map(ask, [proxy] * 4, ["/lab/"] * 4))
        slow = people.submit(ask, proxy, "/lab/slow")
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        # It ends neither before nor without this one.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.stdin.write("\n")
        process.stdin.flush()
        idle.append(slow.result(30))
    assert process.wait(30) == 0
    for connection in idle:
        connection.close()


def test_where_nobody_answers_the_proxy_says_so_itself(tmp_path: Path) -> None:
    with contextmanager(proxy_before)(free_port(), tmp_path) as port:
        wait(lambda: is_up(port))
        answer = httpx.get(f"http://127.0.0.1:{port}/lab/", timeout=30, trust_env=False)
    assert answer.status_code == 503 and answer.text.startswith("Descent Lab does not answer.")
    assert answer.headers["Cache-Control"] == "no-store"


def is_up(port: int) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).is_redirect
    return False


def hears_of_a_stop(process: subprocess.Popen) -> bool:
    """Whether it catches SIGTERM by now; as process 1 it would not hear of it before (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(re.search(r"^SigCgt:\s+(\w+)$", status, re.MULTILINE)[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc")
def test_a_container_can_be_stopped_before_it_serves() -> None:
    command = [sys.executable, "-m", "app.container", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        wait(lambda: hears_of_a_stop(process))
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Listening" not in said and "Traceback" not in said

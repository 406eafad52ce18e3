"""The container's server behind its proxy: one start for all tests, which the last one stops.

`make faults` breaks more of it, and measures."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
import yaml

from app.config import BASE_PATH, METRICS, Config, ServerConfig
from app.domain.cost_model import estimated_seconds
from app.domain.settings import Settings
from tests.serving import served
from tests.web.test_metrics import figures
from tools.clients import hang_up
from tools.crowd import Failed, Person, Seen, trainings
from tools.host import free_port, proxied, wait
from tools.server import ROOT, Server, serving

pytestmark = pytest.mark.servers
THREADS = 4
HEADERS = ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR")
HEAD = b"POST /lab/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"


def restricted() -> list[str]:
    """Starts a command as a hardened container does: as a user without a passwd entry, and with
    only /dev/shm writable. The capability lets that user read this Python and this folder."""
    if os.geteuid() != 0 or not (shutil.which("unshare") and shutil.which("setpriv")):
        return []
    read_only = "for one in /tmp /var/tmp; do mount --bind $one $one; "
    read_only += 'mount -o remount,ro,bind $one; done; exec "$@"'
    user = ["--reuid", "1000730000", "--regid", "0", "--clear-groups"]
    user += ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    return ["unshare", "--mount", "sh", "-c", read_only, "-", "setpriv", *user]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    environment = {BASE_PATH: "/lab/", METRICS: "1", "THREADS": f"{THREADS}", "HOME": "/"}
    with serving(restricted(), **environment) as made:
        yield made


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[int]:
    with proxied(server.port) as port:
        yield port


def client_of(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://localhost:{port}", timeout=60, trust_env=False)


def metrics_of(client: httpx.Client) -> dict[str, float]:
    return figures(client.get("/metrics").text)


def test_a_user_of_make_load_loads_the_page_trains_and_notices_errors(proxy: int) -> None:
    seen = Seen()

    async def visit() -> None:
        person = Person(proxy, seen, base="/lab")
        person.settings = {"epochs": 10}
        await person.timed("page", person.open())
        await person.timed("train", person.ask("train"))
        person.settings = {"epochs": 1}
        with pytest.raises(Failed, match="Epochs must be"):
            await person.ask("train")
        with pytest.raises(Failed, match="status 404 of /lab/nothing"):
            await person.browser.ask("/lab/nothing")
        person.browser.close()

    asyncio.run(visit())
    assert not seen.failed() and [one.kind for one in seen.asked] == ["page", "train"]


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"\r\n1234"], ids=["idle", "head", "body"])
def test_twenty_unfinished_requests_behind_the_proxy_block_nobody(proxy: int, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(5 * THREADS):
            connection = socket.create_connection(("127.0.0.1", proxy))
            stack.enter_context(closing(connection)).sendall(sent)
        assert stack.enter_context(client_of(proxy)).get("/lab/health").text == "ok"


def test_disconnected_clients_hold_no_connection(server: Server) -> None:
    with client_of(server.port) as client:
        # Far more clients than threads; this request is accepted after all of them.
        hang_up(server.port, 30)
        assert client.get("/health").is_success
    wait(lambda: not server.held())
    assert not server.errors()


def test_processes_share_their_metrics(server: Server) -> None:
    with client_of(server.port) as client:
        before = metrics_of(client)
        assert {client.get("/foo").status_code for _ in range(20)} == {404}
        after = metrics_of(client)
    name = "descent_lab_refusals_total status=404"
    assert after[name] == before.get(name, 0) + 20
    assert after["descent_lab_training_seconds_count"] > 2


def test_a_stop_answers_trainings_in_flight_despite_idle_connections(
    server: Server, proxy: int
) -> None:
    (folder,) = Path("/dev/shm").glob(f"descent-lab-metrics-*/counter_{server.master.pid}.db")
    # A third of a second of work each.
    epochs, begun = 5000, 1.9 * estimated_seconds(Settings(epochs=5000))
    with client_of(proxy) as idle, client_of(server.port) as scraper:
        assert idle.get("/lab/health").is_success
        with trainings(server.port, 2, epochs, base="/lab") as sent:
            wait(lambda: metrics_of(scraper)["descent_lab_queue_seconds"] > begun)
            server.master.terminate()
        assert len(sent.asked) == 2 and not sent.failed()
        assert server.master.wait(60) == 0
    assert not folder.parent.exists() and not server.errors()
    # Including gunicorn's own lines.
    assert len(server.lines('^{"time": ')) == len(server.lines(""))


def test_a_container_can_be_stopped_while_it_loads() -> None:
    """Process 1 of a container ignores a signal for which it has no handler."""
    command = [sys.executable, "gunicorn.conf.py", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        status = Path(f"/proc/{process.pid}/status")
        caught = re.compile(r"^SigCgt:\s+(\w+)$", re.MULTILINE)
        bit = 1 << signal.SIGTERM - 1
        wait(lambda: int(caught.search(status.read_text())[1], 16) & bit)
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Listening" not in said and "Traceback" not in said


def test_without_a_server_the_proxy_answers_503_with_a_sentence() -> None:
    with proxied(free_port()) as port, client_of(port) as client:
        answer = client.get("/lab/")
    assert answer.status_code == 503 and answer.text.startswith("Descent Lab is not responding.")
    assert answer.headers["Cache-Control"] == "no-store"


def test_proxy_passes_the_typed_host_on_and_caches_files_only() -> None:
    asked: Counter[str] = Counter()

    def echo(environ: dict, start) -> list[bytes]:
        asked[environ["PATH_INFO"]] += 1
        start("200 OK", [("Cache-Control", "public, max-age=60")])
        return [json.dumps([environ[name] for name in HEADERS]).encode()]

    files = ("/lab/assets/a.css", "/lab/_dash-component-suites/a.js", "/lab/plotly-1.min.js")
    pages = ("/lab/", "/lab/_dash-layout", "/lab/health")
    with served(echo) as app_port, proxied(app_port) as port, client_of(port) as client:
        for path in (*files, *pages) * 2:
            seen = client.get(path).json()
            assert seen == [f"localhost:{port}", f"localhost:{port}", "http", "127.0.0.1"]
    assert asked == {**dict.fromkeys(files, 1), **dict.fromkeys(pages, 2)}


@pytest.mark.parametrize("file", ["compose.yaml", "compose.distributed.yaml"])
def test_app_accepts_the_environment_of_the_compose_files(file: str) -> None:
    services = yaml.safe_load((ROOT / file).read_text())["services"].values()
    for given in (one["environment"] for one in services if "environment" in one):
        # ${NAME:-default} without an .env file
        plain = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", text) for name, text in given.items()}
        Config.from_environment(plain)
        ServerConfig.from_environment(plain)

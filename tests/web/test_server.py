"""The page as it is served, and the command that serves it."""

import re
import socket
import sys
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import __main__ as command
from app.config import ANCESTORS
from app.domain.settings import Settings
from app.engine import train_sweep
from app.server import create_app, create_server
from app.web.static_files import ASSETS
from tests.callback_requests import REAL, ask
from tests.readers import unpack

# A namespace of SVG is a name: nothing is fetched from there.
NAMES = ("http://www.w3.org/",)


def foreign(text: str) -> list[str]:
    found = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z][^\s\"')]*", text, flags=re.IGNORECASE)
    return [one for one in found if not one.startswith(NAMES)]


def test_the_page_opens_with_the_default_sweep_and_names_no_other_host(client: FlaskClient) -> None:
    layout = client.get("/_dash-layout").get_data(as_text=True)
    [block] = re.findall(r'"block": ?"([^"]+)"', layout)
    assert unpack(block)["sweep_id"] == Settings().sweep_id
    assert not foreign(layout) and not foreign(client.get("/").get_data(as_text=True))


@pytest.mark.parametrize(
    "path",
    sorted(path for path in ASSETS.rglob("*") if path.suffix in (".css", ".mjs")),
    ids=lambda path: path.name,
)
def test_no_asset_names_another_host(path: Path) -> None:
    # Licences in comments give addresses; a browser does not follow them.
    assert not foreign(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))


def test_the_app_is_all_known_before_the_first_request() -> None:
    assert create_app().registered_paths["dash"]


def test_no_answer_is_ever_posted_back(app: Dash, client: FlaskClient) -> None:
    client.get("/_dash-dependencies")
    for callback in app.callback_map.values():
        sent = {one["id"] for one in callback["inputs"] + callback["state"]}
        if "callback" in callback:
            assert sent <= REAL.keys()


def test_a_row_of_a_map_is_a_single_sweep(client: FlaskClient) -> None:
    chosen = {"epochs": 40, "seed": 3, "learning_rate": 0.02}
    data = ask(client, "map", {"ticket": 5, "settings": chosen})
    sweep = train_sweep(Settings(**chosen))
    ends = [None if np.isnan(loss) else float(loss) for loss in sweep.last_loss]
    assert data["ticket"] == 5
    assert data["payload"]["last_loss"] == ends
    assert data["payload"]["diverged_at"] == sweep.diverged_at.tolist()
    assert data["payload"]["verdicts"] == list(sweep.verdicts)


class Probe:
    """A socket whose machine has, or has not, a way to the outside."""

    def __init__(self, own: str | None) -> None:
        self.own = own

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def connect(self, address: tuple[str, int]) -> None:
        if self.own is None:
            raise OSError("network is unreachable")

    def getsockname(self) -> tuple[str, int]:
        return self.own, 1


class TestCommand:
    def test_an_ipv6_address_is_printed_in_brackets(self) -> None:
        assert command._address("::1", 8050, "/lab/") == "http://[::1]:8050/lab/"

    @pytest.mark.parametrize("host", ["0.0.0.0", "::"])
    @pytest.mark.parametrize(("own", "typed"), [("10.1.2.3", "10.1.2.3"), (None, "127.0.0.1")])
    def test_the_address_that_a_class_types(
        self, monkeypatch: pytest.MonkeyPatch, host: str, own: str | None, typed: str
    ) -> None:
        monkeypatch.setattr(socket, "socket", lambda *kind: Probe(own))
        assert command._address(host, 80).startswith(f"http://{typed}:80 ")

    def test_it_says_where_it_is_and_serves_there(
        self, app: Dash, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
    ) -> None:
        served, bound = [], []
        made = lambda lessons, listens_on, debug: bound.append(listens_on) or app  # noqa: E731
        monkeypatch.setattr(command, "create_app", made)
        monkeypatch.setattr(command, "run_simple", lambda *where, **how: served.append(where))
        monkeypatch.setattr("sys.argv", ["app", "--host", "127.0.0.2", "--port", "9000"])
        command.main()
        assert "http://127.0.0.2:9000" in capsys.readouterr().out
        assert served == [("127.0.0.2", 9000, app.server)]
        # The class's link depends on it.
        assert bound == ["127.0.0.2"]

    def test_an_invalid_configuration_stops_it_with_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(ANCESTORS, "somewhere")
        monkeypatch.setattr("sys.argv", ["descent-lab"])
        with pytest.raises(SystemExit, match=r"does not start.*somewhere"):
            command.main()


def test_redis_without_celery_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("app.trainers.celery", "app.trainers.tasks"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "celery", None)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(SystemExit, match=r"REDIS_URL needs Celery.*requirements-distributed\.txt"):
        create_server()

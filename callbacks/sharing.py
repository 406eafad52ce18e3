"""Share and take away: the class's link with its QR code, and files that give the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import flask
import segno
from dash import Dash, Input, Output, no_update

from app.addresses import EVERYWHERE, LOOPBACK, own_address
from app.choices import SettingsError
from app.engine import Laboratory
from app.export import notebook, script
from app.settings import Settings
from app.tables import run_csv, sweep_csv
from callbacks.answers import answer, fields_of
from components import ids

LONGEST_LINK = 1500
ONLY_HERE = (
    "Only this machine can open this link: the server listens to itself alone. For a class start "
    "it with `make classroom`, or with `--host 0.0.0.0`."
)
NOT_KNOWN = (
    "This link names this machine by an address that leads to itself. For a class open the page "
    "under the machine's own network address and share that."
)


def register(app: Dash, laboratory: Laboratory, listens_on: str | None) -> None:
    """The link is asked for while its panel is open; a file when its button is pressed."""

    @app.callback(
        Output(ids.SHARE_ANSWER, "data"),
        Input(ids.SHARE_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def share(request: Any) -> dict[str, Any]:
        return share_answer(request, flask.request.host_url, listens_on)

    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Output(ids.EXPORT_ANSWER, "data"),
        Input(ids.EXPORT_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def export(request: Any) -> tuple[Any, dict[str, Any]]:
        result = answer(request, lambda settings, _: exported(laboratory, request, settings))
        return result.pop("payload", no_update), result


def share_answer(request: Any, host_url: str, listens_on: str | None) -> dict[str, Any]:
    """{"ticket", "link", "qr": a picture's address, "note"}, or an error.

    request  {"ticket": ..., "query": what stands behind the question mark}
    """
    request = fields_of(request)
    query = request.get("query")
    if not isinstance(query, str) or len(query) > LONGEST_LINK:
        return {"ticket": request.get("ticket"), "error": "There is no such link."}
    base, note = class_address(host_url, listens_on)
    link = f"{base}?{query}" if query else base
    picture = segno.make(link, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return {"ticket": request.get("ticket"), "link": link, "qr": picture, "note": note}


def class_address(host_url: str, listens_on: str | None) -> tuple[str, str]:
    """The page's address for others, and what to say of it. A loopback page names the machine by
    its own address in the network, where the server listens there."""
    parts = urlsplit(host_url)
    if parts.hostname not in LOOPBACK:
        return host_url, ""
    if listens_on in EVERYWHERE and (address := own_address()):
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{address}{port}/", ""
    return host_url, ONLY_HERE if listens_on else NOT_KNOWN


def exported(laboratory: Laboratory, request: Any, settings: Settings) -> dict[str, Any]:
    """A file for dcc.Download: {"content", "filename", "type"}."""
    kind = request.get("kind")
    if not isinstance(kind, str) or kind not in FILES:
        raise SettingsError("There is no such file to take away.")
    make, name, media_type = FILES[kind]
    return {"content": make(laboratory, settings), "filename": name, "type": media_type}


def _run(laboratory: Laboratory, settings: Settings) -> str:
    experiment, detail = laboratory.inspect(settings)
    return run_csv(experiment.sweep, detail)


# kind -> how it is made, its name, its type
FILES: dict[str, tuple[Callable[[Laboratory, Settings], str], str, str]] = {
    "script": (lambda _, settings: script(settings), "descent.py", "text/x-python"),
    "notebook": (
        lambda _, settings: notebook(settings),
        "descent.ipynb",
        "application/x-ipynb+json",
    ),
    "run": (_run, "run.csv", "text/csv"),
    "sweep": (
        lambda laboratory, settings: sweep_csv(laboratory.experiment(settings).sweep),
        "sweep.csv",
        "text/csv",
    ),
}

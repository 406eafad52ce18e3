"""Share and take away: the link with its QR code, and files that reproduce the run on show."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import flask
import segno
from dash import Dash, Input, Output, no_update

from app.config import ANCESTORS
from app.domain.errors import UserError
from app.domain.link import LONGEST_LINK
from app.domain.settings import Settings
from app.domain.user_data import UserData
from app.exports.csv_export import run_csv, sweep_csv, user_data_csv
from app.exports.script import DATA_FILE, Start, notebook, script
from app.lan_address import EVERYWHERE, LOOPBACK, own_address
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import answer, answered
from callbacks.requests import DataMissing, user_data_of
from components import ids

ONLY_HERE = (
    "This link works on this computer only, because the server accepts local connections only. "
    "For a class, start it with: make classroom"
)
OWN_NOTE = "A link never contains your own data, so share the file as well."
NOT_KNOWN = (
    "This link contains a loopback address, so it works on this computer only. For a class, open "
    "the page at this computer's network address and share that link."
)


def register(
    app: Dash,
    cache: ExperimentCache,
    uploads: TtlCache[UserData],
    listens_on: str | None,
    ancestors: Sequence[str],
) -> None:
    """Registers the callbacks. The browser asks for the link while its panel is open, and for a
    file when its button is pressed."""

    @app.callback(Output(ids.SHARE_ANSWER, "data"), Input(ids.SHARE_REQUEST, "data"))
    def share(request: Any) -> dict[str, Any]:
        page_url = flask.request.host_url.rstrip("/") + app.config.requests_pathname_prefix
        return share_answer(request, page_url, listens_on, uploads, ancestors, cache)

    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Output(ids.EXPORT_ANSWER, "data"),
        Input(ids.EXPORT_REQUEST, "data"),
    )
    def export(request: Any) -> tuple[Any, dict[str, Any]]:
        result = answer(request, lambda settings, _: exported(cache, request, settings), uploads)
        return result.pop("payload", no_update), result


def share_answer(
    request: Any,
    page_url: str,
    listens_on: str | None,
    uploads: TtlCache[UserData],
    ancestors: Sequence[str],
    cache: ExperimentCache,
) -> dict[str, Any]:
    """{"ticket", "link", "qr", "note", "script", "frames"}, or an error.

    request  {"ticket": ..., "query": the address after the question mark, "settings": {...}}
    """
    return answered(
        request,
        lambda fields: (
            link_part(fields.get("query"), page_url, listens_on)
            | script_part(fields, uploads, cache)
            | {"frames": frames_note(ancestors)}
        ),
        "The server could not make this link.",
    )


def link_part(query: Any, page_url: str, listens_on: str | None) -> dict[str, Any]:
    """{"link", "qr": a picture's address, "note"}. Raises UserError if the link is too long."""
    if not isinstance(query, str) or len(query.encode()) > LONGEST_LINK:
        raise UserError(f"A link can have at most {LONGEST_LINK} bytes.")
    base, note = class_address(page_url, listens_on)
    link = f"{base}?{query}" if query else base
    if "dataset=own" in query.split("&"):
        note = f"{note} {OWN_NOTE}".strip()
    picture = segno.make(link, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return {"link": link, "qr": picture, "note": note}


def class_address(page_url: str, listens_on: str | None) -> tuple[str, str]:
    """The page's address for other people, and a note about it. For a page at a loopback address it
    is this machine's address in the network, if the server listens there."""
    parts = urlsplit(page_url)
    if parts.hostname not in LOOPBACK:
        return page_url, ""
    if listens_on in EVERYWHERE and (address := own_address()):
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{address}{port}{parts.path}", ""
    return page_url, ONLY_HERE if listens_on else NOT_KNOWN


def script_part(
    request: dict[str, Any], uploads: TtlCache[UserData], cache: ExperimentCache
) -> dict[str, Any]:
    """{"script": the run on show, to copy}; empty for settings that cannot be trained, and with
    "missing" if the person's own data must be sent again."""
    try:
        user_data = user_data_of(request, uploads)
        settings = Settings.from_mapping(request.get("settings"), user_data)
        return {"script": script(settings, start_of(cache, settings))}
    except DataMissing:
        return {"script": "", "missing": True}
    except UserError:
        return {"script": ""}


def start_of(cache: ExperimentCache, settings: Settings) -> Start:
    """The initial parameters of a start on a plane: the settings alone do not say them."""
    return cache.experiment(settings).sweep.start if settings.starts_on_plane else None


def frames_note(ancestors: Sequence[str]) -> str:
    """Which pages may embed this one."""
    if not ancestors:
        return (
            "Only pages on this server can embed this frame. For a course page, start the server "
            f"with the page's origin in {ANCESTORS}."
        )
    return f"Pages on this server and on {', '.join(ancestors)} can embed this frame."


def exported(cache: ExperimentCache, request: Any, settings: Settings) -> dict[str, Any]:
    """A file for dcc.Download: {"content", "filename", "type"}."""
    kind = request.get("kind")
    if not isinstance(kind, str) or kind not in FILES:
        raise UserError("There is no file of this kind.")
    make, name, media_type = FILES[kind]
    return {"content": make(cache, settings), "filename": name, "type": media_type}


def _run_csv(cache: ExperimentCache, settings: Settings) -> str:
    experiment, detail = cache.inspect(settings)
    return run_csv(experiment.sweep, detail)


def _own_csv(_: ExperimentCache, settings: Settings) -> str:
    if settings.user_data is None:
        raise UserError("There is no file of this kind.")
    return user_data_csv(settings.user_data)


# kind -> function that makes it, file name, media type
FILES: dict[str, tuple[Callable[[ExperimentCache, Settings], str], str, str]] = {
    "script": (
        lambda cache, chosen: script(chosen, start_of(cache, chosen)),
        "descent.py",
        "text/x-python",
    ),
    "notebook": (
        lambda cache, chosen: notebook(chosen, start_of(cache, chosen)),
        "descent.ipynb",
        "application/x-ipynb+json",
    ),
    "run": (_run_csv, "run.csv", "text/csv"),
    "sweep": (
        lambda cache, chosen: sweep_csv(cache.experiment(chosen).sweep),
        "sweep.csv",
        "text/csv",
    ),
    "data": (_own_csv, DATA_FILE, "text/csv"),
}

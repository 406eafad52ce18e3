"""Puts everything together; the only module that knows all the others."""

from __future__ import annotations

import gzip
import logging
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import flask
from dash import Dash
from plotly.offline import get_plotlyjs

from app.engine import Laboratory
from app.lessons import BUILT_IN, load_course
from app.settings import Settings
from callbacks import register
from callbacks.training import train_payload
from components.layout import page, page_template

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent.parent / "assets"
FOREVER = "public, max-age=31536000, immutable"


def create_app(lessons: Sequence[Path] = (), listens_on: str | None = None) -> Dash:
    """The Dash application, with one training done: the first of a process is slow, and a machine
    on which it fails should say so at the start.

    lessons     folders with a teacher's own
    listens_on  the address that the server is bound to, if it is known: for the class's link
    """
    course = load_course([BUILT_IN, *lessons, *_lessons_by_environment()])
    for problem in course.problems:
        log.warning("A lesson file has a mistake: %s", problem)
    laboratory = Laboratory()
    first_sweep = train_payload(laboratory, Settings())
    app = Dash(
        "descent-lab",
        title="Descent Lab",
        update_title="",
        assets_folder=str(ASSETS),
        serve_locally=True,
        compress=True,
    )
    script = _serve_plotly(app)
    app.index_string = page_template(script)
    app.layout = page(first_sweep, course)
    register(app, laboratory, course, listens_on)
    app.server.add_url_rule("/health", "health", lambda: "ok")
    return app


def create_server() -> flask.Flask:
    """What gunicorn serves: `app.server:create_server()`."""
    server: flask.Flask = create_app().server
    return server


def _lessons_by_environment() -> list[Path]:
    """DESCENT_LAB_LESSONS: folders as in PATH, for a container or a server."""
    named = os.environ.get("DESCENT_LAB_LESSONS", "")
    return [Path(folder) for folder in named.split(os.pathsep) if folder]


def _serve_plotly(app: Dash) -> str:
    """plotly.js from the installed package under a name that changes with its version.

    The views are plain divs and must find it at once; Dash would load it late, and compress its
    5 MB again at each request.
    """
    path = f"/plotly-{version('plotly')}.min.js"
    script = get_plotlyjs().encode()
    packed = gzip.compress(script, compresslevel=6)

    def serve() -> flask.Response:
        zipped = flask.request.accept_encodings["gzip"] > 0
        response = flask.Response(packed if zipped else script, mimetype="text/javascript")
        response.headers["Cache-Control"] = FOREVER
        response.headers["Vary"] = "Accept-Encoding"
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        return response

    app.server.add_url_rule(path, "plotly", serve)
    return path

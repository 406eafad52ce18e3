"""Puts everything together; the only module that knows all the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import flask
from dash import Dash
from plotly.offline import get_plotlyjs
from werkzeug.middleware.proxy_fix import ProxyFix

from app import VERSION
from app.choices import SettingsError
from app.config import Config
from app.hang_ups import set_hang_ups
from app.lessons.course import BUILT_IN, load_course
from app.log import configure_logging
from app.meter import Meter
from app.packing import constant, packed_text, set_packing
from app.trainers.base import Trainer, warm_up
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.local import LocalTrainer
from app.web import error_handlers, metrics, request_guard, request_log, response_headers
from app.web.response_headers import FOREVER, hash_of
from callbacks import register
from callbacks.training import experiment_payload
from components.layout import SET_THEME, page, page_template
from components.saved import saved_page

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent.parent / "assets"


def create_app(lessons: Sequence[Path] = (), listens_on: str | None = None) -> Dash:
    """The Dash application, with one training done: the first of a process is slow, and a machine
    on which it fails should say so at the start. Raises SettingsError for a configuration that
    means nothing.

    lessons     folders with a teacher's own
    listens_on  the address that the server is bound to, if it is known: for the class's link
    """
    config = Config.from_environment()
    course = load_course([BUILT_IN, *lessons, *config.lessons])
    for problem in course.problems:
        log.warning("A lesson file has a mistake: %s", problem)
    for name in config.retired:
        log.warning("%s is no longer used. Remove it from the environment.", name)
    meter = metrics.Prometheus() if config.has_metrics else None
    here = LocalTrainer(meter=meter)
    first_sweep = experiment_payload(warm_up(here))
    cache = ExperimentCache(trainer=_or_remote(here, config, meter), meter=meter)
    app = Dash(
        "descent-lab",
        title="Descent Lab",
        update_title="",
        assets_folder=str(ASSETS),
        url_base_pathname=config.base_path,
        serve_locally=True,
        compress=True,
    )
    script = _serve_plotly(app)
    app.index_string = page_template(script)
    app.layout = page(first_sweep, course)
    register(app, cache, course, listens_on, config.frame_ancestors, meter)
    _serve_saved_page(app)
    # The log comes first, so that it sees what the guard refuses.
    request_log.init_app(app.server)
    error_handlers.init_app(app.server)
    request_guard.init_app(app, config.hosts)
    set_packing(app.server)
    response_headers.init_app(
        app.server, config.frame_ancestors, [*app.csp_hashes(), hash_of(SET_THEME)]
    )
    set_hang_ups(app.server)
    _serve_health(app.server, config.base_path)
    if meter:
        metrics.init_app(app.server, meter)
    _serve_constant(app)
    _trust_proxies(app.server, config.proxies)
    return app


def _or_remote(here: Trainer, config: Config, meter: Meter | None) -> Trainer:
    """Celery workers where there is a Redis to reach them by."""
    if not config.redis:
        return here
    # Half a second of imports that nobody else needs.
    from app.errands import celery
    from app.remote import Remote

    return Remote(config.redis, celery(config.redis), here, meter)


def create_server() -> flask.Flask:
    """What gunicorn serves: `app.server:create_server()`."""
    configure_logging()
    try:
        server: flask.Flask = create_app().server
    except SettingsError as error:
        raise SystemExit(f"Descent Lab does not start. {error}") from None
    return server


def _serve_health(server: flask.Flask, base_path: str) -> None:
    """At the root for the container itself, and below the base for who asks through a proxy."""
    for path in {"/health", f"{base_path}health"}:
        server.add_url_rule(path, f"health at {path}", lambda: "ok")


def _serve_constant(app: Dash) -> None:
    """The layout and the callbacks, which Dash would write anew for each request. Not the page:
    each has a token of its own.

    Dash registers its packages' files at a process's first request, and answers others that come
    at the same moment with 404. So the page is asked for here, and these with it.
    """
    server, prefix = app.server, app.config.routes_pathname_prefix
    constants = [f"{prefix}{name}" for name in ("_dash-layout", "_dash-dependencies")]
    for path in constants:
        server.view_functions[path] = constant(server.view_functions[path])
    for path in (prefix, *constants):
        server.test_client().get(path, headers={"Accept-Encoding": "gzip"})


def _trust_proxies(server: flask.Flask, count: int) -> None:
    """Takes client, scheme and host from what the last `count` proxies say."""
    if count:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def _serve_plotly(app: Dash) -> str:
    """plotly.js from the installed package under a name that changes with its version.

    The views are plain divs and must find it at once; Dash would load it late, and compress its
    5 MB again at each request.
    """
    path = f"{app.config.routes_pathname_prefix}plotly-{version('plotly')}.min.js"
    _serve_text(app, path, _plotly, "text/javascript", FOREVER)
    return path


def _serve_saved_page(app: Dash) -> None:
    """What the browser puts a sweep into to save it. Made when somebody first saves."""
    path = f"{app.config.routes_pathname_prefix}saved-page.html"
    _serve_text(app, path, _saved_page, "text/html", "no-cache")


def _plotly() -> str:
    script: str = get_plotlyjs()
    return script


def _saved_page() -> str:
    styles, modules = (
        [path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob(kind))]
        for kind in ("*.css", "*.js")
    )
    return saved_page(VERSION, styles, modules, packed_text("gzip", _plotly().encode()))


def _serve_text(app: Dash, path: str, make: Callable[[], str], mimetype: str, caching: str) -> None:
    def serve() -> flask.Response:
        return flask.Response(make(), mimetype=mimetype, headers={"Cache-Control": caching})

    app.server.add_url_rule(path, path, constant(serve))

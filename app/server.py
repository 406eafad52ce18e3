"""Puts everything together; the only module that knows all the others."""

import logging
from collections.abc import Sequence
from pathlib import Path

import flask
from dash import Dash
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import REDIS, Config
from app.domain.errors import UserError
from app.lessons.course import BUILT_IN, Course, load_course
from app.log import configure_logging
from app.meter import Meter
from app.trainers.base import Trainer, warm_up
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.local import LocalTrainer
from app.web import (
    error_handlers,
    metrics,
    request_guard,
    request_log,
    response_headers,
    script_modules,
    static_files,
)
from callbacks import register
from callbacks.training import first_payload
from components.layout import HEAD_SCRIPT, page, page_template

log = logging.getLogger(__name__)


def create_app(
    lessons: Sequence[Path] = (), listens_on: str | None = None, debug: bool = False
) -> Dash:
    """The Dash application, with one training done: the first of a process is slow, and a machine
    on which it fails should say so at the start. Raises UserError for an invalid
    configuration.

    lessons     folders with a teacher's own
    listens_on  the address that the server is bound to, if it is known: for the class's link
    debug       whether files in assets/ may change while the server runs
    """
    config = Config.from_environment()
    course = load_course([BUILT_IN, *lessons, *config.lessons])
    _warn(course, config)
    meter = metrics.Prometheus() if config.has_metrics else None
    local = LocalTrainer(meter=meter)
    cache = ExperimentCache(trainer=trainer_for(config, local, meter), meter=meter)
    first_sweep = first_payload(warm_up(local))
    app, import_map = _dash(config.base_path, debug)
    app.layout = page(first_sweep, course)
    server = app.server
    _serve_health(server, config.base_path)
    # The order matters. Flask calls before_request functions in the order of this list and
    # after_request functions in reverse; the last WSGI wrapper is the outermost. So a request
    # passes proxy headers, files, log, guard and its callback, and the response passes
    # metrics, headers, log and compression. Files skip all of Flask, and the log sees what the
    # guard refuses.
    static_files.init_app(app)
    register(app, cache, course, listens_on, config.frame_ancestors, meter)
    request_log.init_app(server)
    error_handlers.init_app(server)
    request_guard.init_app(app, config.hosts)
    inline = [response_headers.hash_of(script) for script in (HEAD_SCRIPT, import_map)]
    scripts = [*app.csp_hashes(), *inline]
    response_headers.init_app(server, config.frame_ancestors, scripts)
    if meter:
        metrics.init_app(server, meter)
    if debug:
        # Before the first request, which `serve_files` sends.
        app.enable_dev_tools(debug=True, dev_tools_disable_version_check=True)
    static_files.serve_files(app, has_assets=not debug)
    _trust_proxies(server, config.proxies)
    return app


def _dash(base_path: str, debug: bool) -> tuple[Dash, str]:
    """Dash with its index page, and the import map in that page."""
    app = Dash(
        "descent-lab",
        title="Descent Lab",
        update_title="",
        assets_folder=str(script_modules.ASSETS),
        assets_ignore=script_modules.IGNORED,
        url_base_pathname=base_path,
        serve_locally=True,
        prevent_initial_callbacks=True,
    )
    modules = script_modules.addresses(base_path, has_hashes=not debug)
    import_map = script_modules.import_map(lambda name: modules[name][0])
    app.index_string = page_template(
        static_files.plotly_url(app), import_map, [address for address, _ in modules.values()]
    )
    return app, import_map


def _warn(course: Course, config: Config) -> None:
    for problem in course.problems:
        log.warning("A lesson file has a mistake: %s", problem)
    for name in config.retired:
        log.warning("%s is no longer used. Remove it from the environment.", name)


def trainer_for(config: Config, local: Trainer, meter: Meter | None = None) -> Trainer:
    """Celery workers if there is a Redis, else `local`. Raises UserError without Celery."""
    if not config.redis:
        return local
    try:
        # Celery is not installed everywhere, and takes half a second to import.
        from app.trainers.celery import CeleryTrainer
    except ModuleNotFoundError:
        raise UserError(
            f"{REDIS} needs Celery: pip install -r requirements-distributed.txt."
        ) from None
    return CeleryTrainer(config.redis, local, meter)


def create_server() -> flask.Flask:
    """What gunicorn serves: `app.server:create_server()`."""
    configure_logging()
    try:
        server: flask.Flask = create_app().server
    except UserError as error:
        raise SystemExit(f"Descent Lab does not start. {error}") from None
    return server


def _serve_health(server: flask.Flask, base_path: str) -> None:
    """At the root for the container itself, and under the base path for clients behind a proxy."""
    for path in {"/health", f"{base_path}health"}:
        server.add_url_rule(path, f"health at {path}", lambda: "ok")


def _trust_proxies(server: flask.Flask, count: int) -> None:
    """Takes client, scheme and host from what the last `count` proxies say."""
    if count:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=count, x_proto=count, x_host=count
        )

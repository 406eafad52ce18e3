"""What the page loads: files, served by WhiteNoise, and responses that never change.

WhiteNoise answers before Flask and sends the `.br` or `.gz` file next to a file where there is one.
`python -m app.web.static_files` writes these, at installation. One that is older or newer than its
file is ignored.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from gzip import compress
from pathlib import Path
from wsgiref.headers import Headers

import dash
import flask
from dash import Dash
from dash.fingerprint import build_fingerprint
from flask_compress import Compress
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from app import VERSION
from app.web.response_headers import ALWAYS, REVALIDATE
from app.web.script_modules import ASSETS, IMMUTABLE, addresses, fingerprint, inline_map
from components.saved_page import saved_page

# plotly.js with the traces that the page draws: make plotly.
PLOTLY = ASSETS / "plotly.min.js"
SUFFIXES = (".br", ".gz")
# Dash's bundles load their own parts under the version and time of Dash's build.
BUILD = re.compile(r'"v([\w-]+)m(\d+)"')


class ConstantResponses(dict[str, bytes]):
    """Flask-Compress' cache. It is offered every response; the key of one that is not constant
    has no path, see `init_app`."""

    def set(self, key: str, body: bytes) -> None:
        """Keeps a compressed body under "encoding;path"."""
        if not key.endswith(";"):
            self[key] = body


def init_app(app: Dash) -> None:
    """Compresses all responses, and makes those that never change only once: the layout, the list
    of callbacks and the saved page. The page itself has a token of its own each time."""
    server, prefix = app.server, app.config.routes_pathname_prefix
    saved = f"{prefix}saved-page.html"
    server.add_url_rule(saved, saved, _saved_page)
    constant = [f"{prefix}_dash-layout", f"{prefix}_dash-dependencies", saved]
    for path in constant:
        server.view_functions[path] = _called_once(server.view_functions[path])
    # Of an answer, higher levels save a tenth of the bytes and take twice the time.
    server.config |= {"COMPRESS_LEVEL": 1, "COMPRESS_BR_LEVEL": 1, "COMPRESS_ZSTD_LEVEL": 1}
    server.config["COMPRESS_CACHE_BACKEND"] = ConstantResponses
    server.config["COMPRESS_CACHE_KEY"] = lambda request: (
        request.path if request.path in constant else ""
    )
    Compress(server)


def plotly_url(app: Dash) -> str:
    """Where plotly.js is served. The views need it before Dash would load it."""
    return f"{app.config.routes_pathname_prefix}plotly-{fingerprint(PLOTLY)}.min.js"


def serve_files(app: Dash, has_assets: bool = True) -> None:
    """Puts WhiteNoise in front of `app`. Call it last, as it sends the first request: at that
    request Dash registers its files, and answers others that come at the same moment with 404.

    A browser keeps a file for good if its path contains its version. Other assets are asked for
    again after a minute: WhiteNoise does not see their `?m=`, and during a deployment an old server
    may be asked for a new file.

    has_assets  False leaves `assets/` to Flask, so that files may change while the server runs
    """
    server: flask.Flask = app.server
    for name in ("", "_dash-layout", "_dash-dependencies"):
        constant = f"{app.config.routes_pathname_prefix}{name}"
        server.test_client().get(constant, headers={"Accept-Encoding": "gzip"})
    files = WhiteNoise(
        server.wsgi_app,
        allow_all_origins=False,
        add_headers_function=_add_headers,
        immutable_file_test=rf"/_dash-component-suites/|/plotly-[0-9a-f]+\.min\.js$|{IMMUTABLE}",
    )
    for url, path in _files(app):
        if has_assets or url == plotly_url(app) or ASSETS not in path.parents:
            files.add_file_to_dictionary(url, str(path), stat_cache=_stats(path))
    server.wsgi_app = files  # type: ignore[method-assign]


def compress_files() -> None:
    """Compresses each file that has no compressed form, or only an outdated one: at the best
    quality, which takes half a minute."""
    app = Dash("descent-lab", assets_folder=str(ASSETS))
    app.layout = dash.html.Div()
    app.server.test_client().get("/")
    compressor = Compressor(quiet=True)
    paths = {path for _, path in _files(app)}
    with ThreadPoolExecutor() as pool:
        list(pool.map(compressor.compress, (str(path) for path in paths if len(_stats(path)) == 1)))


def _called_once(view: Callable[[], flask.Response]) -> Callable[[], flask.Response]:
    @cache
    def made() -> tuple[bytes, int, list[tuple[str, str]]]:
        response = flask.make_response(view())
        return response.get_data(), response.status_code, list(response.headers)

    return lambda: flask.Response(*made())


def _saved_page() -> flask.Response:
    styles = [path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.css"))]
    text = saved_page(VERSION, styles, inline_map(), compress(PLOTLY.read_bytes(), mtime=0))
    return flask.Response(text, mimetype="text/html", headers={"Cache-Control": REVALIDATE})


def _add_headers(headers: Headers, path: str, url: str) -> None:
    for name, value in ALWAYS.items():
        headers[name] = value


def _stats(path: Path) -> dict[str, os.stat_result]:
    """The `stat` of a file and of its compressed forms. These have its time of change, to the
    second, unless the file has changed since."""
    found = {str(path): path.stat()}
    for suffix in SUFFIXES:
        packed = Path(f"{path}{suffix}")
        if packed.exists() and int(packed.stat().st_mtime) == int(path.stat().st_mtime):
            found[str(packed)] = packed.stat()
    return found


def _files(app: Dash) -> Iterator[tuple[str, Path]]:
    """(address, file) of all that the page may load."""
    prefix = app.config.routes_pathname_prefix
    yield plotly_url(app), PLOTLY
    yield f"{prefix}_favicon.ico", Path(dash.__file__).parent / "favicon.ico"
    for path in ASSETS.rglob("*"):
        if path.is_file() and path.suffix not in SUFFIXES:
            yield f"{prefix}assets/{path.relative_to(ASSETS).as_posix()}", path
    yield from addresses(prefix).values()
    for package, names in app.registered_paths.items():
        for name, path in _package_files(package, names):
            yield f"{prefix}_dash-component-suites/{package}/{name}", path


def _package_files(package: str, names: set[str]) -> Iterator[tuple[str, Path]]:
    """The files of one of Dash's packages under each name that a page of this version may use."""
    folder = Path(sys.modules[package].__file__ or "").parent
    scripts = {name: folder / name for name in names if name.endswith((".js", ".css"))}
    texts = [path.read_text("utf-8") for name, path in scripts.items() if "async-" not in name]
    builds = {build for text in texts for build in BUILD.findall(text)}
    for name, path in scripts.items():
        # Parts of Dash have versions of their own.
        modules = (package, f"{package}.{name.partition('/')[0]}")
        versions = {getattr(sys.modules.get(one), "__version__", None) for one in modules} - {None}
        changed = int(path.stat().st_mtime)
        for number, mark in builds | {(number, changed) for number in versions}:
            yield build_fingerprint(name, number, mark), path  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    compress_files()

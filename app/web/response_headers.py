"""Which headers the answers carry, and what of them a deployment chooses."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import flask
from dash.fingerprint import check_fingerprint, version_clean

from app.lan_address import LOOPBACK

# A name that changes with what it names never has to be asked for again.
FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=3600"
NEVER = "no-store"
# What the page does not use, so nothing that is slipped into it can; fullscreen and the clipboard
# stay as they are.
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # The address holds what a person has chosen.
    "Referrer-Policy": "no-referrer",
}


def init_app(server: flask.Flask, ancestors: Sequence[str], scripts: Sequence[str] = ()) -> None:
    """Puts the headers on everything that the server sends.

    ancestors  the origins that may show the page in a frame
    scripts    the hashes of the page's own inline scripts, see `hash_of`
    """
    parts = directives(ancestors, scripts).items()
    of_page = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in parts),
        "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    }

    @server.after_request
    def add(response: flask.Response) -> flask.Response:
        response.headers.update(ALWAYS)
        if response.mimetype == "text/html":
            response.headers.update(of_page)
            if _is_trustworthy(flask.request):
                response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        kept = caching(flask.request, response)
        # What a view itself says of an answer that it makes counts.
        if kept != NEVER or response.status_code >= 400:
            response.headers["Cache-Control"] = kept
        response.headers.setdefault("Cache-Control", kept)
        return response


def directives(ancestors: Sequence[str], scripts: Sequence[str] = ()) -> dict[str, str]:
    """The Content-Security-Policy by directive."""
    return {
        "default-src": "'none'",
        "script-src": " ".join(("'self'", *scripts)),
        # Plotly, MathJax and React write styles into their elements.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "object-src": "'none'",
        "frame-ancestors": " ".join(("'self'", *ancestors)),
    }


def hash_of(script: str) -> str:
    """An inline script as script-src names it."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def caching(request: flask.Request, response: flask.Response) -> str:
    """How long an answer may be kept: only files may, and those with their version in the name
    for good.

    While a deployment is renewed, an old server is asked under the names of the new one. What it
    answers must not be kept under these.
    """
    if request.method not in ("GET", "HEAD") or response.status_code not in (200, 206, 304):
        return NEVER
    if not is_file(request):
        return NEVER
    places = request.view_args or {}
    if "fingerprinted_path" in places:
        is_it = _has_version(places["package_name"], places["fingerprinted_path"])
    else:
        named, changed = request.args.get("m", ""), response.last_modified
        # The name has fractions of a second, the header none.
        is_it = bool(changed and named.split(".")[0] == str(int(changed.timestamp())))
    return FOREVER if is_it else A_WHILE


def _has_version(package: str, path: str) -> bool:
    """Whether the path of a file in one of Dash's packages names the version that is installed.
    Parts of Dash have versions of their own."""
    if not check_fingerprint(path)[1]:  # type: ignore[no-untyped-call]
        return False
    named = path.rpartition("/")[2].split(".")[1]
    modules = (package, f"{package}.{path.partition('/')[0]}")
    versions = {getattr(sys.modules.get(name), "__version__", "") for name in modules} - {""}
    return named.startswith(tuple(f"v{re.sub(version_clean, '_', one)}m" for one in versions))


def is_file(request: flask.Request) -> bool:
    """Whether it asks for one of the page's files, of this app or of Dash's packages."""
    is_own = (request.endpoint or "").endswith((".static", "_favicon.ico"))
    return is_own or "fingerprinted_path" in (request.view_args or {})


def _is_trustworthy(request: flask.Request) -> bool:
    """Whether the browser calls this origin trustworthy. Anywhere else it ignores the header and
    reports an error in its console."""
    return request.is_secure or urlsplit(f"//{request.host}").hostname in LOOPBACK

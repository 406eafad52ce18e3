"""The headers of every response, and which sites may embed the page."""

import base64
import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

import flask

from app.lan_address import LOOPBACK

NEVER = "no-store"
REVALIDATE = "no-cache"
# Features of the browser that the page does not use, so no injected script can. It does use
# fullscreen and the clipboard.
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # The page's address contains the chosen settings.
    "Referrer-Policy": "no-referrer",
}


def init_app(server: flask.Flask, ancestors: Sequence[str], scripts: Sequence[str] = ()) -> None:
    """Adds the headers to every response of Flask; `static_files` adds its own to files.

    ancestors  the origins that may embed the page
    scripts    the hashes of the page's inline scripts, see `hash_of`
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
        # Dash would let a browser keep any file for a year whose name contains some version. What
        # may be kept is served by `static_files`.
        if response.headers.get("Cache-Control") != REVALIDATE or response.status_code >= 400:
            response.headers["Cache-Control"] = NEVER
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
    """The source expression for an inline script in `script-src`."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _is_trustworthy(request: flask.Request) -> bool:
    """Whether the browser calls this origin trustworthy. Anywhere else it ignores the header and
    reports an error in its console."""
    return request.is_secure or urlsplit(f"//{request.host}").hostname in LOOPBACK

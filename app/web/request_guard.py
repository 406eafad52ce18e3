"""Refuses requests that the page itself would never send, before Dash handles them.

Dash trusts the ids, counts and nesting of a request: unexpected ones become server errors, and a
hundred thousand inputs cost seconds before any callback runs. The guard compares each request with
the callback that it names. The values themselves are for the callback to check.
"""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import flask
from dash import Dash
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.utils import host_is_trusted

from app.lan_address import LOOPBACK
from app.web.error_handlers import Refused

MAX_HOST_LENGTH = 255
# A data file of 2 MiB takes a third more in base64.
MAX_BODY_BYTES = 4 * 2**20
# The page's largest request has about a hundred values, on six levels.
MAX_VALUES = 2000
MAX_DEPTH = 12


def init_app(app: Dash, known_hosts: Sequence[str] = ()) -> None:
    """Checks every request to `app` first. Callbacks must use plain ids: requests to a callback
    with pattern-matching ids are refused.

    known_hosts  the host names that `app` answers to besides the loopback address; empty for any
    """
    server: flask.Flask = app.server
    server.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    # Otherwise two slashes in a row are answered with a redirect.
    server.url_map.merge_slashes = False
    if known_hosts:
        # A container's health check asks for its loopback address.
        server.config["TRUSTED_HOSTS"] = [*known_hosts, *LOOPBACK]
    prefix = app.config.routes_pathname_prefix
    endpoint, catch_all = f"{prefix}_dash-update-component", f"{prefix}<path:path>"

    @server.before_request
    def guard() -> None:
        request = flask.request
        # Werkzeug returns "" for an invalid host, and raises for one that is not trusted.
        if not 0 < len(request.host) <= MAX_HOST_LENGTH:
            raise Refused(400)
        # Dash would serve the page at any address, where its relative links are broken.
        if request.endpoint == catch_all:
            raise Refused(404)
        if request.endpoint == endpoint and request.method == "POST":
            check_origin(request, known_hosts)
            check_body(read_body(request), app.callback_map)


def check_origin(request: flask.Request, known_hosts: Sequence[str]) -> None:
    """Raises Refused for a request that a browser sent on behalf of another website. Other programs
    need not send these headers."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403)
    origin = request.headers.get("Origin")
    if origin is None:
        return
    try:
        parts = urlsplit(origin)
        # Neither header names a default port, and behind a proxy the scheme is unknown.
        named = parts.netloc.lower().removesuffix(":80").removesuffix(":443")
    except ValueError:
        raise Refused(403) from None
    is_known = bool(known_hosts and named) and host_is_trusted(named, known_hosts)
    here = request.host.lower().removesuffix(":80").removesuffix(":443")
    if parts.scheme not in ("http", "https") or not (named == here or is_known):
        raise Refused(403)


def read_body(request: flask.Request) -> Any:
    """The request's JSON. Raises Refused if it is too large or invalid."""
    if request.mimetype != "application/json":
        raise Refused(415)
    try:
        body = request.get_data()
    except HTTPException:
        raise
    except Exception:
        # Each WSGI server raises its own errors for a truncated or malformed body.
        raise Refused(400) from None
    # Werkzeug refuses a declared length above the limit, but truncates a chunked body there.
    if len(body) >= MAX_BODY_BYTES and not request.content_length:
        raise Refused(413)
    return parse_json(body)


def parse_json(body: bytes) -> Any:
    """The value of a JSON text. Raises Refused if it is invalid or too large, or contains numbers
    that are not finite or text that is not Unicode."""
    # Counted first, since parsing millions of values takes seconds. Every value but the first
    # follows one of these.
    if sum(map(body.count, (b",", b"[", b"{"))) >= MAX_VALUES:
        raise Refused(400, "The request has too many values.")
    try:
        value = json.loads(
            body.decode(), parse_constant=_number, parse_float=_number, parse_int=_integer
        )
        # JSON can escape half of a surrogate pair, which no response can contain.
        json.dumps(value, ensure_ascii=False).encode()
        depth = _depth(value)
    except (ValueError, RecursionError):
        raise Refused(400, "The request is not valid JSON.") from None
    if depth > MAX_DEPTH:
        raise Refused(400, "The request is nested too deeply.")
    return value


def _number(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise Refused(400, "The request contains a number that is not finite.")
    return number


def _integer(text: str) -> int:
    # As a float, it is checked before its digits are converted one by one.
    _number(text)
    return int(text)


def _depth(value: Any) -> int:
    if not isinstance(value, (dict, list)):
        return 0
    parts: Iterable[Any] = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, parts), default=0)


def check_body(body: Any, callbacks: dict[str, Any]) -> None:
    """Raises Refused unless the page would send this to one of the callbacks."""
    if not isinstance(body, dict) or not {"output", "inputs"} <= body.keys():
        raise Refused(400, "The request must be a JSON object with an output and inputs.")
    output = body["output"]
    callback = callbacks.get(output) if isinstance(output, str) else None
    # Clientside callbacks are listed as well, but the server cannot run them.
    if callback is None or "callback" not in callback:
        raise Refused(404, "No callback has this output.")
    frame = _frame(body)
    changed = frame.pop("changedPropIds", None)
    # With plain ids, the parsed ids equal the others.
    is_parsed = frame.pop("parsedChangedPropsIds", changed) == changed
    if not is_parsed or frame != _expected_frame(output, callback):
        raise Refused(400, "The request does not match its callback.")
    known = [f"{place['id']}.{place['property']}" for place in callback["inputs"]]
    is_list = isinstance(changed, list) and 0 < len(changed) <= len(known)
    if not is_list or any(one not in known for one in changed):
        raise Refused(400, "The request does not say which of its inputs changed.")


def _frame(body: dict[str, Any]) -> dict[str, Any]:
    """A request without the values, which may be anything; the browser omits undefined ones."""
    lists = {name: body.get(name, []) for name in ("inputs", "state")}
    return body | {
        name: [{k: v for k, v in one.items() if k != "value"} for one in values]
        for name, values in lists.items()
        if isinstance(values, list) and all(isinstance(one, dict) for one in values)
    }


def _expected_frame(output: str, callback: dict[str, Any]) -> dict[str, Any]:
    wanted = callback["output"]
    is_list = isinstance(wanted, (list, tuple))
    outputs = [one.to_dict() for one in (wanted if is_list else [wanted])]
    return {
        "output": output,
        "outputs": outputs if is_list else outputs[0],
        "inputs": callback["inputs"],
        "state": callback["state"],
    }

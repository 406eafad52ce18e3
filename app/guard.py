"""Keeps from Dash whatever its own page would not send: Dash trusts what a request says of itself.

Dash takes a request's ids, counts and nesting as they come: what it does not expect becomes an
error of the server, and a hundred thousand inputs cost seconds before any callback. Here each
request is held against the callback that it names. What a value means is the callback's to check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import flask
from dash import Dash
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.utils import host_is_trusted

from app.addresses import LOOPBACK
from app.refusals import Refused, set_refusals
from app.strict_json import JsonError, read_json

LONGEST_HOST = 255
# A person's own file of 2 MiB takes a third more in base64.
MOST_BYTES = 4 * 2**20
REQUIRED = {"output", "outputs", "inputs", "changedPropIds"}
OPTIONAL = {"state", "parsedChangedPropsIds"}


def set_guard(app: Dash, known_hosts: Sequence[str] = ()) -> None:
    """Puts the guard before `app`; it answers to `known_hosts` and this machine alone, if any are
    named. All callbacks take plain ids: one that matches a pattern of ids would be refused."""
    server: flask.Flask = app.server
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    # Else two slashes are answered with a redirection.
    server.url_map.merge_slashes = False
    if known_hosts:
        # A container asks itself whether it is well under its loopback address.
        server.config["TRUSTED_HOSTS"] = [*known_hosts, *LOOPBACK]
    set_refusals(server)
    prefix = app.config.routes_pathname_prefix
    endpoint, elsewhere = f"{prefix}_dash-update-component", f"{prefix}<path:path>"

    @server.before_request
    def guard() -> None:
        request = flask.request
        # They are for who writes; here the framework would send a file and call it a failure.
        for name in ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"):
            request.environ.pop(name, None)
        # Empty is what cannot be one; an unknown one raises by itself.
        if not 0 < len(request.host) <= LONGEST_HOST:
            raise Refused(400)
        # Dash would show the page at any address, where what it loads beside itself is missing.
        if request.endpoint == elsewhere:
            raise Refused(404)
        if request.endpoint == endpoint and request.method == "POST":
            check_origin(request, known_hosts)
            check_body(read_body(request), app.callback_map)


def check_origin(request: flask.Request, known_hosts: Sequence[str]) -> None:
    """A browser says on whose behalf it asks; other programs need not."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403)
    origin = request.headers.get("Origin")
    if origin is None:
        return
    try:
        parts = urlsplit(origin)
        # A default port stands in neither; behind a proxy the scheme is not known.
        named = parts.netloc.lower().removesuffix(":80").removesuffix(":443")
    except ValueError:
        raise Refused(403) from None
    is_known = bool(known_hosts and named) and host_is_trusted(named, known_hosts)
    here = request.host.lower().removesuffix(":80").removesuffix(":443")
    if parts.scheme not in ("http", "https") or not (named == here or is_known):
        raise Refused(403)


def read_body(request: flask.Request) -> Any:
    """The request's JSON. The framework refuses a body that says it is above MOST_BYTES; one that
    comes in chunks it cuts off there."""
    if request.mimetype != "application/json":
        raise Refused(415)
    try:
        body = request.get_data()
    except HTTPException:
        raise
    except Exception:
        # Each server has errors of its own for a body that breaks off or is not in chunks.
        raise Refused(400) from None
    if len(body) >= MOST_BYTES and not request.content_length:
        raise Refused(413)
    try:
        return read_json(body)
    except JsonError as error:
        raise Refused(400, str(error)) from None


def check_body(body: Any, callbacks: dict[str, Any]) -> None:
    """Raises Refused where the page would not send this to one of the callbacks."""
    if not isinstance(body, dict):
        raise Refused(400, "The request must be an object.")
    if not REQUIRED <= body.keys() <= REQUIRED | OPTIONAL:
        raise Refused(400, "The request does not have the parts that it should have.")
    output = body["output"]
    callback = callbacks.get(output) if isinstance(output, str) else None
    # What the browser does by itself is listed too, but nothing that the server could run.
    if callback is None or "callback" not in callback:
        raise Refused(404, "There is nothing that answers such a request.")
    _check_outputs(body["outputs"], callback["output"])
    _check_values(body["inputs"], callback["inputs"])
    _check_values(body.get("state", []), callback["state"])
    _check_changes(body, callback["inputs"])


def _check_outputs(got: Any, wanted: Any) -> None:
    is_list = isinstance(wanted, (list, tuple))
    parts = [
        {"id": one.component_id, "property": one.component_property}
        for one in (wanted if is_list else [wanted])
    ]
    if got != (parts if is_list else parts[0]):
        raise Refused(400, "The request asks for other parts of the page than it names.")


def _check_values(got: Any, wanted: list[dict[str, Any]]) -> None:
    """Each value stands under the id and the property from which it comes."""
    if not isinstance(got, list) or len(got) != len(wanted):
        raise Refused(400, "The request has too many or too few values.")
    for one, place in zip(got, wanted, strict=True):
        expected = {"id": place["id"], "property": place["property"]}
        # A value that the browser does not have is left out.
        if not isinstance(one, dict) or expected != {k: one[k] for k in one if k != "value"}:
            raise Refused(400, "The request has a value of another part of the page.")


def _check_changes(body: dict[str, Any], inputs: list[dict[str, Any]]) -> None:
    known = [f"{place['id']}.{place['property']}" for place in inputs]
    changed = body["changedPropIds"]
    is_list = isinstance(changed, list) and 0 < len(changed) <= len(known)
    if not is_list or any(one not in known for one in changed):
        raise Refused(400, "The request does not say what has changed.")
    # With plain ids, the browser has nothing to take apart.
    if body.get("parsedChangedPropsIds", changed) != changed:
        raise Refused(400, "The request does not say what has changed.")

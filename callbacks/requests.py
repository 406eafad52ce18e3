"""What requests have in common: a ticket, and for some of them the person's own data.

The browser keeps the file and sends it with a training. From then on its random token suffices,
until the server has deleted the data or another process answers.
"""

import base64
import binascii
from dataclasses import replace
from time import monotonic
from typing import Any

from app.domain.csv_lines import MOST_BYTES, TableError
from app.domain.csv_reader import read_table
from app.domain.csv_table import Reading
from app.domain.data_options import USER_DATA
from app.domain.errors import UserError
from app.domain.user_data import UserData, choose, label_of
from app.trainers.ttl_cache import TtlCache

# The largest integer that JavaScript represents exactly.
MOST_TICKETS = 2**53
# Half an hour, including the time until the cache frees them.
KEPT_SECONDS = 29 * 60
MOST_KEPT = 200


class DataMissing(UserError):
    """This process does not have the data of a token; the browser then sends them again."""


def fields_of(request: Any) -> dict[str, Any]:
    """A request's fields; empty if it is not an object."""
    return request if isinstance(request, dict) else {}


def ticket_of(request: dict[str, Any]) -> int | None:
    """The number that identifies the request to the browser; None if it is not one."""
    ticket = request.get("ticket")
    return ticket if type(ticket) is int and abs(ticket) < MOST_TICKETS else None


def user_data_of(request: dict[str, Any], uploads: TtlCache[UserData]) -> UserData | None:
    """The person's own data, if the request is about them. Raises DataMissing, or TableError for a
    file that cannot be read.

    request  {"settings": {"dataset": "own", "data_token": ...}, and if the server may not have the
              data: "data_upload": {"content", "name", "target", "predictors", "standardize",
              "reading"}}
    """
    settings = fields_of(request.get("settings"))
    token = settings.get("data_token")
    if settings.get("dataset") != USER_DATA or token is None:
        return None
    part = request.get("data_upload")
    if isinstance(part, dict):
        data = choose(
            read_table(content_of(part), Reading.from_mapping(part.get("reading"))),
            token,
            label_of(part.get("name")),
            part.get("target"),
            part.get("predictors"),
            part.get("standardize", False),
        )
        made = replace(data, until=monotonic() + KEPT_SECONDS)
        return uploads.put(made.token, made, made.until)
    found = uploads.get(token) if isinstance(token, str) else None
    if found is None:
        raise DataMissing("The server no longer has your data.", "dataset")
    return found


def content_of(part: dict[str, Any]) -> bytes:
    """The file of a request, or TableError."""
    content = part.get("content")
    if not isinstance(content, str):
        raise TableError("This request contains no file.")
    # Four base64 characters hold three bytes.
    if len(content) > MOST_BYTES * 4 / 3 + 4:
        raise TableError("The file is too large: at most 2 MiB are read.")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise TableError("The file arrived incomplete. Open it again.") from None

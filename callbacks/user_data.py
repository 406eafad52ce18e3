"""A person's own data: read for them to choose from, and found again for each of their requests.

The browser keeps the file and sends it with a training; from then on a token that it has drawn
suffices, until the server, or another worker, does not have the data any more.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from time import monotonic
from typing import Any

from dash import Dash, Input, Output

from app.choices import SettingsError
from app.domain.csv_reader import MOST_BYTES, Table, TableError, read_table
from app.domain.options import USER_DATA
from app.domain.user_data import UserData, choose, label_of
from app.log import log_failure, with_request_id
from app.presence import Gone
from app.trainers.ttl_cache import TtlCache
from callbacks.requests import fields_of, ticket_of
from components import ids

# With the time until the cache frees them, half an hour.
KEPT_SECONDS = 29 * 60
MOST_KEPT = 200


class NotHere(SettingsError):
    """The token of data that this worker does not have: the browser sends them again."""


def register(app: Dash) -> None:
    """Nothing is kept of a file that is only read to be chosen from."""

    @app.callback(
        Output(ids.OWN_ANSWER, "data"),
        Input(ids.OWN_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def read(request: Any) -> dict[str, Any]:
        return table_answer(request)


def table_answer(request: Any) -> dict[str, Any]:
    """{"ticket", "table"} with what can be chosen from, or {"ticket", "error"}.

    request  {"ticket": ..., "content": the file in base64, "name": of the file}
    """
    request = fields_of(request)
    ticket = ticket_of(request)
    try:
        table = described(read_table(content_of(request)), request.get("name"))
    except TableError as error:
        return {"ticket": ticket, "error": str(error)}
    except Gone:
        raise
    except Exception as error:
        log_failure(error)
        return {"ticket": ticket, "error": with_request_id("The server could not read this table.")}
    return {"ticket": ticket, "table": table}


def described(table: Table, name: Any) -> dict[str, Any]:
    """A table for its person to choose from."""
    notes = list(table.notes)
    if isinstance(name, str) and ("/" in name or "\\" in name):
        notes.append("Of the file's path only its name is kept.")
    return {
        "label": label_of(name),
        "columns": [column.name for column in table.columns],
        "numeric": [column.name for column in table.numeric],
        "head": table.head,
        "rows": len(table.columns[0].values),
        "separator": table.separator,
        "decimal": "comma" if table.has_decimal_comma else "point",
        "has_header": table.has_header,
        "notes": notes,
    }


def user_data_of(request: dict[str, Any], uploads: TtlCache[UserData]) -> UserData | None:
    """The person's data, where a request is about them. Raises NotHere, or TableError for what
    cannot be read.

    request  {"settings": {"dataset": "own", "data_token": ...}, and where the server may not have
              the data: "data_upload": {"content", "name", "target", "predictors", "standardize"}}
    """
    settings = fields_of(request.get("settings"))
    token = settings.get("data_token")
    if settings.get("dataset") != USER_DATA or token is None:
        return None
    part = request.get("data_upload")
    if isinstance(part, dict):
        made = replace(_chosen(part, token), until=monotonic() + KEPT_SECONDS)
        return uploads.put(made.token, made, made.until)
    found = uploads.get(token) if isinstance(token, str) else None
    if found is None:
        raise NotHere("The server does not have your data any more.", "dataset")
    return found


def _chosen(part: dict[str, Any], token: Any) -> UserData:
    return choose(
        read_table(content_of(part)),
        token,
        label_of(part.get("name")),
        part.get("target"),
        part.get("predictors"),
        part.get("standardize", False),
    )


def content_of(part: dict[str, Any]) -> bytes:
    """The file of a request, or TableError."""
    content = part.get("content")
    if not isinstance(content, str):
        raise TableError("There is no file in this request.")
    # Four letters hold three bytes.
    if len(content) > MOST_BYTES * 4 / 3 + 4:
        raise TableError("The file is too large: at most 2 MiB are read.")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise TableError("The file did not arrive whole. Open it again.") from None

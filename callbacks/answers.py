"""The form of every answer: the ticket of its request, and a payload or an error message."""

from collections.abc import Callable
from typing import Any

from app.domain.errors import InvalidSetting, ServerBusy, UserError
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.domain.user_data import UserData
from app.log import log_failure, with_request_id
from app.trainers.ttl_cache import TtlCache
from callbacks.requests import DataMissing, fields_of, ticket_of, user_data_of

FAILED = (
    "The server could not complete this training. The page still shows the last one that worked."
)


def answered(
    request: Any, make: Callable[[dict[str, Any]], dict[str, Any]], failed: str = FAILED
) -> dict[str, Any]:
    """What `make` returns for the request's fields, and the request's "ticket".

    If `make` raises anything: {"ticket", "error", "field"} with a message for the person and the
    setting beside which to show it, if there is one. "missing" asks for the person's data again,
    "again" is the number of seconds after which to retry, and "instead" the value of the field with
    which the rest can be trained, if one is known.

    failed  the message for an unexpected error
    """
    fields = fields_of(request)
    ticket = ticket_of(fields)
    try:
        return make(fields) | {"ticket": ticket}
    except UserError as error:
        more: dict[str, Any] = {"missing": True} if isinstance(error, DataMissing) else {}
        more |= {"again": error.seconds} if isinstance(error, ServerBusy) else {}
        if isinstance(error, InvalidSetting) and error.instead is not None:
            more["instead"] = error.instead
        return {"ticket": ticket, "error": str(error), "field": error.field} | more
    except Exception as error:
        # An unexpected error must leave the page usable, so the browser gets a normal answer.
        log_failure(error)
        return {"ticket": ticket, "error": with_request_id(failed), "field": None}


def answer(
    request: Any,
    make: Callable[[Settings, PlaneChoice], dict[str, Any]],
    uploads: TtlCache[UserData],
) -> dict[str, Any]:
    """{"payload", "ticket"} for a request about settings, or an error, see `answered`.

    request  {"ticket": a number by which the browser knows its request, "settings": {...},
              "plane": {...} or nothing, "data_upload": {...} as user_data_of has it}
    """

    def payload(fields: dict[str, Any]) -> dict[str, Any]:
        user_data = user_data_of(fields, uploads)
        settings = Settings.from_mapping(fields.get("settings"), user_data)
        plane = PlaneChoice.from_mapping(fields.get("plane"), settings)
        return {"payload": make(settings, plane)}

    return answered(request, payload)

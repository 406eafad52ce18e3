"""The form of every answer: the ticket of its request, and a payload or a sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from app.choices import SettingsError
from app.planes import PlaneChoice
from app.settings import Settings

log = logging.getLogger(__name__)
FAILED = "The server could not do this training. What you see is still the last one that worked."


def fields_of(request: Any) -> dict[str, Any]:
    """A request's fields; of anything that is no object, none."""
    return request if isinstance(request, dict) else {}


def answer(request: Any, make: Callable[[Settings, PlaneChoice], dict[str, Any]]) -> dict[str, Any]:
    """{"ticket", "payload"}, or {"ticket", "error", "field"} with a sentence for the person and the
    setting beside which to say it, if there is one.

    request  {"ticket": a number by which the browser knows its request, "settings": {...},
              "plane": {...} or nothing}
    """
    request = fields_of(request)
    ticket = request.get("ticket")
    try:
        settings = Settings.from_mapping(request.get("settings"))
        plane = PlaneChoice.from_mapping(request.get("plane"), settings)
        return {"ticket": ticket, "payload": make(settings, plane)}
    except SettingsError as error:
        return {"ticket": ticket, "error": str(error), "field": error.field}
    except Exception:
        # Whatever it was, the page stays usable and the log says what happened.
        log.exception("a request failed")
        return {"ticket": ticket, "error": FAILED, "field": None}

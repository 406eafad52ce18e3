"""The form of every answer: the ticket of its request, and a payload or a sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from app.settings import Settings, SettingsError

log = logging.getLogger(__name__)
FAILED = "The server could not do this training. What you see is still the last one that worked."


def answer(request: Any, make: Callable[[Settings], dict[str, Any]]) -> dict[str, Any]:
    """{"ticket", "payload"}, or {"ticket", "error"} with a sentence for the person.

    request  {"ticket": a number by which the browser knows its request, "settings": {...}}
    """
    request = request if isinstance(request, dict) else {}
    ticket = request.get("ticket")
    try:
        settings = Settings.from_mapping(request.get("settings"))
        return {"ticket": ticket, "payload": make(settings)}
    except SettingsError as error:
        return {"ticket": ticket, "error": str(error)}
    except Exception:
        # Whatever it was, the page stays usable and the log says what happened.
        log.exception("a request failed")
        return {"ticket": ticket, "error": FAILED}

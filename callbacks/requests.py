"""What every request has in common."""

from __future__ import annotations

from typing import Any

# A browser counts no further exactly.
MOST_TICKETS = 2**53


def fields_of(request: Any) -> dict[str, Any]:
    """A request's fields; of anything that is no object, none."""
    return request if isinstance(request, dict) else {}


def ticket_of(request: dict[str, Any]) -> int | None:
    """The number by which the browser knows its request again; of anything else, none."""
    ticket = request.get("ticket")
    return ticket if type(ticket) is int and abs(ticket) < MOST_TICKETS else None

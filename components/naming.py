"""Names for those who hear the page: an icon, a sign or a landmark shows no words of its own."""

from __future__ import annotations

from typing import Any


def named(words: str) -> dict[str, Any]:
    """The properties that give an element this name; keep what it shows at its beginning, so that
    who speaks to the computer can say what is seen."""
    return {"aria-label": words}


def tip(words: str) -> dict[str, Any]:
    """An icon's name, with the same words for a mouse that rests on it."""
    return {"title": words, "aria-label": words}

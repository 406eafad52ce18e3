"""Accessible names for elements that show no words: icons, signs, landmarks."""

from typing import Any


def named(words: str) -> dict[str, Any]:
    """The properties that give an element this name. Begin it with the text that the element shows,
    so that people who use speech input can say what they see."""
    return {"aria-label": words}


def tip(words: str) -> dict[str, Any]:
    """An icon's name, also shown as a tooltip."""
    return {"title": words, "aria-label": words}

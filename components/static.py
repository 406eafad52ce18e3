"""The page's components as plain HTML, for a page that has neither Dash nor a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from dash import html
from dash.development.base_component import Component

VOID = {"br", "hr", "img", "input"}
# What React calls differently; attributes with a dash are the same in both.
ATTRIBUTES = {"className": "class", "class_name": "class", "htmlFor": "for"}
# What these components set besides, as the browser finds it on the live page.
BOOTSTRAP = {"Input": ("input", "form-control"), "Select": ("select", "form-select")}
# Of the formulas in running text these few are letters; larger ones need MathJax.
LETTERS = {r"\theta": "θ", r"\alpha": "α", "u": "u", "+": "+"}


def static_html(component: Any) -> str:
    """A component, a text or a list of both, as HTML. Raises ValueError for a kind of component,
    or a formula, that has no static form."""
    if component is None:
        return ""
    if isinstance(component, (list, tuple)):
        return "".join(static_html(one) for one in component)
    if not isinstance(component, Component):
        return escape(str(component), quote=False)
    described = component.to_plotly_json()
    kind, place, properties = described["type"], described["namespace"], dict(described["props"])
    if place == "dash_html_components":
        return _element(kind.lower(), properties)
    if kind not in RENDERERS:
        raise ValueError(f"{kind} has no static form.")
    return RENDERERS[kind](properties)


def _element(tag: str, properties: Mapping[str, Any]) -> str:
    inside = properties.get("children")
    named = {name: value for name, value in properties.items() if name != "children"}
    attributes = "".join(_attribute(name, value) for name, value in named.items())
    return f"<{tag}{attributes}>" + ("" if tag in VOID else f"{static_html(inside)}</{tag}>")


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = ATTRIBUTES.get(name, name.lower())
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _bootstrap(kind: str, properties: dict[str, Any]) -> str:
    tag, usual = BOOTSTRAP[kind]
    options, chosen = properties.pop("options", None) or [], properties.get("value")
    properties["class"] = f"{usual} {properties.pop('class_name', '')}".strip()
    if tag == "input":
        return _element(tag, properties)
    properties.pop("value", None)
    return _element(tag, properties | {"children": [_option(one, chosen) for one in options]})


def _option(option: Mapping[str, Any], chosen: Any) -> Component:
    return html.Option(
        option["label"], value=option["value"], selected=option["value"] == chosen or None
    )


def _markdown(properties: dict[str, Any]) -> str:
    """The few signs that the panels' words use: bold, code, a link, a letter for a formula."""
    text = escape(properties["children"], quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    text = re.sub(r"\[(.+?)\]\((https://[^)]+)\)", r'<a href="\2" rel="noreferrer">\1</a>', text)
    text = re.sub(r"\$(.+?)\$", lambda found: _letters(found[1]), text)
    return f'<div class="{properties.get("className", "")}"><p>{text}</p></div>'


def _letters(formula: str) -> str:
    parts = re.findall(r"\\[a-z]+|\S", formula)
    if unknown := [part for part in parts if part not in LETTERS]:
        raise ValueError(f"The formula {formula!r} has no static form: {unknown[0]}.")
    return f"<i>{' '.join(LETTERS[part] for part in parts)}</i>".replace("α u", "αu")


def _nothing(properties: dict[str, Any]) -> str:
    """Stores and downloads have no place on the page."""
    return ""


RENDERERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "Input": lambda properties: _bootstrap("Input", properties),
    "Select": lambda properties: _bootstrap("Select", properties),
    "Markdown": _markdown,
    "Store": _nothing,
    "Download": _nothing,
}

"""The page as one file that works without a server.

It has the layout, styles and modules of the live page. The server makes this shell once; the
browser adds the sweep on show (assets/lab/page/save.mjs). So nothing is trained again, and a
person's own data are not sent anywhere.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.lessons.course import Course
from components import theme
from components.layout import HEAD_SCRIPT, OLDEST, page
from components.page_config import config_element
from components.panels import PANELS, panel_section

# assets/lab/page/save.mjs puts in the theme, the title, the sweep, and pictures with a table.
THEME = 'data-bs-theme="light" data-palette="light"'
TITLE = "<title>Descent Lab</title>"
PLACE = '<script type="application/json" id="saved">null</script>'
# What is on show where scripts do not run; HEAD_SCRIPT and assets/02-lab.css hide it elsewhere. It
# is no noscript, which a browser without import maps would not show.
STILL = f"""<main class="still" id="still">
<h1>Descent Lab, a still picture</h1>
<p><b>Scripts do not run here</b>, so this is what the page showed when it was saved. The page
itself is complete in this file, with its slider and every run to play: save the file and open it
in a browser ({OLDEST}, or a later one). The preview of a mail
program, or of the Files app on an iPad or iPhone, runs no scripts; where no browser opens files,
put this one on a web server, such as a course page, and open its address.</p>
<div id="still-views"></div>
</main>"""
# The file sends no requests; this policy enforces it.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)
VOID = {"br", "hr", "img", "input"}
# Names that differ in React; attributes with a hyphen are the same.
ATTRIBUTES = {"className": "class", "class_name": "class", "htmlFor": "for"}
# The element and the class that these components have on the live page.
BOOTSTRAP = {"Input": ("input", "form-control"), "Select": ("select", "form-select")}
# The formulas that need no MathJax, because they consist of letters.
LETTERS = {r"\theta": "θ", r"\alpha": "α", "u": "u", "+": "+"}


def saved_page(version: str, styles: Sequence[str], import_map: str, packed_plotly: bytes) -> str:
    """The shell, without the sweep.

    styles         the text of each CSS file, in order
    import_map     the import map with all script modules in it
    packed_plotly  plotly.js, compressed by gzip, which halves the file
    """
    return f"""<!DOCTYPE html>
<html lang="en" {THEME}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Descent Lab {escape(version)}">
{TITLE}
{PLACE}
{"".join(f"<style>{_inside('style', style)}</style>" for style in (*styles, theme.css()))}
<script>{HEAD_SCRIPT}</script>
<script type="importmap">{import_map}</script>
{config_element()}
</head>
<body class="saved" data-version="{escape(version)}">
{STILL}
{static_html(page({}, Course((), ())))}
{"".join(_template(name) for name, panel in PANELS.items() if panel.is_saved)}
<script type="text/plain" id="packed-plotly">{base64.b64encode(packed_plotly).decode()}</script>
<script type="module">import "#lab/page/start.mjs"</script>
</body>
</html>"""


def _template(name: str) -> str:
    return f'<template data-name="{name}">{static_html(panel_section(name))}</template>'


def _inside(tag: str, text: str) -> str:
    """Text for a style or script element. Raises ValueError for one that would end it early."""
    for mark in (f"</{tag}", "<!--"):
        if mark in text.lower():
            raise ValueError(f"A {tag} of the saved page must not contain {mark!r}.")
    return text


def static_html(component: Any) -> str:
    """A component, a text or a list of both, as HTML. Raises ValueError for a component or a
    formula that has no static form."""
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
    if isinstance(value, dict):
        value = "; ".join(f"{one}: {setting}" for one, setting in value.items())
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
    """The Markdown that the panels use: bold, code, links, formulas of a few letters."""
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
    """Stores and downloads are not visible."""
    return ""


RENDERERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "Input": lambda properties: _bootstrap("Input", properties),
    "Select": lambda properties: _bootstrap("Select", properties),
    "Markdown": _markdown,
    "Store": _nothing,
    "Download": _nothing,
}

"""The page that works without a server: one file, in which the browser puts the sweep on show.

It is the live page, with the same layout, styles and modules, all written into the file. Only this
shell is made here, once for all: what is on show is in the browser already (assets/80-save.js), so
that nothing is trained again, nothing is sent, and own data stay where they are.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from app.lessons.course import Course
from components import ids, theme
from components.layout import SET_THEME, page
from components.panels import panel_section
from components.static import static_html

# Where the browser puts the title and the sweep; assets/80-save.js knows them.
TITLE = "<title>Descent Lab</title>"
PLACE = '<script type="application/json" id="saved">null</script>'
# What these show comes from the sweep itself. The others train, ask, or typeset formulas, which
# takes 2 MB of MathJax.
PANELS = (
    *(ids.RATE_AXIS, ids.LOSS_BY_RATE, ids.SHARPNESS, ids.COMPARE),
    *(ids.RATE_TABLE, ids.NETWORK, ids.PARAMETERS),
)
# The file asks nobody for anything, and this makes sure of it.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)


def saved_page(
    version: str, styles: Sequence[str], modules: Sequence[str], packed_plotly: bytes
) -> str:
    """The shell: everything but the sweep.

    styles, modules  the texts of the CSS and JavaScript files, in their order
    packed_plotly    plotly.js, compressed by gzip: the file is half as large
    """
    return f"""<!DOCTYPE html>
<html lang="en" data-bs-theme="light" data-palette="light">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Descent Lab {escape(version)}">
{TITLE}
{PLACE}
{"".join(f"<style>{_inside('style', style)}</style>" for style in (*styles, theme.css()))}
<script>{SET_THEME}</script>
</head>
<body class="saved" data-version="{escape(version)}">
<noscript>This page needs JavaScript, which it carries with it.</noscript>
{static_html(page({}, Course((), ())))}
{"".join(_template(name) for name in PANELS)}
<script type="text/plain" id="packed-plotly">{base64.b64encode(packed_plotly).decode()}</script>
{"".join(f"<script>{_inside('script', module)}</script>" for module in modules)}
</body>
</html>"""


def _template(name: str) -> str:
    return f'<template data-name="{name}">{static_html(panel_section(name))}</template>'


def _inside(tag: str, text: str) -> str:
    """Text for a style or script element. Raises ValueError for one that would end it early."""
    for mark in (f"</{tag}", "<!--"):
        if mark in text.lower():
            raise ValueError(f"What is written into the saved page must not hold {mark!r}.")
    return text

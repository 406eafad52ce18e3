"""The saved page without its sweep, and components as plain HTML."""

import base64
import gzip
import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import dash_bootstrap_components as dbc
import pytest
from dash import dcc, html
from flask.testing import FlaskClient

from app import VERSION
from app.lessons.course import Course
from app.web.static_files import ASSETS, PLOTLY
from components import ids
from components.layout import page
from components.panels import PANELS, panel_section
from components.saved_page import saved_page, static_html

LARGEST = 8_000_000


@pytest.fixture(scope="module")
def shell(client: FlaskClient) -> str:
    return client.get("/saved-page.html").get_data(as_text=True)


class Elements(HTMLParser):
    """All elements of an HTML text, with their attributes and direct text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.is_inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        self.texts.append("")
        self.is_inside = True

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = False

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.texts[-1] += data

    def named(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        pairs = zip(self.found, self.texts, strict=True)
        return [(attributes, text) for (kind, attributes), text in pairs if kind == tag]


def test_text_and_attributes_are_escaped() -> None:
    evil = '"><script>alert(1)</script>&'
    made = static_html([html.P(evil, title=evil), dcc.Markdown(evil, className="words")])
    elements = Elements(made)
    assert [tag for tag, _ in elements.found] == ["p", "div", "p"]
    assert elements.found[0][1]["title"] == evil
    assert elements.texts[0] == elements.texts[2] == evil


def test_inputs_and_selects_have_bootstraps_classes_and_values() -> None:
    options = [{"label": "A & B", "value": "a"}, {"label": "C", "value": "c"}]
    choice = dbc.Select(id="one", options=options, value="c")
    number = dbc.Input(type="range", min=0, max=4, step=1, value=0, class_name="slider")
    elements = Elements(static_html([choice, number]))
    menu, first, second, slider = (attributes for _, attributes in elements.found)
    assert menu == {"class": "form-select", "id": "one"}
    assert (first, second) == ({"value": "a"}, {"value": "c", "selected": None})
    assert slider["class"] == "form-control slider" and slider["min"] == slider["value"] == "0"
    assert elements.named("option")[0][1] == "A & B"


def test_markdown_keeps_bold_code_links_and_letters_of_formulas() -> None:
    made = static_html(
        dcc.Markdown(r"**one** `two` [three](https://a.example/x) $\theta + \alpha u$")
    )
    assert "<b>one</b> <code>two</code>" in made and "<i>θ + αu</i>" in made
    assert '<a href="https://a.example/x" rel="noreferrer">three</a>' in made


@pytest.mark.parametrize("component", [dcc.Graph(), dcc.Markdown(r"$\frac{1}{2}$")])
def test_a_component_without_a_static_form_is_refused(component: object) -> None:
    with pytest.raises(ValueError, match="has no static form"):
        static_html(component)


def test_the_saved_page_has_every_element_of_the_live_page(shell: str) -> None:
    """The scripts find elements by their id."""
    wanted, stores = set(), {*ids.STORES, ids.TRAIN_ANSWER, ids.DOWNLOAD}
    for component in page({}, Course((), ()))._traverse():
        wanted.add(getattr(component, "id", None))
    named = [attributes["id"] for _, attributes in Elements(shell).found if "id" in attributes]
    assert wanted - stores - {None} <= set(named)
    assert len(named) == len(set(named))


def test_the_saved_page_omits_only_panels_that_need_a_server_or_mathjax(shell: str) -> None:
    saved = {name for name, panel in PANELS.items() if panel.is_saved}
    for name in saved:
        template = f'<template data-name="{name}">{static_html(panel_section(name))}</template>'
        assert template in shell
    for name in set(PANELS) - saved - {"map", "share"}:
        with pytest.raises(ValueError, match="has no static form"):
            static_html(panel_section(name))


def test_the_saved_page_contains_all_scripts_and_styles_in_order(shell: str) -> None:
    packed = re.search(r'id="packed-plotly">([A-Za-z0-9+/=]+)<', shell)[1]
    assert gzip.decompress(base64.b64decode(packed)) == PLOTLY.read_bytes()
    elements = Elements(shell)
    [imports] = [t for a, t in elements.named("script") if a.get("type") == "importmap"]
    for name, address in json.loads(imports)["imports"].items():
        kind, _, text = address.partition("base64,")
        assert kind == "data:text/javascript;"
        path = ASSETS / "lab" / name.removeprefix("#lab/")
        assert base64.b64decode(text) == path.read_bytes()
    # Each module that is imported has a name in the map.
    named = re.findall(r'"(#lab/[^"]+)"', "".join(map(Path.read_text, ASSETS.rglob("*.mjs"))))
    assert set(named) <= set(json.loads(imports)["imports"])
    styles = [text for _, text in elements.named("style")]
    assert styles[:-1] == [path.read_text() for path in sorted(ASSETS.glob("*.css"))]


def test_the_saved_page_makes_no_requests(shell: str) -> None:
    elements = Elements(shell)
    assert not [one for _, one in elements.found if "src" in one]
    assert not [tag for tag, _ in elements.found if tag in {"link", "iframe", "img", "base"}]
    policy = dict(
        part.split(" ", 1) for part in re.search(r'Policy" content="([^"]+)"', shell)[1].split("; ")
    )
    assert policy["default-src"] == "'none'" and "connect-src" not in policy


@pytest.mark.parametrize("style", ["a{}</style>", "<!--"])
def test_a_style_that_would_end_its_element_is_refused(style: str) -> None:
    with pytest.raises(ValueError, match="must not contain"):
        saved_page("1", [style], "{}", b"")


def test_the_saved_page_is_small_and_has_the_version_of_pyproject_toml(shell: str) -> None:
    assert len(shell.encode()) < LARGEST / 2
    project = tomllib.loads((ASSETS.parent / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION and f'data-version="{VERSION}"' in shell

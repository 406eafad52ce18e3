"""What every panel is, and the parts that panels are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from components.parts import aria, data, named, select


@dataclass(frozen=True)
class Panel:
    """One entry of "More views".

    content    the components below the title
    has_table  it draws data, so it has a sentence for screen readers and its data open as a table
    is_saved   it works on a saved page, without a server and without MathJax (2 MB)
    """

    title: str
    content: Sequence[Component]
    has_table: bool = False
    is_saved: bool = False


def words(text: str) -> Component:
    """Markdown with maths; HTML in it is shown as text."""
    return dcc.Markdown(text, mathjax=True, className="words")


def slot(name: str, maths: bool = False, scrolls: str = "") -> Component:
    """Where the browser writes text or a table, or this epoch's numbers into a formula. A slot that
    scrolls has a name, so that the keyboard can reach and scroll it."""
    about = data(slot=name)
    if scrolls:
        about |= {"role": "region", "tabIndex": 0} | named(scrolls)
    return html.Div(className="slot maths" if maths else "slot", **about)


def reading(name: str) -> Component:
    """Where the browser writes the sentence of a panel's chart, at every frame. Screen readers get
    it from `tables.sentence`, when the page rests."""
    return html.Div(className="slot", **data(slot=f"{name}-reading") | aria(hidden="true"))


def menu(name: str, label: str, options: Mapping[str, str], chosen: str) -> Component:
    """A aria menu of value -> label."""
    return html.Div([html.Label(label, htmlFor=name), select(name, options, value=chosen)])

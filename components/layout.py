"""The page: header, headline, learning rate with its curve, four views, timeline with its curve."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from app.domain.plane_choice import PLANES
from app.domain.views import VIEWS
from app.lessons.course import Course
from components import ids, theme
from components.about import about, abouts
from components.controls.learning_rate import learning_rate_bar, outcome_bar
from components.controls.rail import rail
from components.controls.start_point import back_button, line_handles
from components.lesson import lesson_panel
from components.notices import notices
from components.page_config import config_element
from components.panels import PANELS
from components.parts import aria, data, icon, icon_button, named, select
from components.playback import timeline
from components.presenting import keys_card, present_bar, show_of_hands
from components.tables import data_button, sentence, table_card

# The views above the timeline.
CARDS = {name: view for name, view in VIEWS.items() if not view.over_timeline}
# Sets the theme before the first paint: the person's choice, else the system's. A browser without
# import maps cannot run the page, and one without color-mix() would draw most verdicts alike: it
# says so, and a saved page shows its still picture.
HEAD_SCRIPT = (
    "{let own=null;try{own=localStorage.getItem('theme')}catch{}"
    "const theme=['light','dark','projector'].includes(own)?own:"
    "matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light';"
    "const root=document.documentElement;root.dataset.palette=theme;"
    "root.dataset.bsTheme=theme==='dark'?'dark':'light';"
    "if(window.HTMLScriptElement.supports&&HTMLScriptElement.supports('importmap')"
    "&&CSS.supports('color','color-mix(in srgb,red,blue)'))"
    "root.classList.add('runs');else "
    "addEventListener('DOMContentLoaded',()=>(document.getElementById('too-old')||{}).hidden=false)}"
)
OLDEST = "Chrome or Edge 111, Firefox 113, Safari 16.4"
TOO_OLD = f"This browser is too old for Descent Lab. It needs {OLDEST}, or a later one."

NO_SCRIPT = "Descent Lab needs JavaScript. Turn it on for this page, then load the page again."


def page(first_sweep: dict[str, Any], course: Course) -> Component:
    """The whole page. The default sweep is in its store, so it is live without a request."""
    return html.Div(
        className="lab",
        # How much room the training curves get: assets/lab/page/cards.mjs.
        **data(curves="low"),
        children=[
            *_skip_links(),
            _header(),
            rail(),
            lesson_panel(course),
            html.Main(
                className="main",
                children=[
                    _headline(),
                    html.Div(
                        className="top",
                        children=[learning_rate_bar(), outcome_bar(), show_of_hands()],
                    ),
                    notices(),
                    html.Div(
                        id="views",
                        className="views",
                        # The layout of the cards depends on their number (assets/02-lab.css).
                        **data(count=sum(view.is_usual for view in CARDS.values())),
                        children=[*(_view(name) for name in CARDS), _tabs()],
                    ),
                ],
            ),
            _side(),
            timeline(),
            keys_card(),
            table_card(),
            abouts(),
            html.Div(id="busy", className="busy", role="status", hidden=True, children="training"),
            dcc.Store(id=ids.TRAIN_ANSWER, data={"ticket": 0, "payload": first_sweep}),
            *(dcc.Store(id=name) for name in ids.STORES),
            dcc.Download(id=ids.DOWNLOAD),
        ],
    )


def page_template(plotly_script: str, import_map: str, modules: Sequence[str]) -> str:
    """Dash's index page with the palette, the theme, plotly.js and the script modules in its head.

    modules  the address of each module: the browser loads them side by side, not as one finds
             the next
    """
    preloads = "".join(f'<link rel="modulepreload" href="{module}">' for module in modules)
    return f"""<!DOCTYPE html>
<html lang="en" data-bs-theme="light">
<head>
{{%metas%}}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="See gradient descent at every learning rate at once.">
<title>{{%title%}}</title>
{{%favicon%}}
{{%css%}}
<style>{theme.css()}</style>
<script>{HEAD_SCRIPT}</script>
<script type="importmap">{import_map}</script>
{preloads}
{config_element()}
<script defer src="{plotly_script}"></script>
</head>
<body>
<noscript><style>#react-entry-point {{ display: none }}</style>
<p class="message">{NO_SCRIPT}</p></noscript>
<p id="too-old" class="message" role="alert" hidden>{TOO_OLD}</p>
{{%app_entry%}}
<div>{{%config%}}{{%scripts%}}{{%renderer%}}</div>
</body>
</html>"""


def _skip_links() -> list[Component]:
    """The first stops of the Tab key lead past the choices to what most people want."""
    places = {"learning-rate": "the learning rate", "play": "Play", "views": "the views"}
    return [
        html.A(f"To {words}", href=f"#{place}", className="skip") for place, words in places.items()
    ]


def _header() -> Component:
    return html.Header(
        className="header",
        children=[
            html.Button(
                [icon("sliders"), html.Span("Choices", className="word")],
                id="open-rail",
                className="icon-button only-narrow",
                title="choices: data, units, seed, epochs",
                **named("Choices"),
            ),
            html.H1("Descent Lab"),
            html.Nav(
                className="modes",
                **named("Mode"),
                children=[
                    html.Button("Explore", id="go-explore", className="mode"),
                    html.Button("Lesson", id="go-lesson", className="mode"),
                ],
            ),
            present_bar(),
            select(
                "panel",
                {"none": "More views …"} | {name: panel.title for name, panel in PANELS.items()},
                value="none",
                class_name="more-views",
            ),
            html.Button("Present", id="present", className="mode", title="for a projector (P)"),
            html.Button(
                icon("circle-half"),
                id="theme",
                className="icon-button",
                title="theme: light, dark, projector",
                **named("theme"),
            ),
            html.Button(
                "?",
                id="show-keys",
                className="icon-button",
                title="keys and words",
                **named("? keys and words"),
            ),
        ],
    )


def _headline() -> Component:
    """What is asked here, and the way to the lesson."""
    return html.Div(
        className="headline",
        children=[
            html.P(id="headline"),
            html.Button("Lesson →", id="lesson-door", className="quiet", **named("Lesson")),
        ],
    )


def _side() -> Component:
    """The place for side panels."""
    return html.Aside(
        id="side",
        className="side",
        hidden=True,
        **named("More views"),
        children=[
            icon_button("close-side", "x-lg", "close", "step-button close-side"),
            html.Div(id=ids.SIDE_BODY),
        ],
    )


def _view(name: str) -> Component:
    """A card: title, note, plot. To a screen reader the plot is one picture, described by the
    sentence."""
    view = CARDS[name]
    titled, is_surface = aria(labelledby=f"{name}-title"), name == ids.LOSS_SURFACE
    picture = {"role": "img"} | titled | aria(describedby=f"{name}-words")
    # The plane on which a network's loss is drawn; two more menus choose two parameters.
    planes = [
        select("plane", PLANES, value="anchored", class_name="small-select"),
        *(select(f"plane-{place}", {}, class_name="small-select") for place in ("first", "second")),
    ]
    # For browsers without WebGL; assets/lab/views/flat.mjs shows it.
    flat = html.P(id="flat-note", className="flat-note", hidden=True)
    return html.Section(
        className="card-view",
        id=f"{name}-card",
        hidden=not view.is_usual,
        **titled,
        children=[
            html.Div(
                className="card-head",
                children=[
                    html.H2(about(name, view.title), id=f"{name}-title"),
                    *(planes if is_surface else []),
                    html.Span(id=f"{name}-note", className="card-note"),
                    *([back_button(name)] if name in (ids.DESCENT_PATH, ids.FIT) else []),
                    *([_squares_button()] if name == ids.FIT else []),
                    *([_reset_view_button()] if is_surface else []),
                    data_button(name, view.title),
                    *([_swap_button(name)] if view.is_usual else []),
                ],
            ),
            sentence(name),
            *([flat] if is_surface else []),
            html.Div(id=name, className="plot", **picture),
            *([line_handles()] if name == ids.FIT else []),
        ],
    )


def _squares_button() -> Component:
    """Draws the square of each error."""
    pressed = aria(pressed="false", controls=ids.FIT)
    about = "each error as a square: their mean area is the loss"
    return html.Button(
        "squares", id="squares", className="quiet card-button", title=about, **pressed
    )


def _reset_view_button() -> Component:
    """Looks at the surface as at first; assets/lab/views/camera.mjs shows it once it is turned."""
    about = "turn the surface back (double click)"
    kind = "quiet card-button"
    return html.Button("reset view", id="reset-view", className=kind, title=about, hidden=True)


def _swap_button(name: str) -> Component:
    """Changes a small view's place with the large one beside it."""
    return html.Button(
        icon("swap"),
        className="swap-button",
        title="larger or smaller",
        **data(swaps=name),
        **named(f"Size: {CARDS[name].title}"),
    )


def _tabs() -> Component:
    """The tabs of the two views that share one place on a phone."""
    tabs = [
        html.Button(
            CARDS[name].title,
            id=f"{name}-tab",
            className="tab",
            role="tab",
            **data(view=name),
            **aria(controls=f"{name}-card"),
        )
        for name in (ids.CROSS_SECTIONS, ids.LOSS_SURFACE)
    ]
    return html.Div(tabs, className="tabs", role="tablist", **named("Views"))

"""What the page's scripts know from Python: a JSON element, so that nothing of it stands twice."""

import json
from functools import cache
from typing import Any

from app.domain.csv_lines import MOST_BYTES, SEPARATORS
from app.domain.data_options import DATASETS
from app.domain.fields import (
    FIELDS,
    NAMES,
    NUMBERS,
    SLIDER_LEARNING_RATES,
    STARTS_ANEW,
    TEXTS,
    USED_BY,
    users_of,
)
from app.domain.link import LINK_VERSION, LONGEST_LINK, USUAL_LOSS
from app.domain.options import FEATURES, LOSSES
from app.domain.plane_choice import PLANES
from app.domain.start_point import LARGEST_COORDINATE, LARGEST_PARAMETER, START_PLANES
from app.domain.user_data import MOST_PREDICTORS
from app.domain.views import VIEWS, View
from app.lessons.task import CURTAIN
from components import theme
from components.about import LOSSES as ABOUT_LOSSES
from components.controls.fields import STOPS
from components.controls.rail import FIRST, MORE
from components.figures.surface import CUT_AT
from components.panels import PANELS
from components.panels.rate_map import AXES
from components.presenting import ANSWERS


def page_config() -> dict[str, Any]:
    """All of it, as assets/lab/state/config.mjs reads it.

    fields    each setting by name, in the order of the rail, the learning rate last
    data      of each built-in data set: what the targets 0 and 1 are called, if they are classes,
              and how many predictors it has
    losses    of each loss: its names, its unit, its formula and what the page says of it
    features  of each choice of features: the pairs of predictors whose products it adds
    usual_loss  the loss that a target of two classes begins with, and any other target
    starts_anew  the settings whose change ends a start set by hand
    start     the planes on which one can be, and its largest numbers
    stops     the learning rates of the slider
    views     each view by name, in the order of their keys
    scale     the colours of the surface, as Plotly has them: shares from 0 to 1, hex colours
    cut_at    where the surface is cut off, in heights of the box
    """
    return {
        "fields": {name: _field(name) for name in (*FIRST, *MORE, "learning_rate")},
        "data": {
            name: {"classes": row.classes, "predictors": len(row.predictors)}
            for name, row in DATASETS.items()
        },
        "losses": {
            name: {
                "label": row.label,
                "title": row.title,
                "unit": row.unit,
                "rule": row.rule,
                "about": ABOUT_LOSSES[name],
            }
            for name, row in LOSSES.items()
        },
        "features": {name: row.products for name, row in FEATURES.items()},
        "usual_loss": USUAL_LOSS,
        "starts_anew": STARTS_ANEW,
        "start": {
            "planes": START_PLANES,
            "parameter": LARGEST_PARAMETER,
            "coordinate": LARGEST_COORDINATE,
        },
        "stops": SLIDER_LEARNING_RATES,
        "views": {name: _view(view) for name, view in VIEWS.items()},
        "panels": list(PANELS),
        "planes": list(PLANES),
        "curtain": CURTAIN,
        "answers": list(ANSWERS),
        "colors": [*theme.PALETTE],
        "themes": theme.THEMES,
        "link": {"version": LINK_VERSION, "longest": LONGEST_LINK},
        "upload": {
            "bytes": MOST_BYTES,
            "predictors": MOST_PREDICTORS,
            "separators": list(SEPARATORS),
        },
        "scale": theme.COLORSCALE,
        "cut_at": CUT_AT,
        "map_axes": {
            name: {"low": low, "high": high, "by_factors": by_factors, "whole": NUMBERS[name].whole}
            for name, (low, high, by_factors) in AXES.items()
        },
    }


@cache
def config_element() -> str:
    """The element for the page's head."""
    text = json.dumps(page_config(), ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c")
    return f'<script type="application/json" id="config">{text}</script>'


def _options(name: str) -> dict[str, str] | None:
    """What the values are called, where they have names; of a text, what none is called."""
    if name in TEXTS:
        return {"": TEXTS[name].none}
    return NAMES[name].options if name in NAMES else None


def _view(view: View) -> dict[str, Any]:
    """Where and when it is drawn; what it is called stands in the page."""
    return {
        "is_usual": view.is_usual,
        "is_plotted": view.is_plotted,
        "over_timeline": view.over_timeline,
        "glides": view.glides,
    }


def _field(name: str) -> dict[str, Any]:
    choice = FIELDS[name]
    decides = USED_BY[name][0] if name in USED_BY else None
    return {
        "label": choice.label,
        "default": choice.default,
        "options": _options(name),
        "range": [NUMBERS[name].low, NUMBERS[name].high] if name in NUMBERS else None,
        "stops": STOPS.get(name),
        "decides": decides,
        "users": users_of(name) if decides else None,
        "is_more": name in MORE,
    }

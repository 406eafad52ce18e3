"""What all figures share: layout, axes with fixed ranges, ticks."""

import math
from html import escape
from typing import Any

import numpy as np
from numpy import ndarray

from app.domain.fields import plain
from app.domain.options import LossOption
from app.domain.results import LossSurface
from components import theme

Ends = tuple[float, float]
Trace = dict[str, Any]
Figure = dict[str, Any]
# The lowest and highest loss drawn, as shares of the box's height: 0 has no logarithm.
LOWEST_SHARE = 1e-7
HIGHEST_SHARE = 10


def base_layout(left: int = 52, right: int = 12, top: int = 6, bottom: int = 42) -> dict[str, Any]:
    """A layout with these margins in pixels. Everything else is the same in each view."""
    return dict(
        margin=dict(l=left, r=right, t=top, b=bottom),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family=theme.FONT, size=theme.FONT_SIZE, color=theme.color("text")),
        showlegend=False,
        uirevision="constant",
        hovermode=False,
        dragmode=False,
    )


def figure(traces: list[Trace], layout: dict[str, Any]) -> Figure:
    """A figure as Plotly's JSON, its arrays as they are. Plotly's own classes would check every
    property again at every training, which takes as long as training a line; the tests do."""
    return {"data": [_set(trace) for trace in traces], "layout": _set(layout)}


def _set(part: dict[str, Any]) -> dict[str, Any]:
    """Without what is None, in the dicts in it too."""
    return {
        name: _set(value) if isinstance(value, dict) else value
        for name, value in part.items()
        if value is not None
    }


def as_written(text: str) -> str:
    """What Plotly shows as this text: in its titles, tags are markup and $…$ is mathematics."""
    return escape(text, quote=False).replace("$", "&#36;").replace("\n", "<br>")


def axis(title: str, limits: tuple[float, float], **more: Any) -> dict[str, Any]:
    """A 2D axis with a fixed range; the title is shown as it is written."""
    look = dict(
        title=dict(text=as_written(title), standoff=6),
        range=list(limits),
        gridcolor=theme.color("grid"),
        linecolor=theme.color("line"),
        zeroline=False,
        ticks="outside",
        ticklen=4,
        tickcolor=theme.color("line"),
        nticks=6,
        tickangle=0,
        fixedrange=True,
    )
    return look | more


def loss_title(loss: LossOption, is_short: bool = False) -> str:
    """What an axis of the loss is called: with its unit, where it has one of its own."""
    if not loss.unit:
        return "train loss"
    return f"{'loss' if is_short else loss.title}, {loss.unit}"


def in_two_lines(title: str) -> str:
    """The title, broken in the middle if it is too long for the card."""
    words = title.split()
    if len(title) < 15:
        return title
    return " ".join(words[: len(words) // 2]) + "\n" + " ".join(words[len(words) // 2 :])


def empty_trace(**axes: str) -> Trace:
    """A trace without points: Plotly draws no axes that have none."""
    return dict(type="scatter", x=[], y=[], **axes)


def dotted(
    name: str, meaning: str, ends: Ends, values: Ends, width: float = 2, **more: Any
) -> Trace:
    """A dotted line: what training should reach."""
    return dict(
        type="scatter",
        x=list(ends),
        y=list(values),
        name=name,
        meta=meaning,
        mode="lines",
        line=dict(color=theme.color(meaning), dash="dot", width=width),
        **more,
    )


def log_loss(surface: LossSurface) -> ndarray:
    """log10 of a surface's loss, clipped to the range that has colours; (row, col)."""
    highest = HIGHEST_SHARE * surface.box.height
    logs = np.log10(np.clip(surface.loss, LOWEST_SHARE * surface.box.height, highest))
    # A ten-thousandth of the range is finer than any screen, and compresses to half the size.
    decimals = 4 - math.floor(math.log10(min(np.ptp(logs) or 1, 1)))
    return np.round(logs, decimals).astype("float32")


def decade_ticks(low: float, high: float) -> dict[str, Any]:
    """Ticks at the decades of a log10 axis, labelled 0.1, 1, 10; also at 2 and 5 if it is short."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    steps = (1,) if high - low > 2 else (1, 2, 5)
    values = [step * 10.0**decade for decade in decades for step in steps]
    inside = [value for value in values if low <= math.log10(value) <= high]
    return dict(
        tickmode="array",
        tickvals=[math.log10(value) for value in inside],
        ticktext=[plain(value) for value in inside],
    )

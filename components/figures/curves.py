"""Over training: axes and, where they are known, the values that training should reach."""

import math
from typing import Any

import numpy as np

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import LossSurface, Sweep
from components.figures.base import (
    Figure,
    axis,
    base_layout,
    decade_ticks,
    dotted,
    figure,
    rest_trace,
)

EPOCH_TICKS = (0, 1, 10, 100, 1000, 5000)
ROOM = 0.06
# The highest loss drawn, as a multiple of the loss at the start.
RISE = 20


def curves_figure(sweep: Sweep, surface: LossSurface) -> Figure:
    """Train loss over epochs, both logarithmic; below it weight and bias of the linear model.

    Epochs are drawn at log10(1 + epoch), which shows epoch 0 and gives the first steps room.
    """
    end = math.log10(1 + sweep.settings.epochs)
    losses = _loss_range(sweep, surface)
    epoch_axis = axis("epoch", (-ROOM / 3 * end, end), **_epoch_ticks(sweep.settings.epochs))
    # Large losses have long tick labels.
    loss_axis = axis("train loss", losses, automargin="left", **decade_ticks(*losses))
    if not surface.plane.is_exact:
        layout = base_layout() | dict(xaxis=epoch_axis, yaxis=loss_axis)
        return figure([rest_trace("train loss")], layout)
    lows, highs = zip(surface.box.first, surface.box.second, strict=True)
    range_of_both = min(lows), max(highs)
    layout = base_layout() | dict(
        xaxis=epoch_axis | dict(title=None, showticklabels=False, ticks=""),
        yaxis=loss_axis | dict(domain=[0.54, 1]),
        xaxis2=epoch_axis | dict(anchor="y2"),
        yaxis2=axis("parameters", range_of_both, domain=[0, 0.46], anchor="x2", nticks=4),
    )
    name, ends = surface.optimum_name, (0, end)
    reached = math.log10(max(surface.optimum_loss, 10 ** losses[0]))
    loss, weight, bias = ((value, value) for value in (reached, *surface.optimum.tolist()))
    below: dict[str, Any] = dict(xaxis="x2", yaxis="y2")
    traces = [
        dotted(name, "optimum", ends, loss, width=1.5, xaxis="x", yaxis="y"),
        dotted(f"weight of {name}", "first", ends, weight, width=1.5, **below),
        dotted(f"bias of {name}", "second", ends, bias, width=1.5, **below),
        rest_trace("train loss"),
        rest_trace("weight", **below),
        rest_trace("bias", **below),
    ]
    return figure(traces, layout)


def _loss_range(sweep: Sweep, surface: LossSurface) -> tuple[float, float]:
    """log10 of the lowest loss of the calm runs, and of that at which others leave the chart."""
    # Only the slider's runs count, so that a typed rate does not change the range.
    slider = slice(0, len(SLIDER_LEARNING_RATES))
    is_calm = sweep.calm[slider]
    is_calm = is_calm if is_calm.any() else ~is_calm
    kinds = [sweep.train_loss] + ([] if sweep.validation_loss is None else [sweep.validation_loss])
    calm = np.stack([losses[slider][is_calm] for losses in kinds])
    low = math.log10(max(float(np.nanmin(calm)), 1e-7 * surface.box.height))
    high = math.log10(RISE * float(sweep.train_loss[0, 0]))
    return low - ROOM * (high - low), high


def _epoch_ticks(epochs: int) -> dict[str, Any]:
    inside = [tick for tick in EPOCH_TICKS if tick <= epochs and (tick < 2000 or epochs > 3000)]
    return dict(
        tickmode="array",
        tickvals=[math.log10(1 + tick) for tick in inside],
        ticktext=[str(tick) for tick in inside],
    )

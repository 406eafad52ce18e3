"""What the models of a sweep predict."""

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from app.domain.options import OPTIMIZERS
from app.domain.results import Fit
from app.domain.settings import Settings
from app.domain.stability import l2_decay
from app.engine.datasets import as_tensors, dataset_for
from app.engine.losses import loss_for
from app.engine.network import network_for

SAMPLES = 41
# Where the jumps of threshold units move, they are drawn at the borders of so many cells.
CELLS = 100
# The width of a jump, as a share of the range of the predictor.
JUMP = 1e-6


def fit_of(settings: Settings, params: Float[ndarray, "*stack param"]) -> Fit | None:
    """Predictions over the range of one predictor: a line's two ends, SAMPLES points of a curve, or
    both sides of each jump of threshold units. With cross-entropy, the probability of class 1.

    With several predictors, predictions for at most SAMPLES examples, evenly spaced from the lowest
    target to the highest, to be plotted against the observed targets. None with cross-entropy, and
    for two predictors: the browser computes those of all examples, and of the whole plane, from the
    parameters.
    """
    inputs, targets = as_tensors(dataset_for(settings))
    if len(settings.data.predictors) == 2:
        return None
    if inputs.shape[1] > 1 and settings.loss == "cross_entropy":
        return None
    if inputs.shape[1] > 1:
        ranks = torch.linspace(0, len(targets) - 1, min(SAMPLES, len(targets))).round().long()
        chosen = targets.argsort()[ranks]
        return Fit(targets[chosen].numpy(), _predicted(settings, params, inputs[chosen].numpy()))
    low, high = float(inputs.min()), float(inputs.max())
    if settings.hidden_units and settings.activation == "threshold":
        first = params.reshape(-1, params.shape[-1])[0]
        return _staircase(settings, params, _edges(settings, first, low, high))
    count = 2 if settings.is_quadratic else SAMPLES
    places = torch.linspace(low, high, count).numpy()
    return Fit(places, _predicted(settings, params, places[:, None]))


def _predicted(
    settings: Settings,
    params: Float[ndarray, "*stack param"],
    samples: Float[ndarray, "sample feature"],
) -> Float[ndarray, "*stack sample"]:
    flat = torch.from_numpy(params).reshape(-1, params.shape[-1])
    outputs = network_for(settings).predict(flat, torch.from_numpy(samples).float())
    predictions = loss_for(settings).predict(outputs)
    return predictions.view(*params.shape[:-1], -1).numpy()


def _edges(
    settings: Settings, start: Float[ndarray, "param"], low: float, high: float
) -> Float[ndarray, "edge"]:
    """Both ends of the range, and between them the jumps w x + b = 0 of the first layer's units.

    Nothing moves these but weight decay. It shrinks w and b alike, except as part of a gradient
    whose numbers are scaled one by one.
    """
    if l2_decay(settings) and OPTIMIZERS[settings.optimizer].squares:
        return np.linspace(low, high, CELLS + 1)
    units = settings.hidden_units
    weights, biases = start[:units].astype(float), start[units : 2 * units].astype(float)
    jumps = -biases[weights != 0] / weights[weights != 0]
    inside = jumps[(jumps > low) & (jumps < high)]
    return np.array([low, *np.unique(inside), high])


def _staircase(
    settings: Settings, params: Float[ndarray, "*stack param"], edges: Float[ndarray, "edge"]
) -> Fit:
    """The level between each two neighbouring edges, twice: where it begins and where it ends."""
    left, right = edges[:-1], edges[1:]
    gap = np.minimum(JUMP * (edges[-1] - edges[0]), (right - left) / 4)
    places = np.column_stack([left + gap, right - gap]).ravel()
    places[0], places[-1] = edges[0], edges[-1]
    levels = _predicted(settings, params, ((left + right) / 2)[:, None])
    return Fit(places, np.repeat(levels, 2, axis=-1))

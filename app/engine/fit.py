"""What the models of a sweep predict."""

import torch
from jaxtyping import Float
from numpy import ndarray

from app.domain.results import Fit
from app.domain.settings import Settings
from app.engine.datasets import as_tensors, dataset_for
from app.engine.network import network_for

SAMPLES = 41


def fit_of(settings: Settings, params: Float[ndarray, "*stack param"]) -> Fit:
    """Predictions over the range of one predictor: a line's two ends, or SAMPLES points of a curve.

    With several predictors, predictions for at most SAMPLES examples, evenly spaced from the lowest
    target to the highest, to be plotted against the observed targets.
    """
    inputs, targets = as_tensors(dataset_for(settings))
    if inputs.shape[1] > 1:
        ranks = torch.linspace(0, len(targets) - 1, min(SAMPLES, len(targets))).round().long()
        chosen = targets.argsort()[ranks]
        samples, places = inputs[chosen], targets[chosen]
    else:
        count = 2 if settings.is_linear else SAMPLES
        places = torch.linspace(float(inputs.min()), float(inputs.max()), count)
        samples = places[:, None]
    flat = torch.from_numpy(params).reshape(-1, params.shape[-1])
    predictions = network_for(settings).predict(flat, samples)
    return Fit(places.numpy(), predictions.view(*params.shape[:-1], -1).numpy())

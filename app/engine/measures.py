"""What is measured beside the train loss: at the examples held back, and how many are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from app.domain.settings import Settings
from app.engine.chunks import chunks
from app.engine.datasets import dataset_for
from app.engine.losses import loss_for
from app.engine.network import network_for

Stack = Float[ndarray, "*stack"]


class Accuracies(TypedDict):
    """The shares of the examples whose class is right; None without classes, or none held back."""

    accuracy: Stack | None
    validation_accuracy: Stack | None


def validation_loss(
    settings: Settings, params: Float[ndarray, "*stack param"]
) -> Float[ndarray, "*stack"] | None:
    """The mean loss over the held-back examples, or None if there are none."""
    data, loss = dataset_for(settings), loss_for(settings)
    if not len(data.validation_targets):
        return None
    targets = torch.tensor(data.validation_targets)
    return _of_outputs(settings, params, data.validation_inputs, lambda z: loss.mean(z, targets))


def accuracies(settings: Settings, params: Float[ndarray, "*stack param"]) -> Accuracies:
    """Over the training examples and over those held back."""
    data = dataset_for(settings)
    return {
        "accuracy": _accuracy(settings, params, data.inputs, data.targets),
        "validation_accuracy": _accuracy(
            settings, params, data.validation_inputs, data.validation_targets
        ),
    }


def _accuracy(
    settings: Settings,
    params: Float[ndarray, "*stack param"],
    inputs: Float[ndarray, "example feature"],
    targets: Float[ndarray, "example"],
) -> Float[ndarray, "*stack"] | None:
    """Of the predicted classes c = 0 or 1, those that equal y: the sum of c (2 y - 1) + (1 - y)."""
    if not settings.has_classes or not len(targets):
        return None
    classes, boundary = torch.tensor(targets), settings.loss_option.boundary
    signs, zeros = 2 * classes - 1, (1 - classes).sum()
    return _of_outputs(
        settings, params, inputs, lambda z: (z.gt_(boundary) @ signs + zeros) / len(signs)
    )


def _of_outputs(
    settings: Settings,
    params: Float[ndarray, "*stack param"],
    inputs: Float[ndarray, "example feature"],
    measure: Callable[[Tensor], Tensor],
) -> Float[ndarray, "*stack"]:
    """What `measure` makes of the outputs (row, example) at each of the params."""
    flat, network = torch.from_numpy(params).reshape(-1, params.shape[-1]), network_for(settings)
    examples = torch.tensor(inputs)
    rows = chunks(len(flat), len(inputs))
    found = torch.cat([measure(network.predict(flat[some], examples)) for some in rows])
    return np.asarray(found.view(params.shape[:-1]).numpy())

"""What is measured beside the train loss: at the examples held back, and how many are right."""

from __future__ import annotations

from typing import TypedDict

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from app.domain.settings import Settings
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
    dataset = dataset_for(settings)
    if not len(dataset.validation_targets):
        return None
    outputs = _outputs(settings, params, dataset.validation_inputs)
    loss = loss_for(settings).mean(outputs, torch.tensor(dataset.validation_targets))
    return loss.view(params.shape[:-1]).numpy()


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
    if not settings.has_classes or not len(targets):
        return None
    outputs = _outputs(settings, params, inputs)
    right = (outputs > settings.loss_option.boundary) == (torch.tensor(targets) > 0.5)
    return right.float().mean(dim=1).view(params.shape[:-1]).numpy()


def _outputs(
    settings: Settings,
    params: Float[ndarray, "*stack param"],
    inputs: Float[ndarray, "example feature"],
) -> Float[Tensor, "row example"]:
    flat = torch.from_numpy(params).reshape(-1, params.shape[-1])
    return network_for(settings).predict(flat, torch.tensor(inputs))

"""A finished descent as a Sweep: its frames, and what is true of each run."""

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy import ndarray
from torch import Tensor

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import Dataset, Sweep
from app.domain.settings import Settings
from app.engine.chunks import chunks
from app.engine.curvature import sharpest
from app.engine.datasets import as_tensors, dataset_for, known_optimum
from app.engine.network import Network, network_for
from app.engine.recorder import EARLY_EPOCHS, Descent
from app.engine.verdicts import judge


def sweep_of(settings: Settings, descent: Descent, kept: list[int], frames: list[int]) -> Sweep:
    """The descent at the sweep's frames, with each run judged from every epoch.

    If only the frames were kept, the sweep takes over the descent's own arrays, which become NaN
    after an overflow: those of a large network should not be held twice.
    """
    network, dataset = network_for(settings), dataset_for(settings)
    every_loss = descent.train_loss.numpy()
    sharpness, direction = sharpest(network, descent.params[0, :1], dataset)
    slots = slice(None) if kept == frames else np.searchsorted(kept, frames)
    params, gradients = (array[:, slots].numpy() for array in (descent.params, descent.gradients))
    first = descent.gradients[:, : EARLY_EPOCHS + 1]
    # In float64, along the sharpest direction.
    runs = chunks(len(first), first[0].numel())
    slopes = [first[some].double() @ direction[0, :, 0] for some in runs]
    known = known_optimum(settings)
    judged = judge(
        every_loss,
        torch.cat(slopes).numpy(),
        stuck=_all_units_off(network, descent.params[:, -1], dataset),
        slider_runs=len(SLIDER_LEARNING_RATES),
        known_loss=known[0] if known else None,
    )
    overflow_at = judged.overflow_at[:, None]
    after = (overflow_at >= 0) & (np.array(frames) >= overflow_at)
    validation = validation_loss(settings, params)
    for array in (params, gradients):
        array[after] = np.nan
    return Sweep(
        settings=settings,
        learning_rates=np.array(settings.learning_rates()),
        epochs=np.array(frames),
        params=params,
        train_loss=np.where(after, np.nan, every_loss[:, frames]).astype("float32"),
        gradients=gradients,
        validation_loss=None if validation is None else np.where(after, np.nan, validation),
        diverged_at=judged.diverged_at,
        overflow_at=judged.overflow_at,
        last_loss=np.where(judged.overflow_at < 0, every_loss[:, -1], np.nan).astype("float32"),
        calm=judged.calm,
        verdicts=judged.verdicts,
        arrived=judged.arrived,
        reference_loss=judged.reference_loss,
        reference_name=known[1] if known else "the lowest here",
        start_sharpness=float(sharpness[0, 0]),
    )


def _all_units_off(
    network: Network, last_params: Float[Tensor, "run param"], dataset: Dataset
) -> Bool[ndarray, "run"]:
    """Whether every ReLU unit of some layer outputs 0 for every example.

    Then no gradient reaches the layers below, and the prediction is the same for all examples.
    """
    stuck = np.zeros(len(last_params), dtype=bool)
    if not network.hidden_units or network.activation != "relu":
        return stuck
    inputs, _ = as_tensors(dataset)
    for units in network.unit_values(last_params, inputs):
        stuck |= (units <= 0).flatten(1).all(dim=1).numpy()
    return stuck


def validation_loss(
    settings: Settings, params: Float[ndarray, "*stack param"]
) -> Float[ndarray, "*stack"] | None:
    """The mean squared error over the held-back examples, or None if there are none."""
    dataset = dataset_for(settings)
    if not len(dataset.validation_targets):
        return None
    inputs, targets = dataset.validation_inputs, dataset.validation_targets
    flat = torch.from_numpy(params).reshape(-1, params.shape[-1])
    errors = network_for(settings).predict(flat, torch.tensor(inputs)) - torch.tensor(targets)
    return errors.square().mean(dim=1).view(params.shape[:-1]).numpy()

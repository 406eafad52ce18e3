"""A finished descent as a Sweep: its frames, and what is true of each run."""

from dataclasses import replace

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
from app.engine.datasets import as_tensors, dataset_for
from app.engine.losses import loss_for
from app.engine.measures import accuracies, validation_loss
from app.engine.network import Network, network_for
from app.engine.optima import known_optimum, linear_optimum
from app.engine.recorder import EARLY_EPOCHS, Descent
from app.engine.verdicts import judge

# A run is stuck if in this share of the epochs, the last, no gradient below the output layer
# exceeds SMALLEST_GRADIENT, and its predictions spread by less than this share of the targets.
LATE, SMALLEST_GRADIENT, SMALLEST_SPREAD = 0.2, 1e-9, 1e-3


def sweep_of(settings: Settings, descent: Descent, kept: list[int], frames: list[int]) -> Sweep:
    """The descent at the sweep's frames, with each run judged from every epoch.

    If only the frames were kept, the sweep takes over the descent's own arrays, which become NaN
    after an overflow: those of a large network should not be held twice.
    """
    network, dataset = network_for(settings), dataset_for(settings)
    every_loss = descent.train_loss.numpy()
    sharpness, direction = sharpest(network, descent.params[0, :1], dataset, loss_for(settings))
    slots = slice(None) if kept == frames else np.searchsorted(kept, frames)
    params, gradients = (array[:, slots].numpy() for array in (descent.params, descent.gradients))
    late = gradients[:, np.array(frames) >= (1 - LATE) * settings.epochs]
    shares = accuracies(settings, params)
    known = known_optimum(settings, _has_all_right(shares["accuracy"]))
    is_full_batch = settings.steps_per_epoch == 1
    judged = judge(
        every_loss,
        _early_slopes(descent, direction[0, :, 0]) if is_full_batch else None,
        stuck=_stuck(network, descent.params[:, -1], late, dataset),
        slider_runs=len(SLIDER_LEARNING_RATES),
        known_loss=known.loss if known else None,
        is_quadratic=settings.is_quadratic,
        has_lowest=known is None or known.params is not None,
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
        validation_loss=_up_to(after, validation),
        accuracy=_up_to(after, shares["accuracy"]),
        validation_accuracy=_up_to(after, shares["validation_accuracy"]),
        diverged_at=judged.diverged_at,
        overflow_at=judged.overflow_at,
        last_loss=np.where(judged.overflow_at < 0, every_loss[:, -1], np.nan).astype("float32"),
        calm=judged.calm,
        verdicts=judged.verdicts,
        arrived=judged.arrived,
        levels=np.where(judged.overflow_at < 0, judged.levels, np.nan).astype("float32"),
        reference_loss=judged.reference_loss,
        reference_name=known.name if known else "the lowest here",
        no_lowest_point=known is not None and known.params is None,
        logistic_regression=_logistic_regression(settings),
        start_sharpness=float(sharpness[0, 0]),
    )


def _logistic_regression(settings: Settings) -> Float[ndarray, "param"] | None:
    if not settings.is_linear or settings.is_quadratic:
        return None
    return linear_optimum(replace(settings, weight_decay=0.0)).params


def _has_all_right(shares: Float[ndarray, "run frame"] | None) -> bool:
    """Whether one of the slider's runs ends with every class right."""
    return shares is not None and bool((shares[: len(SLIDER_LEARNING_RATES), -1] == 1).any())


def _up_to(
    after: Bool[ndarray, "run frame"], measured: Float[ndarray, "run frame"] | None
) -> Float[ndarray, "run frame"] | None:
    """NaN from each run's overflow on."""
    return None if measured is None else np.where(after, np.nan, measured).astype("float32")


def _early_slopes(
    descent: Descent, direction: Float[Tensor, "param"]
) -> Float[ndarray, "run step"]:
    """The gradient along a direction at the first epochs, in float64."""
    first = descent.gradients[:, : EARLY_EPOCHS + 1]
    runs = chunks(len(first), first[0].numel())
    return np.asarray(torch.cat([first[some].double() @ direction for some in runs]).numpy())


def _stuck(
    network: Network,
    last_params: Float[Tensor, "run param"],
    late_gradients: Float[ndarray, "run late param"],
    dataset: Dataset,
) -> Bool[ndarray, "run"]:
    """Whether a run predicts the same for all examples, and no gradient could change that.

    Either every ReLU unit of some layer outputs 0 for every example, or no frame of the last fifth
    has a gradient below the output layer: all weights are 0, or all units saturated.
    """
    stuck = np.zeros(len(last_params), dtype=bool)
    if not network.hidden_units:
        return stuck
    inputs, targets = as_tensors(dataset)
    if network.activation == "relu":
        for units in network.unit_values(last_params, inputs):
            stuck |= (units <= 0).flatten(1).all(dim=1).numpy()
    below = late_gradients[:, :, : -network.hidden_units - 1]
    still = (np.abs(below) < SMALLEST_GRADIENT).all(axis=(1, 2))
    if still.any():
        fits = network.predict(last_params, inputs)
        spreads = fits.amax(dim=1) - fits.amin(dim=1)
        stuck |= still & (spreads < SMALLEST_SPREAD * (targets.max() - targets.min())).numpy()
    return stuck

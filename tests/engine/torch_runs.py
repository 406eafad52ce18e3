"""Reference trainings: plain torch, one learning rate at a time, with nn.Module and autograd."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy import ndarray
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils import parameters_to_vector, vector_to_parameters
from torch.optim import lr_scheduler

from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from tests.oracles import flat, global_seed


class Threshold(nn.Module):
    """A step function whose gradient is 0 rather than None."""

    def forward(self, inputs: Tensor) -> Tensor:
        return (inputs > 0).to(inputs) + 0 * inputs


MODULES: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "logistic": nn.Sigmoid,
    "linear": nn.Identity,
    "threshold": Threshold,
}


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared_error": F.mse_loss,
    "cross_entropy": F.binary_cross_entropy_with_logits,
}


def optimizer_for(settings: Settings, module: nn.Module, rate: float) -> torch.optim.Optimizer:
    """The optimizer as a user of torch makes it."""
    known = dict(lr=rate, weight_decay=settings.weight_decay)
    b = settings.momentum
    make = {
        "sgd": lambda params: torch.optim.SGD(params, **known),
        "momentum": lambda params: torch.optim.SGD(params, momentum=b, **known),
        "nesterov": lambda params: torch.optim.SGD(params, momentum=b, nesterov=b > 0, **known),
        "rmsprop": lambda params: torch.optim.RMSprop(params, **known),
        "adagrad": lambda params: torch.optim.Adagrad(params, **known),
        "adam": lambda params: torch.optim.Adam(params, **known),
        "adamw": lambda params: torch.optim.AdamW(params, **known),
        "nadam": lambda params: torch.optim.NAdam(params, **known),
    }
    return make[settings.optimizer](module.parameters())


def scheduler_for(
    settings: Settings, optimizer: torch.optim.Optimizer
) -> lr_scheduler.LRScheduler | None:
    """The schedule as a user of torch makes it, to be stepped after the optimizer."""
    steps, name = settings.step_count, settings.schedule
    if name == "step":
        return lr_scheduler.StepLR(optimizer, step_size=steps // 3, gamma=0.1)
    if name == "exponential":
        return lr_scheduler.ExponentialLR(optimizer, gamma=0.01 ** (1 / steps))
    if name == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    if name == "one_cycle":
        top = optimizer.param_groups[0]["lr"]
        return lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, total_steps=steps, cycle_momentum=False
        )
    if name == "warmup_cosine":
        warmup = settings.warmup_epochs * settings.steps_per_epoch
        rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / 3, total_iters=warmup)
        fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps - warmup)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warmup])
    return None


def advance(optimizer: torch.optim.Optimizer, scheduler: lr_scheduler.LRScheduler | None) -> None:
    """One step of both. SequentialLR warns about how it steps its own parts."""
    optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        if scheduler is not None:
            scheduler.step()


def module_for(
    settings: Settings, params: ndarray | Tensor | None = None, dtype: torch.dtype = torch.float64
) -> nn.Sequential:
    """The network as nn.Linear layers, with these flat parameters or those the seed draws."""
    layers: list[nn.Module] = []
    with global_seed(settings.seed):
        for fans in pairwise(settings.widths):
            layers += [nn.Linear(*fans), MODULES[settings.activation]()]
    module = nn.Sequential(*layers[:-1]).to(dtype)
    if params is not None:
        vector_to_parameters(torch.as_tensor(params).to(dtype).clone(), module.parameters())
    return module


def data_for(settings: Settings, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Inputs (example, feature) and targets (example, 1)."""
    dataset = dataset_for(settings)
    return torch.tensor(dataset.inputs).to(dtype), torch.tensor(dataset.targets)[:, None].to(dtype)


def loss_of(
    settings: Settings, params: ndarray | Tensor, examples: ndarray | slice = slice(None)
) -> float:
    """The train loss over these examples in float64."""
    inputs, targets = data_for(settings)
    predictions = module_for(settings, params)(inputs[examples])
    return LOSSES[settings.loss](predictions, targets[examples]).item()


def gradient_of(
    settings: Settings, params: ndarray | Tensor, examples: ndarray | slice = slice(None)
) -> ndarray:
    """The gradient of `loss_of` by autograd in float64."""
    module, (inputs, targets) = module_for(settings, params), data_for(settings)
    LOSSES[settings.loss](module(inputs[examples]), targets[examples]).backward()
    return torch.cat([part.grad.flatten() for part in module.parameters()]).numpy()


def hessian_of(settings: Settings, params: ndarray | Tensor) -> ndarray:
    """The second derivatives of `loss_of` by autograd in float64."""
    module, (inputs, targets) = module_for(settings), data_for(settings)
    parts = list(module.named_parameters())

    def loss(whole: Tensor) -> Tensor:
        pieces = whole.split([part.numel() for _, part in parts])
        named = {
            name: piece.view_as(part) for (name, part), piece in zip(parts, pieces, strict=True)
        }
        return LOSSES[settings.loss](functional_call(module, named, inputs), targets)

    whole = torch.as_tensor(params).double()
    return torch.autograd.functional.hessian(loss, whole, vectorize=True).numpy()


def orders(settings: Settings) -> Iterator[Tensor]:
    """The order of the examples in each epoch; without minibatches, that of the data."""
    generator = torch.Generator().manual_seed(settings.seed)
    while True:
        if settings.batch_size in (0, settings.example_count):
            yield torch.arange(settings.example_count)
        else:
            yield torch.randperm(settings.example_count, generator=generator)


class LoneTraining(NamedTuple):
    """At the start of each epoch: params (epoch, param) and the train loss (epoch,); after its
    first step, the optimizer's state for each parameter tensor."""

    params: ndarray
    train_loss: ndarray
    states: list[list[dict]]


def lone_training(
    settings: Settings, start: ndarray, rate: float, dtype: torch.dtype = torch.float32
) -> LoneTraining:
    """One learning rate's training, in an ordinary loop over epochs and batches."""
    module, (inputs, targets) = module_for(settings, start, dtype), data_for(settings, dtype)
    optimizer = optimizer_for(settings, module, rate)
    scheduler = scheduler_for(settings, optimizer)
    params, losses, states = [], [], []
    for epoch, order in zip(range(settings.epochs + 1), orders(settings), strict=False):
        params.append(flat(module).numpy())
        losses.append(LOSSES[settings.loss](module(inputs), targets).item())
        for step, batch in enumerate(order.split(settings.batch_size or len(order))):
            optimizer.zero_grad()
            LOSSES[settings.loss](module(inputs[batch]), targets[batch]).backward()
            # The step after the last epoch is not part of the training, but leaves its state.
            advance(optimizer, scheduler if epoch < settings.epochs else None)
            if step == 0:
                states.append([copied(optimizer.state[part]) for part in module.parameters()])
    return LoneTraining(np.array(params), np.array(losses), states)


def copied(state: dict) -> dict:
    return {
        key: value.clone() if isinstance(value, Tensor) else value for key, value in state.items()
    }


def flat_state(states: list[dict], key: str) -> ndarray:
    """One entry of the optimizer's state for all parameters, in flat order."""
    return parameters_to_vector([state[key] for state in states]).numpy()

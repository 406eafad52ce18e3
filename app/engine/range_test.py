"""A learning-rate range test after Smith (2017, https://arxiv.org/abs/1506.01186).

Here the rate grows by equal factors from step to step; Smith used equal differences.
"""

from itertools import chain, repeat

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import RangeTest
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from app.engine.deadline import check
from app.engine.network import network_for
from app.engine.optimizers import Update
from app.engine.training import Batches, start_for

STEPS = 200
# The weight of the previous mean in the running mean of the loss.
SMOOTHING = 0.9


def range_test(settings: Settings, start: Float[ndarray, "param"] | None = None) -> RangeTest:
    """One run whose learning rate grows from the slider's lowest to its highest.

    It grows by the same factor at each minibatch, whose loss is taken before its step. `start` is
    that of the settings, if it is known already.
    """
    network, dataset = network_for(settings), dataset_for(settings)
    state = torch.empty(settings.kept_parts, network.param_count)
    params = start_for(settings) if start is None else torch.tensor(start)
    state[0] = network.to_blocks(params[None])
    batches, update = Batches(settings, network, state, 1, dataset), Update(settings, state)
    rates = np.geomspace(SLIDER_LEARNING_RATES[0], SLIDER_LEARNING_RATES[-1], STEPS)
    losses = []
    every_step = chain.from_iterable(batches.of_epoch() for _ in repeat(None))
    for rate, _ in zip(rates, every_step, strict=False):
        check()
        losses.append(float(batches.loss))
        update.compute()
        state[0].add_(update.at_rate_1, alpha=rate)
    # An exponential running mean, corrected for its start at 0 as Adam's is.
    mean, means = 0.0, []
    for step, loss in enumerate(losses, 1):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        means.append(mean / (1 - SMOOTHING**step))
    return RangeTest(rates, np.array(losses), np.array(means))

"""What a schedule makes of the learning rate at each step: PyTorch's own schedules, written out.

`torch.optim.lr_scheduler` changes one optimizer's rate after each step; here the whole course is
wanted before the first, for all runs at once. The tests step PyTorch's beside these.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain.settings import Settings

STEP_DROP, STEP_PARTS = 0.1, 3
EXPONENTIAL_END = 0.01
# Where LinearLR begins its warm-up by default.
WARMUP_START = 1 / 3
# OneCycleLR's defaults: the share of steps that rise, the first and the last rate.
CYCLE_RISE, CYCLE_FIRST, CYCLE_LAST = 0.3, 1 / 25, 1 / 25e4


def rate_factors(settings: Settings) -> Float[ndarray, "step"]:
    """By what the learning rate is multiplied at each step of the training, float64."""
    warmup = settings.warmup_epochs * settings.steps_per_epoch
    count = settings.step_count
    # The function of the schedule's name.
    factors: ndarray = globals()[settings.schedule](np.arange(count), count, warmup)
    return factors


def constant(step: ndarray, steps: int, warmup: int) -> ndarray:
    """1 at every step."""
    return np.ones(steps)


def step(step: ndarray, steps: int, warmup: int) -> ndarray:
    """StepLR: a tenth after each third of the training."""
    return STEP_DROP ** (step // max(steps // STEP_PARTS, 1))


def exponential(step: ndarray, steps: int, warmup: int) -> ndarray:
    """ExponentialLR: down to a hundredth at the end."""
    return EXPONENTIAL_END ** (step / steps)


def cosine(step: ndarray, steps: int, warmup: int) -> ndarray:
    """CosineAnnealingLR: half a wave from 1 to 0 (Loshchilov & Hutter 2017)."""
    return np.asarray((1 + np.cos(np.pi * step / steps)) / 2)


def warmup_cosine(step: ndarray, steps: int, warmup: int) -> ndarray:
    """SequentialLR of LinearLR, up to 1, and CosineAnnealingLR over what is left."""
    rising = WARMUP_START + (1 - WARMUP_START) * step / warmup
    return np.where(step < warmup, rising, cosine(step - warmup, steps - warmup, 0))


def one_cycle(step: ndarray, steps: int, warmup: int) -> ndarray:
    """OneCycleLR without its cycle of momentum: up in a cosine, then down (Smith & Topin 2018)."""
    peak = CYCLE_RISE * steps - 1
    up = _between(CYCLE_FIRST, 1.0, step / peak)
    return np.where(step <= peak, up, _between(1.0, CYCLE_LAST, (step - peak) / (steps - 1 - peak)))


def _between(start: float, end: float, share: ndarray) -> ndarray:
    return np.asarray(end + (start - end) / 2 * (1 + np.cos(np.pi * share)))

"""The stability edge: the learning rate above which steps grow, and the sharpness at that point.

On a quadratic of curvature c, steps at learning rate a grow once a (c + decay) exceeds a numerator
that the optimizer decides; L2 decay adds to every curvature that the steps follow. So the stability
edge is numerator / (c + decay), and at learning rate a training is at the edge where the sharpness
is numerator / a - decay. An adaptive optimizer rescales the decay together with the curvature.

AdamW steps along a running mean m of the gradients c theta, where b = 0.9, and decays theta itself:
    m <- b m + (1 - b) c theta,  theta <- (1 - a decay) theta - a m.
With a factor z a step, z^2 - (1 - a decay + b - a (1 - b) c) z + b (1 - a decay) = 0. Steps grow
once z = -1 solves this: at c = (2 + 2b)/(1 - b) (1/a - decay/2), which is 38/a - 19 decay.
"""

from app.domain.options import OPTIMIZERS
from app.domain.settings import Settings


def stability_edge(settings: Settings, sharpness: float) -> float:
    """The learning rate above which steps grow at this sharpness, or infinity where there is none.

    For the linear model at a constant learning rate and with the full batch it is the critical one.
    """
    numerator = stability_edge_numerator(settings)
    if numerator is None or sharpness <= 0:
        return float("inf")
    return numerator / (sharpness + settings.weight_decay)


def stability_edge_numerator(settings: Settings) -> float | None:
    """The value of learning rate x curvature above which steps on a quadratic grow, or None: for
    adaptive optimizers only the rescaled sharpness has such a value."""
    return None if OPTIMIZERS[settings.optimizer].squares else sharpness_numerator(settings)


def stability_edge_formula(settings: Settings) -> str:
    """The stability edge as the page prints it: `2/sharpness`."""
    sharpness = "(sharpness + decay)" if settings.weight_decay else "sharpness"
    return f"{OPTIMIZERS[settings.optimizer].stability_formula}/{sharpness}"


def sharpness_numerator(settings: Settings) -> float | None:
    """The value at which learning rate x sharpness settles once training is at the edge, or None.
    The sharpness of an adaptive optimizer is taken as its preconditioner rescales it."""
    numerator = OPTIMIZERS[settings.optimizer].stability_numerator
    return None if numerator is None else numerator(settings.momentum)


def l2_decay(settings: Settings) -> float:
    """The weight decay as far as it is part of the gradient; AdamW's is not."""
    return 0.0 if OPTIMIZERS[settings.optimizer].is_decoupled else settings.weight_decay


def sharpness_decay(settings: Settings) -> float:
    """What weight decay takes off the sharpness at which training is at the edge."""
    option = OPTIMIZERS[settings.optimizer]
    if option.is_decoupled:
        return (sharpness_numerator(settings) or 0) / 2 * settings.weight_decay
    return 0.0 if option.squares else settings.weight_decay


def sharpness_formula(settings: Settings) -> str:
    """The sharpness at the edge as the page prints it: `2 / learning rate`."""
    option = OPTIMIZERS[settings.optimizer]
    numerator = option.stability_formula.replace("/", " / ")
    if option.squares:
        numerator = f"{sharpness_numerator(settings) or 0:g}"
    factor = sharpness_decay(settings) / settings.weight_decay if settings.weight_decay else 0
    times = "" if factor == 1 else f"{factor:g} × "
    return f"{numerator} / learning rate" + (f" − {times}decay" if factor else "")

"""The stability edge: the learning rate above which steps grow, and the sharpness at that point.

On a quadratic of curvature c, steps at learning rate a grow once a (c + decay) exceeds a numerator
that the optimizer decides; L2 decay adds to every curvature that the steps follow. So the stability
edge is numerator / (c + decay), and at learning rate a training is at the edge where the sharpness
is numerator / a - decay.
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


def sharpness_formula(settings: Settings) -> str:
    """The sharpness at the edge as the page prints it: `2 / learning rate`."""
    option = OPTIMIZERS[settings.optimizer]
    if option.squares:
        return f"{sharpness_numerator(settings) or 0:g} / learning rate"
    numerator = option.stability_formula.replace("/", " / ")
    return f"{numerator} / learning rate" + (" − decay" if settings.weight_decay else "")

"""The stability edge: the learning rate above which steps grow, and the sharpness at that point.

On a quadratic of curvature c, steps at learning rate a grow once a (c + decay) exceeds a numerator
that the optimizer decides; L2 decay adds to every curvature that the steps follow. So the stability
edge is numerator / (c + decay), and at learning rate a training is at the edge where the sharpness
is numerator / a - decay.
"""

from __future__ import annotations

from app.settings import ADAM_MOMENTUM, Settings


def stability_edge(settings: Settings, sharpness: float) -> float:
    """The learning rate above which steps grow at this sharpness, or infinity where there is none.

    For the linear model at a constant learning rate and with the full batch it is the critical one.
    """
    numerator = stability_edge_numerator(settings)
    if numerator is None or sharpness <= 0:
        return float("inf")
    return numerator / (sharpness + settings.weight_decay)


def stability_edge_numerator(settings: Settings) -> float | None:
    """The value of learning rate x curvature above which steps on a quadratic grow, or None.

    2 for gradient descent, 2 + 2b for momentum b, (2 + 2b) / (1 + 2b) for Nesterov (Cohen et al.
    2021, https://arxiv.org/abs/2103.00065, appendix B). Adaptive optimizers have no such value:
    see `sharpness_numerator`.
    """
    momentum = settings.momentum
    return {
        "sgd": 2.0,
        "momentum": 2 + 2 * momentum,
        "nesterov": (2 + 2 * momentum) / (1 + 2 * momentum),
    }.get(settings.optimizer)


def stability_edge_formula(settings: Settings) -> str:
    """The stability edge as the page prints it: `2/sharpness`."""
    sharpness = "(sharpness + decay)" if settings.weight_decay else "sharpness"
    return f"{_numerator_formula(settings)}/{sharpness}"


def sharpness_numerator(settings: Settings) -> float | None:
    """The value at which learning rate x sharpness settles once training is at the edge, or None.

    It is `stability_edge_numerator`. The sharpness of an adaptive optimizer is taken as its
    preconditioner rescales it: 2, and (2 + 2b) / (1 - b) = 38 for Adam's b = 0.9 (Cohen et al.
    2022, https://arxiv.org/abs/2207.14484). None for NAdam, whose momentum grows on the way.
    """
    adam = (2 + 2 * ADAM_MOMENTUM) / (1 - ADAM_MOMENTUM)
    adaptive = {"rmsprop": 2.0, "adagrad": 2.0, "adam": adam, "adamw": adam}
    return adaptive.get(settings.optimizer, stability_edge_numerator(settings))


def sharpness_formula(settings: Settings) -> str:
    """The sharpness at the edge as the page prints it: `2 / learning rate`."""
    if stability_edge_numerator(settings) is None:
        return f"{sharpness_numerator(settings) or 0:g} / learning rate"
    numerator = _numerator_formula(settings).replace("/", " / ")
    return f"{numerator} / learning rate" + (" − decay" if settings.weight_decay else "")


def _numerator_formula(settings: Settings) -> str:
    return {"momentum": "(2+2β)", "nesterov": "(2+2β)/(1+2β)"}.get(settings.optimizer, "2")

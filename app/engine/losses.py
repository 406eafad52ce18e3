"""The losses of one example, with their derivatives by the model's output z beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from app.domain.settings import Settings

# From here on, log(1 + e^m) is m to the last digit of a 64-bit number; e^m has no overflow before.
LARGEST_POWER = 40


class Loss(NamedTuple):
    """A loss L(z, y) of the output z and the target y.

    value     L
    error     its derivative by z, but for `factor`, by which it is multiplied afterwards
    bend      its second derivative by z
    known     what `errors_` needs of the targets
    errors_   replaces z by the error, in place, and writes L into another tensor; given `known`
    predict   what the output says of the target: itself, or the probability of class 1
    """

    value: Callable[[Tensor, Tensor], Tensor]
    error: Callable[[Tensor, Tensor], Tensor]
    factor: float
    bend: Callable[[Tensor], Tensor]
    known: Callable[[Tensor], Tensor]
    errors_: Callable[[Tensor, Tensor, Tensor], None]
    predict: Callable[[Tensor], Tensor]

    def mean(
        self, outputs: Float[Tensor, "*stack example"], targets: Float[Tensor, "example"]
    ) -> Float[Tensor, "*stack"]:
        """The mean over the examples."""
        return self.value(outputs, targets).mean(dim=-1)


def _squared_errors_(z: Tensor, y: Tensor, values: Tensor) -> None:
    """z <- e = z - y, L = e^2."""
    z.sub_(y)
    torch.mul(z, z, out=values)


def _margin_errors_(z: Tensor, signs: Tensor, values: Tensor) -> None:
    """With m = s z:  L = log(1 + e^m) and z <- s / (1 + e^-m), which is p - y."""
    z.mul_(signs)
    torch.ops.aten.softplus.out(z, 1, LARGEST_POWER, out=values)
    z.sigmoid_().mul_(signs)


LOSSES: dict[str, Loss] = {
    # L = e^2 with the error e = z - y,  dL/dz = 2 e,  d2L/dz2 = 2.
    "squared_error": Loss(
        value=lambda z, y: (z - y).square_(),
        error=lambda z, y: z - y,
        factor=2,
        bend=lambda z: torch.full_like(z, 2),
        known=lambda y: y,
        errors_=_squared_errors_,
        predict=lambda z: z,
    ),
    # With the probability p = 1 / (1 + e^-z) of class 1:
    #     L = -y log p - (1 - y) log(1 - p),  dL/dz = p - y,  d2L/dz2 = p (1 - p).
    # For the classes y = 0 and 1 let s = 1 - 2 y; then L = log(1 + e^(s z)), exact for any z.
    "cross_entropy": Loss(
        value=lambda z, y: F.softplus((1 - 2 * y) * z, threshold=LARGEST_POWER),
        error=lambda z, y: (1 - 2 * y) * torch.sigmoid((1 - 2 * y) * z),
        factor=1,
        bend=lambda z: torch.sigmoid(z) * torch.sigmoid(-z),
        known=lambda y: 1 - 2 * y,
        errors_=_margin_errors_,
        predict=torch.sigmoid,
    ),
}


def loss_for(settings: Settings) -> Loss:
    """The loss that `settings` ask for."""
    return LOSSES[settings.loss]

"""The activation functions h = f(z), with the derivatives of each beside it.

Derivatives are functions of h alone, so that z need not be kept.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Activation(NamedTuple):
    """An activation function and its derivatives.

    apply_   replaces z by h, in place
    slope    f'(z), given h
    bend     f''(z), given h; None where it is 0
    fused    multiplies dL/dh by f'(z) in place, given h, in one pass over memory where torch has a
             kernel for that; None for `slope` and a multiplication, which take 2 to 6 times as long
    """

    apply_: Callable[[Tensor], object]
    slope: Callable[[Tensor], Tensor]
    bend: Callable[[Tensor], Tensor] | None = None
    fused: Callable[[Tensor, Tensor], object] | None = None

    def backward_(self, gradient: Tensor, h: Tensor) -> None:
        """Replaces dL/dh by dL/dz = dL/dh f'(z), in place."""
        if self.fused is not None:
            self.fused(gradient, h)
        else:
            gradient.mul_(self.slope(h))


_aten = torch.ops.aten
ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        apply_=Tensor.relu_,
        slope=lambda h: (h > 0).to(h.dtype),
        fused=lambda d, h: _aten.threshold_backward.grad_input(d, h, 0, grad_input=d),
    ),
    "tanh": Activation(
        apply_=Tensor.tanh_,
        slope=lambda h: 1 - h * h,
        bend=lambda h: -2 * h * (1 - h * h),
        fused=lambda d, h: _aten.tanh_backward.grad_input(d, h, grad_input=d),
    ),
    "logistic": Activation(
        apply_=Tensor.sigmoid_,
        slope=lambda h: h * (1 - h),
        bend=lambda h: h * (1 - h) * (1 - 2 * h),
        fused=lambda d, h: _aten.sigmoid_backward.grad_input(d, h, grad_input=d),
    ),
    "linear": Activation(
        apply_=lambda z: z,
        slope=torch.ones_like,
        fused=lambda d, h: d,
    ),
    # A step is flat on both sides: no gradient passes it, and the hidden layers never learn.
    "threshold": Activation(
        apply_=lambda z: z.gt_(0),
        slope=torch.zeros_like,
        fused=lambda d, h: d.zero_(),
    ),
}

"""How gradients become steps: `torch.optim` itself, for a whole sweep at once.

It knows one learning rate for all that it is given. So it steps a zeroed `update` at rate 1, which
each run's own rate then scales: every optimizer here moves by a multiple of its learning rate.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim.sgd import sgd

from app.domain.options import OPTIMIZERS
from app.domain.settings import Settings

# `foreach` and `fused` are for many or for large tensors; this is one small one.
_PLAIN: dict[str, Any] = {"lr": 1.0, "foreach": False}
# What torch takes memory for in a step is below a megabyte then: the system gives more than that
# anew each time, which costs more than the step.
AT_ONCE = 200_000


class Update:
    """What the optimizer adds to the params at learning rate 1, from the gradient beside them.

    With decay d: L2 follows the gradient of train loss + d/2 |params|^2; AdamW takes d params off
    after its step (Loshchilov & Hutter 2019).
    """

    def __init__(self, settings: Settings, state: Float[Tensor, "part size"]) -> None:
        self.params, self.gradient = state[:2]
        self.at_rate_1 = state[2] if len(state) > 2 else torch.empty_like(self.params)
        self.preconditioner = state[3] if len(state) > 3 else None
        self.decay = settings.weight_decay
        self._option = OPTIMIZERS[settings.optimizer]
        self._decayed = torch.empty_like(self.params)
        self.direction = self._decayed if self._is_l2 else self.gradient
        self._parts = self.at_rate_1.split(AT_ONCE)
        for part, direction in zip(self._parts, self.direction.split(AT_ONCE), strict=True):
            part.grad = direction
        self.optimizer = _made(settings, list(self._parts))

    @property
    def _is_l2(self) -> bool:
        return self.decay > 0 and not self._option.is_decoupled

    def compute(self) -> None:
        """One step, into `at_rate_1`."""
        if self._is_l2:
            torch.add(self.gradient, self.params, alpha=self.decay, out=self._decayed)
        self.at_rate_1.zero_()
        if self.optimizer is None:
            self._sgd()
        else:
            self.optimizer.step()
        if self.decay and self._option.is_decoupled:
            self.at_rate_1.sub_(self.params, alpha=self.decay)

    def note_preconditioner(self) -> None:
        """By what the last step was divided, into `preconditioner` where there is one: sqrt of the
        squares + eps; Adam's as in its algorithm, corrected for its zero start."""
        if self.preconditioner is None or self.optimizer is None:
            return
        group = self.optimizer.param_groups[0]
        for part, out in zip(self._parts, self.preconditioner.split(AT_ONCE), strict=True):
            memory = self.optimizer.state[part]
            torch.sqrt(memory[self._option.squares], out=out)
            first, second = (
                1 - beta ** float(memory["step"]) for beta in group.get("betas", (0, 0))
            )
            out.mul_(second**-0.5).add_(group["eps"]).mul_(first)

    def _sgd(self) -> None:
        """torch's own functional SGD; the bookkeeping of an Optimizer object costs 10 us a step."""
        sgd(
            [self.at_rate_1], [self.direction], [None], lr=1.0, weight_decay=0.0,
            momentum=0.0, dampening=0.0, nesterov=False, maximize=False, foreach=False,
        )  # fmt: skip


def _made(settings: Settings, parts: list[Tensor]) -> torch.optim.Optimizer | None:
    """The class of the chosen row at learning rate 1; none for plain SGD, see `Update._sgd`."""
    option, more = OPTIMIZERS[settings.optimizer], dict(_PLAIN)
    if settings.optimizer == "sgd":
        return None
    if option.has_momentum:
        # torch rejects nesterov=True at momentum 0, where it would be plain SGD anyway.
        more["momentum"] = settings.momentum
        more["nesterov"] = option.is_nesterov and settings.momentum > 0
    if option.is_decoupled:
        # Its decay needs the params, which torch does not see here: `Update` adds it.
        more["weight_decay"] = 0.0
    made: torch.optim.Optimizer = getattr(torch.optim, option.script)(parts, **more)
    return made

"""The model: its parameters, what it predicts, and its gradient, for a whole stack of runs at once.

A network of no hidden units is linear regression. Parameters stand in two orders:

flat    torch's own: hidden weights, hidden biases, output weights, output bias; what everyone sees
blocks  what the training loop needs: the first weight of every unit of every run, then the second
        ones, ..., then the biases, so that one matrix product serves all units of all runs
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

# Predictions of many stacked networks go through memory in pieces of about this many activations.
ACTIVATIONS_AT_ONCE = 200_000


class Activation(NamedTuple):
    """h = f(z), with its derivatives given by h alone, so that z need not be kept.

    apply_     turns z into h, in place
    backward_  turns dL/dh into dL/dz = dL/dh f'(z), in place, given h
    slope      f'(z)
    bend       f''(z), or None where it is 0
    """

    apply_: Callable[[Tensor], object]
    backward_: Callable[[Tensor, Tensor], object]
    slope: Callable[[Tensor], Tensor]
    bend: Callable[[Tensor], Tensor] | None = None


_aten = torch.ops.aten
ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        Tensor.relu_,
        lambda d, h: _aten.threshold_backward.grad_input(d, h, 0, grad_input=d),
        lambda h: (h > 0).to(h.dtype),
    ),
    "tanh": Activation(
        Tensor.tanh_,
        lambda d, h: _aten.tanh_backward.grad_input(d, h, grad_input=d),
        lambda h: 1 - h * h,
        lambda h: -2 * h * (1 - h * h),
    ),
    "logistic": Activation(
        Tensor.sigmoid_,
        lambda d, h: _aten.sigmoid_backward.grad_input(d, h, grad_input=d),
        lambda h: h * (1 - h),
        lambda h: h * (1 - h) * (1 - 2 * h),
    ),
    "linear": Activation(lambda z: z, lambda d, h: d, torch.ones_like),
    # A step is flat on both sides: no gradient passes it, and the hidden layer never learns.
    "threshold": Activation(lambda z: z.gt_(0), lambda d, h: d.zero_(), torch.zeros_like),
}


@dataclass(frozen=True)
class Network:
    """Widths of a network of one output and at most one hidden layer, and its units' activation."""

    features: int
    hidden_units: int
    activation: str = "relu"

    @property
    def params(self) -> int:
        """How many parameters it has: 1-10-1 has 31."""
        width, outgoing = self.features + 1, self.hidden_units
        return outgoing * width + outgoing + 1 if outgoing else width

    def initial_params(self, seed: int) -> Float[Tensor, "param"]:
        """The parameters that `nn.Linear` layers draw after `torch.manual_seed(seed)`, float32."""
        generator = torch.Generator().manual_seed(seed)
        if not self.hidden_units:
            return _drawn_layer(self.features, 1, generator)
        hidden = _drawn_layer(self.features, self.hidden_units, generator)
        return torch.cat([hidden, _drawn_layer(self.hidden_units, 1, generator)])

    def predict(
        self, params: Float[Tensor, "stack param"], inputs: Float[Tensor, "example feature"]
    ) -> Float[Tensor, "stack example"]:
        """Predictions of each stacked network: v . f(W x + b) + c, or w . x + b."""
        if not self.hidden_units:
            return torch.addmm(params[:, -1:], params[:, :-1], inputs.T)
        size = max(1, ACTIVATIONS_AT_ONCE // (self.hidden_units * len(inputs)))
        return torch.cat([self._predict_piece(piece, inputs) for piece in params.split(size)])

    def _predict_piece(
        self, params: Float[Tensor, "stack param"], inputs: Float[Tensor, "example feature"]
    ) -> Float[Tensor, "stack example"]:
        hidden, outgoing, last_bias = self.split(params)
        units = hidden.reshape(-1, self.features + 1) @ with_ones(inputs)
        ACTIVATIONS[self.activation].apply_(units)
        units = units.view(len(params), self.hidden_units, len(inputs))
        return torch.baddbmm(last_bias[:, :, None], outgoing[:, None, :], units)[:, 0]

    def split(
        self, flat: Float[Tensor, "stack param"]
    ) -> tuple[
        Float[Tensor, "stack unit column"], Float[Tensor, "stack unit"], Float[Tensor, "stack 1"]
    ]:
        """Each unit's weights with its bias as the last column, output weights, output bias."""
        weights, biases, outgoing, last_bias = flat.split(
            [self.hidden_units * self.features, self.hidden_units, self.hidden_units, 1], dim=-1
        )
        weights = weights.view(len(flat), self.hidden_units, self.features)
        return torch.cat([weights, biases[:, :, None]], dim=-1), outgoing, last_bias

    def to_blocks(self, flat: Float[Tensor, "run param"]) -> Float[Tensor, "size"]:
        """The runs' flat params as the one block vector that a gradient works on."""
        if not self.hidden_units:
            return flat.reshape(-1).clone()
        hidden, outgoing, last_bias = self.split(flat)
        return torch.cat(
            [part.reshape(-1) for part in (hidden.permute(2, 0, 1), outgoing, last_bias)]
        )

    def from_blocks(
        self, blocks: Float[Tensor, "frame size"], runs: int
    ) -> Float[Tensor, "run frame param"]:
        """Kept block vectors back in torch's flat order."""
        frames, units, columns = len(blocks), self.hidden_units, self.features + 1
        if not units:
            return blocks.reshape(frames, runs, -1).transpose(0, 1).contiguous()
        hidden, *output = blocks.split([runs * units * columns, runs * units, runs], dim=1)
        hidden = hidden.reshape(frames, columns, runs, units).permute(2, 0, 3, 1)
        outgoing, last_bias = (part.reshape(frames, runs, -1).transpose(0, 1) for part in output)
        weights = hidden[..., :-1].reshape(runs, frames, -1)
        return torch.cat([weights, hidden[..., -1], outgoing, last_bias], dim=-1)


def _drawn_layer(fan_in: int, fan_out: int, generator: torch.Generator) -> Float[Tensor, "param"]:
    """Weights, then biases, as `nn.Linear.reset_parameters` draws them."""
    weights = torch.empty(fan_out, fan_in)
    torch.nn.init.kaiming_uniform_(weights, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(fan_in)
    biases = torch.empty(fan_out).uniform_(-bound, bound, generator=generator)
    return torch.cat([weights.flatten(), biases])


def with_ones(inputs: Float[Tensor, "example feature"]) -> Float[Tensor, "column example"]:
    """Inputs as columns over a row of ones, so that a bias is one more weight."""
    return torch.cat([inputs.T, torch.ones(1, len(inputs), dtype=inputs.dtype)]).contiguous()


class LinearGradient:
    """Loss and gradient of linear regression for all runs; every array is made once.

    With error e = w x + b - y:  L = mean(e^2),  dL/dw = 2 mean(e x),  dL/db = 2 mean(e).
    """

    def __init__(
        self,
        state: Float[Tensor, "2 size"],
        runs: int,
        inputs: Float[Tensor, "example feature"],
        targets: Float[Tensor, "example"],
    ) -> None:
        self.inputs, self.targets = with_ones(inputs), targets
        self.scaled_inputs = self.inputs.T * (2 / len(inputs))
        self.params, self._gradient = (part.view(runs, -1) for part in state)
        self._errors = torch.empty(runs, len(inputs))
        self._squares = torch.empty_like(self._errors)

    def compute(self, train_loss: Float[Tensor, "run"]) -> None:
        """Writes each run's loss into `train_loss`, and its gradient beside the params."""
        torch.mm(self.params, self.inputs, out=self._errors)
        self._errors.sub_(self.targets)
        torch.mul(self._errors, self._errors, out=self._squares)
        torch.mean(self._squares, dim=1, out=train_loss)
        torch.mm(self._errors, self.scaled_inputs, out=self._gradient)


class HiddenGradient:
    """Loss and gradient of a network of one hidden layer for all runs; every array is made once.

    Backpropagation by hand. Forward, with z = W x + b, h = f(z) and prediction v . h + c, then
    backward from g = dL/d prediction = 2 e / n:

        dL/dv = g h    dL/dc = sum g    dL/dz = g v f'(z)    dL/d[W b] = dL/dz [x 1]

    The autograd of torch takes about four times as long and agrees (see the tests).
    """

    def __init__(
        self,
        state: Float[Tensor, "2 size"],
        runs: int,
        inputs: Float[Tensor, "example feature"],
        targets: Float[Tensor, "example"],
        activation: Activation,
    ) -> None:
        self.activation = activation
        examples, columns = len(inputs), inputs.shape[1] + 1
        units = (state.shape[1] // runs - 1) // (columns + 1)
        self.inputs, self.targets = with_ones(inputs), targets
        shapes = ((columns, runs * units), (runs, 1, units), (runs, 1, 1))
        self._hidden, self._outgoing, self._last_bias = _views(state[0], shapes)
        self._d_hidden, self._d_outgoing, self._d_last_bias = _views(state[1], shapes)
        self._units = torch.empty(runs * units, examples)
        self._d_units = torch.empty_like(self._units)
        self._stacked = (runs, units, examples)
        self._errors = torch.empty(runs, 1, examples)
        self._squares = torch.empty_like(self._errors)

    def compute(self, train_loss: Float[Tensor, "run"]) -> None:
        """Writes each run's loss into `train_loss`, and its gradient beside the params."""
        units, errors = self._units, self._errors
        stacked_units, d_units = units.view(self._stacked), self._d_units

        torch.mm(self._hidden.T, self.inputs, out=units)
        self.activation.apply_(units)
        torch.baddbmm(self._last_bias, self._outgoing, stacked_units, out=errors)
        errors.sub_(self.targets)
        torch.mul(errors, errors, out=self._squares)
        torch.mean(self._squares, dim=(1, 2), out=train_loss)

        errors.mul_(2 / errors.shape[2])
        torch.bmm(errors, stacked_units.transpose(1, 2), out=self._d_outgoing)
        torch.sum(errors, dim=2, keepdim=True, out=self._d_last_bias)
        torch.mul(self._outgoing.transpose(1, 2), errors, out=d_units.view(self._stacked))
        self.activation.backward_(d_units, units)
        # In this order the product is six times as fast as its transpose.
        torch.mm(self.inputs, d_units.T, out=self._d_hidden)


def _views(blocks: Tensor, shapes: tuple[tuple[int, ...], ...]) -> list[Tensor]:
    """Consecutive parts of a block vector as views of the given shapes."""
    parts = blocks.split([math.prod(shape) for shape in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]

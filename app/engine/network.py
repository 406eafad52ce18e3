"""The model: its parameters, predictions and gradient, for a whole stack of runs at once.

A network without hidden units is a linear model. Its output is a prediction, or with cross-entropy
a logit. Parameters come in two orders:

flat    torch's order, used everywhere but in the training loop: hidden weights, hidden biases,
        output weights, output bias
blocks  the training loop's order: the first weight of every unit of every run, then the second
        ones, ..., then the biases, so that one matrix product serves all units of all runs
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from app.domain.settings import Settings, count_params, layer_widths
from app.engine.activations import ACTIVATIONS
from app.engine.deadline import checked
from app.engine.losses import Loss

# Stacked networks are evaluated in chunks of about this many activations.
ACTIVATIONS_AT_ONCE = 200_000


class Parts(NamedTuple):
    """The parameters of stacked networks by layer.

    hidden     the first hidden layer: each unit's weights, then its bias in the last column
    further    weights and biases of each further hidden layer
    """

    hidden: Float[Tensor, "stack unit column"]
    further: tuple[tuple[Float[Tensor, "stack unit unit"], Float[Tensor, "stack unit"]], ...]
    outgoing: Float[Tensor, "stack unit"]
    last_bias: Float[Tensor, "stack 1"]


@dataclass(frozen=True)
class Network:
    """The shape of a network with one output: `hidden_layers` layers of `hidden_units` units each.

    With 0 hidden units there is no hidden layer.
    """

    features: int
    hidden_units: int
    activation: str = "relu"
    hidden_layers: int = 1

    @property
    def widths(self) -> tuple[int, ...]:
        """The width of every layer from the inputs to the output, such as (1, 10, 1)."""
        return layer_widths(self.features, self.hidden_units, self.hidden_layers)

    @property
    def param_count(self) -> int:
        """The number of parameters; widths (1, 10, 1) give 31."""
        return count_params(self.widths)

    def initial_params(
        self, seed: int, initialization: str = "pytorch", scale: float = 1.0
    ) -> Float[Tensor, "param"]:
        """Initial parameters by one of INITIALIZATIONS, times `scale`; float32.

        "pytorch" draws what `nn.Linear` layers draw after `torch.manual_seed(seed)`.
        """
        generator, draw = torch.Generator().manual_seed(seed), INITIALIZATIONS[initialization]
        layers = [draw(*fans, generator) for fans in pairwise(self.widths)]
        return torch.cat(layers) * scale

    def predict(
        self, params: Float[Tensor, "stack param"], inputs: Float[Tensor, "example feature"]
    ) -> Float[Tensor, "stack example"]:
        """The output of each stacked network: v . f(W x + b) + c, or w . x + b."""
        if not self.hidden_units:
            return torch.addmm(params[:, -1:], params[:, :-1], inputs.T)
        size = max(1, ACTIVATIONS_AT_ONCE // (self.hidden_units * len(inputs)))
        parts = checked(params.split(size))
        return torch.cat([self._predict_chunk(some, inputs) for some in parts])

    def _predict_chunk(
        self, params: Float[Tensor, "stack param"], inputs: Float[Tensor, "example feature"]
    ) -> Float[Tensor, "stack example"]:
        parts, units = self.split(params), self.unit_values(params, inputs)[-1]
        return torch.baddbmm(parts.last_bias[:, :, None], parts.outgoing[:, None, :], units)[:, 0]

    def unit_values(
        self, params: Float[Tensor, "stack param"], inputs: Float[Tensor, "example feature"]
    ) -> list[Float[Tensor, "stack unit example"]]:
        """The outputs of each hidden layer's units."""
        parts, apply_ = self.split(params), ACTIVATIONS[self.activation].apply_
        units = parts.hidden.reshape(-1, self.features + 1) @ with_ones(inputs)
        apply_(units)
        layers = [units.view(len(params), self.hidden_units, len(inputs))]
        for weights, biases in parts.further:
            layers.append(torch.baddbmm(biases[:, :, None], weights, layers[-1]))
            apply_(layers[-1])
        return layers

    def split(self, flat: Float[Tensor, "stack param"]) -> Parts:
        """Flat parameters by layer."""
        sizes = [size for fans in pairwise(self.widths) for size in (fans[0] * fans[1], fans[1])]
        weights, biases, *further, outgoing, last_bias = flat.split(sizes, dim=-1)
        weights = weights.view(len(flat), self.hidden_units, self.features)
        squares = [part.view(len(flat), self.hidden_units, -1) for part in further[::2]]
        return Parts(
            torch.cat([weights, biases[:, :, None]], dim=-1),
            tuple(zip(squares, further[1::2], strict=True)),
            outgoing,
            last_bias,
        )

    def to_blocks(self, flat: Float[Tensor, "run param"]) -> Float[Tensor, "size"]:
        """The runs' flat params as one vector in block order."""
        if not self.hidden_units:
            return flat.reshape(-1).clone()
        hidden, further, outgoing, last_bias = self.split(flat)
        parts = [hidden.permute(2, 0, 1), *chain(*further), outgoing, last_bias]
        return torch.cat([part.reshape(-1) for part in parts])

    def from_blocks(
        self, blocks: Float[Tensor, "frame size"], runs: int
    ) -> Float[Tensor, "run frame param"]:
        """Vectors in block order as flat params again."""
        frames, units, columns = len(blocks), self.hidden_units, self.features + 1
        if not units:
            return blocks.reshape(frames, runs, -1).transpose(0, 1).contiguous()
        further = (units * units, units) * (self.hidden_layers - 1)
        sizes = [runs * size for size in (units * columns, *further, units, 1)]
        hidden, *rest = blocks.split(sizes, dim=1)
        hidden = hidden.reshape(frames, columns, runs, units).permute(2, 0, 3, 1)
        weights = hidden[..., :-1].reshape(runs, frames, -1)
        rest = [part.reshape(frames, runs, -1).transpose(0, 1) for part in rest]
        return torch.cat([weights, hidden[..., -1], *rest], dim=-1)


def network_for(settings: Settings) -> Network:
    """The network that `settings` ask for."""
    return Network(
        settings.widths[0], settings.hidden_units, settings.activation, settings.hidden_layers
    )


def _pytorch(fan_in: int, fan_out: int, generator: torch.Generator) -> Float[Tensor, "layer_param"]:
    """Weights, then biases, as `nn.Linear.reset_parameters` draws them."""
    weights = torch.empty(fan_out, fan_in)
    torch.nn.init.kaiming_uniform_(weights, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(fan_in)
    biases = torch.empty(fan_out).uniform_(-bound, bound, generator=generator)
    return torch.cat([weights.flatten(), biases])


def _drawn_by(draw: Callable[..., Tensor], **how: Any) -> Callable[[int, int, Any], Tensor]:
    """Weights as a function of `torch.nn.init` draws them, and biases 0."""

    def layer(fan_in: int, fan_out: int, generator: torch.Generator) -> Tensor:
        weights = draw(torch.empty(fan_out, fan_in), generator=generator, **how)
        return torch.cat([weights.flatten(), torch.zeros(fan_out)])

    return layer


INITIALIZATIONS: dict[str, Callable[[int, int, torch.Generator], Tensor]] = {
    "pytorch": _pytorch,
    # Within sqrt(6 / (fan_in + fan_out)) of 0 (Glorot & Bengio 2010).
    "xavier": _drawn_by(torch.nn.init.xavier_uniform_),
    # Within sqrt(6 / fan_in) of 0 (He et al. 2015).
    "he": _drawn_by(torch.nn.init.kaiming_uniform_, nonlinearity="relu"),
    # Units that start equal get equal gradients and stay equal.
    "zeros": lambda fan_in, fan_out, _: torch.zeros((fan_in + 1) * fan_out),
}


def with_ones(inputs: Float[Tensor, "example feature"]) -> Float[Tensor, "column example"]:
    """Inputs as columns above a row of ones, so that a bias is one more weight."""
    return torch.cat([inputs.T, torch.ones(1, len(inputs), dtype=inputs.dtype)]).contiguous()


class LinearGradient:
    """Loss and gradient of a linear model for all runs. Every array is allocated once.

    With output z = w x + b and error e = dL/dz:  dL/dw = mean(e x),  dL/db = mean(e).
    """

    def __init__(
        self,
        state: Float[Tensor, "part size"],
        runs: int,
        inputs: Float[Tensor, "example feature"],
        targets: Float[Tensor, "example"],
        loss: Loss,
    ) -> None:
        self.inputs, self.known, self.loss = with_ones(inputs), loss.known(targets), loss
        self.scaled_inputs = self.inputs.T * (loss.factor / len(inputs))
        self.params, self._gradient = (part.view(runs, -1) for part in state[:2])
        self._errors = torch.empty(runs, len(inputs))
        self._values = torch.empty_like(self._errors)

    def use(self, columns: Float[Tensor, "column example"], known: Tensor) -> None:
        """Replaces the examples by as many others, with what the loss needs of their targets."""
        self.inputs, self.known = columns, known
        torch.mul(columns.T, self.loss.factor / len(known), out=self.scaled_inputs)

    def compute(self, train_loss: Float[Tensor, "run"]) -> None:
        """Writes each run's loss into `train_loss`, and its gradient into the state."""
        torch.mm(self.params, self.inputs, out=self._errors)
        self.loss.errors_(self._errors, self.known, self._values)
        torch.mean(self._values, dim=1, out=train_loss)
        torch.mm(self._errors, self.scaled_inputs, out=self._gradient)


class HiddenGradient:
    """Loss and gradient of a network with hidden layers for all runs. Every array is allocated
    once.

    Backpropagation by hand takes a quarter of the time of torch's autograd, and the tests compare
    the two. Forward z = W x + b, h = f(z), output v . h + c; backward from g = dL/d output, the
    error of each example by their number:

        dL/dv = g h        dL/dc = sum g        dL/dh = g v      dL/dz = dL/dh f'(z)
        dL/dW = dL/dz x    dL/db = sum dL/dz    dL/dx = W' dL/dz, if x comes from a layer below
    """

    def __init__(
        self,
        network: Network,
        state: Float[Tensor, "part size"],
        runs: int,
        inputs: Float[Tensor, "example feature"],
        targets: Float[Tensor, "example"],
        loss: Loss,
    ) -> None:
        self.activation, self.loss = ACTIVATIONS[network.activation], loss
        units, columns, examples = network.hidden_units, network.features + 1, len(inputs)
        self.inputs, self.known = with_ones(inputs), loss.known(targets)
        further = network.hidden_layers - 1
        layer = ((runs, units, units), (runs, units, 1))
        shapes = ((columns, runs * units), *layer * further, (runs, 1, units), (runs, 1, 1))
        self._hidden, *self._further, self._outgoing, self._last_bias = _views(state[0], shapes)
        self._d_hidden, *self._d_further, self._d_outgoing, self._d_last_bias = _views(
            state[1], shapes
        )
        self._layers = [torch.empty(runs, units, examples) for _ in range(1 + further)]
        self._d_layers = [torch.empty_like(layer) for layer in self._layers]
        self._errors = torch.empty(runs, 1, examples)
        self._values = torch.empty_like(self._errors)

    def use(self, columns: Float[Tensor, "column example"], known: Tensor) -> None:
        """Replaces the examples by as many others, with what the loss needs of their targets."""
        self.inputs, self.known = columns, known

    def compute(self, train_loss: Float[Tensor, "run"]) -> None:
        """Writes each run's loss into `train_loss`, and its gradient into the state."""
        errors = self._errors
        self._forward(train_loss)

        errors.mul_(self.loss.factor / errors.shape[2])
        units, d_units = self._layers[-1], self._d_layers[-1]
        torch.bmm(errors, units.transpose(1, 2), out=self._d_outgoing)
        torch.sum(errors, dim=2, keepdim=True, out=self._d_last_bias)
        torch.mul(self._outgoing.transpose(1, 2), errors, out=d_units)
        self.activation.backward_(d_units, units)
        self._backward()
        # This product is six times as fast as its transpose.
        torch.mm(self.inputs, self._d_layers[0].view(-1, errors.shape[2]).T, out=self._d_hidden)

    def _forward(self, train_loss: Float[Tensor, "run"]) -> None:
        errors, first = self._errors, self._layers[0]
        torch.mm(self._hidden.T, self.inputs, out=first.view(-1, first.shape[2]))
        self.activation.apply_(first)
        for k in range(1, len(self._layers)):
            weights, biases = self._further[2 * k - 2 : 2 * k]
            torch.baddbmm(biases, weights, self._layers[k - 1], out=self._layers[k])
            self.activation.apply_(self._layers[k])
        torch.baddbmm(self._last_bias, self._outgoing, self._layers[-1], out=errors)
        self.loss.errors_(errors, self.known, self._values)
        torch.mean(self._values, dim=(1, 2), out=train_loss)

    def _backward(self) -> None:
        """Backpropagates through the further hidden layers, from the last to the second."""
        for k in range(len(self._layers) - 1, 0, -1):
            d_weights, d_biases = self._d_further[2 * k - 2 : 2 * k]
            units, d_units, below = self._layers[k - 1], self._d_layers[k], self._d_layers[k - 1]
            torch.bmm(d_units, units.transpose(1, 2), out=d_weights)
            torch.sum(d_units, dim=2, keepdim=True, out=d_biases)
            torch.bmm(self._further[2 * k - 2].transpose(1, 2), d_units, out=below)
            self.activation.backward_(below, units)


def _views(blocks: Tensor, shapes: tuple[tuple[int, ...], ...]) -> list[Tensor]:
    """Consecutive parts of a vector in block order, as views of the given shapes."""
    parts = blocks.split([math.prod(shape) for shape in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]

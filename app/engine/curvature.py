"""The Hessian of the train loss and its largest eigenvalue, the sharpness, in float64."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from app.engine.network import Network, with_ones
from app.results import Dataset


def hessian(
    network: Network, params: Float[Tensor, "stack param"], dataset: Dataset
) -> Float[Tensor, "stack param param"]:
    """Second derivatives of the mean squared error by params, in torch's flat order, float64.

    With error e and J = d prediction / d params, H = 2/n (J'J + sum e d2 prediction / d params2).
    Between a ReLU's kinks a prediction is linear in the hidden parameters and in the output
    weights, so the second term only pairs an output weight with its own unit's weights and bias.
    """
    inputs = with_ones(torch.tensor(dataset.inputs).double())
    targets = torch.tensor(dataset.targets).double()
    params = params.double()
    if not network.hidden_units:
        return (2 / inputs.shape[1] * inputs @ inputs.T).expand(len(params), -1, -1)
    hidden, outgoing, last_bias = network.split(params)
    units = hidden @ inputs
    errors = (outgoing[:, None] @ units.relu()) + last_bias[:, :, None] - targets
    # d unit / d [weights, bias], then back to the flat order: all weights, then all biases.
    slopes = ((units > 0).double()[:, :, None] * inputs).movedim(2, 1)  # stack column unit example
    slopes = torch.cat([slopes[:, :-1].transpose(1, 2).flatten(1, 2), slopes[:, -1]], dim=1)
    owner = _owners(network)
    ones = torch.ones(len(params), 1, inputs.shape[1], dtype=torch.float64)
    jacobian = torch.cat([outgoing[:, owner, None] * slopes, units.relu(), ones], dim=1)
    result = jacobian @ jacobian.transpose(1, 2)
    pairs = (slopes * errors).sum(dim=2)
    rows = torch.arange(len(owner))
    result[:, rows, len(owner) + owner] += pairs
    result[:, len(owner) + owner, rows] += pairs
    return result * (2 / inputs.shape[1])


def sharpest(
    network: Network, params: Float[Tensor, "stack param"], dataset: Dataset
) -> tuple[Float[Tensor, "stack"], Float[Tensor, "stack param"]]:
    """The sharpness at each of the stacked params, and the unit direction in which it is found."""
    values, vectors = torch.linalg.eigh(hessian(network, params, dataset))
    return values[:, -1], vectors[:, :, -1]


def sharpness(
    network: Network, params: Float[Tensor, "stack param"], dataset: Dataset
) -> Float[Tensor, "stack"]:
    """The sharpness at each of the stacked params."""
    values: Tensor = torch.linalg.eigvalsh(hessian(network, params, dataset))
    return values[:, -1]


def _owners(network: Network) -> Tensor:
    """For each hidden weight, then each hidden bias, in flat order: the unit that it belongs to."""
    units = torch.arange(network.hidden_units)
    return torch.cat([units.repeat_interleave(network.features), units])

"""The Hessian of the train loss and its largest eigenvalue, the sharpness, in float64."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from app.engine.network import ACTIVATIONS, Network, with_ones
from app.results import Dataset


def hessian(
    network: Network, params: Float[Tensor, "stack param"], dataset: Dataset
) -> Float[Tensor, "stack param param"]:
    """Second derivatives of the mean squared error by params, in torch's flat order, float64.

    With error e and J = d prediction / d params, H = 2/n (J'J + sum e d2 prediction / d params2).
    The second term pairs an output weight v with its own unit's weights and bias (by f'), and these
    with each other (by v f''); everything else has none.
    """
    inputs = with_ones(torch.tensor(dataset.inputs).double())
    params, scale = params.double(), 2 / inputs.shape[1]
    if not network.hidden_units:
        return (scale * inputs @ inputs.T).expand(len(params), -1, -1)
    hidden, outgoing, last_bias = network.split(params)
    activation, units = ACTIVATIONS[network.activation], hidden @ inputs
    activation.apply_(units)
    errors = outgoing[:, None] @ units + last_bias[:, :, None] - torch.tensor(dataset.targets)
    slopes = activation.slope(units)[:, :, None] * inputs  # stack unit column example
    places = _places(network)  # unit column
    rows, columns = places.flatten(), places.numel() + torch.arange(len(places))

    jacobian = torch.ones(*params.shape, inputs.shape[1], dtype=torch.float64)
    jacobian[:, rows] = (outgoing[:, :, None, None] * slopes).flatten(1, 2)
    jacobian[:, columns] = units
    result = jacobian @ jacobian.transpose(1, 2)

    pairs = (slopes * errors[:, :, None]).sum(dim=-1)  # stack unit column
    result[:, places, columns[:, None]] += pairs
    result[:, columns[:, None], places] += pairs
    if activation.bend is not None:
        bends = (outgoing[:, :, None] * errors * activation.bend(units))[:, :, None] * inputs
        result[:, places[:, :, None], places[:, None, :]] += bends @ inputs.T
    return result * scale


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


def _places(network: Network) -> Int[Tensor, "unit column"]:
    """Where each unit's weights and, in the last column, its bias stand in torch's flat order."""
    units, features = network.hidden_units, network.features
    weights = torch.arange(units * features).view(units, features)
    return torch.cat([weights, (units * features + torch.arange(units))[:, None]], dim=1)

"""The Hessian of the train loss and its largest eigenvalue, the sharpness, in float64.

Sharpness is the largest curvature of the loss in any direction.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from app.domain.results import Dataset
from app.engine.activations import ACTIVATIONS
from app.engine.chunks import chunks
from app.engine.deadline import check
from app.engine.losses import Loss
from app.engine.network import Network, with_ones

LANCZOS_STEPS = 40
# For more parameters than this, the whole Hessian costs more than its products with vectors.
DENSE_PARAMS = 150


def hessian(
    network: Network, params: Float[Tensor, "stack param"], dataset: Dataset, loss: Loss
) -> Float[Tensor, "stack param param"]:
    """Second derivatives of the train loss by params, in flat order and float64, for a network with
    at most one hidden layer.

    With J = d output / d params, and of each example's loss by its output the first derivative e
    and the second c,  H = 1/n (J'C J + sum e d2 output / d params2).
    In the second term only two kinds of pairs are not 0: an output weight v with its unit's weights
    and bias (f'), and these with each other (v f'').
    """
    inputs = with_ones(torch.tensor(dataset.inputs).double())
    params, targets = params.double(), torch.tensor(dataset.targets)
    if not network.hidden_units:
        bends = loss.bend(torch.addmm(params[:, -1:], params[:, :-1], inputs[:-1]))
        return (inputs * bends[:, None]) @ inputs.T / inputs.shape[1]
    hidden, _, outgoing, last_bias = network.split(params)
    activation, units = ACTIVATIONS[network.activation], hidden @ inputs
    activation.apply_(units)
    outputs = outgoing[:, None] @ units + last_bias[:, :, None]
    errors = loss.factor * loss.error(outputs, targets.double())
    slopes = activation.slope(units)[:, :, None] * inputs  # stack unit column example
    places = _places(network)  # unit column
    rows, columns = places.flatten(), places.numel() + torch.arange(len(places))

    jacobian = torch.ones(*params.shape, inputs.shape[1], dtype=torch.float64)
    jacobian[:, rows] = (outgoing[:, :, None, None] * slopes).flatten(1, 2)
    jacobian[:, columns] = units
    result = (jacobian * loss.bend(outputs)) @ jacobian.transpose(1, 2)

    pairs = (slopes * errors[:, :, None]).sum(dim=-1)  # stack unit column
    result[:, places, columns[:, None]] += pairs
    result[:, columns[:, None], places] += pairs
    if activation.bend is not None:
        bends = (outgoing[:, :, None] * errors * activation.bend(units))[:, :, None] * inputs
        result[:, places[:, :, None], places[:, None, :]] += bends @ inputs.T
    return result / inputs.shape[1]


def sharpest(
    network: Network,
    params: Float[Tensor, "stack param"],
    dataset: Dataset,
    loss: Loss,
    count: int = 1,
    preconditioners: Float[Tensor, "stack param"] | None = None,
    decay: float = 0.0,
) -> tuple[Float[Tensor, "stack count"], Float[Tensor, "stack param count"]]:
    """The `count` largest eigenvalues of the Hessian at each of the stacked params, in descending
    order, and their unit eigenvectors.

    With preconditioners P and L2 decay d, those of P^-1/2 (H + d I) P^-1/2. They are also the
    eigenvalues of P^-1 (H + d I), the curvature that counts for an adaptive optimizer (Cohen et al.
    2022, https://arxiv.org/abs/2207.14484).
    """
    scale = _scale(preconditioners)
    if _is_dense(network):
        matrices = _rescaled(hessian(network, params, dataset, loss), scale, decay)
        values, vectors = torch.linalg.eigh(matrices)
    else:
        multiply = _multiplier(network, params, dataset, loss)
        values, vectors = lanczos(
            lambda v: scale * (multiply(scale * v) + decay * scale * v), params.shape
        )
    return values[:, -count:].flip(1), vectors[:, :, -count:].flip(2)


def sharpness(
    network: Network,
    params: Float[Tensor, "stack param"],
    dataset: Dataset,
    loss: Loss,
    preconditioners: Float[Tensor, "stack param"] | None = None,
    decay: float = 0.0,
) -> Float[Tensor, "stack"]:
    """The sharpness at each of the stacked params, as `sharpest` has it, in chunks whose Jacobians
    or bases fit into the processor's caches."""
    rows = len(dataset.targets) if _is_dense(network) else LANCZOS_STEPS
    parts = []
    for some in chunks(len(params), rows * network.param_count):
        rescaled = None if preconditioners is None else preconditioners[some]
        if _is_dense(network):
            # Eigenvalues alone cost a third of eigenvalues with directions.
            matrices = hessian(network, params[some], dataset, loss)
            matrices = _rescaled(matrices, _scale(rescaled), decay)
            parts.append(torch.linalg.eigvalsh(matrices)[:, -1])
        else:
            found = sharpest(network, params[some], dataset, loss, 1, rescaled, decay)
            parts.append(found[0][:, 0])
    return torch.cat(parts)


def _scale(preconditioners: Tensor | None) -> Float[Tensor, "one_or_stack one_or_param"]:
    return torch.ones(1, 1) if preconditioners is None else preconditioners.double().rsqrt()


def _is_dense(network: Network) -> bool:
    is_deep = network.hidden_units > 0 and network.hidden_layers > 1
    return not is_deep and network.param_count <= DENSE_PARAMS


def _rescaled(
    matrices: Float[Tensor, "stack param param"],
    scale: Float[Tensor, "one_or_stack one_or_param"],
    decay: float,
) -> Float[Tensor, "stack param param"]:
    decayed = matrices + decay * torch.eye(matrices.shape[1])
    return scale[:, :, None] * decayed * scale[:, None, :]


def _multiplier(
    network: Network, params: Float[Tensor, "stack param"], dataset: Dataset, loss: Loss
) -> Callable[[Tensor], Tensor]:
    """Multiplies by the Hessian at each of the stacked params, by autograd: H v is the gradient of
    gradient . v."""
    params = params.double().detach().requires_grad_()
    inputs, targets = (torch.tensor(part).double() for part in (dataset.inputs, dataset.targets))
    total = loss.mean(network.predict(params, inputs), targets).sum()
    (gradient,) = torch.autograd.grad(total, params, create_graph=True)
    return lambda v: torch.autograd.grad(
        gradient, params, v, retain_graph=True, materialize_grads=True
    )[0]


def lanczos(
    multiply: Callable[[Tensor], Tensor], shape: torch.Size
) -> tuple[Float[Tensor, "stack step"], Float[Tensor, "stack param step"]]:
    """Approximate eigenvalues, ascending, and eigenvectors of a stack of symmetric matrices.

    Lanczos's method with full reorthogonalization. After LANCZOS_STEPS products the extreme
    eigenvalues are exact to many digits; with as many steps as parameters, all are.

    Args:
        multiply: Multiplies each matrix by a vector, (stack param) -> (stack param).
        shape: (stack, param).
    """
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(shape, generator=generator, dtype=torch.float64)
    steps = min(LANCZOS_STEPS, shape[1])
    basis = torch.zeros(shape[0], steps, shape[1], dtype=torch.float64)
    small = torch.zeros(shape[0], steps, steps, dtype=torch.float64)
    rest, length, largest = start, start.norm(dim=1), torch.zeros(shape[0], dtype=torch.float64)
    for k in range(steps):
        check()
        basis[:, k] = rest / length[:, None]
        rest = multiply(basis[:, k])
        small[:, k, k] = (rest * basis[:, k]).sum(dim=1)
        largest = torch.maximum(largest, rest.norm(dim=1))
        known = basis[:, : k + 1]
        rest = _orthogonal(rest, known)
        length = rest.norm(dim=1)
        if k + 1 == steps:
            break
        # If only rounding is left, the subspace is complete: continue uncoupled in a new one.
        ended = length <= 1e-10 * largest
        small[:, k, k + 1] = small[:, k + 1, k] = length.masked_fill(ended, 0.0)
        if ended.any():
            fresh = torch.randn(shape, generator=generator, dtype=torch.float64)
            rest = torch.where(ended[:, None], _orthogonal(fresh, known), rest)
            length = rest.norm(dim=1)
    values, vectors = torch.linalg.eigh(small)
    return values, basis.transpose(1, 2) @ vectors


def _orthogonal(
    vectors: Float[Tensor, "stack param"], basis: Float[Tensor, "stack step param"]
) -> Float[Tensor, "stack param"]:
    """The part of the vectors that is orthogonal to the basis. Two passes suffice (Parlett)."""
    for _ in range(2):
        shares = torch.einsum("ski,si->sk", basis, vectors)
        vectors = vectors - torch.einsum("ski,sk->si", basis, shares)
    return vectors


def _places(network: Network) -> Int[Tensor, "unit column"]:
    """The flat indices of each unit's weights and, in the last column, of its bias."""
    units, features = network.hidden_units, network.features
    weights = torch.arange(units * features).view(units, features)
    return torch.cat([weights, (units * features + torch.arange(units))[:, None]], dim=1)

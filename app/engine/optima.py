"""The lowest point that a training leads to, as far as it is known without training."""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from jaxtyping import Float
from numpy import ndarray

from app.domain.options import OPTIMIZERS
from app.domain.results import Dataset
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from app.engine.regressions import least_squares, logistic_regression


class Optimum(NamedTuple):
    """The best weights and, last, the bias; the train loss there; and what this is called.

    Where the loss has no lowest point, `params` is None and `loss` is what it comes ever closer to.
    """

    params: Float[ndarray, "param"] | None
    loss: float
    name: str


NO_LOWEST_POINT = "no lowest point"
# Found once for each data set, and kept as long as that: a linear program takes up to 60 ms.
_LOGISTIC: WeakKeyDictionary[Dataset, Optimum] = WeakKeyDictionary()


def linear_optimum(settings: Settings) -> Optimum:
    """Where a linear model's training leads to.

    Without decay this is least squares, or logistic regression. With L2 decay it is the minimum of
    train loss + decay/2 |params|^2, which shrinks the bias too. AdamW's decoupled decay has no such
    closed form, and what is returned is the optimum without decay.
    """
    dataset, decay = dataset_for(settings), settings.weight_decay
    decay = 0.0 if OPTIMIZERS[settings.optimizer].is_decoupled else decay
    with_decay = " with weight decay" if decay else ""
    if settings.is_quadratic:
        known = dataset.least_squares, dataset.least_squares_loss
        best = least_squares(dataset.inputs, dataset.targets, decay) if decay else known
        return Optimum(*best, f"least squares{with_decay}")
    if decay:
        found = logistic_regression(dataset.inputs, dataset.targets, decay)
        return Optimum(*found, f"logistic regression{with_decay}")
    if dataset not in _LOGISTIC:
        params, loss = logistic_regression(dataset.inputs, dataset.targets)
        name = NO_LOWEST_POINT if params is None else "logistic regression"
        _LOGISTIC[dataset] = Optimum(params, loss, name)
    return _LOGISTIC[dataset]


def known_optimum(settings: Settings, has_all_right: bool = False) -> Optimum | None:
    """Where training leads to, or None if it is not known.

    has_all_right  whether some network of this shape predicts the class of every training example:
                   a longer output layer then only makes it surer, and no loss is the lowest
    """
    if not settings.is_linear:
        is_endless = (
            has_all_right and settings.loss == "cross_entropy" and not settings.weight_decay
        )
        return Optimum(None, 0.0, NO_LOWEST_POINT) if is_endless else None
    is_decoupled = OPTIMIZERS[settings.optimizer].is_decoupled and settings.weight_decay > 0
    return None if is_decoupled else linear_optimum(settings)

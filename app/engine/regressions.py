"""The lowest point of a linear model's loss, where there is one: least squares, and for two classes
logistic regression."""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from scipy.optimize import linprog
from scipy.special import expit

FLOAT32_ROUNDING = 2.0**-23
MOST_STEPS = 100
# Newton's method ends where a step would lower the loss by less than this share.
SMALLEST_FALL = 1e-14


def least_squares(
    inputs: Float[ndarray, "example feature"],
    targets: Float[ndarray, "example"],
    decay: float = 0.0,
) -> tuple[Float[ndarray, "param"], float]:
    """The weights and, last, the bias at which mean squared error + decay/2 |params|^2 is least,
    and the mean squared error there; if there are many such, short ones.

    Solved in columns of length 1. As they come, income beside a rate makes columns so different in
    length that a solver takes the shorter one for rounding. What differs by no more than the
    rounding of float32 is rounding, though: a predictor in two units is one predictor.
    """
    columns = _columns(inputs)
    known = targets.astype("float64")
    # |X p - y|^2 + strength |p|^2 has the form of |X p - y|^2, with rows of p itself below X.
    strength = decay * len(columns) / 2
    rows = np.vstack([columns, np.sqrt(strength) * np.eye(columns.shape[1])])
    # A constant predictor may be 0 everywhere.
    lengths = np.linalg.norm(rows, axis=0)
    lengths[lengths == 0] = 1
    wanted = np.append(known, np.zeros(columns.shape[1]))
    params = np.linalg.lstsq(rows / lengths, wanted, FLOAT32_ROUNDING)[0] / lengths
    return params, float(np.mean((columns @ params - known) ** 2))


def logistic_regression(
    inputs: Float[ndarray, "example feature"],
    targets: Float[ndarray, "example"],
    decay: float = 0.0,
) -> tuple[Float[ndarray, "param"] | None, float]:
    """The weights and, last, the bias at which mean cross-entropy + decay/2 |params|^2 is least,
    and the mean cross-entropy there. None for the parameters if nothing keeps them finite: some
    line has examples on their own sides alone, and the loss of these falls towards 0 for ever. The
    loss is then what it comes ever closer to.
    """
    columns = _columns(inputs)
    signs = 1 - 2 * targets.astype("float64")
    kept = np.ones(len(signs), bool)
    while decay == 0 and kept.any():
        apart = _separable(columns[kept], signs[kept])
        if not apart.any():
            break
        kept[np.flatnonzero(kept)[apart]] = False
    if not kept.any():
        return None, 0.0
    params = _newton(columns[kept], signs[kept], decay)
    loss = float(np.logaddexp(0, signs * (columns @ params))[kept].sum() / len(signs))
    return (params if kept.all() else None), loss


def _columns(inputs: Float[ndarray, "example feature"]) -> Float[ndarray, "example param"]:
    return np.column_stack([inputs, np.ones(len(inputs))]).astype("float64")


def _separable(
    columns: Float[ndarray, "example param"], signs: Float[ndarray, "example"]
) -> Bool[ndarray, "example"]:
    """The examples that some parameters p put strictly on their own side, while they put none on
    the wrong one (Albert & Anderson 1984). A linear program: the largest sum of t, where
    0 <= t <= 1 and -s x . p >= t for each example. At its end each t is 0 or 1, as p may have any
    length.
    """
    count, width = columns.shape
    scaled = columns / np.abs(columns).max(axis=0, where=columns != 0, initial=1e-300)
    constraints = np.hstack([signs[:, None] * scaled, np.eye(count)])
    found = linprog(
        c=np.append(np.zeros(width), -np.ones(count)),
        A_ub=constraints,
        b_ub=np.zeros(count),
        bounds=[(None, None)] * width + [(0, 1)] * count,
        method="highs",
    )
    margins = -signs * (scaled @ found.x[:width])
    # Within the solver's tolerance, 1e-7, an example on the line is on either side of it.
    is_true = bool((margins > -1e-6).all())
    return np.asarray((margins > 0.5) & is_true)


def _newton(
    columns: Float[ndarray, "example param"], signs: Float[ndarray, "example"], decay: float
) -> Float[ndarray, "param"]:
    """The lowest point of mean log(1 + e^(s x . p)) + decay/2 |p|^2, by Newton's method with halved
    steps. Columns of length 1, as for least squares."""
    lengths = np.linalg.norm(columns, axis=0) / np.sqrt(len(columns))
    lengths[lengths == 0] = 1
    rows, penalty = signs[:, None] * columns / lengths, decay / lengths**2
    params = np.zeros(columns.shape[1])

    def loss(p: Float[ndarray, "param"]) -> float:
        return float(np.logaddexp(0, rows @ p).mean() + penalty @ p**2 / 2)

    value = loss(params)
    for _ in range(MOST_STEPS):
        wrong = expit(rows @ params)
        gradient = rows.T @ wrong / len(rows) + penalty * params
        weights = wrong * (1 - wrong) / len(rows)
        hessian = rows.T @ (weights[:, None] * rows) + np.diag(penalty)
        step = np.linalg.lstsq(hessian, gradient, FLOAT32_ROUNDING**2)[0]
        size = 1.0
        while size > 1e-6 and loss(params - size * step) > value:
            size /= 2
        lower = loss(params - size * step)
        if not lower < value:
            break
        params, fallen, value = params - size * step, value - lower, lower
        if fallen < SMALLEST_FALL * value:
            break
    return np.asarray(params / lengths)

"""The verdict on each run, judged from its loss at every epoch.

overflow     the loss became infinite or NaN
stuck        every ReLU unit of some layer outputs 0 for every example at the end
diverged     the last loss is above the first
oscillating  the slope changes sign in at least half of the first steps
too slow     the last loss is well above the reference
converging   none of these

The first that fits is the run's verdict.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

# Too slow: the last loss exceeds the reference by more than both of these shares.
SHARE_OF_REFERENCE = 0.1
SHARE_OF_START = 0.001
# Slopes below this share of the first are rounding noise, and their signs do not count.
SMALLEST_SLOPE = 1e-4


class Judged(NamedTuple):
    """What `judge` finds.

    diverged_at     the epoch from which the loss stays above its start, or -1
    overflow_at     the epoch of the first non-finite loss, or -1
    calm            whether the loss never exceeds its start
    arrived         whether the last loss is close to the reference
    reference_loss  what "too slow" is measured against: the known optimum's loss, else the lowest
                    last loss of the slider's runs
    """

    verdicts: tuple[str, ...]
    diverged_at: Int[ndarray, "run"]
    overflow_at: Int[ndarray, "run"]
    calm: Bool[ndarray, "run"]
    arrived: Bool[ndarray, "run"]
    reference_loss: float


def judge(
    train_loss: Float[ndarray, "run epoch"],
    early_slopes: Float[ndarray, "run step"],
    stuck: Bool[ndarray, "run"],
    slider_runs: int,
    known_loss: float | None,
) -> Judged:
    """The verdict on each run, with the epochs of divergence and overflow.

    Args:
        train_loss: At every epoch.
        early_slopes: The gradient along the start's sharpest direction at the first epochs.
        stuck: Whether every unit of some layer is off for every example at the end.
        slider_runs: How many of the runs, from the first, may be the reference.
        known_loss: The loss that training leads to, or None if it is not known.
    """
    # After an overflow, a loss that is finite again means nothing.
    finite = np.logical_and.accumulate(np.isfinite(train_loss), axis=1)
    overflow_at = np.where(finite.all(axis=1), -1, (~finite).argmax(axis=1))
    above = ~finite | (train_loss > train_loss[:, :1])
    # From where a run stays above its start to the end.
    last_below = above.shape[1] - 1 - (~above)[:, ::-1].argmax(axis=1)
    diverged_at = np.where(above[:, -1], last_below + 1, -1)
    last = np.where(overflow_at < 0, train_loss[:, -1], np.inf)
    reference = known_loss if known_loss is not None else last[:slider_runs].min()
    allowed = max(SHARE_OF_REFERENCE * reference, SHARE_OF_START * float(train_loss[0, 0]))
    arrived = last <= reference + allowed
    choices = [
        ("overflow", overflow_at >= 0),
        ("stuck", stuck),
        ("diverged", last > train_loss[:, 0]),
        ("oscillating", _zigzags(early_slopes)),
        ("too slow", ~arrived),
        ("converging", np.full(len(last), True)),
    ]
    fits = np.argmax(np.stack([holds for _, holds in choices]), axis=0)
    verdicts = tuple(choices[index][0] for index in fits)
    calm = np.invert(above.any(axis=1))
    return Judged(verdicts, diverged_at, overflow_at, calm, arrived, float(reference))


def _zigzags(slopes: Float[ndarray, "run step"]) -> Bool[ndarray, "run"]:
    """Whether the slope changes its sign in at least half of the steps in which it counts."""
    counts = np.abs(slopes) > SMALLEST_SLOPE * np.abs(slopes[:, :1])
    steps = counts[:, :-1] & counts[:, 1:]
    turns = steps & (np.sign(slopes[:, :-1]) != np.sign(slopes[:, 1:]))
    turned: ndarray = (steps.sum(axis=1) > 0) & (2 * turns.sum(axis=1) >= steps.sum(axis=1))
    return turned

"""Each run's outcome, judged from every epoch. The first that fits is the run's verdict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

# Too slow: what is left above the reference is more than both of these shares.
SHARE_OF_REFERENCE = 0.1
SHARE_OF_START = 0.001
# Signs count only while the gradient is above this share of its start, where they are not noise.
SMALLEST_SLOPE = 1e-4


class Judged(NamedTuple):
    """Epochs are -1 where a run never did. The reference is what "too slow" is measured against:
    the known optimum, else the lowest last loss of the slider's runs."""

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
    """Verdicts, and the epochs of divergence and overflow.

    early_slopes  the gradient along the start's sharpest direction at the first epochs
    stuck         every hidden unit is off for every example at the end
    known_loss    where training leads, if that is known
    slider_runs   how many of the runs, from the first, may be the reference
    """
    # Once a run has overflowed, a loss that looks finite again means nothing.
    finite = np.logical_and.accumulate(np.isfinite(train_loss), axis=1)
    overflow_at = first_true(~finite)
    above = ~finite | (train_loss > train_loss[:, :1])
    diverged_at = _above_to_the_end(above)
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


def first_true(flags: Bool[ndarray, "run epoch"]) -> Int[ndarray, "run"]:
    """The first epoch at which each run's flag is set, or -1."""
    return np.where(flags.any(axis=1), flags.argmax(axis=1), -1)


def _above_to_the_end(above: Bool[ndarray, "run epoch"]) -> Int[ndarray, "run"]:
    """The first epoch from which a run stays above its start until the end, or -1."""
    last_below = above.shape[1] - 1 - (~above)[:, ::-1].argmax(axis=1)
    return np.where(above[:, -1], last_below + 1, -1)


def _zigzags(slopes: Float[ndarray, "run step"]) -> Bool[ndarray, "run"]:
    """Does the slope change its sign in at least half of the steps in which it still counts?"""
    counts = np.abs(slopes) > SMALLEST_SLOPE * np.abs(slopes[:, :1])
    steps = counts[:, :-1] & counts[:, 1:]
    turns = steps & (np.sign(slopes[:, :-1]) != np.sign(slopes[:, 1:]))
    turned: ndarray = (steps.sum(axis=1) > 0) & (2 * turns.sum(axis=1) >= steps.sum(axis=1))
    return turned

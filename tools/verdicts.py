"""How often a verdict contradicts what a person says who looks at the loss curve.

`make verdicts` trains random settings, reads each curve by code that shares nothing with
`app/engine/verdicts.py`, and prints the share of cells in which the two contradict each other. A
reading is a set: where people would hesitate, more than one word is right.
"""

import argparse
import random
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy import ndarray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from app.domain.cost_model import estimated_seconds
from app.domain.errors import InvalidSetting
from app.domain.fields import NAMES, SLIDER_LEARNING_RATES
from app.domain.link import query
from app.domain.results import Dataset
from app.domain.settings import Settings
from app.engine import train
from app.engine.datasets import dataset_for
from app.engine.network import network_for
from app.engine.recorder import Training
from tools.report import Figure, report

ALLOWED = 0.03
# What the reading is made of: shares of the way from the start to the best, of the best, of the
# epochs. Between the two values of a pair both words are right.
LEFT, ABOVE = (0.05, 0.3), (1.1, 1.4)
FALL, RISES, TURNS = (0.0001, 0.03), (0.1, 0.3), (0.3, 0.6)


class Curve(NamedTuple):
    """A loss curve as the eye takes it in."""

    start: float
    half: float
    end: float
    rises: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweeps", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="print the link of each contradiction")
    options = parser.parse_args()
    torch.set_num_threads(1)
    chance, cells, wrong = random.Random(options.seed), 0, Counter[tuple[str, str]]()
    for _ in range(options.sweeps):
        training = train(random_settings(chance), keeps_history=False)
        readings = readings_of(training)
        cells += len(readings)
        for run, (verdict, said) in enumerate(zip(training.sweep.verdicts, readings, strict=True)):
            if verdict in said:
                continue
            wrong[verdict, " or ".join(sorted(said))] += 1
            if options.list:
                one = replace(training.sweep.settings, learning_rate=SLIDER_LEARNING_RATES[run])
                print(f"?{query(one)}: {verdict}, where the curve says {' or '.join(sorted(said))}")
    for (verdict, said), count in wrong.most_common():
        print(f"{count:5} {verdict}, where the curve says {said}")
    about = f"seed {options.seed}, {options.sweeps} sweeps, {cells} cells: "
    report([Figure("contradictions", wrong.total() / cells, ALLOWED)], about)


def random_settings(chance: random.Random) -> Settings:
    """Plain settings often, and everything else sometimes; none that takes long."""
    pick, maybe = chance.choice, lambda share: chance.random() < share
    while True:
        chosen = dict(
            dataset=pick([*NAMES["dataset"].rows]),
            loss=pick([*NAMES["loss"].rows]),
            seed=chance.randint(0, 99),
            hidden_units=0 if maybe(0.25) else pick([1, 2, 4, 8, 10, 16, 32]),
            hidden_layers=pick([1, 1, 2, 3]),
            activation=pick(["relu", "relu", *NAMES["activation"].rows]),
            epochs=pick([100, 200, 500, 1000, 2000]),
            optimizer="sgd" if maybe(0.4) else pick([*NAMES["optimizer"].rows]),
            schedule="constant" if maybe(0.6) else pick([*NAMES["schedule"].rows]),
            batch_size=0 if maybe(0.7) else pick([1, 4, 10, 32]),
            weight_decay=0 if maybe(0.8) else pick([0.001, 0.01, 0.1, 1]),
            initialization="pytorch" if maybe(0.6) else pick([*NAMES["initialization"].rows]),
            initial_scale=1 if maybe(0.7) else pick([0.1, 0.5, 3]),
        )
        try:
            settings = Settings(**chosen)
        except InvalidSetting:
            continue
        if estimated_seconds(settings) < 0.7:
            return settings


def readings_of(training: Training) -> list[set[str]]:
    """What the curve of each run may be called."""
    losses, sweep = training.descent.train_loss.double().numpy(), training.sweep
    curves = [seen(curve) for curve in losses]
    finite = [curve.end for curve in curves[:41] if np.isfinite(curve.end)]
    is_endless = falls_for_ever(training)
    known = 0.0 if is_endless else known_loss(sweep.settings)
    best = known if known is not None else min([*finite, curves[0].start])
    turns = turned(sweep.gradients[:, :21].astype(float), sweep.settings)
    is_flat, is_still = flat_fits(training)
    return [
        {"stuck"}
        if still and np.isfinite(curve.end)
        else reading(curve, best, known, turn, is_endless) | ({"stuck"} if flat else set())
        for curve, turn, flat, still in zip(curves, turns, is_flat, is_still, strict=True)
    ]


def seen(losses: ndarray) -> Curve:
    """The eye smooths a curve that jumps: what it sees at the half and at the end is the middle of
    the losses nearby."""
    if not np.isfinite(losses).all():
        return Curve(losses[0], np.nan, np.inf, np.nan)
    width, half = max(len(losses) // 15, 1), len(losses) // 2
    rises = float(np.mean(np.diff(losses[half:]) > 2e-5 * losses[half:-1]))
    end = losses[-1] if rises < RISES[0] else np.median(losses[-width:])
    return Curve(losses[0], float(np.median(losses[half - width // 2 :][:width])), end, rises)


def reading(
    curve: Curve, best: float, known: float | None, turns: float | None, is_endless: bool
) -> set[str]:
    """The words for a curve that is not flat.

    best        the loss that can be had
    turns       in which share of the first steps the gradient turns round; None with minibatches
    is_endless  whether the loss falls for ever: no multiple of the best is then near
    """
    start, half, end, rises = curve
    if not np.isfinite(end):
        return {"overflow"}
    highest = max(start, known or 0)
    if end > 1.05 * highest:
        return {"diverged"}
    words = {"diverged"} if end > 1.005 * highest else set()
    left, above = (end - best) / max(start - best, 1e-3 * start), end / max(best, 1e-3 * start)
    above = 1 if is_endless else above
    zigzag = set() if turns is None else {"oscillating"} if turns > TURNS[0] else set()
    if left < LEFT[1] and above < ABOVE[1]:
        straight = set() if turns is not None and turns > TURNS[1] else {"converging"}
        words |= zigzag | straight
    if left < LEFT[0] and above < ABOVE[0]:
        return words
    fall = (half - end) / max(half - best, 1e-12)
    if rises > RISES[0] or zigzag:
        words |= {"oscillating"}
    if rises < RISES[1] or fall > 0.2:
        words |= {"too slow"} if fall > FALL[0] else set()
        words |= {"stalled"} if fall < FALL[1] else set()
    return words


def turned(gradients: ndarray, settings: Settings) -> list[float | None]:
    """In which share of the first steps each run's gradient turns against the first one."""
    if settings.steps_per_epoch > 1:
        return [None] * len(gradients)
    along = np.einsum("rfp,p->rf", np.nan_to_num(gradients), gradients[0, 0])
    along /= max(float(gradients[0, 0] @ gradients[0, 0]), 1e-300)
    counts = np.minimum(abs(along[:, :-1]), abs(along[:, 1:])) > 1e-3
    turns = (along[:, :-1] * along[:, 1:] < 0) & counts
    return list(turns.sum(axis=1) / np.maximum(counts.sum(axis=1), 1))


def flat_fits(training: Training) -> tuple[ndarray, ndarray]:
    """Which networks predict the same everywhere, and which of them besides move no weight below
    the output any more."""
    settings, data = training.sweep.settings, dataset_for(training.sweep.settings)
    params = np.nan_to_num(training.descent.params.numpy())
    if settings.is_linear:
        return np.zeros(len(params), bool), np.zeros(len(params), bool)
    inputs = torch.tensor(data.inputs)
    fits = network_for(settings).predict(torch.tensor(params[:, -1]), inputs).numpy()
    is_flat = np.ptp(fits, axis=1) < 2e-3 * np.ptp(data.targets)
    late = training.kept_epochs >= 0.8 * settings.epochs
    below = params[:, late, : -settings.hidden_units - 1]
    moved = np.abs(below - below[:, -1:]).max(axis=(1, 2))
    return is_flat, is_flat & (moved <= 1e-6 * np.abs(below).max(axis=(1, 2)))


def columns_of(data: Dataset) -> ndarray:
    """The inputs, and a column of ones for the bias."""
    return np.column_stack([data.inputs, np.ones(len(data.inputs))]).astype(float)


def logistic_model(columns: ndarray, targets: ndarray, decay: float) -> LogisticRegression:
    """Fitted with the bias as one more weight, which decays as the others do."""
    strength = 1 / (decay * len(columns)) if decay else np.inf
    model = LogisticRegression(C=strength, fit_intercept=False, tol=1e-8, max_iter=10_000)
    return model.fit(columns, targets)


def falls_for_ever(training: Training) -> bool:
    """Whether cross-entropy has no lowest point: without decay, one model has every class right."""
    sweep, settings = training.sweep, training.sweep.settings
    if settings.loss != "cross_entropy" or settings.weight_decay:
        return False
    if settings.is_linear:
        data = dataset_for(settings)
        columns = columns_of(data)
        return bool(logistic_model(columns, data.targets, 0).score(columns, data.targets) == 1)
    return sweep.accuracy is not None and bool((sweep.accuracy[:41, -1] == 1).any())


def known_loss(settings: Settings) -> float | None:
    """The train loss at the minimum of a linear model, by its normal equations, or of two classes
    by scikit-learn."""
    if not settings.is_linear or (settings.weight_decay and settings.optimizer == "adamw"):
        return None
    data = dataset_for(settings)
    columns = columns_of(data)
    if settings.loss == "cross_entropy":
        model = logistic_model(columns, data.targets, settings.weight_decay)
        return float(log_loss(data.targets, model.predict_proba(columns)))
    decay = settings.weight_decay * len(columns) / 2 * np.eye(columns.shape[1])
    best = np.linalg.lstsq(columns.T @ columns + decay, columns.T @ data.targets, rcond=None)[0]
    return float(np.mean((columns @ best - data.targets) ** 2))


if __name__ == "__main__":
    main()

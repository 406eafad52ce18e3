"""Runs and sweeps as CSV: what a spreadsheet or a student's own script reads."""

import csv
import io
from collections.abc import Iterable

import numpy as np

from app.domain.plane_choice import parameter_names
from app.domain.results import RunDetail, Sweep
from app.domain.user_data import UserData


def run_csv(sweep: Sweep, detail: RunDetail) -> str:
    """One line for each epoch of a run: its losses, with classes the share of the examples that are
    right, and all its parameters, in all their digits."""
    measured = {
        "train_loss": detail.train_loss,
        "validation_loss": detail.validation_loss,
        "accuracy": detail.accuracy,
        "validation_accuracy": detail.validation_accuracy,
    }
    known = {name: values for name, values in measured.items() if values is not None}
    columns = [detail.epochs, *known.values(), *detail.params.T]
    heads = ["epoch", *known, *parameter_names(sweep.settings)]
    return _written(heads, zip(*columns, strict=True))


def sweep_csv(sweep: Sweep) -> str:
    """One line for each learning rate and kept epoch; where a run has overflowed, no number."""
    shares = {"accuracy": sweep.accuracy, "validation_accuracy": sweep.validation_accuracy}
    known = {name: values for name, values in shares.items() if values is not None}
    measured = np.stack([sweep.train_loss, *known.values()], axis=2)
    return _written(
        ["learning_rate", "verdict", "epoch", "train_loss", *known],
        (
            (rate, verdict, epoch, *numbers)
            for rate, verdict, run in zip(
                sweep.learning_rates, sweep.verdicts, measured, strict=True
            )
            for epoch, numbers in zip(sweep.epochs, run, strict=True)
        ),
    )


def user_data_csv(user_data: UserData) -> str:
    """A person's own examples as the exported script reads them, to the last digit.

    A name that begins with = or @ has a blank before it, so that no spreadsheet computes it. A name
    may well begin with a minus, as -log10(p) does.
    """
    names = [*user_data.predictors, user_data.target]
    heads = [f" {name}" if name.startswith(("=", "@")) else name for name in names]
    return _written(heads, user_data.table.tolist())


def _written(heads: list[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    # As text, a number has the fewest digits that read back as the same.
    written = ((str(value) for value in row) for row in rows)
    writer.writerows(["" if value == "nan" else value for value in row] for row in written)
    return text.getvalue()

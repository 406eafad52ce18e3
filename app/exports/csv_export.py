"""Runs and sweeps as CSV: what a spreadsheet or a student's own script reads."""

import csv
import io
from collections.abc import Iterable

from app.domain.plane_choice import parameter_names
from app.domain.results import RunDetail, Sweep
from app.domain.user_data import UserData


def run_csv(sweep: Sweep, detail: RunDetail) -> str:
    """One line for each epoch of a run: its losses and all its parameters, in all their digits."""
    validation = [] if detail.validation_loss is None else [detail.validation_loss]
    heads = ["epoch", "train_loss", *(["validation_loss"] if validation else [])]
    columns = [detail.epochs, detail.train_loss, *validation, *detail.params.T]
    return _written([*heads, *parameter_names(sweep.settings)], zip(*columns, strict=True))


def sweep_csv(sweep: Sweep) -> str:
    """One line for each learning rate and kept epoch; where a run has overflowed, no number."""
    return _written(
        ["learning_rate", "verdict", "epoch", "train_loss"],
        (
            (rate, verdict, epoch, loss)
            for rate, verdict, losses in zip(
                sweep.learning_rates, sweep.verdicts, sweep.train_loss, strict=True
            )
            for epoch, loss in zip(sweep.epochs, losses, strict=True)
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

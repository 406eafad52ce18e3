"""A person's own examples: some columns of their table, checked. They live in the person's browser;
the server holds them for a while and forgets them (app/trainers/ttl_cache.py)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain.csv_reader import LEAST_ROWS, NUMBERLESS, Table, TableError

MOST_PREDICTORS = 10
# What one step of training may look at: about as much as in the largest built-in data set.
MOST_EXAMPLES = 500
SUBSET_SEED = 0
# Numbers of other sizes leave float32 no room to train in; standardised, any size will do. The
# spread is a share of the largest number, where that is above 1.
LARGEST = 1e5
SMALLEST_SPREAD = 1e-4
TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
LONGEST_LABEL = 40


@dataclass(frozen=True)
class UserData:
    """Examples to train on, in the person's own units; the last column is the target.

    id     names these examples: a hash of them and of the token
    token  by which the person's browser asks for them; drawn there, so nobody else can guess it
    rows   how many whole rows there were; of more than MOST_EXAMPLES some were drawn
    notes  what was left out and why, in sentences
    """

    id: str
    token: str = field(compare=False, repr=False)
    label: str = field(compare=False)
    predictors: tuple[str, ...] = field(compare=False)
    target: str = field(compare=False)
    table: Float[ndarray, "example column"] = field(compare=False, repr=False)
    is_standardized: bool = field(compare=False)
    rows: int = field(compare=False)
    notes: tuple[str, ...] = field(compare=False)
    # The moment (time.monotonic) by which the server must have forgotten them.
    until: float = field(default=float("inf"), compare=False)
    # As a built-in data set has it: there is no noise to choose.
    is_noisy: bool = field(default=False, compare=False)

    @property
    def example_count(self) -> int:
        """How many examples there are, to train on and to hold back."""
        return len(self.table)

    def csv(self) -> str:
        """The examples as the exported script reads them, to the last digit."""
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow([*self.predictors, self.target])
        writer.writerows(self.table.tolist())
        return written.getvalue()


def choose(
    table: Table,
    token: Any,
    label: str = "Your own data",
    target: Any = None,
    predictors: Any = None,
    standardize: Any = False,
) -> UserData:
    """The examples of these columns; left out, the last column of numbers is the target and the
    first the predictor. Raises TableError."""
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise TableError("Data come with a token that their own browser has drawn.")
    if not isinstance(standardize, bool):
        raise TableError("Standardise must be true or false.")
    names = _names(table, target, predictors)
    whole, notes = _whole_rows(table, names)
    _check(whole, names, standardize)
    chosen, subset_notes = _subset(whole)
    return UserData(
        id=_id(token, chosen, names, standardize),
        token=token,
        label=label,
        predictors=tuple(names[:-1]),
        target=names[-1],
        table=chosen,
        is_standardized=standardize,
        rows=len(whole),
        notes=(*table.notes, *notes, *subset_notes),
    )


def label_of(file_name: Any) -> str:
    """What to call the data: a file's name without its path and its ending."""
    if not isinstance(file_name, str):
        return "Your own data"
    stem = PurePosixPath(file_name.replace("\\", "/")).stem
    return " ".join("".join(c for c in stem if c.isprintable()).split())[:LONGEST_LABEL] or (
        "Your own data"
    )


def _names(table: Table, target: Any, predictors: Any) -> list[str]:
    """The predictors' names and then the target's, each a column of numbers, none twice."""
    target = table.numeric[-1].name if target is None else table.column(target).name
    if predictors is None:
        predictors = [next(c.name for c in table.numeric if c.name != target)]
    if not isinstance(predictors, list) or not predictors:
        raise TableError("Choose at least one predictor.")
    if len(predictors) > MOST_PREDICTORS:
        raise TableError(f"Choose at most {MOST_PREDICTORS} predictors, not {len(predictors)}.")
    names = [table.column(name).name for name in predictors]
    if target in names:
        raise TableError(f"{target} is the target and cannot be a predictor of itself.")
    if len(set(names)) < len(names):
        raise TableError("A predictor was chosen twice.")
    return [*names, target]


def _whole_rows(
    table: Table, names: list[str]
) -> tuple[Float[ndarray, "example column"], list[str]]:
    """The rows that have a number in each of these columns, and why the others have not."""
    columns = [table.column(name) for name in names]
    codes = np.stack([column.codes for column in columns], axis=1)
    # A row counts once, for the first reason in the order of the codes.
    reasons = np.where(codes > 0, codes, len(NUMBERLESS)).min(axis=1)
    notes = [
        f"{count:,} row{'' if count == 1 else 's'} left out whose cells {why}."
        for code, why in enumerate(NUMBERLESS)
        if code and (count := int((reasons == code).sum()))
    ]
    whole = np.stack([column.values for column in columns], axis=1)[(codes == 0).all(axis=1)]
    if len(whole) < LEAST_ROWS:
        left = "1 whole row is" if len(whole) == 1 else f"{len(whole)} whole rows are"
        raise TableError(f"Only {left} left, and it takes 3. {' '.join(notes)}")
    return whole, notes


def _check(whole: Float[ndarray, "example column"], names: list[str], standardize: bool) -> None:
    """Columns must vary, and without standardising be of a size that float32 can train on."""
    for name, column in zip(names, whole.T, strict=True):
        largest = float(np.abs(column).max())
        if largest > 1e150:
            raise TableError(f"The numbers of {name} are of a size that cannot be computed with.")
        spread = float(np.ptp(column))
        if spread <= 1e-12 * largest:
            raise TableError(f"{name} has the same value in every row: there is nothing to fit.")
        if spread < 1e-150:
            raise TableError(f"The numbers of {name} are of a size that cannot be computed with.")
        if not standardize:
            _check_float32(name, largest, spread)


def _check_float32(name: str, largest: float, spread: float) -> None:
    """Raises TableError for numbers among which float32 leaves no room to train."""
    if largest > LARGEST:
        what = "beyond 100,000"
    elif spread < SMALLEST_SPREAD * max(1.0, largest):
        what = "too close to each other"
    else:
        return
    raise TableError(
        f"The numbers of {name} are {what} for a training as they are. Standardise them."
    )


def _subset(
    whole: Float[ndarray, "example column"],
) -> tuple[Float[ndarray, "example column"], list[str]]:
    """At most MOST_EXAMPLES rows, in their order, and the same ones each time."""
    if len(whole) <= MOST_EXAMPLES:
        return whole, []
    random = np.random.RandomState(SUBSET_SEED)
    drawn = np.sort(random.choice(len(whole), MOST_EXAMPLES, replace=False))
    note = (
        f"{MOST_EXAMPLES} of {len(whole):,} rows are trained on, drawn once with a fixed seed: "
        "more would take too long."
    )
    return whole[drawn], [note]


def _id(token: str, chosen: ndarray, names: list[str], standardize: bool) -> str:
    parts = repr((token, names, standardize, chosen.shape)).encode()
    return hashlib.sha256(parts + chosen.tobytes()).hexdigest()[:32]

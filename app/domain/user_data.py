"""A person's own examples: columns of their table, checked. The browser keeps them; the server
deletes them after a while (app/trainers/ttl_cache.py)."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain.csv_lines import TableError, counted
from app.domain.csv_numbers import NUMBERLESS
from app.domain.csv_reader import LEAST_ROWS
from app.domain.csv_table import Table
from app.domain.fields import shortened

MOST_PREDICTORS = 10
# About as many as the largest built-in data set has.
MOST_EXAMPLES = 500
SUBSET_SEED = 0
# float32 cannot train on larger numbers or on smaller spreads; standardised, any size will do. The
# spread is relative to the largest number if that exceeds 1.
LARGEST = 1e5
SMALLEST_SPREAD = 1e-4
TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
LONGEST_LABEL = 40
LONGEST_CLASS = 24


@dataclass(frozen=True)
class UserData:
    """Examples to train on, in the person's own units; the last column is the target.

    id     identifies these examples: a hash of them and of the token
    token  by which the browser asks for them; it is random, so that it cannot be guessed
    rows   the number of complete rows; of more than MOST_EXAMPLES some were drawn
    notes  sentences that say what was left out, and why
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
    # The time (time.monotonic) by which the server must delete them.
    until: float = field(default=float("inf"), compare=False)
    # What the two values of the target are called, in their order; None if it has more.
    classes: tuple[str, str] | None = field(default=None, compare=False)
    # Whether the target's values were words: they are the numbers 0 and 1 in the table.
    has_words: bool = field(default=False, compare=False)
    # As for a built-in data set: the setting Noise does not apply.
    is_noisy: bool = field(default=False, compare=False)

    @property
    def example_count(self) -> int:
        """The number of examples, including those held back for validation."""
        return len(self.table)

    @property
    def rare_class(self) -> str:
        """The class that has a single example, if one does."""
        if self.classes is None:
            return ""
        is_second = self.table[:, -1] == self.table[:, -1].max()
        counts = (len(is_second) - is_second.sum(), is_second.sum())
        return self.classes[counts.index(1)] if 1 in counts else ""


def choose(
    table: Table,
    token: Any,
    label: str = "Your own data",
    target: Any = None,
    predictors: Any = None,
    standardize: Any = False,
) -> UserData:
    """The examples in these columns. By default the last numeric column is the target and the first
    the predictor; where only one is numeric, it predicts the last of two words. Raises
    TableError."""
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise TableError("The data need a token from the browser.")
    if not isinstance(standardize, bool):
        raise TableError("Standardise must be true or false.")
    names = _names(table, target, predictors)
    whole, notes = _whole_rows(table, names)
    _check(whole, names, standardize)
    chosen, subset_notes = _subset(whole, names)
    words = table.target(names[-1]).words
    parts = repr((token, names, standardize, chosen.shape))
    return UserData(
        id=hashlib.sha256(parts.encode() + chosen.tobytes()).hexdigest()[:32],
        token=token,
        label=label,
        predictors=tuple(names[:-1]),
        target=names[-1],
        table=chosen,
        is_standardized=standardize,
        rows=len(whole),
        notes=(*table.notes, *notes, *subset_notes),
        classes=_classes(words, chosen[:, -1]),
        has_words=bool(words),
    )


def _classes(words: tuple[str, ...], targets: Float[ndarray, "example"]) -> tuple[str, str] | None:
    """What the target's two values are called; None if it has more of them."""
    values = np.unique(targets)
    if len(values) != 2:
        return None
    first, second = words or (f"{value:g}" for value in values)
    return shortened(first, LONGEST_CLASS), shortened(second, LONGEST_CLASS)


def label_of(file_name: Any) -> str:
    """A label for the data: the file's name without its path and suffix."""
    if not isinstance(file_name, str):
        return "Your own data"
    stem = PurePosixPath(file_name.replace("\\", "/")).stem
    words = "".join(c for c in stem if c.isprintable()).split()
    return shortened(" ".join(words), LONGEST_LABEL) or "Your own data"


def _names(table: Table, target: Any, predictors: Any) -> list[str]:
    """The names of the predictors and then the target: different numeric columns."""
    usual = table.numeric if len(table.numeric) > 1 else [one for one in table.targets if one.words]
    target = usual[-1].name if target is None else table.target(target).name
    if predictors is None:
        predictors = [next(c.name for c in table.numeric if c.name != target)]
    if not isinstance(predictors, list) or not predictors:
        raise TableError("Choose at least one predictor.")
    if len(predictors) > MOST_PREDICTORS:
        raise TableError(f"Choose at most {MOST_PREDICTORS} predictors, not {len(predictors)}.")
    if target in predictors:
        raise TableError(f"{target} is the target and cannot be a predictor of itself.")
    names = [table.column(name).name for name in predictors]
    if len(set(names)) < len(names):
        raise TableError("A predictor was chosen twice.")
    return [*names, target]


def _whole_rows(
    table: Table, names: list[str]
) -> tuple[Float[ndarray, "example column"], list[str]]:
    """The rows that have a number in each of these columns, and notes on the others."""
    columns = [*map(table.column, names[:-1]), table.target(names[-1])]
    codes = np.stack([column.codes for column in columns], axis=1)
    # Each row is counted once, for the reason with the lowest code.
    reasons = np.where(codes > 0, codes, len(NUMBERLESS)).min(axis=1)
    notes = [
        f"{counted(count, 'row')} left out because cells {why}."
        for code, why in enumerate(NUMBERLESS)
        if code and (count := int((reasons == code).sum()))
    ]
    whole = np.stack([column.values for column in columns], axis=1)[(codes == 0).all(axis=1)]
    if len(whole) < LEAST_ROWS:
        left = "1 complete row is" if len(whole) == 1 else f"{len(whole)} complete rows are"
        raise TableError(f"Only {left} left; at least 3 are needed. {' '.join(notes)}")
    return whole, notes


def _check(whole: Float[ndarray, "example column"], names: list[str], standardize: bool) -> None:
    """Raises TableError for constant columns, and for numbers too large or too close together."""
    for name, column in zip(names, whole.T, strict=True):
        largest = float(np.abs(column).max())
        if largest > 1e150:
            raise TableError(f"The numbers in {name} are too large to compute with.")
        spread, advice = float(np.ptp(column)), "to train on as they are. Standardise them."
        if spread <= 1e-12 * largest:
            raise TableError(f"{name} has the same value in every row: there is nothing to fit.")
        if spread < 1e-150:
            raise TableError(f"The numbers in {name} are too small to compute with.")
        if not standardize and largest > LARGEST:
            raise TableError(f"The numbers in {name} are too large (beyond 100,000) {advice}")
        if not standardize and spread < SMALLEST_SPREAD * max(1.0, largest):
            raise TableError(f"The numbers in {name} are too close together {advice}")


def _subset(
    whole: Float[ndarray, "example column"], names: list[str]
) -> tuple[Float[ndarray, "example column"], list[str]]:
    """At most MOST_EXAMPLES rows, in order, and always the same ones.

    Where a column hardly varies in the rows drawn, a row in which it differs most takes the place
    of one of them: 1 may stand in three rows of 20,000.
    """
    if len(whole) <= MOST_EXAMPLES:
        return whole, []
    order, needed = np.random.RandomState(SUBSET_SEED).permutation(len(whole)), []
    drawn, varied = order[:MOST_EXAMPLES], []
    while (level := _level_column(whole, drawn)) is not None:
        column = whole[:, level]
        needed.append(int(np.abs(column - column[drawn[0]]).argmax()))
        varied.append(names[level])
        others = order[~np.isin(order, needed)]
        drawn = np.append(needed, others[: MOST_EXAMPLES - len(needed)])
    note = (
        f"{MOST_EXAMPLES} of {len(whole):,} rows are used, drawn with a fixed seed: more would "
        "take too long to train on."
    )
    rare = [f"Among them is a row with a rare value of {name}." for name in dict.fromkeys(varied)]
    return whole[np.sort(drawn)], [note, *rare]


def _level_column(whole: Float[ndarray, "example column"], drawn: ndarray) -> int | None:
    """The first column that hardly varies in the rows drawn, if there is one."""
    is_level = np.ptp(whole[drawn], axis=0) < SMALLEST_SPREAD * np.ptp(whole, axis=0)
    return int(is_level.argmax()) if is_level.any() else None

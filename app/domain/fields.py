"""The settings of a training: range, default, label and help text of each.

A value outside its range is refused with a sentence that names the setting, the rule and the value;
no value is silently changed to the nearest legal one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.domain.data_options import DATASETS, USER_DATA
from app.domain.errors import InvalidSetting
from app.domain.options import ACTIVATIONS, FEATURES, LOSSES, OPTIMIZERS, SCHEDULES, Option

PREFERRED_NUMBERS = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8)
DECADES = (-4, -3, -2, -1)
SLIDER_LEARNING_RATES: tuple[float, ...] = (
    *(float(f"{number}e{decade}") for decade in DECADES for number in PREFERRED_NUMBERS),
    1.0,
)


@dataclass(frozen=True)
class NameChoice:
    """A setting with a menu: one option for each row, and those of `more`."""

    rows: Mapping[str, Option]
    default: str
    label: str
    help: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, str]:
        """Each name with its label, in the order of the menu."""
        return {name: row.label for name, row in self.rows.items()} | self.more


@dataclass(frozen=True)
class NumberChoice:
    """A setting that is a number from `low` to `high`, both included; a whole one if `whole`."""

    low: float
    high: float
    default: float
    whole: bool
    label: str
    help: str


@dataclass(frozen=True)
class TextChoice:
    """A setting that is written, not chosen from a menu or a range; `none` is what the empty text
    is called."""

    default: str
    none: str
    label: str
    help: str


NUMBERS: dict[str, NumberChoice] = {
    "learning_rate": NumberChoice(
        1e-6, 10, 0.01, False, "Learning rate", "How far one step goes along the negative gradient."
    ),
    "seed": NumberChoice(
        0, 99, 0, True, "Seed", "Determines the initial parameters. It never changes the data."
    ),
    "hidden_units": NumberChoice(
        0, 64, 0, True, "Hidden units", "Units in each hidden layer; 0 means a linear model."
    ),
    "epochs": NumberChoice(
        10,
        5000,
        1000,
        True,
        "Epochs",
        "Passes over the data. With the full batch, each is one step.",
    ),
    "momentum": NumberChoice(
        0, 0.99, 0.9, False, "Momentum", "The share of each step that the next one keeps."
    ),
    "warmup_epochs": NumberChoice(
        1,
        1000,
        20,
        True,
        "Warm-up",
        "Epochs in which the learning rate rises to its full value.",
    ),
    "batch_size": NumberChoice(
        0, 442, 0, True, "Batch size", "Examples per step; 0 means the full batch."
    ),
    "weight_decay": NumberChoice(
        0,
        1,
        0,
        False,
        "Weight decay",
        "Pulls the parameters towards 0. It is added to the gradient (L2), except in AdamW.",
    ),
    "initial_scale": NumberChoice(
        0.01, 10, 1, False, "Initial scale", "Multiplies the initial parameters."
    ),
    "hidden_layers": NumberChoice(
        1, 3, 1, True, "Hidden layers", "Layers of hidden units; all have the same number of units."
    ),
    "noise": NumberChoice(
        0,
        1,
        0.1,
        False,
        "Noise",
        "How far chance moves the points: the standard deviation of the noise added to the "
        "targets; with two classes, how far the points leave their shape.",
    ),
    "validation_fraction": NumberChoice(
        0,
        0.5,
        0,
        False,
        "Validation fraction",
        "The share of the examples that measures the loss and is not trained on.",
    ),
}
NAMES: dict[str, NameChoice] = {
    "dataset": NameChoice(
        DATASETS,
        "line",
        "Data",
        "The data that the model is fitted to.",
        more={USER_DATA: "Your own data"},
    ),
    "loss": NameChoice(
        LOSSES,
        "squared_error",
        "Loss",
        "What training makes small: "
        + "; ".join(f"{row.label} {row.note}" for row in LOSSES.values())
        + ".",
    ),
    "features": NameChoice(
        FEATURES,
        "none",
        "Features",
        "What the model gets of two predictors: as they are, or their squares and product as well.",
    ),
    "activation": NameChoice(
        ACTIVATIONS,
        "relu",
        "Activation",
        "The function each hidden unit applies to its weighted sum.",
    ),
    "optimizer": NameChoice(OPTIMIZERS, "sgd", "Optimizer", "How gradients become steps."),
    "schedule": NameChoice(
        SCHEDULES,
        "constant",
        "Schedule",
        "How the learning rate changes during training; the slider sets its full value.",
    ),
    "initialization": NameChoice(
        {
            "pytorch": Option(label="PyTorch's default"),
            "xavier": Option(label="Xavier"),
            "he": Option(label="He"),
            "zeros": Option(label="zeros"),
        },
        "pytorch",
        "Initialization",
        "How the initial parameters are drawn.",
    ),
}
# A setting that is a text of several parts, see start_point.py.
TEXTS: dict[str, TextChoice] = {
    "start": TextChoice(
        "",
        "the seed's start",
        "Start",
        "Where training starts: at the seed's initial parameters, or at a point set by hand.",
    ),
}
FIELDS = NAMES | NUMBERS | TEXTS
# A start set by hand belongs to the data, the network and the seed that it was set for: whoever
# changes one of these begins at the seed's start again.
STARTS_ANEW = (
    *("dataset", "features", "hidden_units", "hidden_layers"),
    *("seed", "initialization", "initial_scale"),
)
# A setting that only some options use -> the setting that decides, and the attribute of its rows.
USED_BY: dict[str, tuple[str, str]] = {
    "momentum": ("optimizer", "has_momentum"),
    "warmup_epochs": ("schedule", "has_warmup"),
    "noise": ("dataset", "is_noisy"),
    "loss": ("dataset", "classes"),
    "features": ("dataset", "has_two_predictors"),
}
# Of these, a person's own data decide once they are read.
USED_BY_OWN = ("loss", "features")


def users_of(field: str) -> tuple[str, ...]:
    """The names of the options that use the setting `field`, one of USED_BY."""
    decides, trait = USED_BY[field]
    users = tuple(name for name, row in NAMES[decides].rows.items() if getattr(row, trait))
    return (*users, USER_DATA) if field in USED_BY_OWN else users


def check_name(field: str, name: Any) -> None:
    """Raises InvalidSetting unless the setting `field` has an option of this name."""
    choice = NAMES[field]
    if not isinstance(name, str) or name not in choice.options:
        known = ", ".join(choice.options)
        raise InvalidSetting(f"{choice.label} must be one of {known}. Got {shown(name)}.", field)


def in_range(value: Any, choice: NumberChoice, field: str | None = None) -> float | int:
    """`value` as an int or a float. Raises InvalidSetting; a bool is not a number here."""
    # An int may be too large for a float: the range is compared before anything is converted.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    is_within = is_number and choice.low <= value <= choice.high
    if not is_within or (choice.whole and value != math.floor(value)):
        kind = "whole number" if choice.whole else "number"
        limits = f"from {plain(choice.low)} to {plain(choice.high)}"
        raise InvalidSetting(
            f"{choice.label} must be a {kind} {limits}. Got {shown(value)}.", field
        )
    return int(value) if choice.whole else float(value)


def plain(number: float) -> str:
    """A number for a sentence, without an exponent: 0.000001, 0.05, 1000."""
    return f"{number:.10f}".rstrip("0").rstrip(".")


def exact(number: float) -> str:
    """A number with all its digits and without an exponent; it reads back as the same number."""
    return f"{Decimal(repr(number)).normalize():f}"


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters. In the place of what is left out stands an ellipsis; it
    is in the middle, because names often differ at their ends: a unit, a number."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def shown(value: Any) -> str:
    """A received value for a sentence, shortened if it is long."""
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number that is far too large"
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, (int, float, str)) else type(value).__name__
    return text if len(text) <= 40 else text[:37] + "..."

"""Every choice before a training, in tables: range, default, label and help.

A value outside its range is refused with a sentence that names the parameter, the rule and the
value; nothing is moved to the nearest legal value in silence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.domain.errors import InvalidSetting
from app.domain.options import ACTIVATIONS, DATASETS, OPTIMIZERS, SCHEDULES, USER_DATA, Option

PREFERRED_NUMBERS = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8)
DECADES = (-4, -3, -2, -1)
SLIDER_LEARNING_RATES: tuple[float, ...] = (
    *(float(f"{number}e{decade}") for decade in DECADES for number in PREFERRED_NUMBERS),
    1.0,
)


@dataclass(frozen=True)
class NameChoice:
    """A choice among names, one for each row and each of `more`; default, and words for the
    whole."""

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
    """A number's range, both ends included, its default and words; `whole` refuses fractions."""

    low: float
    high: float
    default: float
    whole: bool
    label: str
    help: str


NUMBERS: dict[str, NumberChoice] = {
    "learning_rate": NumberChoice(
        1e-6, 10, 0.01, False, "Learning rate", "How far one step goes along the negative gradient."
    ),
    "seed": NumberChoice(
        0, 99, 0, True, "Seed", "Draws the initial parameters. The data never change with it."
    ),
    "hidden_units": NumberChoice(
        0, 64, 0, True, "Hidden units", "Units in one hidden layer; 0 is linear regression."
    ),
    "epochs": NumberChoice(
        10,
        5000,
        1000,
        True,
        "Epochs",
        "Passes over the data. With the full batch, one is one step.",
    ),
    "momentum": NumberChoice(
        0, 0.99, 0.9, False, "Momentum", "How much of the last step each next one keeps."
    ),
    "warmup_epochs": NumberChoice(
        1, 1000, 20, True, "Warm-up", "Epochs over which the learning rate grows to its full size."
    ),
    "batch_size": NumberChoice(
        0, 442, 0, True, "Batch size", "Examples in one step; 0 is the full batch."
    ),
    "weight_decay": NumberChoice(
        0,
        1,
        0,
        False,
        "Weight decay",
        "Pulls parameters to 0: L2, added to the gradient; AdamW takes it off decoupled.",
    ),
    "initial_scale": NumberChoice(
        0.01, 10, 1, False, "Initial scale", "Multiplies the initial parameters."
    ),
    "hidden_layers": NumberChoice(
        1, 3, 1, True, "Hidden layers", "How many hidden layers, each of so many hidden units."
    ),
    "noise": NumberChoice(
        0, 1, 0.1, False, "Noise", "Standard deviation of what is added to the targets."
    ),
    "validation_fraction": NumberChoice(
        0,
        0.5,
        0,
        False,
        "Validation fraction",
        "The share of examples that no step sees: they only measure.",
    ),
}
NAMES: dict[str, NameChoice] = {
    "dataset": NameChoice(
        DATASETS,
        "line",
        "Data",
        "What the model is fitted to.",
        more={USER_DATA: "Your own data"},
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
        "How the learning rate changes over training; the slider sets its full size.",
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
        "How the seed draws the initial parameters.",
    ),
}
# A setting that only some options use -> the choice that decides, and how its rows say so.
USED_BY: dict[str, tuple[str, str]] = {
    "momentum": ("optimizer", "has_momentum"),
    "warmup_epochs": ("schedule", "has_warmup"),
    "noise": ("dataset", "is_noisy"),
}


def users_of(field: str) -> tuple[str, ...]:
    """The options that use the setting `field`, of the choice that USED_BY names."""
    decides, trait = USED_BY[field]
    return tuple(name for name, row in NAMES[decides].rows.items() if getattr(row, trait))


def check_name(field: str, name: Any) -> None:
    """Raises InvalidSetting for a name that the setting `field` does not offer."""
    choice = NAMES[field]
    if not isinstance(name, str) or name not in choice.options:
        known = ", ".join(choice.options)
        raise InvalidSetting(f"{choice.label} must be one of {known}. Got {shown(name)}.", field)


def checked_number(field: str, value: Any) -> float | int:
    """The value of the setting `field` as int or float, or InvalidSetting."""
    try:
        return in_range(value, NUMBERS[field])
    except InvalidSetting as error:
        raise InvalidSetting(str(error), field) from None


def in_range(value: Any, choice: NumberChoice) -> float | int:
    """`value` as int or float, or InvalidSetting. A bool is not a number here."""
    rule = f"{choice.label} must be a {'whole ' if choice.whole else ''}number"
    limits = f"from {plain(choice.low)} to {plain(choice.high)}"
    # An int may be too large for a float: the range is compared before anything is converted.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not choice.low <= value <= choice.high:
        raise InvalidSetting(f"{rule} {limits}. Got {shown(value)}.")
    if choice.whole and value != math.floor(value):
        raise InvalidSetting(f"{rule} {limits}. Got {shown(value)}.")
    return int(value) if choice.whole else float(value)


def plain(number: float) -> str:
    """A number for a sentence, without an exponent: 0.000001, 0.05, 1000."""
    return f"{number:.10f}".rstrip("0").rstrip(".")


def exact(number: float) -> str:
    """A number in all its digits, still without an exponent: what reads back as the same."""
    return f"{Decimal(repr(number)).normalize():f}"


def shown(value: Any) -> str:
    """A received value for a sentence, cut so that a huge one does not fill the page."""
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number that is far too large"
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, (int, float, str)) else type(value).__name__
    return text if len(text) <= 40 else text[:37] + "..."

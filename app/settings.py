"""Everything a person chooses before a training, in one table: range, default, label and help.

Equal Settings give equal results. A value outside its range is refused with a sentence that names
the parameter, the rule and the value; nothing is moved to the nearest legal value in silence.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass
from typing import Any

PREFERRED_NUMBERS = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8)
DECADES = (-4, -3, -2, -1)
SLIDER_LEARNING_RATES: tuple[float, ...] = (
    *(float(f"{number}e{decade}") for decade in DECADES for number in PREFERRED_NUMBERS),
    1.0,
)

# What one training costs, measured on two shared cores: a fixed part for each step of the loop and
# a part for each example that passes a unit of a run. Never exact, only a bound that holds.
SECONDS_PER_STEP = 185e-6
SECONDS_PER_ACTIVATION = 2.3e-9
SECONDS_ALLOWED = 1.5


class SettingsError(ValueError):
    """A choice that cannot be trained; its text is a sentence for the person who made it."""


@dataclass(frozen=True)
class DatasetChoice:
    """One entry of the data menu; the engine's table in `datasets.py` holds the numbers."""

    label: str
    examples: int
    predictors: tuple[str, ...]


DATASETS: dict[str, DatasetChoice] = {
    "line": DatasetChoice("Line, 10 points", 10, ("x",)),
    "parabola": DatasetChoice("Parabola, 100 points", 100, ("x",)),
    "plane": DatasetChoice("Plane, 2 predictors", 60, ("x1", "x2")),
    "diabetes": DatasetChoice(
        "Diabetes, 10 predictors",
        442,
        ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
    ),
}


@dataclass(frozen=True)
class NameChoice:
    """A choice among names, each with its label; default, and words for the whole."""

    options: dict[str, str]
    default: str
    label: str
    help: str


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
}
NAMES: dict[str, NameChoice] = {
    "dataset": NameChoice(
        {name: choice.label for name, choice in DATASETS.items()},
        "line",
        "Data",
        "What the model is fitted to.",
    ),
    "activation": NameChoice(
        {
            "relu": "ReLU",
            "tanh": "tanh",
            "logistic": "logistic",
            "linear": "linear",
            "threshold": "threshold",
        },
        "relu",
        "Activation",
        "What each hidden unit makes of its weighted sum.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to train. Raises SettingsError for a value of the wrong type or outside its range,
    and for a training that the estimate puts above SECONDS_ALLOWED."""

    dataset: str = "line"
    learning_rate: float = 0.01
    seed: int = 0
    hidden_units: int = 0
    epochs: int = 1000
    activation: str = "relu"

    def __post_init__(self) -> None:
        for name, choice in NAMES.items():
            _check_name(getattr(self, name), choice)
        for name, range_ in NUMBERS.items():
            # 20.0 and 20 are the same choice, so they are stored, hashed and printed as one.
            object.__setattr__(self, name, _checked_number(getattr(self, name), range_))
        _check_work(self)

    @classmethod
    def from_mapping(cls, values: Any) -> Settings:
        """Settings from a request's JSON object; names that are left out keep their default."""
        if not isinstance(values, dict):
            raise SettingsError("The settings must be an object with one value for each name.")
        known = {*NAMES, *NUMBERS}
        unknown = sorted(str(name) for name in values if name not in known)
        if unknown:
            raise SettingsError(f"There is no setting named {_shown(unknown[0])}.")
        return cls(**values)

    @property
    def is_linear(self) -> bool:
        """No hidden layer: the model is linear regression and its loss an exact quadratic."""
        return self.hidden_units == 0

    @property
    def is_line(self) -> bool:
        """Linear regression on one predictor: weight x bias is all there is to see."""
        return self.is_linear and len(DATASETS[self.dataset].predictors) == 1

    @property
    def is_typed(self) -> bool:
        """The learning rate is no stop of the slider, so the sweep trains it as one more run."""
        return self.learning_rate not in SLIDER_LEARNING_RATES

    @property
    def sweep_id(self) -> str:
        """Names the sweep: all that changes it, so not which of its learning rates is selected."""
        parts = asdict(self)
        if not self.is_typed:
            del parts["learning_rate"]
        text = repr(sorted(parts.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def learning_rates(self) -> tuple[float, ...]:
        """Every run's learning rate: the slider's stops, and the typed one last if there is one."""
        typed = (self.learning_rate,) if self.is_typed else ()
        return SLIDER_LEARNING_RATES + typed

    def run(self) -> int:
        """The index of the selected learning rate among `learning_rates()`."""
        return self.learning_rates().index(self.learning_rate)

    def checked_epoch(self, epoch: Any) -> int:
        """An epoch of this training, or SettingsError."""
        choice = NumberChoice(0, self.epochs, 0, True, "Epoch", "Where the playhead stands.")
        return int(_checked_number(epoch, choice))


def estimated_seconds(settings: Settings) -> float:
    """Seconds that the sweep of `settings` takes, by the measured cost of a step."""
    return settings.epochs * _seconds_per_epoch(settings)


def _seconds_per_epoch(settings: Settings) -> float:
    examples = DATASETS[settings.dataset].examples
    runs = len(settings.learning_rates())
    activations = runs * examples * settings.hidden_units
    return SECONDS_PER_STEP + SECONDS_PER_ACTIVATION * activations


def _check_work(settings: Settings) -> None:
    if estimated_seconds(settings) <= SECONDS_ALLOWED:
        return
    fits = int(SECONDS_ALLOWED / _seconds_per_epoch(settings) / 10) * 10
    raise SettingsError(
        f"{settings.hidden_units} hidden units for {settings.epochs} epochs is more work than one "
        f"training may take. With {settings.hidden_units} hidden units at most {fits} epochs fit."
    )


def _check_name(name: Any, choice: NameChoice) -> None:
    if not isinstance(name, str) or name not in choice.options:
        known = ", ".join(choice.options)
        raise SettingsError(f"{choice.label} must be one of {known}. Got {_shown(name)}.")


def _checked_number(value: Any, choice: NumberChoice) -> float | int:
    """`value` as int or float, or SettingsError. A bool is not a number here."""
    rule = f"{choice.label} must be a {'whole ' if choice.whole else ''}number"
    limits = f"from {plain(choice.low)} to {plain(choice.high)}"
    # An int may be too large for a float: the range is compared before anything is converted.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not choice.low <= value <= choice.high:
        raise SettingsError(f"{rule} {limits}. Got {_shown(value)}.")
    if choice.whole and value != math.floor(value):
        raise SettingsError(f"{rule} {limits}. Got {_shown(value)}.")
    return int(value) if choice.whole else float(value)


def plain(number: float) -> str:
    """A number for a sentence, without an exponent: 0.000001, 0.05, 1000."""
    return f"{number:.10f}".rstrip("0").rstrip(".")


def _shown(value: Any) -> str:
    """A received value for a sentence, cut so that a huge one does not fill the page."""
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number that is far too large"
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, (int, float, str)) else type(value).__name__
    return text if len(text) <= 40 else text[:37] + "..."

"""All settings of a training, checked. Equal Settings give equal results."""

import hashlib
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any, Self

from app.domain.data_options import DATASETS, USER_DATA, DatasetOption
from app.domain.errors import InvalidSetting
from app.domain.fields import (
    FIELDS,
    NAMES,
    NUMBERS,
    SLIDER_LEARNING_RATES,
    USED_BY,
    USED_BY_OWN,
    NumberChoice,
    check_name,
    in_range,
    shown,
    users_of,
)
from app.domain.options import FEATURES, LOSSES, OPTIMIZERS, LossOption
from app.domain.start_point import StartPoint, checked_start, start_point
from app.domain.user_data import UserData

# A sweep keeps FRAMES frames of its runs; fewer, but at least FEWEST_FRAMES, if their params exceed
# FRAMES_BYTES.
FRAMES, FEWEST_FRAMES, FRAMES_BYTES = 160, 32, 20_000_000

# What the settings need that a person's own data may have or not.
NEEDS = {
    "loss": "Cross-entropy needs a target of two classes",
    "features": "Squares and product need exactly two predictors",
}
# What a sentence calls an option of a menu.
NOUNS = {"optimizer": "optimizer", "schedule": "schedule", "dataset": "data set"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to train. Raises InvalidSetting for a value of the wrong type or outside its range, for
    settings that conflict, and for a training that would take too long."""

    dataset: str = "line"
    loss: str = "squared_error"
    features: str = "none"
    learning_rate: float = 0.01
    seed: int = 0
    hidden_units: int = 0
    epochs: int = 1000
    activation: str = "relu"
    optimizer: str = "sgd"
    momentum: float = 0.9
    schedule: str = "constant"
    warmup_epochs: int = 20
    batch_size: int = 0
    weight_decay: float = 0.0
    initialization: str = "pytorch"
    initial_scale: float = 1.0
    hidden_layers: int = 1
    noise: float = 0.1
    validation_fraction: float = 0.0
    start: str = ""
    # The examples, where the data set is the person's own; never part of a link.
    user_data: UserData | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in NAMES:
            check_name(name, getattr(self, name))
        for name in NUMBERS:
            # 20.0 and 20 are equal, so they must be stored, hashed and printed alike.
            object.__setattr__(self, name, in_range(getattr(self, name), NUMBERS[name], name))
        _check_together(self)
        object.__setattr__(self, "start", checked_start(self.start, self.is_line))
        # It needs Settings itself.
        from app.domain.cost_model import check_work

        check_work(self)

    @classmethod
    def from_mapping(cls, values: Any, user_data: UserData | None = None) -> Self:
        """Settings from a request's JSON object; missing names keep their default.

        `user_data` is used if `dataset` is "own". The request's "data_token", by which the caller
        found it, is ignored here. Raises InvalidSetting.
        """
        if not isinstance(values, dict):
            raise InvalidSetting("The settings must be an object of names and values.")
        values = {name: value for name, value in values.items() if name != "data_token"}
        if unknown := sorted(str(name) for name in values if name not in FIELDS):
            raise InvalidSetting(f"There is no setting named {shown(unknown[0])}.")
        return cls(**values, user_data=user_data if values.get("dataset") == USER_DATA else None)

    def choices(self) -> dict[str, Any]:
        """Every setting by its name, but for `user_data`."""
        return {
            one.name: getattr(self, one.name) for one in fields(self) if one.name != "user_data"
        }

    @property
    def data(self) -> DatasetOption | UserData:
        """What is known of the data before training: label, number of examples, predictors."""
        return self.user_data or DATASETS[self.dataset]

    @property
    def is_linear(self) -> bool:
        """No hidden layer: the model is linear, or with cross-entropy logistic, regression."""
        return self.hidden_units == 0

    @property
    def is_quadratic(self) -> bool:
        """Linear regression: the loss is an exact quadratic, with one curvature everywhere."""
        return self.is_linear and self.loss == "squared_error"

    @property
    def is_line(self) -> bool:
        """One predictor and no hidden layer: the only parameters are weight and bias."""
        return self.is_linear and len(self.data.predictors) == 1

    @property
    def classes(self) -> tuple[str, str] | None:
        """What the targets 0 and 1 are called; None where the target is trained on as a number."""
        return self.data.classes if self.has_classes else None

    @property
    def has_classes(self) -> bool:
        """The targets are 0 and 1. A person's own two numbers are so with cross-entropy alone."""
        is_known = self.user_data is None or self.user_data.has_words
        return self.data.classes is not None and (is_known or self.loss == "cross_entropy")

    @property
    def loss_option(self) -> LossOption:
        """The loss: its names and unit."""
        return LOSSES[self.loss]

    @property
    def products(self) -> tuple[tuple[int, int], ...]:
        """The pairs of predictors whose products are features too."""
        return FEATURES[self.features].products

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What the model gets: the predictors, and products of them such as x1² and x1·x2."""
        names = self.data.predictors
        made = (
            f"{names[one]}²" if one == other else f"{names[one]}·{names[other]}"
            for one, other in self.products
        )
        return (*names, *made)

    @property
    def start_point(self) -> StartPoint | None:
        """The start that was set by hand; None is the seed's own."""
        return start_point(self.start)

    @property
    def starts_on_plane(self) -> bool:
        """The start is a point of a plane of the seed's own sweep, which must be trained first."""
        return self.start != "" and not self.is_line

    @property
    def widths(self) -> tuple[int, ...]:
        """From the features to the output: (1, 10, 1)."""
        return layer_widths(len(self.feature_names), self.hidden_units, self.hidden_layers)

    @property
    def param_count(self) -> int:
        """The number of parameters."""
        return count_params(self.widths)

    @property
    def example_count(self) -> int:
        """The number of training examples, without those held back for validation."""
        every = self.data.example_count
        return every - round(every * self.validation_fraction)

    @property
    def frame_count(self) -> int:
        """The number of epochs at which a sweep keeps its runs, if it has that many."""
        # Without a typed learning rate, which must not change what is kept of the others.
        weight = len(SLIDER_LEARNING_RATES) * self.param_count * 4
        return min(FRAMES, max(FEWEST_FRAMES, FRAMES_BYTES // weight))

    @property
    def steps_per_epoch(self) -> int:
        """1 with the full batch, else the number of minibatches."""
        return -(-self.example_count // self.batch_size) if self.batch_size else 1

    @property
    def step_count(self) -> int:
        """The number of updates in the whole training."""
        return self.epochs * self.steps_per_epoch

    @property
    def is_plain(self) -> bool:
        """Full-batch gradient descent: every step is the learning rate times the gradient."""
        chosen = (self.optimizer, self.schedule, self.steps_per_epoch, self.weight_decay)
        return chosen == ("sgd", "constant", 1, 0)

    @property
    def kept_parts(self) -> int:
        """The number of vectors kept of each step: params and gradient; the update, unless it is
        the negative gradient; and an adaptive optimizer's preconditioner."""
        if self.is_plain:
            return 2
        return 4 if OPTIMIZERS[self.optimizer].squares else 3

    @property
    def is_typed(self) -> bool:
        """The learning rate is not one of the slider's, so the sweep trains an extra run for it."""
        return self.learning_rate not in SLIDER_LEARNING_RATES

    @property
    def sweep_id(self) -> str:
        """Identifies the sweep: a hash of all settings except which of its rates is selected."""
        parts = self.choices() | {"user_data": self.user_data.id if self.user_data else None}
        if not self.is_typed:
            del parts["learning_rate"]
        text = repr(sorted(parts.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def learning_rates(self) -> tuple[float, ...]:
        """The learning rate of each run: those of the slider, then a typed one."""
        typed = (self.learning_rate,) if self.is_typed else ()
        return SLIDER_LEARNING_RATES + typed

    @property
    def run_index(self) -> int:
        """The index of the selected learning rate among `learning_rates()`."""
        return self.learning_rates().index(self.learning_rate)

    def checked_epoch(self, epoch: Any) -> int:
        """`epoch`, if this training has it. Raises InvalidSetting."""
        choice = NumberChoice(0, self.epochs, 0, True, "Epoch", "Where the playhead stands.")
        return int(in_range(epoch, choice))


def layer_widths(features: int, units: int, layers: int) -> tuple[int, ...]:
    """Widths from the features to the one output, with no hidden layer if `units` is 0."""
    return (features, *((units,) * layers if units else ()), 1)


def count_params(widths: tuple[int, ...]) -> int:
    """Weights and biases of a network of these widths: (1, 10, 1) has 31."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(widths))


def _check_together(settings: Settings) -> None:
    """Raises InvalidSetting for settings that conflict; its field is the one to change."""
    if (settings.dataset == USER_DATA) != (settings.user_data is not None):
        raise InvalidSetting(
            "Your own data are not stored in links, and the server deletes them after 30 minutes. "
            "Open them again under More views, Your own data.",
            "dataset",
        )
    for name in USED_BY:
        _check_used(settings, name)
    _check_own(settings)
    if settings.batch_size > settings.example_count:
        raise InvalidSetting(
            f"Batch size must be at most {settings.example_count}, "
            f"the number of training examples. Got {settings.batch_size}.",
            "batch_size",
        )
    if settings.schedule == "warmup_cosine" and settings.warmup_epochs >= settings.epochs:
        raise InvalidSetting(
            f"Warm-up must be shorter than the training of {settings.epochs} epochs. "
            f"Got {settings.warmup_epochs}.",
            "warmup_epochs",
        )


def _check_used(settings: Settings, name: str) -> None:
    decides, users = USED_BY[name][0], users_of(name)
    chosen, choice = getattr(settings, decides), NAMES[decides]
    if chosen in users or getattr(settings, name) == FIELDS[name].default:
        return
    # In a sentence, "Line, 10 points" is Line.
    *some, last, other = (choice.options[user].split(",")[0] for user in (*users, chosen))
    if name in USED_BY_OWN:
        raise InvalidSetting(f"{NEEDS[name]}, which {other} does not have.", name)
    known = f"{', '.join(some)} and {last}" if some else last
    noun = NOUNS[decides] + ("s" if some else "")
    raise InvalidSetting(
        f"{FIELDS[name].label} applies only to the {known} {noun}, not to {other}.", name
    )


def _check_own(settings: Settings) -> None:
    """Raises InvalidSetting where a person's own data do not have what a setting needs."""
    own = settings.user_data
    if own is None:
        return
    if settings.features != "none" and len(own.predictors) != 2:
        count = len(own.predictors)
        raise InvalidSetting(f"{NEEDS['features']}; {own.label} has {count}.", "features")
    if settings.loss == "cross_entropy" and own.classes is None:
        raise InvalidSetting(f"{NEEDS['loss']}; {own.target} has more values.", "loss")
    if settings.loss == "cross_entropy" and own.rare_class:
        raise InvalidSetting(
            f"Cross-entropy needs two examples of each class, and {own.rare_class} has one.", "loss"
        )

"""What a chapter asks for, and how the page knows that it is done (assets/lab/model/checks.mjs)."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    Field,
    PlainValidator,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from app.domain.fields import NAMES, NUMBERS, NumberChoice, check_name, in_range
from app.domain.results import VERDICTS
from app.lessons.front_matter import Part, number, one_of

# What a curtain can hide until a question is answered, or a task is done.
CURTAIN = ("verdict", "strip", "mark", "ahead", "hints", "optimum")
Curtain = tuple[Annotated[str, one_of(CURTAIN)], ...]
LARGEST = 1e9
EPOCHS = int(NUMBERS["epochs"].high)


def _span(name: str, choice: NumberChoice) -> Any:
    """A number, or two between which it may be: (low, high)."""

    def read(value: Any) -> tuple[float, float]:
        ends = value if isinstance(value, list) else [value, value]
        if len(ends) != 2:
            raise ValueError("write a number, or a range like [1, 3].")
        low, high = (in_range(number(end), choice, name) for end in ends)
        if low > high:
            raise ValueError("begin the range with its lower end.")
        return low, high

    return Annotated[tuple[float, float], PlainValidator(read)]


def _option(name: str) -> Any:
    """An option of a menu, by its name."""

    def read(value: Any) -> str:
        check_name(name, value)
        return str(value)

    return Annotated[str, PlainValidator(read)]


_SPANS = NUMBERS | {
    "epoch": NumberChoice(0, EPOCHS, 0, True, "Epoch", ""),
    "weight": NumberChoice(-LARGEST, LARGEST, 0, False, "Weight", ""),
    "bias": NumberChoice(-LARGEST, LARGEST, 0, False, "Bias", ""),
    "input": NumberChoice(-LARGEST, LARGEST, 0, False, "Input", ""),
}


class _Reached(Part):
    """What is to be on show, all of it at once.

    train_loss_below  at the playhead; with `within_epochs`, at any of the first epochs that the
                      playhead has passed
    """

    verdict: Annotated[str, one_of(VERDICTS)] | None = None
    train_loss_below: float | None = Field(default=None, ge=1e-9, le=LARGEST)
    within_epochs: int | None = Field(default=None, ge=1, le=EPOCHS)

    @model_validator(mode="after")
    def _names_something(self) -> "_Reached":
        if not self.model_fields_set:
            raise ValueError("name something that is to be reached.")
        if self.within_epochs is not None and self.train_loss_below is None:
            raise ValueError("`within_epochs` needs `train_loss_below`.")
        return self


if TYPE_CHECKING:
    Check = _Reached
else:
    # Besides, each setting by its name, where the playhead and the line are, and the x in the
    # panel *The network*.
    Check = create_model(
        "Check",
        __base__=_Reached,
        **{name: (_span(name, choice) | None, None) for name, choice in _SPANS.items()},
        **{name: (_option(name) | None, None) for name in NAMES},
    )


class Task(Part):
    """What there is to do, done once all checks were reached and the answer was picked.

    answer   counts from 1
    done     is said then, and `hint` after a wrong try
    curtain  what is hidden until then; if `reveal` is the name of a button, until that is pressed
    step     the name of a button that takes one step
    """

    do: str
    checks: tuple[Check, ...] = Field(default=(), max_length=6)
    choices: tuple[str, ...] = Field(default=(), max_length=5)
    answer: int | None = Field(default=None, ge=1)
    done: str = "Done."
    hint: str = ""
    curtain: Curtain = ()
    reveal: str = ""
    step: str = ""

    @field_validator("answer")
    @classmethod
    def _is_a_choice(cls, answer: int, info: ValidationInfo) -> int:
        count = len(info.data.get("choices", ()))
        if answer > count:
            raise ValueError(f"it must be at most {count}, the last of `choices`.")
        return answer

    @model_validator(mode="after")
    def _has_an_answer(self) -> "Task":
        if self.choices and (len(self.choices) < 2 or self.answer is None):
            raise ValueError("`choices` need at least two items and an `answer`.")
        return self


class Goal(Part):
    """A task of one check: the train loss is below the mark at one of a run's first epochs."""

    train_loss_below: float = Field(ge=1e-9, le=LARGEST)
    within_epochs: int = Field(ge=1, le=EPOCHS)
    say: str

    def as_task(self) -> Task:
        """The same as a task."""
        limits = {name: getattr(self, name) for name in ("train_loss_below", "within_epochs")}
        return Task(do=self.say, checks=(Check(**limits),), done="Reached.")

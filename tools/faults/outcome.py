"""What a fault did to people, in figures that are met or not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Something that was measured; where there is a limit, it is met up to there."""

    name: str
    value: float
    limit: float | None = None
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        text = f"{self.name} {_short(self.value)}{self.unit}"
        if self.limit is None:
            return text
        return f"{text} ({'' if self.is_met else 'NOT '}at most {_short(self.limit)}{self.unit})"


@dataclass(frozen=True)
class Outcome:
    """What happened, in words, and its figures; `left_out` says why it could not be made here."""

    happened: str
    figures: tuple[Figure, ...] = ()
    left_out: str = ""

    @property
    def is_met(self) -> bool:
        return all(figure.is_met for figure in self.figures)

    def __str__(self) -> str:
        if self.left_out:
            return f"left out: {self.left_out}"
        verdict = "met" if self.is_met else "NOT MET"
        return f"{verdict}: {self.happened}: {', '.join(map(str, self.figures))}"


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

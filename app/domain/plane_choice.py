"""The plane on which a network's loss is shown, checked against its Settings."""

from dataclasses import dataclass
from typing import Any, Self

from app.domain.errors import InvalidSetting
from app.domain.fields import NumberChoice, in_range, shown
from app.domain.settings import Settings

PLANES = {
    "anchored": "start and best end",
    "parameters": "two parameters",
    "random": "random directions",
    "sharpest": "sharpest directions",
}


@dataclass(frozen=True)
class PlaneChoice:
    """The plane on which a network's loss is shown. The last three fields are for the plane of two
    parameters: their places in the flat order, None for those that move most in the selected run,
    and the epoch of that run whose values the other parameters keep."""

    kind: str = "anchored"
    first: int | None = None
    second: int | None = None
    epoch: int = 0

    @classmethod
    def from_mapping(cls, values: Any, settings: Settings) -> Self:
        """The plane that a request asks for. Raises InvalidSetting if there is none such."""
        if values is None:
            return cls()
        if not isinstance(values, dict) or not set(values) <= {"kind", "first", "second", "epoch"}:
            raise InvalidSetting("The plane must be an object with a kind.")
        kind = values.get("kind", "anchored")
        if not isinstance(kind, str) or kind not in PLANES:
            raise InvalidSetting(f"Plane must be one of {', '.join(PLANES)}. Got {shown(kind)}.")
        if kind != "parameters":
            return cls(kind)
        choice = NumberChoice(0, settings.param_count - 1, 0, True, "Parameter", "A flat place.")
        first, second = (
            int(in_range(values[name], choice)) if name in values else None
            for name in ("first", "second")
        )
        if first is not None and first == second:
            raise InvalidSetting("The plane needs two different parameters.")
        return cls(kind, first, second, settings.checked_epoch(values.get("epoch", 0)))


def parameter_names(settings: Settings) -> list[str]:
    """The parameters in torch's flat order as the page prints them: w1, b1, v1, c; in a second
    layer w2.3.1 leads from unit 1 to unit 3."""
    features, units = settings.feature_names, range(1, settings.hidden_units + 1)
    ends = features if len(features) > 1 else ("",)
    if settings.is_linear:
        return [*(f"w {end}".strip() for end in ends), "b"]
    names = [*(f"w{unit} {end}".strip() for unit in units for end in ends)]
    names += [f"b{unit}" for unit in units]
    for layer in range(2, settings.hidden_layers + 1):
        names += [f"w{layer}.{unit}.{source}" for unit in units for source in units]
        names += [f"b{layer}.{unit}" for unit in units]
    return [*names, *(f"v{unit}" for unit in units), "c"]

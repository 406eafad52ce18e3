"""The second settings of the map: each row is a training of usual size, or it is refused."""

from __future__ import annotations

import itertools

import pytest

from app.domain.cost_model import SECONDS_ALLOWED, estimated_seconds
from app.domain.errors import InvalidSetting
from app.domain.fields import NUMBERS
from app.domain.settings import Settings
from components.panels.rate_map import AXES

# The largest trainings of some kinds, to whose work a second setting could add.
HEAVY = (
    {"dataset": "diabetes", "epochs": 1000, "hidden_units": 64},
    {"dataset": "parabola", "epochs": 5000, "hidden_units": 8, "optimizer": "adam"},
    {"dataset": "parabola", "epochs": 200, "batch_size": 1},
)


@pytest.mark.parametrize("name", AXES)
def test_the_ends_of_each_axis_are_values_of_its_setting(name: str) -> None:
    low, high, by_factors = AXES[name]
    choice = NUMBERS[name]
    assert choice.low <= low < (high or choice.high) <= choice.high
    assert not by_factors or low > 0


@pytest.mark.parametrize(("name", "base"), list(itertools.product(AXES, HEAVY)))
def test_no_row_is_more_work_than_a_training_may_be(name: str, base: dict[str, object]) -> None:
    low, high, _ = AXES[name]
    for value in (low, high or NUMBERS[name].high):
        try:
            settings = Settings.from_mapping(base | {name: value}, None)
        except InvalidSetting:
            continue
        assert estimated_seconds(settings) <= SECONDS_ALLOWED


def test_the_largest_row_of_epochs_and_layers_is_refused() -> None:
    for name in ("epochs", "hidden_layers"):
        settings = HEAVY[0] | {name: AXES[name][1]}
        with pytest.raises(InvalidSetting, match="the limit is"):
            Settings.from_mapping(settings, None)

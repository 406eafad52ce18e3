"""The plane that a request asks for: what is accepted and what is refused."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidSetting
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings

TANH = Settings(dataset="sine", hidden_units=4, activation="tanh", epochs=80)


@pytest.mark.parametrize("kind", ["anchored", "random", "sharpest"])
def test_plane_choice_needs_only_a_kind(kind: str) -> None:
    assert PlaneChoice.from_mapping({"kind": kind}, TANH) == PlaneChoice(kind)


def test_plane_choice_defaults_to_anchored() -> None:
    for values in (None, {}):
        assert PlaneChoice.from_mapping(values, TANH) == PlaneChoice("anchored")


def test_plane_choice_of_two_parameters_and_an_epoch_is_read() -> None:
    values = {"kind": "parameters", "first": 12, "second": 0.0, "epoch": 80}
    assert PlaneChoice.from_mapping(values, TANH) == PlaneChoice("parameters", 12, 0, 80)


@pytest.mark.parametrize("name", ["first", "second"])
@pytest.mark.parametrize("value", [-1, 13, 0.5, "1", None, True, [1]])
def test_plane_choice_of_an_unknown_parameter_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidSetting, match=r"whole number from 0 to 12\. Got"):
        PlaneChoice.from_mapping({"kind": "parameters", name: value}, TANH)


def test_plane_choice_of_the_same_parameter_twice_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="two different parameters"):
        PlaneChoice.from_mapping({"kind": "parameters", "first": 3, "second": 3}, TANH)


@pytest.mark.parametrize("kind", ["round", "", None, 3, ["random"]])
def test_unknown_kind_of_plane_is_refused_with_the_known_ones(kind: object) -> None:
    with pytest.raises(InvalidSetting, match=r"must be one of anchored, .*\. Got"):
        PlaneChoice.from_mapping({"kind": kind}, TANH)


@pytest.mark.parametrize("values", [3, "random", ["kind"], {"kind": "random", "third": 2}])
def test_malformed_plane_choice_is_refused(values: object) -> None:
    with pytest.raises(InvalidSetting, match="must be an object"):
        PlaneChoice.from_mapping(values, TANH)


@pytest.mark.parametrize("epoch", [-1, 81, 0.5, "3"])
def test_plane_choice_at_an_epoch_outside_the_training_is_refused(epoch: object) -> None:
    with pytest.raises(InvalidSetting, match="Epoch must be"):
        PlaneChoice.from_mapping({"kind": "parameters", "epoch": epoch}, TANH)

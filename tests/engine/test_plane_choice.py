"""The plane that a request asks for: what is accepted and what is refused."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidSetting
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings

TANH = Settings(dataset="sine", hidden_units=4, activation="tanh", epochs=80)


@pytest.mark.parametrize(
    ("values", "choice"),
    [
        (None, PlaneChoice("anchored")),
        ({}, PlaneChoice("anchored")),
        *(({"kind": kind}, PlaneChoice(kind)) for kind in ("anchored", "random", "sharpest")),
        (
            {"kind": "parameters", "first": 12, "second": 0.0, "epoch": 80},
            PlaneChoice("parameters", 12, 0, 80),
        ),
        ({"kind": "parameters"}, PlaneChoice("parameters", None, None, 0)),
        ({"kind": "parameters", "second": 3}, PlaneChoice("parameters", None, 3, 0)),
    ],
)
def test_plane_choice_is_read(values: dict | None, choice: PlaneChoice) -> None:
    assert PlaneChoice.from_mapping(values, TANH) == choice


@pytest.mark.parametrize("name", ["first", "second"])
@pytest.mark.parametrize("value", [-1, 13, 0.5, "1", None, True, [1]])
def test_plane_choice_of_an_unknown_parameter_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidSetting, match=r"whole number from 0 to 12\. Got"):
        PlaneChoice.from_mapping({"kind": "parameters", name: value}, TANH)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "parameters", "first": 3, "second": 3}, "two different parameters"),
        *(({"kind": kind}, r"must be one of anchored, .*\. Got")
          for kind in ("round", "", None, 3, ["random"])),
        *((values, "must be an object")
          for values in (3, "random", ["kind"], {"kind": "random", "third": 2})),
        *(({"kind": "parameters", "epoch": epoch}, "Epoch must be")
          for epoch in (-1, 81, 0.5, "3")),
    ],
)  # fmt: skip
def test_impossible_plane_is_refused(values: object, words: str) -> None:
    with pytest.raises(InvalidSetting, match=words):
        PlaneChoice.from_mapping(values, TANH)

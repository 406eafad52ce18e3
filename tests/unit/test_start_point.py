"""A start set by hand as a setting: which texts are one, and what those that are not are told."""

from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cost_model import SECONDS_ALLOWED, estimated_seconds, most_epochs
from app.domain.csv_reader import read_table
from app.domain.errors import InvalidSetting
from app.domain.link import query
from app.domain.settings import Settings
from app.domain.start_point import START_PLANES, StartPoint
from app.domain.user_data import choose
from tests.readers import settings_of

NETWORK = Settings(dataset="parabola", hidden_units=10, epochs=100)
OWN = choose(read_table(b"x,y\n1,2\n2,3\n4,4\n"), "t" * 22)
numbers = st.floats(-1000, 1000)


@given(numbers, numbers, st.sampled_from(["", *START_PLANES]))
def test_start_keeps_its_32_bits_through_settings_and_links(
    first: float, second: float, plane: str
) -> None:
    text = ",".join([*([plane] if plane else []), repr(first), repr(second)])
    chosen = replace(NETWORK if plane else Settings(), start=text)
    point = chosen.start_point
    assert point and point.plane == plane
    assert np.array_equal(np.float32(point[:2]), np.float32([first, second]))
    assert settings_of(query(chosen)) == chosen == replace(chosen, start=chosen.start)
    # In an address the numbers and the comma stand as they are.
    assert f"start={chosen.start}" in query(chosen) and "e" not in chosen.start.split(",")[-1]
    assert dict(parse_qsl(query(chosen)))["start"] == chosen.start


@pytest.mark.parametrize("text", ["0.5,1", "0.50,1.0", " +.5 , 1e0", "5e-1,1", "0.5,1.00000000001"])
def test_texts_of_the_same_start_are_the_same_settings(text: str) -> None:
    one = Settings(start=text)
    assert (one.start, one.start_point) == ("0.5,1", StartPoint(0.5, 1))
    assert one.sweep_id == Settings(start="0.5,1").sweep_id != Settings().sweep_id
    assert Settings(start="-0,0").start == "0,0"


HOSTILE = [
    *(
        f"{number},1"
        for number in ("nan", "inf", "-inf", "1e400", "1e999999999", "0x1", "1_0", "١")
    ),
    *("1", "1,", ",1", ",", "1,2,3", "1;2", "1 2", "a,b", "x" * 5000, "1," * 500),
    *(" ", 1, 0, True, None, [1, 2], {}, 0.5, float("nan"), b"1,2"),
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("chosen", [{}, {"hidden_units": 3}, {"dataset": "plane"}])
def test_anything_else_is_refused_with_the_form_and_the_value(value: object, chosen: dict) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Settings.from_mapping(chosen | {"start": value, "epochs": 20})
    sentence = str(caught.value)
    form = "such as anchored,0.5,1." if chosen else "a weight and a bias from -1000000 to 1000000,"
    assert sentence.startswith("Start must be ") and form in sentence and "Got " in sentence
    assert caught.value.field == "start" and len(sentence) < 250


@pytest.mark.parametrize(
    ("chosen", "start"),
    [
        (dict(), "anchored,0.5,1"), (dict(), "1000000.5,0"), (dict(), "0,-1e7"),
        (dict(hidden_units=3), "0.5,1"), (dict(dataset="diabetes"), "0.5,1"),
        *((dict(hidden_units=3), f"{plane},0.5,1")
          for plane in ("parameters", "Random", "", "nan")),
        (dict(hidden_units=3), "random,1000.1,0"), (dict(hidden_units=3), "random,0,-1001"),
        (dict(hidden_units=3), "random,nan,0"), (dict(hidden_units=3), "random,0,0,0"),
        (dict(hidden_units=3), "random,random,0"),
    ],
)  # fmt: skip
def test_start_that_the_model_cannot_have_is_refused(chosen: dict, start: str) -> None:
    with pytest.raises(InvalidSetting, match="Start must be ") as caught:
        Settings(epochs=20, start=start, **chosen)
    assert caught.value.field == "start"


def test_limits_themselves_are_allowed() -> None:
    assert Settings(start="-1000000,1000000").start == "-1000000,1000000"
    assert replace(NETWORK, start="random,1000,-1000").start == "random,1000,-1000"


def test_own_data_can_have_a_start_and_a_link_never_has_the_data() -> None:
    one = Settings(dataset="own", user_data=OWN, start="0.5,1")
    assert query(one) == "v=1&dataset=own&start=0.5,1"
    with pytest.raises(InvalidSetting, match="Your own data are not stored in links"):
        Settings(dataset="own", start="0.5,1")


@pytest.mark.parametrize("plane", START_PLANES)
def test_start_on_a_plane_counts_as_two_trainings_and_the_refusal_says_so(plane: str) -> None:
    started = replace(NETWORK, start=f"{plane},1,2")
    assert estimated_seconds(started) == pytest.approx(2 * estimated_seconds(NETWORK))
    line = Settings()
    assert estimated_seconds(replace(line, start="1,2")) == estimated_seconds(line)
    long = Settings(hidden_units=64, epochs=5000)
    fits = most_epochs(long)
    # What fits with the seed's start takes more than half of the time, so it does not fit by hand.
    most = replace(long, epochs=fits)
    assert SECONDS_ALLOWED / 2 < estimated_seconds(most) <= SECONDS_ALLOWED
    with pytest.raises(InvalidSetting) as caught:
        replace(most, start=f"{plane},1,2")
    words = "With 64 hidden units and a start set by hand the limit is "
    assert str(caught.value).startswith(words) and caught.value.field == "epochs"
    limit = int(str(caught.value).removeprefix(words).split()[0])
    assert replace(most, epochs=limit, start=f"{plane},1,2").epochs == limit

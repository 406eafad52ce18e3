"""The settings: what is accepted, what is refused and with which words."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.data_options import DATASETS, USER_DATA
from app.domain.errors import InvalidSetting
from app.domain.fields import (
    FIELDS,
    NAMES,
    NUMBERS,
    SLIDER_LEARNING_RATES,
    USED_BY,
    plain,
    users_of,
)
from app.domain.settings import Settings
from app.domain.start_point import START_PLANES
from app.engine import datasets

DEFAULT = {name: choice.default for name, choice in FIELDS.items()}
# What else must be chosen for a setting to take its every value.
BESIDE = {
    "momentum": dict(optimizer="nesterov"),
    "warmup_epochs": dict(schedule="warmup_cosine", epochs=5000),
    "batch_size": dict(dataset="diabetes", epochs=10),
    "noise": dict(dataset="sine"),
}


@st.composite
def choices(draw: st.DrawFn) -> dict:
    """A value for each setting, all of which go together, of up to 500 epochs of work."""
    chosen = {
        name: draw(st.sampled_from(sorted(DATASETS if name == "dataset" else NAMES[name].options)))
        for name in NAMES
    }
    chosen |= {
        name: draw(
            st.integers(int(choice.low), int(choice.high))
            if choice.whole
            else st.floats(choice.low, choice.high) | st.just(choice.default)
        )
        for name, choice in NUMBERS.items()
    }
    chosen["epochs"] = draw(st.integers(10, 500))
    chosen["learning_rate"] = draw(st.sampled_from(SLIDER_LEARNING_RATES) | st.floats(1e-6, 10))
    if draw(st.booleans()):
        chosen |= dict(hidden_layers=1, batch_size=0)
    for name, (decides, _) in USED_BY.items():
        if chosen[decides] not in users_of(name):
            chosen[name] = DEFAULT[name]
    if draw(st.integers(0, 3)) == 0:
        chosen["start"] = draw(starts(chosen))
    return chosen


@st.composite
def starts(draw: st.DrawFn, chosen: dict) -> str:
    """A start set by hand, near enough that its loss is finite."""
    first, second = draw(st.floats(-5, 5)), draw(st.floats(-5, 5))
    is_line = not chosen["hidden_units"] and len(DATASETS[chosen["dataset"]].predictors) == 1
    plane = () if is_line else (draw(st.sampled_from(START_PLANES)),)
    return ",".join([*plane, repr(first), repr(second)])


def settings_or_none(chosen: dict) -> Settings | None:
    try:
        return Settings(**chosen)
    except InvalidSetting:
        return None


valid = choices().map(settings_or_none).filter(lambda settings: settings is not None)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
NOT_NUMBERS = (True, None, "5", "", [1], {}, float("nan"), float("inf"), -float("inf"), 1j)
FAR_OUT = (-(10**400), 10**400, 1e308, -1)


@given(valid)
def test_settings_round_trip_through_json(settings: Settings) -> None:
    text = json.dumps(settings.choices())
    assert Settings.from_mapping(json.loads(text)) == settings


@given(json_values | st.fixed_dictionaries({}, optional=dict.fromkeys(NUMBERS, json_values)))
def test_any_request_gives_settings_or_an_error_sentence(values: object) -> None:
    try:
        settings = Settings.from_mapping(values)
    except InvalidSetting as error:
        assert str(error).endswith(".") and len(str(error)) < 300
    else:
        assert all(getattr(settings, name) == value for name, value in values.items())


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", NOT_NUMBERS + FAR_OUT, ids=lambda value: repr(value)[:12])
def test_invalid_number_is_refused_with_its_range(name: str, value: object) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Settings.from_mapping({name: value})
    choice = NUMBERS[name]
    for word in (choice.label, plain(choice.low), plain(choice.high), "Got "):
        assert word in str(caught.value)
    if isinstance(value, bool | str) and value:
        assert f"Got {value!r}." in str(caught.value)
    assert caught.value.field == name


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_of_a_range_are_accepted_and_values_beyond_refused(name: str) -> None:
    choice, beside = NUMBERS[name], BESIDE.get(name, {})
    for end, beyond in ((choice.low, -1e-9), (choice.high, 1e-9)):
        assert getattr(Settings.from_mapping({**beside, name: end}), name) == end
        with pytest.raises(InvalidSetting, match=choice.label) as caught:
            Settings.from_mapping({**beside, name: end + beyond})
        assert caught.value.field == name
    if choice.whole:
        with pytest.raises(InvalidSetting, match="whole number"):
            Settings.from_mapping({**beside, name: choice.high - 0.5})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        *(({name: 1}, "no setting named") for name in ("lr", "", "Seed", 1)),
        *((values, "object") for values in (None, [], "seed", 3, [("seed", 1)])),
        *(({"dataset": value}, r"must be one of line, parabola, .*\. Got")
          for value in ("circle", "", None, 0, ["line"], {"line": 1})),
        *(({"activation": value}, r"Activation must be one of relu, tanh, .*\. Got")
          for value in ("sigmoid", None, ["relu"])),
    ],
)  # fmt: skip
def test_unknown_name_or_option_is_refused(values: object, words: str) -> None:
    with pytest.raises(InvalidSetting, match=words):
        Settings.from_mapping(values)


def test_whole_float_and_int_give_the_same_settings() -> None:
    assert repr(Settings(epochs=20.0, seed=3.0)) == repr(Settings(epochs=20, seed=3))
    assert repr(Settings(learning_rate=1)) == repr(Settings(learning_rate=1.0))


def test_slider_has_ten_preferred_numbers_in_each_decade() -> None:
    # The preferred numbers are the rounded tenth roots of ten.
    assert len(SLIDER_LEARNING_RATES) == 41
    for index, rate in enumerate(SLIDER_LEARNING_RATES):
        assert rate == pytest.approx(10 ** (index / 10 - 4), rel=0.013)
    assert {0.0001, 0.01, 0.05, 0.1, 1.0} <= set(SLIDER_LEARNING_RATES)


def test_sweep_id_depends_on_every_setting_but_the_sliders_rates() -> None:
    slider = {Settings(learning_rate=rate).sweep_id for rate in SLIDER_LEARNING_RATES}
    changes = [
        *(dict(learning_rate=rate) for rate in (0.07, 0.09, 10.0)),
        dict(seed=1), dict(epochs=999), dict(hidden_units=1), dict(dataset="parabola"),
        dict(activation="tanh"), dict(optimizer="adam"), dict(schedule="cosine"),
        dict(batch_size=5), dict(weight_decay=0.1), dict(initialization="he"),
        dict(initial_scale=2), dict(hidden_layers=2), dict(validation_fraction=0.2),
        dict(start="0.5,1"), dict(start="0.5,1.5"),
    ]  # fmt: skip
    ids = {Settings(**change).sweep_id for change in changes}
    assert len(slider) == 1 and len(ids) == len(changes) and not ids & slider


@given(valid)
def test_selected_run_has_the_selected_learning_rate(settings: Settings) -> None:
    rates = settings.learning_rates()
    assert rates[:41] == SLIDER_LEARNING_RATES
    assert rates[settings.run_index] == settings.learning_rate
    assert len(rates) == 41 + settings.is_typed


@pytest.mark.parametrize("epoch", [-1, 1001, 0.5, True, None, "3", float("nan"), 10**400])
def test_epoch_outside_the_training_is_refused(epoch: object) -> None:
    assert [Settings(epochs=1000).checked_epoch(one) for one in (0, 1000, 7.0)] == [0, 1000, 7]
    with pytest.raises(InvalidSetting, match=r"Epoch must be a whole number from 0 to 1000\. Got"):
        Settings(epochs=1000).checked_epoch(epoch)


def test_every_field_of_settings_has_its_default_and_help_in_the_tables() -> None:
    fields = {field.name: field.default for field in dataclasses.fields(Settings)}
    # User data are not chosen from a table.
    assert fields.pop("user_data") is None
    table = FIELDS
    assert fields == {name: choice.default for name, choice in table.items()}
    assert all(choice.label and choice.help.endswith(".") for choice in table.values())
    assert len({choice.label for choice in table.values()}) == len(table)
    assert all(choice.default in choice.options for choice in NAMES.values())


def test_data_set_options_have_the_sizes_of_the_engines_data_sets() -> None:
    for name, option in DATASETS.items():
        shape = datasets.builtin(name).inputs.shape
        assert shape == (option.example_count, len(option.predictors)), name
    assert list(NAMES["dataset"].options) == [*DATASETS, USER_DATA]


@pytest.mark.parametrize(
    ("number", "text"), [(1e-6, "0.000001"), (0.05, "0.05"), (1000, "1000"), (10, "10"), (0, "0")]
)
def test_plain_numbers_have_no_exponent(number: float, text: str) -> None:
    assert plain(number) == text

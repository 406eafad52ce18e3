"""Settings as a link, combinations that are refused, and the limit on one training's work."""

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import assume, given

from app.domain.data_options import USER_DATA
from app.domain.errors import InvalidSetting
from app.domain.fields import NAMES, NUMBERS, USED_BY, users_of
from app.domain.link import LINK_VERSION, query
from app.domain.settings import Settings
from tests.readers import settings_of
from tests.unit.test_settings import DEFAULT, choices, settings_or_none, valid


@given(valid)
def test_link_has_only_changed_settings_without_exponents_and_reads_back(
    settings: Settings,
) -> None:
    link, chosen = query(settings), settings.choices()
    version, _, old = link.partition("&")
    assert version == f"v={LINK_VERSION}"
    # Links without a version are read as well.
    assert settings_of(link) == settings_of(old) == settings
    said = dict(parse_qsl(old))
    # Of two classes cross-entropy goes without saying, as in the page's menu.
    has_classes = settings.data.classes is not None
    unsaid = DEFAULT | {"loss": "cross_entropy" if has_classes else "squared_error"}
    assert set(said) == {name for name in DEFAULT if chosen[name] != unsaid[name]}
    for name in set(said) & set(NUMBERS):
        assert re.fullmatch(r"\d+(\.\d+)?", said[name])


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (dict(optimizer="adam", momentum=0.5), "momentum",
         "Momentum applies only to the Momentum and Nesterov optimizers, not to Adam."),
        (dict(warmup_epochs=5), "warmup_epochs",
         "only to the warm-up + cosine schedule, not to constant."),
        (dict(noise=0.5), "noise",
         "Noise applies only to the Sine, Staircase, Noisy parabola, Circles, XOR, Two clouds and "
         "Spiral data sets, not to Line."),
        (dict(loss="cross_entropy"), "loss",
         "Cross-entropy needs a target of two classes, which Line does not have."),
        (dict(dataset="breast_cancer", features="squares"), "features",
         "Squares and product need exactly two predictors, which Breast cancer does not have."),
        (dict(dataset="circles", features="product,squares"), "features",
         "Features must be one of none, squares, product, squares,product."),
        (dict(batch_size=11), "batch_size",
         "at most 10, the number of training examples. Got 11"),
        (dict(batch_size=6, validation_fraction=0.5), "batch_size", "at most 5"),
        (dict(schedule="warmup_cosine", epochs=90, warmup_epochs=90), "warmup_epochs",
         "shorter than the training of 90 epochs. Got 90"),
    ],
)  # fmt: skip
def test_conflicting_settings_are_refused_beside_their_field(
    values: dict, field: str, words: str
) -> None:
    with pytest.raises(InvalidSetting, match=re.escape(words)) as caught:
        Settings.from_mapping(values)
    assert caught.value.field == field


@pytest.mark.parametrize("name", USED_BY)
def test_setting_is_accepted_only_with_the_options_that_use_it(name: str) -> None:
    decides, users = USED_BY[name][0], users_of(name)
    assert set(users) < set(NAMES[decides].options)
    changed = [*NAMES[name].options][1] if name in NAMES else NUMBERS[name].low
    # test_user_data_engine.py tests user data.
    for option in [one for one in NAMES[decides].options if one != USER_DATA]:
        other = {decides: option, name: changed}
        assert (settings_or_none(other) is not None) == (option in users)


@pytest.mark.parametrize(("batch_size", "steps"), [(0, 1), (10, 1), (9, 2), (4, 3), (1, 10)])
def test_epoch_has_one_step_for_each_batch(batch_size: int, steps: int) -> None:
    settings = Settings(batch_size=batch_size, epochs=50)
    assert (settings.example_count, settings.steps_per_epoch) == (10, steps)
    assert settings.step_count == 50 * steps


@pytest.mark.parametrize(
    "change",
    [dict(optimizer="adam"), dict(schedule="step"), dict(batch_size=5), dict(weight_decay=1)],
)
def test_plain_descent_is_full_batch_at_one_rate_without_decay(change: dict) -> None:
    assert Settings().is_plain and not Settings(**change).is_plain


@given(choices())
def test_epoch_limit_in_the_error_fits_and_ten_more_do_not(chosen: dict) -> None:
    chosen |= dict(epochs=5000)
    try:
        Settings(**chosen)
    except InvalidSetting as error:
        named = re.fullmatch(r"(?:With .+ t|T)he limit is (\d+) epochs\.", str(error))
        assume(named and error.field == "epochs")
        fits = int(named[1])
    else:
        assume(False)
    assert fits >= NUMBERS["epochs"].low
    # Such a short training may need a shorter warm-up, which is another error.
    if chosen["schedule"] == "warmup_cosine":
        chosen["warmup_epochs"] = min(chosen["warmup_epochs"], fits - 1)
    assert Settings(**{**chosen, "epochs": fits}).epochs == fits
    with pytest.raises(InvalidSetting, match=f"he limit is {fits} epochs"):
        Settings(**{**chosen, "epochs": fits + 10})


def test_network_too_large_for_ten_epochs_is_refused_without_a_limit() -> None:
    most = dict(dataset="diabetes", hidden_units=64, hidden_layers=3, batch_size=1, epochs=10)
    with pytest.raises(InvalidSetting) as caught:
        Settings(**most)
    assert caught.value.field == "epochs"
    assert str(caught.value) == "With 442 steps an epoch this network is too large to train here."
